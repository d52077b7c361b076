"""The derivative of the square root has the wrong sign."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Expr
from gradproof.mistakes.mistake import Mistake, WrongDerivative
from gradproof.rewrite import neg


def _negated(a: Application) -> Iterator[Expr]:
    yield neg(a.result)


MISTAKE: Final = Mistake(
    name="sqrt-sign",
    family="function tables",
    headline="the derivative of the root has the wrong sign",
    message="the derivative of {node} has the wrong sign",
    why="(√u)' = +u'/(2√u); the minus belongs to 1/√u",
    prior=0.4,
    derivatives=(WrongDerivative(frozenset({"sqrt-rule"}), _negated),),
)
