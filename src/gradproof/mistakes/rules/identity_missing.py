"""A number is added to a matrix: XᵀX + λ for XᵀX + λI."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Add, Expr, Identity, Neg, Space
from gradproof.mistakes.factors import space
from gradproof.mistakes.mistake import Mend, Mistake, Repair
from gradproof.mistakes.scene import Spot
from gradproof.rewrite import ONE, add, mul


def _times(e: Expr, unit: Identity) -> Expr:
    if isinstance(e, Neg):
        return Neg(_times(e.arg, unit))
    return unit if e == ONE else mul(e, unit)


def _beside(spot: Spot) -> Iterator[Mend]:
    if not isinstance(spot.parent, Add) or spot.rank != 0:
        return
    for other in spot.parent.terms:
        own = space(other, spot.context)
        if own is not None and own.rank == 2 and own.shape[0] == own.shape[1]:
            yield Mend(_times(spot.node, Identity(own)))


def _alone(spot: Spot) -> Iterator[Mend]:
    if not spot.path and spot.rank == 0 and spot.scene.rank == 2:
        for v in spot.scene.variables:
            if v.space.rank == 1:
                size = v.space.shape[0]
                yield Mend(_times(spot.node, Identity(Space((size, size)))))


def _of_the_variable(spot: Spot) -> Iterator[Mend]:
    """The derivative of the variable itself, which stands beside the rest, is lost: ``x + f(x)``."""
    if not spot.path and spot.rank in (2, None) and spot.scene.rank == 2:
        for v in spot.scene.variables:
            if v.space.rank == 1:
                size = v.space.shape[0]
                yield Mend(add(Identity(Space((size, size))), spot.node))


MISTAKE: Final = Mistake(
    name="identity-missing",
    family="vectors and matrices",
    headline="a number stands where a multiple of the identity belongs",
    message="{wrong} should be {right}",
    why="the derivative of λw by w is λI: a number is no matrix, and added to every entry it is another one",
    prior=0.83,
    repairs=(
        Repair(_beside),
        Repair(_alone),
        Repair(
            _of_the_variable,
            weight=0.6,
            message="the identity is missing: {wrong} should be {right}",
            why="the derivative of x by x is I, and stands beside that of the other terms",
        ),
    ),
)
