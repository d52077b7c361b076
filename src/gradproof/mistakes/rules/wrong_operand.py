"""Another array stands in the place of the right one: U for V."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Derivative, Differential, Entry, Inverse, Sym
from gradproof.mistakes.mistake import Mend, Mistake, Repair
from gradproof.mistakes.scene import Spot


def _other(spot: Spot) -> Iterator[Mend]:
    if not isinstance(spot.node, Sym) or isinstance(spot.parent, Derivative | Entry):
        return
    if not spot.node.space.shape:
        return
    for other in spot.scene.arrays:
        if other != spot.node and other.space.rank == spot.node.space.rank:
            yield Mend(other)


def _inverted(spot: Spot) -> Iterator[Mend]:
    """The matrix stands for its inverse, or the inverse for the matrix."""
    match spot.node:
        case Inverse(x):
            yield Mend(x)
        case Sym() if not isinstance(spot.parent, Inverse | Differential):
            if Inverse(spot.node) in spot.scene.reached:
                yield Mend(Inverse(spot.node))
        case _:
            return


MISTAKE: Final = Mistake(
    name="wrong-operand",
    family="vectors and matrices",
    headline="another array stands in the place of the right one",
    message="{wrong} stands where {right} belongs",
    why="the derivative by one factor of a product leaves the other factors, each as it is",
    prior=0.42,
    repairs=(Repair(_other), Repair(_inverted, weight=1.1)),
)
