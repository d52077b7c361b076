"""The factor 1/2 in the derivative of the square root is missing."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Expr, Fn, Norm, Root, children
from gradproof.mistakes.mistake import Mend, Mistake, Repair, WrongDerivative
from gradproof.mistakes.scene import Spot
from gradproof.rewrite import TWO, div, mul


def _whole(a: Application) -> Iterator[Expr]:
    yield mul(TWO, a.result)


def _half(spot: Spot) -> Iterator[Mend]:
    rooted = any(
        isinstance(n, Norm | Root) or n == Fn("sqrt", children(n)) for n in spot.scene.reached
    )
    if spot.scaled and rooted and not spot.scene.quadratic:
        yield Mend(mul(TWO, spot.node))
        yield Mend(div(spot.node, TWO))


MISTAKE: Final = Mistake(
    name="sqrt-half-dropped",
    family="function tables",
    headline="the factor 1/2 of the root's derivative is missing",
    message="the derivative of {node} has the factor 1/2",
    why="(√u)' = u'/(2√u)",
    prior=0.55,
    derivatives=(WrongDerivative(frozenset({"sqrt-rule"}), _whole),),
    repairs=(
        Repair(
            _half, message="the factor of the root's derivative is wrong: {wrong} should be {right}"
        ),
    ),
)
