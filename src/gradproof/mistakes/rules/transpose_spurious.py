"""A transpose too many: -(R - UVᵀ)Vᵀ for -(R - UVᵀ)V."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Transpose
from gradproof.mistakes.mistake import Mend, Mistake, Repair
from gradproof.mistakes.scene import Spot


def _one(spot: Spot) -> Iterator[Mend]:
    if isinstance(spot.node, Transpose):
        yield Mend(spot.node.arg)


MISTAKE: Final = Mistake(
    name="transpose-spurious",
    family="vectors and matrices",
    headline="there is a transpose too many",
    message="{node} must not be transposed here",
    why="(AB)ᵀ = BᵀAᵀ transposes each factor once; a factor on the other side of the variable keeps its shape",
    prior=0.78,
    repairs=(Repair(_one),),
)
