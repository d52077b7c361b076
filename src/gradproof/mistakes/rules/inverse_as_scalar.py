"""The inverse of a matrix is differentiated like 1/x: -K⁻² dK for -K⁻¹ dK K⁻¹."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Div, Expr, Inverse, MatMul, Neg, Num, Pow, Transpose, rank
from gradproof.mistakes.factors import product
from gradproof.mistakes.mistake import Mend, Mistake, Repair
from gradproof.mistakes.scene import Spot


def _base(e: Expr) -> Expr | None:
    """Return K of ``K⁻²``, transposed or not."""
    match e:
        case Transpose(x):
            return _base(x)
        case Pow(Inverse(x), Num(n)) if n == 2:
            return x
        case Pow(x, Neg(Num(n))) if n == 2:
            return x
        case Pow(x, Num(n)) if n == -2:
            return x
        case _:
            return None


def _around(spot: Spot) -> Iterator[Mend]:
    if isinstance(spot.parent, MatMul):
        return
    fs = spot.node.factors if isinstance(spot.node, MatMul) else (spot.node,)
    for k, f in enumerate(fs):
        base = _base(f)
        if base is None or rank(base, spot.context) != 2:
            continue
        yield from (Mend(e) for e in _spread(fs[:k] + fs[k + 1 :], base, 2))


def _once_more(spot: Spot) -> Iterator[Mend]:
    """One of the two inverses is missing."""
    if isinstance(spot.parent, MatMul) or not isinstance(spot.node, MatMul):
        return
    for f in spot.node.factors:
        inner = f.arg if isinstance(f, Transpose) else f
        if isinstance(inner, Inverse):
            yield from (Mend(e) for e in _spread(spot.node.factors, inner.arg, 1))


def _spread(rest: tuple[Expr, ...], base: Expr, count: int) -> Iterator[Expr]:
    """Yield the products with the inverse at one or two places."""
    for inverse in (Inverse(base), Transpose(Inverse(base))):
        for i in range(len(rest) + 1):
            once = (*rest[:i], inverse, *rest[i:])
            if count == 1:
                yield from (product(*once), Neg(product(*once)))
                continue
            for j in range(i + 1, len(once) + 1):
                whole = product(*once[:j], inverse, *once[j:])
                yield from (whole, Neg(whole))


def _of_one_over(spot: Spot) -> Iterator[Mend]:
    """``dK / K²`` and the like."""
    match spot.node:
        case Div(num, Pow(base, Num(n))) if n == 2 and rank(base, spot.context) == 2:
            yield from (Mend(e) for e in _spread((num,), base, 2))
        case _:
            return


MISTAKE: Final = Mistake(
    name="inverse-as-scalar",
    family="vectors and matrices",
    headline="the inverse of a matrix was differentiated like 1/x",
    message="{wrong} should be {right}",
    why="from K K⁻¹ = I follows d(K⁻¹) = -K⁻¹ dK K⁻¹; the two inverses stand on both sides",
    prior=0.8,
    repairs=(Repair(_around), Repair(_of_one_over), Repair(_once_more, weight=0.75)),
)
