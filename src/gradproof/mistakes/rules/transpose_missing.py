"""A transpose is missing: X(Xw - y) for Xᵀ(Xw - y)."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import (
    SINGLE,
    Derivative,
    Differential,
    Hadamard,
    MatMul,
    Mul,
    Neg,
    Transpose,
    rank,
)
from gradproof.mistakes.factors import is_vector, juxtaposed, space, transposed
from gradproof.mistakes.mistake import Mend, Mistake, Repair
from gradproof.mistakes.scene import Spot

ROW: Final = "{node} is a row, and this document writes such gradients as columns: {right}"


def _one(spot: Spot) -> Iterator[Mend]:
    node = spot.node
    if (
        spot.whole
        or not spot.rank
        or isinstance(spot.parent, Transpose | Derivative | Differential)
    ):
        return
    if not isinstance(node, Neg | Mul | Transpose):
        yield Mend(transposed(node, spot.context))


def _all(spot: Spot) -> Iterator[Mend]:
    if spot.whole and rank(spot.node, spot.context) == 2 and not isinstance(spot.node, Neg | Mul):
        yield Mend(transposed(spot.node, spot.context))


def _row(spot: Spot) -> Iterator[Mend]:
    """A row stands where the document has columns."""
    own = space(spot.node, spot.context) if spot.whole and spot.scene.rank == 1 else None
    if own is not None and own.shape[:1] == (SINGLE,):
        yield Mend(transposed(spot.node, spot.context))


def _beside(spot: Spot) -> Iterator[Mend]:
    """Two columns side by side, no sign between them."""
    match spot.node:
        case Hadamard((a, b)) if is_vector(a, spot.context) and is_vector(b, spot.context):
            if juxtaposed(spot.text):
                right = Transpose(b)
                yield Mend(MatMul((a, right)), (1, 1), right)
                yield Mend(MatMul((Transpose(a), b)), (0, 0), Transpose(a))
        case _:
            return


MISTAKE: Final = Mistake(
    name="transpose-missing",
    family="vectors and matrices",
    headline="a transpose is missing",
    message="{node} has to be transposed here",
    why="d(Xw) = X dw, and the gradient carries the transpose: tr(GᵀX dw) = tr((XᵀG)ᵀdw)",
    prior=0.8,
    repairs=(
        Repair(_one),
        Repair(_beside),
        Repair(_all, weight=0.85),
        Repair(_row, weight=1.2, message=ROW),
    ),
)
