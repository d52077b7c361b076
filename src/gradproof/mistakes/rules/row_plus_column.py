"""A row is added to a column: Aᵀx + xᵀA for Aᵀx + Ax."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Add, Context, Expr, MatMul, Neg, rank
from gradproof.mistakes.factors import is_row, is_vector, transposed
from gradproof.mistakes.mistake import Mend, Mistake, Repair
from gradproof.mistakes.scene import Spot


def _of_one_kind(spot: Spot) -> Iterator[Mend]:
    if not isinstance(spot.node, Add):
        return
    terms = spot.node.terms
    rows = [k for k, t in enumerate(terms) if is_row(t, spot.context)]
    columns = [k for k, t in enumerate(terms) if k not in rows and is_vector(t, spot.context)]
    if not rows or not columns:
        return
    for chosen in (rows, columns):
        for turn in (transposed, _reversed):
            new = [turn(t, spot.context) if k in chosen else t for k, t in enumerate(terms)]
            one = chosen[0]
            if len(chosen) == 1:
                yield Mend(Add(tuple(new)), (one, one), new[one])
            else:
                yield Mend(Add(tuple(new)))


def _reversed(e: Expr, context: Context) -> Expr:
    """Return the factors the other way round, vectors transposed, matrices as they are."""
    match e:
        case Neg(x):
            return Neg(_reversed(x, context))
        case MatMul(factors):
            turned = (f if _is_matrix(f, context) else transposed(f, context) for f in factors)
            return MatMul(tuple(reversed(tuple(turned))))
        case _:
            return transposed(e, context)


def _is_matrix(e: Expr, context: Context) -> bool:
    return rank(e, context) == 2 and not is_row(e, context)


MISTAKE: Final = Mistake(
    name="row-plus-column",
    family="vectors and matrices",
    headline="a row is added to a column",
    message="{node} adds a row to a column",
    why="both terms of d(xᵀAx) = dxᵀAx + xᵀA dx are numbers; before they are added as vectors one is transposed",
    prior=0.88,
    repairs=(Repair(_of_one_kind),),
)
