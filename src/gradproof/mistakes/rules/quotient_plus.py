"""The quotient rule with a plus; of a reciprocal, the minus is missing."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Div, Expr
from gradproof.mistakes.mistake import Mistake, WrongDerivative
from gradproof.rewrite import TWO, add, div, mul, neg, power


def _plus(a: Application) -> Iterator[Expr]:
    if isinstance(a.node, Div):
        u, v = a.node.num, a.node.den
        yield div(add(mul(a.part(0), v), mul(u, a.part(1))), power(v, TWO))


def _no_minus(a: Application) -> Iterator[Expr]:
    yield neg(a.result)


MISTAKE: Final = Mistake(
    name="quotient-plus",
    family="product, quotient, power",
    headline="the quotient rule has a minus",
    message="the minus in the derivative of {node} was lost",
    why="(u/v)' = (u' v - u v')/v², and (c/v)' = -c v'/v²",
    prior=0.62,
    derivatives=(
        WrongDerivative(frozenset({"quotient-rule"}), _plus),
        WrongDerivative(frozenset({"reciprocal-rule"}), _no_minus),
    ),
)
