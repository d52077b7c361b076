"""Index arithmetic: integer index expressions, ranges, and reading entries out of arrays."""

from fractions import Fraction

import numpy as np

from gradproof.evaluate.arithmetic import Array, BoolArray, IntArray
from gradproof.evaluate.jets import Value
from gradproof.evaluate.limits import MissingIndex, Unsupported
from gradproof.evaluate.state import Env, State, size_value
from gradproof.expr import Add, Entry, Expr, Idx, Mul, Neg, Num, Sym

NOWHERE = -(10**9)
"""Index value of an entry that does not exist."""


def whole_number(value: int) -> IntArray:
    """Return one index value, shape (1,)."""
    return np.array([value], dtype=np.int64)


def integer_expression(state: State, e: Expr, env: Env) -> IntArray | None:
    """Return the values of an expression in index variables, whole numbers and sizes, else None."""
    match e:
        case Idx(name):
            found = env.indices.get(name)
            if found is None:
                raise MissingIndex(name)
            return found
        case Num(value):
            return whole_number(value.numerator) if value.denominator == 1 else None
        case Sym(name) if name not in env.bindings and name in state.points.sizes:
            return whole_number(state.points.sizes[name])
        case Neg(arg):
            inner = integer_expression(state, arg, env)
            return None if inner is None else -inner
        case Add(parts) | Mul(parts):
            values = [integer_expression(state, part, env) for part in parts]
            total = whole_number(0 if isinstance(e, Add) else 1)
            for value in values:
                if value is None:
                    return None
                total = total + value if isinstance(e, Add) else total * value
            return total
        case _:
            return None


def index_values(state: State, e: Expr, env: Env) -> IntArray:
    """Return the values of an index expression; a label (``z_{y_i}``) may be one.

    Raises:
        Unsupported: the expression has no whole-number value.
    """
    found = integer_expression(state, e, env)
    if found is not None:
        return found
    value = state.value(e, env)
    if value.rank or value.tags:
        raise Unsupported("an index that is not a whole number")
    numbers, known = state.algebra.arithmetic.whole(value.real)
    if not known.any():
        raise Unsupported("an index that is not a whole number")
    return np.where(known, numbers, NOWHERE)


def index_range(state: State, name: str) -> tuple[int, int] | None:
    """Return the declared inclusive range of an index variable."""
    found = state.context.ranges.get(name)
    if found is None:
        return None
    return found.lower, size_value(state, found.upper.name, found.upper.offset)


def origins(state: State, name: str, axes: int) -> tuple[int, ...]:
    """Return the first index value on each of the axes of an array."""
    found = state.context.origins.get(name, ())
    return (*found, *(1 for _ in range(axes - len(found))))[:axes]


def entries(a: Array, rank: int, positions: tuple[IntArray, ...]) -> Array:
    """Return ``a[positions]`` on the first of its `rank` own axes, per batch element (0-based, in range)."""
    batch = a.shape[: a.ndim - rank]
    full = np.broadcast_shapes(batch, *(p.shape for p in positions))
    if len(batch) < len(full):
        a = a.reshape((1,) * (len(full) - len(batch)) + a.shape)
    n = len(full)
    grid: list[IntArray] = []
    for k, count in enumerate(full):
        steps = (
            np.arange(count, dtype=np.int64) if a.shape[k] == count else np.zeros(count, np.int64)
        )
        grid.append(steps.reshape((count,) + (1,) * (n - 1 - k)))
    return a[(*grid, *positions)]


def in_range(
    positions: tuple[IntArray, ...], shape: tuple[int, ...]
) -> tuple[tuple[IntArray, ...], BoolArray | None]:
    """Return positions clipped into `shape`, and where they lay outside (None: nowhere)."""
    outside: BoolArray | None = None
    clipped: list[IntArray] = []
    for p, n in zip(positions, shape, strict=False):
        bad = (p < 0) | (p >= n)
        if bad.any():
            outside = bad if outside is None else outside | bad
            p = np.where(bad, 0, p)
        clipped.append(p)
    return tuple(clipped), outside


def as_column(value: Value) -> Value:
    """Return a transposed vector as a vector again; other values as they are."""
    if not value.row:
        return value
    return Value({m: p[..., 0, :] for m, p in value.parts.items()}, 1)


def take(
    state: State, value: Value, indices: tuple[IntArray, ...], start: tuple[int, ...]
) -> Value:
    """Return ``value[indices]``; `start` is the first index value per axis.

    Raises:
        Unsupported: more indices than axes.
    """
    if not indices:
        return value
    if len(indices) == 1:
        value = as_column(value)
    if len(indices) > value.rank:
        raise Unsupported("more indices than the array has axes")
    if 0 in value.shape:
        raise Unsupported("an entry of an empty array")
    positions, outside = in_range(
        tuple(i - s for i, s in zip(indices, start, strict=False)), value.shape
    )
    rank = value.rank - len(indices)
    parts = {m: entries(p, value.rank, positions) for m, p in value.parts.items()}
    taken = Value(parts, rank)
    return taken if outside is None else state.algebra.lose(taken, outside)


def flatten_entry(e: Entry) -> tuple[Expr, tuple[Expr, ...]]:
    """Return the array and all indices of nested entries: ``(x_i)_j`` is ``x_{ij}``."""
    array, indices = e.array, e.indices
    while isinstance(array, Entry):
        array, indices = array.array, (*array.indices, *indices)
    return array, indices


def equality(state: State, pairs: list[tuple[IntArray, IntArray]]) -> Array:
    """Return 1 where all pairs of index values agree, else 0."""
    if not pairs:
        return state.number(Fraction(1)).real
    return state.algebra.arithmetic.integers(equality_mask(pairs))


def equality_mask(pairs: list[tuple[IntArray, IntArray]]) -> BoolArray:
    """Return where all pairs of index values agree; there must be one at least."""
    hit = pairs[0][0] == pairs[0][1]
    for left, right in pairs[1:]:
        hit = hit & (left == right)
    return np.asarray(hit)


def trailing(grid: IntArray, position: int, rank: int) -> IntArray:
    """Return values along one own axis (``position`` of `rank`) as an array with one batch axis."""
    return grid.reshape((1,) * (1 + position) + (-1,) + (1,) * (rank - 1 - position))


def axes_to_own(
    state: State, value: Value, below: int, sizes: tuple[int, ...], *, first: bool = False
) -> Value:
    """Turn the index axes above the lowest `below` into own axes (before the others with `first`)."""
    if not sizes:
        return value
    value = as_column(value)
    count, rank = len(sizes), value.rank
    total = below + count + 1

    def move(p: Array) -> Array:
        batch = p.ndim - rank
        p = p.reshape((1,) * (total - batch) + p.shape)
        p = np.broadcast_to(p, tuple(reversed(sizes)) + p.shape[count:])
        end = -rank - count if first else -count
        return np.moveaxis(p, list(range(count - 1, -1, -1)), [end + k for k in range(count)])

    return Value({m: move(p) for m, p in value.parts.items()}, rank + count)
