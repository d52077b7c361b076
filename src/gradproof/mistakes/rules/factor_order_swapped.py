"""Factors of a matrix product stand in the wrong order: (Xw - y)Xᵀ for Xᵀ(Xw - y)."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import MatMul
from gradproof.mistakes.factors import moved, transposed
from gradproof.mistakes.mistake import Mend, Mistake, Repair
from gradproof.mistakes.scene import Spot


def _exchanged(spot: Spot) -> Iterator[Mend]:
    if isinstance(spot.node, MatMul):
        for order, first, last in moved(spot.node.factors):
            part = order[first : last + 1]
            yield Mend(MatMul(order), (first, last), MatMul(part))


def _reversed(spot: Spot) -> Iterator[Mend]:
    if isinstance(spot.node, MatMul):
        yield Mend(MatMul(tuple(reversed(spot.node.factors))))


def _turned(spot: Spot) -> Iterator[Mend]:
    """``v B`` for ``Bᵀ v``: exchanged, and the transpose is missing."""
    if not isinstance(spot.node, MatMul):
        return
    fs = spot.node.factors
    for k in range(len(fs) - 1):
        a, b = fs[k], fs[k + 1]
        for pair in (
            (transposed(b, spot.context), a),
            (b, transposed(a, spot.context)),
            (transposed(b, spot.context), transposed(a, spot.context)),
        ):
            yield Mend(MatMul((*fs[:k], *pair, *fs[k + 2 :])), (k, k + 1), MatMul(pair))


MISTAKE: Final = Mistake(
    name="factor-order-swapped",
    family="vectors and matrices",
    headline="the factors of a matrix product stand in the wrong order",
    message="the factors of {node} stand in the wrong order",
    why="a matrix product does not commute: what stood left of the variable stays on its side",
    prior=0.77,
    repairs=(Repair(_exchanged), Repair(_reversed, weight=0.98), Repair(_turned, weight=0.7)),
)
