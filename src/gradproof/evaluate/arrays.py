"""Whole arrays: products, transposes, traces, determinants, inverses, norms, blocks, over jets.

Vectors are columns of rank 1; a transposed vector has shape (1, n) and is marked as a row.
"""

from fractions import Fraction

import numpy as np

from gradproof.evaluate.arithmetic import Array
from gradproof.evaluate.indexing import as_column
from gradproof.evaluate.jets import Parts, Value
from gradproof.evaluate.limits import MAX_SQUARE, ShapeMismatch, Unsupported
from gradproof.evaluate.state import State


def own_sum(state: State, x: Value) -> Value:
    """Return the sum of all entries, a scalar."""
    parts = dict(x.parts)
    for _ in range(x.rank):
        parts = {m: state.algebra.arithmetic.total(p, -1) for m, p in parts.items()}
    return Value(parts)


def matmul(state: State, x: Value, y: Value) -> Value:
    """Return the matrix product; a row times a column is a scalar.

    Raises:
        ShapeMismatch: the inner sizes differ.
    """
    algebra = state.algebra
    if not x.rank or not y.rank:
        return algebra.mul(x, y)
    if x.rank > 2 or y.rank > 2:
        raise Unsupported("a matrix product of arrays with more than two axes")
    left, right = _matrix(x), _matrix(y)
    if left.shape[1] != right.shape[0]:
        if state.context.layout.loose and x.shape == y.shape:
            return algebra.mul(x, y)
        raise ShapeMismatch(
            f"shapes {left.shape} and {right.shape} cannot be multiplied",
            (x.shape, y.shape), "multiplied",
        )  # fmt: skip
    parts = algebra.bilinear(left.parts, right.parts, algebra.arithmetic.matmul)
    if y.rank == 1 and x.row:
        return Value({m: p[..., 0, 0] for m, p in parts.items()})
    if y.rank == 1:
        return Value({m: p[..., 0] for m, p in parts.items()}, 1)
    return Value(parts, 2, x.row)


def _matrix(x: Value) -> Value:
    if x.rank == 2:
        return x
    if x.rank == 1:
        return Value({m: p[..., None] for m, p in x.parts.items()}, 2)
    return Value({m: p[..., None, None] for m, p in x.parts.items()}, 2)


def transpose(x: Value) -> Value:
    """Return the transpose: a vector becomes a row and back."""
    match x.rank:
        case 0:
            return x
        case 1:
            return Value({m: p[..., None, :] for m, p in x.parts.items()}, 2, row=True)
        case 2 if x.row:
            return as_column(x)
        case 2:
            return Value({m: np.swapaxes(p, -1, -2) for m, p in x.parts.items()}, 2)
        case _:
            raise Unsupported("the transpose of an array with more than two axes")


def _square(x: Value, what: str) -> int:
    if x.rank != 2 or x.row or x.shape[0] != x.shape[1]:
        raise ShapeMismatch(f"the {what} of an array of shape {x.shape}")
    return x.shape[0]


def trace(state: State, x: Value) -> Value:
    """Return the trace of a square matrix (of a scalar: itself)."""
    return x if not x.rank else own_sum(state, _diagonal(x, "trace"))


def _diagonal(x: Value, what: str) -> Value:
    _square(x, what)
    return Value({m: np.diagonal(p, axis1=-2, axis2=-1) for m, p in x.parts.items()}, 1)


def diagonal_matrix(state: State, x: Value) -> Value:
    """Return diag of a vector; of a matrix, the vector of its diagonal."""
    if not x.rank:
        return x
    if x.rank == 2 and not x.row:
        return _diagonal(x, "diagonal")
    x = as_column(x)
    unit = identity(state, x.shape[0]).real
    mul = state.algebra.arithmetic.mul
    return Value({m: mul(p[..., None], unit) for m, p in x.parts.items()}, 2)


def identity(state: State, n: int) -> Value:
    """Return the identity matrix."""
    return Value({0: state.algebra.arithmetic.integers(np.eye(n, dtype=np.int64)[None])}, 2)


def ones(state: State, shape: tuple[int, ...]) -> Value:
    """Return an array of ones."""
    array = state.algebra.arithmetic.integers(np.ones((1, *shape), dtype=np.int64))
    return Value({0: array}, len(shape))


def _characteristic(state: State, x: Value) -> tuple[Value, Value]:
    """Return det(x) up to sign as c_0, and M_n with x·M_n = -c_0·I (Faddeev and LeVerrier)."""
    algebra = state.algebra
    n = x.shape[0]
    if n > MAX_SQUARE:
        raise Unsupported("limit:elements")
    unit = identity(state, n)
    power, c = unit, state.number(Fraction(1))
    m = unit
    for k in range(1, n + 1):
        if k > 1:
            m = algebra.add(power, algebra.mul(c, unit))
        power = matmul(state, x, m)
        c = algebra.mul(state.number(Fraction(-1, k)), trace(state, power))
    return c, m


def determinant(state: State, x: Value) -> Value:
    """Return the determinant of a square matrix."""
    if not x.rank:
        return x
    n = _square(x, "determinant")
    c, _ = _characteristic(state, x)
    return c if n % 2 == 0 else state.algebra.neg(c)


def inverse(state: State, x: Value) -> Value:
    """Return the inverse of a square matrix, undefined where it is singular."""
    if not x.rank:
        return state.algebra.power(x, Fraction(-1))
    _square(x, "inverse")
    c, m = _characteristic(state, x)
    return state.algebra.neg(state.algebra.div(m, c))


