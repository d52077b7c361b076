"""The gradient by a bias is not summed over the examples: dZ for dZ·1."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import SINGLE, Ones, Space, rank
from gradproof.mistakes.factors import product, space, transposed
from gradproof.mistakes.mistake import Mend, Mistake, Repair
from gradproof.mistakes.scene import Spot


def _summed(spot: Spot) -> Iterator[Mend]:
    if spot.rank != 2 or spot.scene.rank not in (1, 2) or not spot.whole:
        return
    own = space(spot.node, spot.context)
    if own is None or own.rank != 2 or SINGLE in own.shape:
        return
    for ones in spot.scene.multipliers:
        if rank(ones, spot.context) == 1:
            yield Mend(product(spot.node, ones))
            yield Mend(product(transposed(spot.node, spot.context), ones))
    rows, columns = Ones(Space(own.shape[:1])), Ones(Space(own.shape[1:]))
    yield Mend(product(spot.node, columns))
    yield Mend(product(transposed(spot.node, spot.context), rows))
    yield Mend(product(transposed(rows, spot.context), spot.node))


MISTAKE: Final = Mistake(
    name="bias-gradient-not-summed",
    family="vectors and matrices",
    headline="the gradient by the bias is not summed over the examples",
    message="{node} has to be summed over the examples",
    why="one bias is added to every example, and the contributions of all of them add up",
    prior=0.93,
    repairs=(Repair(_summed),),
)
