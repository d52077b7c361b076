"""How far the features spread: the largest eigenvalue of ``XᵀX``, from which the step 1/L follows."""

from typing import Final

import numpy as np

from gradproof.training.arrays import Vector, is_sparse
from gradproof.training.rows import Block, Rows

DENSE: Final = 300
"""Most features for which the matrix is built."""

MARGIN: Final = 1.01
STEPS: Final = 200


def largest_eigenvalue(rows: Rows, *, intercept: bool) -> float:
    """Return the largest eigenvalue of ``Σ c_i x_i x_iᵀ``, x with a one behind it where there is an intercept.

    For few features it is exact; for many it comes from power iteration (Golub, Van Loan, Matrix Computations,
    8.2.1), with a margin of a hundredth.
    """
    first = next(iter(rows.blocks())).features
    size = int(first.shape[1]) + intercept
    if size <= DENSE and not is_sparse(first):
        total = np.zeros((size, size))
        for block in rows.blocks():
            total += _gram(block, intercept)
        return float(np.linalg.eigvalsh(total)[-1])
    vector = np.ones(size) / np.sqrt(size)
    value = 0.0
    for _ in range(STEPS):
        product = sum((_product(b, vector, intercept) for b in rows.blocks()), np.zeros(size))
        norm = float(np.linalg.norm(product))
        if norm == 0 or abs(norm - value) <= 1e-4 * norm:
            value = norm
            break
        value, vector = norm, product / norm
    return MARGIN * value


def _gram(block: Block, intercept: bool) -> Vector:
    x = block.features
    weighted = x if block.weights is None else x * block.weights[:, None]
    inner = x.T @ weighted
    if not intercept:
        return inner
    edge = weighted.sum(axis=0)
    return np.block([[inner, edge[:, None]], [edge[None, :], np.array([[block.total]])]])


def _product(block: Block, vector: Vector, intercept: bool) -> Vector:
    x = block.features
    linear = x @ vector[: x.shape[1]] + (vector[-1] if intercept else 0.0)
    if block.weights is not None:
        linear = linear * block.weights
    out = x.T @ linear
    return np.append(out, linear.sum()) if intercept else out
