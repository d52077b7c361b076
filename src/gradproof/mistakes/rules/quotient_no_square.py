"""The denominator of the quotient rule is not squared, or the wrong part is."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Div, Expr
from gradproof.mistakes.mistake import Mistake, WrongDerivative
from gradproof.rewrite import TWO, div, mul, power


def _unsquared(a: Application) -> Iterator[Expr]:
    if isinstance(a.node, Div):
        yield mul(a.result, a.node.den)
        yield div(mul(a.result, power(a.node.den, TWO)), power(a.node.num, TWO))


MISTAKE: Final = Mistake(
    name="quotient-no-square",
    family="product, quotient, power",
    headline="the denominator of the quotient rule is the square of the denominator",
    message="the derivative of {node} is not divided by the square of its denominator",
    why="(u/v)' = (u' v - u v')/v²",
    prior=0.5,
    derivatives=(WrongDerivative(frozenset({"quotient-rule", "reciprocal-rule"}), _unsquared),),
)
