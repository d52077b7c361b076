"""The derivative of a quotient is given as the quotient of the derivatives."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Div, Expr
from gradproof.mistakes.mistake import Mistake, WrongDerivative
from gradproof.rewrite import ZERO, div


def _quotient(a: Application) -> Iterator[Expr]:
    if isinstance(a.node, Div) and a.part(1) != ZERO:
        top = a.part(0)
        yield div(a.node.num if top == ZERO else top, a.part(1))


MISTAKE: Final = Mistake(
    name="quotient-of-derivatives",
    family="product, quotient, power",
    headline="(u/v)' was taken as u'/v'",
    message="the derivative of {node} is not the quotient of the derivatives",
    why="(u/v)' = (u' v - u v')/v²",
    prior=0.5,
    derivatives=(WrongDerivative(frozenset({"quotient-rule", "reciprocal-rule"}), _quotient),),
)
