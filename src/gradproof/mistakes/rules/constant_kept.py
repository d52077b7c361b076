"""A constant term is kept: d(wx + b)/dw = x + b."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Expr
from gradproof.mistakes.mistake import Mistake, WrongDerivative


def _kept(a: Application) -> Iterator[Expr]:
    yield a.node


MISTAKE: Final = Mistake(
    name="constant-kept",
    family="product, quotient, power",
    headline="a constant term was kept",
    message="the derivative of the constant {node} is 0",
    why="what does not contain {var} has the derivative 0",
    prior=0.5,
    derivatives=(WrongDerivative(frozenset({"constant"}), _kept),),
)
