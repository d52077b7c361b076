"""A function with a kink is differentiated as if it had none: relu, |x|, max without its indicator."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Expr, Fn
from gradproof.mistakes.mistake import Mistake, WrongDerivative
from gradproof.rewrite import ZERO


def _smooth(a: Application) -> Iterator[Expr]:
    if isinstance(a.node, Fn):
        for inner in a.inner:
            if inner != ZERO:
                yield inner


MISTAKE: Final = Mistake(
    name="kink-ignored",
    family="function tables",
    headline="the kink was ignored",
    message="the derivative of {node} depends on the side of the kink",
    why="|u|' = sign(u) u', relu(u)' = [u > 0] u', and max chooses one argument",
    prior=0.6,
    derivatives=(WrongDerivative(frozenset({"relu-rule", "abs-rule", "max-rule"}), _smooth),),
)
