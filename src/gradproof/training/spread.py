"""How far the features spread: the largest eigenvalue of ``XᵀX``, from which the step 1/L follows."""

from collections.abc import Callable
from typing import Final

import numpy as np

from gradproof.training.arrays import Vector, is_sparse
from gradproof.training.rows import Block, Rows

DENSE: Final = 300
"""Most features for which the matrix is built."""

MARGIN: Final = 1.01
STEPS: Final = 200


def largest_eigenvalue(
    size: int, matrix: Callable[[], Vector], product: Callable[[Vector], Vector]
) -> float:
    """Return the largest eigenvalue of a symmetric positive matrix of `size` rows.

    For small ones it is exact; for large ones it comes from power iteration (Golub, Van Loan, Matrix Computations,
    8.2.1), with a margin of a hundredth.
    """
    if size <= DENSE:
        return float(np.linalg.eigvalsh(matrix())[-1])
    vector = np.ones(size) / np.sqrt(size)
    value = 0.0
    for _ in range(STEPS):
        found = product(vector)
        norm = float(np.linalg.norm(found))
        if norm == 0 or abs(norm - value) <= 1e-4 * norm:
            value = norm
            break
        value, vector = norm, found / norm
    return MARGIN * value


def gram(rows: Rows, size: int, *, intercept: bool) -> Vector:
    """Return ``Σ c_i x_i x_iᵀ``, shape (size, size), x with a one behind it where there is an intercept."""
    total = np.zeros((size, size))
    for block in rows.blocks():
        total += _gram(block, intercept)
    return total


def gram_product(rows: Rows, vector: Vector, *, intercept: bool) -> Vector:
    """Return that matrix times `vector`, shape (size,)."""
    total = np.zeros(vector.shape)
    for block in rows.blocks():
        total += _product(block, vector, intercept)
    return total


def _gram(block: Block, intercept: bool) -> Vector:
    x = block.features
    if block.weights is None:
        weighted = x
    else:
        weighted = (
            x.multiply(block.weights[:, None]).tocsr()
            if is_sparse(x)
            else x * block.weights[:, None]
        )
    inner = x.T @ weighted
    dense: Vector = inner.toarray() if is_sparse(inner) else inner
    if not intercept:
        return dense
    edge = np.asarray(weighted.sum(axis=0)).ravel()
    return np.block([[dense, edge[:, None]], [edge[None, :], np.array([[block.total]])]])


def _product(block: Block, vector: Vector, intercept: bool) -> Vector:
    x = block.features
    linear = x @ vector[: x.shape[1]] + (vector[-1] if intercept else 0.0)
    if block.weights is not None:
        linear = linear * block.weights
    out = x.T @ linear
    return np.append(out, linear.sum()) if intercept else out


def squares(block: Block) -> Vector:
    """Return ``Σ c_i x_ij²`` for every feature j, shape (features,)."""
    x, weights = block.features, block.weights
    if is_sparse(x):
        data: Vector = x.data * x.data
        if weights is not None:
            data *= np.repeat(weights, np.diff(x.indptr))
        return np.bincount(x.indices, weights=data, minlength=x.shape[1]).astype(np.float64)
    return (
        np.einsum("ij,ij->j", x, x) if weights is None else np.einsum("ij,ij,i->j", x, x, weights)
    )
