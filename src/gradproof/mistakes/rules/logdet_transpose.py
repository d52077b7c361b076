"""The transpose of the gradient of a determinant is missing: X⁻¹ for X⁻ᵀ."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Det, Inverse, Transpose
from gradproof.mistakes.mistake import Mend, Mistake, Repair
from gradproof.mistakes.scene import Spot


def _turned(spot: Spot) -> Iterator[Mend]:
    if not any(isinstance(n, Det) for n in spot.scene.reached):
        return
    match spot.node:
        case Inverse() if not isinstance(spot.parent, Transpose):
            yield Mend(Transpose(spot.node))
        case Transpose(Inverse() as inside):
            yield Mend(inside)
        case _:
            return


MISTAKE: Final = Mistake(
    name="logdet-transpose",
    family="vectors and matrices",
    headline="the gradient of a determinant is transposed",
    message="{wrong} should be {right}",
    why="d log det X = tr(X⁻¹ dX), and the gradient G of tr(Gᵀ dX) is X⁻ᵀ",
    prior=0.85,
    repairs=(Repair(_turned),),
)
