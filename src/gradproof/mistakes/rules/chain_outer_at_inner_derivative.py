"""The outer derivative is taken at the inner derivative: (log u)' = 1/u'."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Expr, Num, Pow, children
from gradproof.mistakes.links import trivial, with_outer
from gradproof.mistakes.mistake import Mistake, WrongDerivative
from gradproof.rewrite import TWO, replace_equal


def _outer_at_inner(a: Application) -> Iterator[Expr]:
    if len(a.outer) != 1 or isinstance(a.inner[0], Num) or trivial(a.inner[0]) or _square(a.node):
        return
    for inside in children(a.node):
        moved = replace_equal(a.outer[0], inside, a.inner[0])
        if moved != a.outer[0]:
            yield moved
            yield with_outer(a, 0, moved)


def _square(e: Expr) -> bool:
    """Tell whether the outer derivative is linear: ``2 u'`` for ``2 u u'`` has lost a factor."""
    return isinstance(e, Pow) and e.exponent == TWO


MISTAKE: Final = Mistake(
    name="chain-outer-at-inner-derivative",
    family="chain rule",
    headline="the outer derivative is taken at the derivative of the inside",
    message="the derivative of {node} is {outer} times {inner}, not the outer derivative at {inner}",
    why="the outer derivative is taken at the inside itself, {outer}, and multiplied with {inner}",
    prior=0.45,
    derivatives=(WrongDerivative(frozenset(), _outer_at_inner),),
)
