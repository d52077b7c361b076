"""The power rule is used on an exponential: (e^u)' = u e^(u-1) u'."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Const, Expr, Fn, Pow
from gradproof.mistakes.links import with_outer
from gradproof.mistakes.mistake import Mistake, WrongDerivative
from gradproof.rewrite import MINUS_ONE, add, mul, power


def _as_power(a: Application) -> Iterator[Expr]:
    match a.node:
        case Fn("exp", (u,)):
            base: Expr = Const("e")
        case Pow(base, u):
            pass
        case _:
            return
    yield with_outer(a, 0, mul(u, power(base, add(u, MINUS_ONE))))


MISTAKE: Final = Mistake(
    name="exp-as-power",
    family="product, quotient, power",
    headline="the power rule does not hold for an exponential",
    message="{node} was differentiated like a power; the variable stands in the exponent",
    why="(e^u)' = e^u u'",
    prior=0.5,
    derivatives=(
        WrongDerivative(
            frozenset({"exp-rule", "exponential-rule", "constant-base-rule"}), _as_power
        ),
    ),
)
