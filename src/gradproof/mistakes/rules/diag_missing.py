"""A diagonal matrix is missing: XᵀX for XᵀDX, σ'(z)W for diag(σ'(z))W."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Add, Diag, Hadamard, MatMul, Neg, Ones, Transpose, rank
from gradproof.mistakes.factors import is_vector, product
from gradproof.mistakes.mistake import Mend, Mistake, Repair
from gradproof.mistakes.scene import Spot


def _around(spot: Spot) -> Iterator[Mend]:
    """A vector that multiplies, or stands beside, matrices."""
    if not is_vector(spot.node, spot.context) or isinstance(spot.parent, Diag | Neg):
        return
    if isinstance(spot.parent, MatMul | Add) or spot.whole:
        yield Mend(Diag(spot.node))


def _between(spot: Spot) -> Iterator[Mend]:
    """The slope of an elementwise function, left out between the factors."""
    if not spot.rank or isinstance(spot.parent, MatMul):
        return
    fs = spot.node.factors if isinstance(spot.node, MatMul) else (spot.node,)
    for slope in spot.scene.slopes:
        if rank(slope, spot.context) == 1:
            for k in range(len(fs) + 1):
                yield Mend(product(*fs[:k], Diag(slope), *fs[k:]))


def _elementwise(spot: Spot) -> Iterator[Mend]:
    """``a ⊙ W`` with a vector and a matrix; ``a ⊙ (b W)``."""
    match spot.node:
        case Hadamard((*vectors, matrix)) if all(is_vector(v, spot.context) for v in vectors):
            inside = matrix.factors if isinstance(matrix, MatMul) else (matrix,)
            first, rest = inside[0], inside[1:]
            if is_vector(first, spot.context) and rest:
                vectors, inside = [*vectors, first], rest
            scale = Hadamard(tuple(vectors)) if len(vectors) > 1 else vectors[0]
            yield Mend(product(Diag(scale), *inside))
        case _:
            return


def _spread(spot: Spot) -> Iterator[Mend]:
    """A vector beside a matrix, read as the matrix of which each column is the vector."""
    match spot.node:
        case MatMul((vector, Transpose(Ones()))) if is_vector(vector, spot.context):
            yield Mend(Diag(vector))
        case _:
            return


MISTAKE: Final = Mistake(
    name="diag-missing",
    family="vectors and matrices",
    headline="a diagonal matrix is missing",
    message="{wrong} should be {right}",
    why="an elementwise function has a diagonal Jacobian: d σ(u) = diag(σ'(u)) du",
    prior=0.76,
    repairs=(
        Repair(_around, weight=1.05),
        Repair(_spread),
        Repair(_elementwise),
        Repair(_between, weight=0.95),
    ),
)
