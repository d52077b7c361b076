"""The exponent does not come down as a factor: (y - p)² gives (y - p)."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Expr, Pow
from gradproof.mistakes.links import with_outer
from gradproof.mistakes.mistake import Mend, Mistake, Repair, WrongDerivative
from gradproof.mistakes.scene import Spot
from gradproof.rewrite import MINUS_ONE, TWO, add, div, mul, power


def _without_exponent(a: Application) -> Iterator[Expr]:
    if isinstance(a.node, Pow):
        yield with_outer(a, 0, power(a.node.base, add(a.node.exponent, MINUS_ONE)))


def _twice(spot: Spot) -> Iterator[Mend]:
    if spot.scaled and spot.scene.quadratic:
        yield Mend(mul(TWO, spot.node))
        yield Mend(div(spot.node, TWO))


MISTAKE: Final = Mistake(
    name="power-coefficient-dropped",
    family="product, quotient, power",
    headline="the exponent is missing as a factor",
    message="the factor from the exponent of {node} is missing",
    why="(uⁿ)' = n uⁿ⁻¹ u'",
    prior=0.65,
    derivatives=(WrongDerivative(frozenset({"power-rule"}), _without_exponent),),
    repairs=(
        Repair(
            _twice,
            weight=0.95,
            message="the factor from the exponent is wrong: {wrong} should be {right}",
        ),
    ),
)
