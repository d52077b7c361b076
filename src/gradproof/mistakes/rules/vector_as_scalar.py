"""A vector is differentiated like a number: 2‖w‖ for 2w, 2λ for 2λw."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Add, Neg, Norm, Num, rank
from gradproof.mistakes.factors import is_vector
from gradproof.mistakes.mistake import Mend, Mistake, Repair
from gradproof.mistakes.scene import Spot
from gradproof.rewrite import mul


def _norm(spot: Spot) -> Iterator[Mend]:
    if isinstance(spot.node, Norm):
        yield Mend(spot.node.arg)


def _number(spot: Spot) -> Iterator[Mend]:
    """A number stands where the vector is missing."""
    if spot.rank != 0 or spot.scene.rank != 1 or isinstance(spot.node, Num | Neg | Norm):
        return
    if spot.whole or (isinstance(spot.parent, Add) and spot.term):
        for v in spot.scene.variables:
            if rank(v, spot.context) == 1:
                yield Mend(mul(spot.node, v))


def _size(spot: Spot) -> Iterator[Mend]:
    """A vector stands where its length belongs."""
    if is_vector(spot.node, spot.context) and Norm(spot.node) in spot.scene.reached:
        yield Mend(Norm(spot.node))


MISTAKE: Final = Mistake(
    name="vector-as-scalar",
    family="vectors and matrices",
    headline="a vector was treated as a number",
    message="{wrong} should be {right}",
    why="the gradient by a vector is a vector: ∇‖w‖² = 2w, ∇ aᵀw = a",
    prior=0.72,
    repairs=(Repair(_norm), Repair(_number), Repair(_size, weight=0.6)),
)
