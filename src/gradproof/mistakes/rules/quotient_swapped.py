"""The numerator of the quotient rule is turned round: u v' - u' v."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Expr
from gradproof.mistakes.mistake import Mistake, WrongDerivative
from gradproof.rewrite import neg


def _swapped(a: Application) -> Iterator[Expr]:
    yield neg(a.result)


MISTAKE: Final = Mistake(
    name="quotient-swapped",
    family="product, quotient, power",
    headline="the numerator of the quotient rule is turned round",
    message="the two products in the derivative of {node} are the wrong way round",
    why="(u/v)' = (u' v - u v')/v²",
    prior=0.6,
    derivatives=(WrongDerivative(frozenset({"quotient-rule"}), _swapped),),
)
