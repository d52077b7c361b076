"""An inner product stands where an outer product belongs, or the other way round: pᵀp for ppᵀ."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import MatMul, Transpose
from gradproof.mistakes.factors import is_vector, transposed
from gradproof.mistakes.mistake import Mend, Mistake, Repair
from gradproof.mistakes.scene import Spot


def _turned(spot: Spot) -> Iterator[Mend]:
    if not isinstance(spot.node, MatMul):
        return
    fs = spot.node.factors
    for k in range(len(fs) - 1):
        match fs[k], fs[k + 1]:
            case (Transpose(a), b) if is_vector(a, spot.context) and is_vector(b, spot.context):
                pairs = ((a, Transpose(b)), (b, Transpose(a)))
            case (a, Transpose(b)) if is_vector(a, spot.context) and is_vector(b, spot.context):
                pairs = ((transposed(a, spot.context), b),)
            case _:
                continue
        for pair in pairs:
            yield Mend(MatMul((*fs[:k], *pair, *fs[k + 2 :])), (k, k + 1), MatMul(pair))


MISTAKE: Final = Mistake(
    name="inner-vs-outer",
    family="vectors and matrices",
    headline="an inner product and an outer product were mixed up",
    message="{wrong} should be {right}",
    why="aᵀb is a number, abᵀ a matrix with the entries aᵢbⱼ; the derivative by a matrix has the shape of the matrix",
    prior=0.82,
    repairs=(Repair(_turned),),
)
