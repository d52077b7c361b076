"""The sum over the examples is lost."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Context, Expr, Idx, Sum
from gradproof.mistakes.mistake import Mistake, Slip, WrongDerivative, WrongRewriting
from gradproof.rewrite import free_names, substitute


def _one_term(e: Expr, context: Context) -> Iterator[Slip]:
    if not isinstance(e, Sum):
        return
    yield Slip(e.body, e)
    own = context.ranges.get(e.index.name)
    for name in sorted(context.ranges):
        if name != e.index.name and context.ranges[name] == own and name not in free_names(e):
            yield Slip(substitute(e.body, {e.index: Idx(name)}, context), e)


def _of_the_derivative(a: Application) -> Iterator[Expr]:
    if isinstance(a.node, Sum):
        yield a.part(0)


MISTAKE: Final = Mistake(
    name="sum-dropped",
    family="sums and indices",
    headline="the sum is missing",
    message="the sum in {node} is missing",
    why="a sum over examples stays a sum, unless one example is meant and said so",
    prior=0.5,
    derivatives=(WrongDerivative(frozenset({"sum-over-index"}), _of_the_derivative),),
    rewritings=(WrongRewriting(_one_term, on=(Sum,)),),
)
