"""The outer derivative is taken at the wrong point: σ'(x) or σ'(a) for σ'(z)."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Expr, children
from gradproof.mistakes.links import with_outer
from gradproof.mistakes.mistake import Mistake, WrongDerivative
from gradproof.rewrite import ZERO, replace_equal


def _elsewhere(a: Application) -> Iterator[Expr]:
    if len(a.outer) != 1 or a.inner[0] == ZERO:
        return
    for inside in children(a.node):
        for point in (a.wrt, a.node):
            moved = replace_equal(a.outer[0], inside, point)
            if point != inside and moved != a.outer[0]:
                yield with_outer(a, 0, moved)


MISTAKE: Final = Mistake(
    name="chain-wrong-point",
    family="chain rule",
    headline="the outer derivative is taken at the wrong point",
    message="the derivative of {node} is taken at the wrong point: it is {outer}",
    why="the outer derivative is taken at the inside of {node}, not at its value nor at {var}",
    prior=0.44,
    derivatives=(WrongDerivative(frozenset(), _elsewhere),),
)
