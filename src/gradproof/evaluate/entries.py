"""Functions of all entries of a vector, or of each row of a matrix: softmax, mean, variance, over jets."""

from fractions import Fraction

import numpy as np

from gradproof.evaluate.arrays import own_sum, transpose
from gradproof.evaluate.indexing import as_column
from gradproof.evaluate.jets import Value
from gradproof.evaluate.limits import Unsupported
from gradproof.evaluate.state import State


def softmax(state: State, x: Value) -> Value:
    """Return softmax of a vector or of each row (Σ exp in the denominator), shifted by the largest entry."""
    if x.row:
        return transpose(softmax(state, as_column(x)))
    _vector_or_matrix(x, "softmax")
    shifted = _minus(state, x, _top(state, x))
    powers = state.algebra.function("exp", shifted)
    total = _row_sums(state, powers)
    return state.algebra.div(powers, _along_rows(total, x))


def logsumexp(state: State, x: Value) -> Value:
    """Return log Σ exp of a vector, a scalar; of a matrix, the vector of its rows' values."""
    x = as_column(x) if x.row else x
    _vector_or_matrix(x, "logsumexp")
    top = _top(state, x)
    powers = state.algebra.function("exp", _minus(state, x, top))
    return state.algebra.add(state.algebra.function("log", _row_sums(state, powers)), top)


def logsoftmax(state: State, x: Value) -> Value:
    """Return log softmax of a vector or of each row."""
    if x.row:
        return transpose(logsoftmax(state, as_column(x)))
    return _minus(state, x, logsumexp(state, x))


def mean(state: State, x: Value) -> Value:
    """Return the mean of the entries of a vector."""
    x = as_column(x) if x.row else x
    if x.rank != 1:
        raise Unsupported("the mean of something else than a vector")
    return state.algebra.mul(state.number(Fraction(1, x.shape[0])), own_sum(state, x))


def variance(state: State, x: Value) -> Value:
    """Return the mean squared distance of the entries of a vector from their mean."""
    x = as_column(x) if x.row else x
    gap = state.algebra.add(x, state.algebra.neg(mean(state, x)))
    return mean(state, state.algebra.mul(gap, gap))


def _vector_or_matrix(x: Value, what: str) -> None:
    if x.rank not in (1, 2):
        raise Unsupported(f"{what} of something else than a vector or the rows of a matrix")


def _row_sums(state: State, x: Value) -> Value:
    """Sum over the last axis."""
    total = state.algebra.arithmetic.total
    return Value({m: total(p, -1) for m, p in x.parts.items()}, x.rank - 1)


def _along_rows(values: Value, x: Value) -> Value:
    """Repeat one value for each row along the row; a scalar stands for itself."""
    if not values.rank:
        return values
    shape = x.shape
    parts = {
        m: np.broadcast_to(p[..., None], (*p.shape[:-1], *shape)) for m, p in values.parts.items()
    }
    return Value(parts, 2)


def _minus(state: State, x: Value, values: Value) -> Value:
    return state.algebra.add(x, state.algebra.neg(_along_rows(values, x)))


def _top(state: State, x: Value) -> Value:
    """Return the constants by which rows are shifted so that floating exponentials do not overflow."""
    if state.algebra.arithmetic.name != "float64":
        return state.number(Fraction(0))
    return Value({0: x.real.max(axis=-1)}, x.rank - 1)
