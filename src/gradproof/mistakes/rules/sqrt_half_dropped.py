"""The factor 1/2 in the derivative of the square root is missing."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Expr
from gradproof.mistakes.mistake import Mistake, WrongDerivative
from gradproof.rewrite import TWO, mul


def _whole(a: Application) -> Iterator[Expr]:
    yield mul(TWO, a.result)


MISTAKE: Final = Mistake(
    name="sqrt-half-dropped",
    family="function tables",
    headline="the factor 1/2 of the root's derivative is missing",
    message="the derivative of {node} has the factor 1/2",
    why="(√u)' = u'/(2√u)",
    prior=0.55,
    derivatives=(WrongDerivative(frozenset({"sqrt-rule"}), _whole),),
)
