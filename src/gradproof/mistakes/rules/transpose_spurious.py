"""A transpose too many: -(R - UVᵀ)Vᵀ for -(R - UVᵀ)V."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Hadamard, Transpose
from gradproof.mistakes.factors import juxtaposed, product
from gradproof.mistakes.mistake import Mend, Mistake, Repair
from gradproof.mistakes.scene import Spot


def _one(spot: Spot) -> Iterator[Mend]:
    if isinstance(spot.node, Transpose):
        yield Mend(spot.node.arg)


def _beside(spot: Spot) -> Iterator[Mend]:
    """Of arrays of one shape side by side, which no matrix product joins, one is transposed."""
    if not isinstance(spot.node, Hadamard) or not juxtaposed(spot.text):
        return
    fs = spot.node.factors
    for k, f in enumerate(fs):
        if isinstance(f, Transpose):
            yield Mend(product(*fs[:k], f.arg, *fs[k + 1 :]), (k, k), f.arg)


MISTAKE: Final = Mistake(
    name="transpose-spurious",
    family="vectors and matrices",
    headline="there is a transpose too many",
    message="{node} must not be transposed here",
    why="(AB)ᵀ = BᵀAᵀ transposes each factor once; a factor on the other side of the variable keeps its shape",
    prior=0.78,
    repairs=(
        Repair(_one),
        Repair(_beside, message="there is a transpose too many: the product should be {right}"),
    ),
)