def pseudo_inverse(state: State, x: Value) -> Value:
    """Return the pseudo-inverse of a matrix of full rank, undefined where its rank is lower."""
    if x.rank < 2 or x.row:
        raise Unsupported("the pseudo-inverse of something else than a matrix")
    flat = transpose(x)
    rows, columns = x.shape
    if rows >= columns:
        return matmul(state, inverse(state, matmul(state, flat, x)), flat)
    return matmul(state, flat, inverse(state, matmul(state, x, flat)))


def stacked_columns(x: Value) -> Value:
    """Return the columns of a matrix in one vector; a vector is its own, a row laid upright."""
    if x.rank < 2 or x.row:
        return as_column(x)
    size = x.shape[0] * x.shape[1]
    flat = {m: np.swapaxes(p, -1, -2) for m, p in x.parts.items()}
    return Value({m: p.reshape((*p.shape[:-2], size)) for m, p in flat.items()}, 1)


def matrix_power(state: State, x: Value, exponent: Fraction) -> Value:
    """Return a whole power of a square matrix."""
    _square(x, "power")
    if exponent.denominator != 1:
        raise Unsupported("a fractional power of a matrix")
    base = inverse(state, x) if exponent < 0 else x
    result = identity(state, x.shape[0])
    for _ in range(abs(exponent.numerator)):
        result = matmul(state, result, base)
    return result


def kronecker(state: State, x: Value, y: Value) -> Value:
    """Return the Kronecker product; of two vectors, the outer product."""
    algebra = state.algebra
    if not x.rank or not y.rank:
        return algebra.mul(x, y)
    if x.rank > 2 or y.rank > 2:
        raise Unsupported("a Kronecker product of arrays with more than two axes")
    if x.rank == 1 and (y.rank == 1 or y.row):
        return matmul(state, x, transpose(as_column(y)))

    def product(a: Array, b: Array) -> Array:
        wide = algebra.arithmetic.mul(a[..., :, None, :, None], b[..., None, :, None, :])
        batch, (i, j, k, m) = wide.shape[:-4], wide.shape[-4:]
        return wide.reshape((*batch, i * j, k * m))

    left, right = _matrix(x), _matrix(y)
    return Value(algebra.bilinear(left.parts, right.parts, product), 2, x.row and y.row)


def norm(state: State, x: Value, order: str) -> Value:
    """Return a norm: ``2`` of vectors, ``F`` of matrices, ``1`` and ``inf`` of vectors."""
    algebra = state.algebra
    if not x.rank:
        return algebra.function("abs", x)
    is_matrix = x.rank > 1 and not x.row
    if order == "F" or (order == "2" and not is_matrix):
        return algebra.power(own_sum(state, algebra.mul(x, x)), Fraction(1, 2))
    if is_matrix:
        raise Unsupported(f"the {order}-norm of a matrix")
    sizes = algebra.function("abs", as_column(x))
    if order == "1":
        return own_sum(state, sizes)
    entries = [Value({m: p[..., k] for m, p in sizes.parts.items()}) for k in range(sizes.shape[0])]
    best = entries[0]
    for other in entries[1:]:
        best = larger(state, best, other)
    return best


def larger(state: State, x: Value, y: Value) -> Value:
    """Return max(x, y) entry by entry; at a tie only the value is defined."""
    algebra = state.algebra
    gap = algebra.add(x, algebra.neg(y))
    if algebra.arithmetic.name == "residue":
        total = algebra.add(algebra.add(x, y), algebra.function("abs", gap))
        return algebra.mul(state.number(Fraction(1, 2)), total)
    sign = algebra.function("sign", gap)
    zero, one = state.number(Fraction(0)), state.number(Fraction(1))
    above, unknown = algebra.arithmetic.compare(">", sign.real, zero.real)
    arithmetic = algebra.arithmetic
    real = arithmetic.where(unknown, arithmetic.nan, arithmetic.integers(above))
    step = Value({**sign.parts, 0: real}, sign.rank, sign.row)
    other = algebra.add(one, algebra.neg(step))
    return algebra.add(algebra.mul(step, x), algebra.mul(other, y))


def stack(state: State, rows: list[list[Value]]) -> Value:
    """Return a matrix from its cells, scalars or blocks; one column is a vector, one row a row.

    Raises:
        ShapeMismatch: blocks that do not fit.
    """
    cells = [c for row in rows for c in row]
    if any(c.rank > 2 for c in cells):
        raise Unsupported("a block with more than two axes")
    blocks = [[_matrix(c) for c in row] for row in rows]
    lines = [_join(state, row, -1) for row in blocks]
    whole = lines[0] if len(lines) == 1 else _join(state, lines, -2)
    if whole.shape[1] == 1 and all(c.rank <= 1 for c in cells):
        return Value({m: p[..., 0] for m, p in whole.parts.items()}, 1)
    one_row = len(rows) == 1 and all(c.rank == 0 or c.row for c in cells)
    return Value(whole.parts, 2, row=one_row)


def _join(state: State, blocks: list[Value], axis: int) -> Value:
    other = -3 - axis
    if len({b.shape[other] for b in blocks}) != 1:
        raise ShapeMismatch("blocks of different sizes side by side")
    masks = sorted({m for b in blocks for m in b.parts})
    zero = state.number(Fraction(0)).real.reshape(1, 1, 1)
    parts: Parts = {}
    for m in masks:
        pieces = [_spread(b.parts.get(m, zero), b.shape) for b in blocks]
        batch = np.broadcast_shapes(*(p.shape[:-2] for p in pieces))
        parts[m] = np.concatenate(
            [np.broadcast_to(p, batch + p.shape[-2:]) for p in pieces], axis=axis
        )
    return Value(parts, 2)


def _spread(p: Array, shape: tuple[int, ...]) -> Array:
    return np.broadcast_to(p, p.shape[:-2] + shape)
