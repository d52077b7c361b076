"""The sum over the examples is lost."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Add, Context, Entry, Expr, Idx, MatMul, Mul, Sum, Transpose, rank
from gradproof.mistakes.mistake import Mend, Mistake, Repair, Slip, WrongDerivative, WrongRewriting
from gradproof.mistakes.scene import Spot
from gradproof.rewrite import add, free_names, like_sum, mul, substitute

_MISSING: Final = "a sum is missing: {wrong} should be {right}"


def _one_term(e: Expr, context: Context) -> Iterator[Slip]:
    if not isinstance(e, Sum):
        return
    yield Slip(e.body, e)
    own = context.ranges.get(e.index.name)
    for name in sorted(context.ranges):
        if name != e.index.name and context.ranges[name] == own and name not in free_names(e):
            yield Slip(substitute(e.body, {e.index: Idx(name)}, context), e)


def _one_entry(e: Expr, context: Context) -> Iterator[Slip]:
    """An inner product keeps the product of one pair of entries: u_k v_k for uᵀv."""
    match e:
        case MatMul((Transpose(u), v)) if rank(u, context) == 1 and rank(v, context) == 1:
            for name in sorted(context.ranges):
                if name not in free_names(e):
                    yield Slip(mul(_entry(u, name), _entry(v, name)), e)
        case _:
            return


def _entry(e: Expr, name: str) -> Expr:
    """Return an entry of a vector; of a row of a matrix the entry of the matrix."""
    return (
        Entry(e.array, (*e.indices, Idx(name))) if isinstance(e, Entry) else Entry(e, (Idx(name),))
    )


def _of_the_derivative(a: Application) -> Iterator[Expr]:
    if isinstance(a.node, Sum):
        yield a.part(0)


def _free(spot: Spot) -> Iterator[Mend]:
    """A term with an index that means nothing here stands for the sum of all."""
    if spot.term:
        for name in sorted((free_names(spot.node) & spot.context.ranges.keys()) - spot.letters):
            yield Mend(Sum(spot.node, Idx(name)))


def _of_each(spot: Spot) -> Iterator[Mend]:
    """A sum that is read to the end stands for one of each term, and what is before it for a factor of the first."""
    match spot.node:
        case Mul((*front, Sum(Add(terms)) as total)):
            for k in range(1, len(terms)):
                first = mul(*front, like_sum(total, add(*terms[:k]), spot.context))
                yield Mend(add(first, *(like_sum(total, t, spot.context) for t in terms[k:])))
        case _:
            return


MISTAKE: Final = Mistake(
    name="sum-dropped",
    family="sums and indices",
    headline="the sum is missing",
    message="the sum in {node} is missing",
    why="a sum over examples stays a sum, unless one example is meant and said so",
    prior=0.5,
    derivatives=(WrongDerivative(frozenset({"sum-over-index"}), _of_the_derivative),),
    rewritings=(
        WrongRewriting(_one_term, on=(Sum,)),
        WrongRewriting(_one_entry, opened=True, on=(MatMul,)),
    ),
    repairs=(
        Repair(_free, message=_MISSING),
        Repair(_of_each, weight=0.6, message=_MISSING),
    ),
)
