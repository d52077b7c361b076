"""Jets: values with nilpotent tags, the derivatives of the numeric routes.

A value is Σ_S a_S ε_S over sets S of tags, with ε² = 0 for each tag; the part of the full set of k tags is
the k-th mixed derivative. Sets are bit masks; absent parts are exactly zero. Nothing symbolic is used:
an elementary function enters by its own derivative sequence (Faà di Bruno over the set partitions).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import final

import numpy as np

from gradproof.evaluate.arithmetic import Arithmetic, Array, BoolArray, IntArray, Primitive
from gradproof.evaluate.functions import primitive_sequence
from gradproof.evaluate.limits import ShapeMismatch, Unsupported

Parts = dict[int, Array]
"""Mask of tags to array; mask 0 (the value proper) is always there."""


@final
@dataclass(frozen=True, slots=True)
class Value:
    """A jet whose arrays have batch axes, then `rank` axes of their own.

    The last batch axis is the sample point, the axes before it are index axes (the first allocated
    nearest to it); missing or single axes broadcast. `row` marks a transposed vector, shape (1, n).
    """

    parts: Parts
    rank: int = 0
    row: bool = False

    @property
    def real(self) -> Array:
        """The value proper."""
        return self.parts[0]

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the value's own axes."""
        return self.real.shape[self.real.ndim - self.rank :]

    @property
    def axes(self) -> int:
        """Number of axes, of a vector laid as a row 1."""
        return 1 if self.row else self.rank

    @property
    def tags(self) -> int:
        """All tags that occur."""
        out = 0
        for mask in self.parts:
            out |= mask
        return out


@lru_cache(maxsize=1024)
def partitions(mask: int) -> tuple[tuple[int, ...], ...]:
    """Return the partitions of a set of tags into non-empty sets.

    >>> partitions(0b11)
    ((3,), (1, 2))
    """
    if not mask:
        return ((),)
    first = mask & -mask
    rest = mask ^ first
    out: list[tuple[int, ...]] = []
    for sub in _submasks(rest):
        out.extend((first | sub, *p) for p in partitions(rest ^ sub))
    return tuple(out)


def _submasks(mask: int) -> Iterator[int]:
    sub = mask
    while True:
        yield sub
        if not sub:
            return
        sub = (sub - 1) & mask


def expand(a: Array, rank: int, target: int) -> Array:
    """Give a value of `rank` own axes `target` of them, the new ones of size 1 at the end."""
    return a if rank == target else a.reshape(a.shape + (1,) * (target - rank))


def spread(x: Value, y: Value, *, mixed: bool = False) -> tuple[Value, Value]:
    """Return two values so that they can be combined entry by entry, as people write sums of arrays.

    A vector that fits the rows (or the columns) of a matrix goes with every row (or column); a matrix of one
    row or column likewise; a vector against a matrix of one column is that column. With `mixed` a row is
    a column where a column stands on the other side. What does not fit is returned as it is.

    Raises:
        Unsupported: a vector that fits rows and columns.
    """
    if not x.rank or not y.rank or (x.shape == y.shape and x.row == y.row):
        return x, y
    if x.rank == y.rank == 1:
        return x, y
    if x.shape == y.shape:
        return _unmarked(x), _unmarked(y)
    if x.rank > 2 or y.rank > 2:
        return x, y
    if x.rank == 1:
        vector, matrix = _laid(x, y, mixed=mixed)
        return vector, matrix
    if y.rank == 1:
        vector, matrix = _laid(y, x, mixed=mixed)
        return matrix, vector
    fitting = all(a == b or 1 in (a, b) for a, b in zip(x.shape, y.shape, strict=True))
    if fitting and any(1 not in v.shape for v in (x, y)):
        shape = np.broadcast_shapes(x.shape, y.shape)
        return _stretched(x, shape), _stretched(y, shape)
    return x, y


def _unmarked(x: Value) -> Value:
    return Value(x.parts, x.rank) if x.row else x


def _stretched(x: Value, shape: tuple[int, ...]) -> Value:
    return Value(
        {m: np.broadcast_to(p, p.shape[: p.ndim - x.rank] + shape) for m, p in x.parts.items()},
        len(shape),
    )


def _laid(vector: Value, other: Value, *, mixed: bool) -> tuple[Value, Value]:
    """Lay a vector along the rows or the columns of what it is combined with."""
    (n,), (rows, columns) = vector.shape, other.shape
    if other.row:
        if mixed and columns == n:
            return vector, Value({m: p[..., 0, :] for m, p in other.parts.items()}, 1)
        return vector, other
    if columns == 1 and rows == n:
        return Value({m: p[..., None] for m, p in vector.parts.items()}, 2), other
    if rows == columns == n:
        raise Unsupported("a vector and a square matrix: it is not said whether rows or columns")
    if columns == n and rows > 1:
        lying = Value({m: p[..., None, :] for m, p in vector.parts.items()}, 2)
        return _stretched(lying, other.shape), other
    if rows == n and columns > 1:
        upright = Value({m: p[..., None] for m, p in vector.parts.items()}, 2)
        return _stretched(upright, other.shape), other
    return vector, other


def _mismatch(x: Value, y: Value, verb: str) -> ShapeMismatch:
    return ShapeMismatch(
        f"shapes {x.shape} and {y.shape} cannot be {verb}", (x.shape, y.shape), verb
    )


@final
@dataclass(frozen=True, slots=True)
class Algebra:
    """Jets over one arithmetic; with `mixed` a row added to a column counts as one."""

    arithmetic: Arithmetic
    mixed: bool = False

    def number(self, value: Fraction) -> Value:
        """Return a constant."""
        return Value({0: self.arithmetic.number(value)})

    def integers(self, values: IntArray | BoolArray) -> Value:
        """Return a scalar value from integers over the batch axes."""
        return Value({0: self.arithmetic.integers(values)})

    def add(self, x: Value, y: Value) -> Value:
        """Return x + y; a scalar is added to every entry of an array, a vector to every row or column.

        Raises:
            ShapeMismatch: two arrays of different shapes.
        """
        x, y = spread(x, y, mixed=self.mixed)
        rank, row = self._common(x, y, "added")
        a = self.arithmetic
        if len(x.parts) == 1 and len(y.parts) == 1 and x.rank == y.rank:
            return Value({0: a.add(x.parts[0], y.parts[0])}, rank, row)
        out: Parts = {m: expand(p, x.rank, rank) for m, p in x.parts.items()}
        for m, p in y.parts.items():
            q = expand(p, y.rank, rank)
            out[m] = a.add(out[m], q) if m in out else q
        return self._fill(out, x, y, rank, row)

    def _fill(self, out: Parts, x: Value, y: Value, rank: int, row: bool) -> Value:
        """Spread tangents of a scalar over the array that it was added to."""
        if x.rank != y.rank:
            shape = x.shape if x.rank else y.shape
            for m, p in out.items():
                if p.shape[p.ndim - rank :] != shape:
                    out[m] = np.broadcast_to(p, p.shape[: p.ndim - rank] + shape)
        return Value(out, rank, row)

    def _common(self, x: Value, y: Value, verb: str) -> tuple[int, bool]:
        if x.rank == y.rank:
            if x.rank and (x.shape != y.shape or x.row != y.row):
                raise _mismatch(x, y, verb)
            return x.rank, x.row
        if not x.rank:
            return y.rank, y.row
        if not y.rank:
            return x.rank, x.row
        raise _mismatch(x, y, verb)

    def neg(self, x: Value) -> Value:
        """Return -x."""
        return self.map(x, self.arithmetic.neg)

    def map(self, x: Value, f: Callable[[Array], Array]) -> Value:
        """Apply a linear map of arrays, which keeps the rank, to every part."""
        return Value({m: f(p) for m, p in x.parts.items()}, x.rank, x.row)

    def mul(self, x: Value, y: Value) -> Value:
        """Return the product, elementwise for two arrays of one shape.

        Raises:
            ShapeMismatch: two arrays of different shapes.
        """
        x, y = spread(x, y, mixed=self.mixed)
        rank, row = self._common(x, y, "multiplied entry by entry")
        a = self.arithmetic
        if len(x.parts) == 1 and len(y.parts) == 1 and x.rank == y.rank:
            return Value({0: a.mul(x.parts[0], y.parts[0])}, rank, row)
        return Value(
            self.bilinear(
                {m: expand(p, x.rank, rank) for m, p in x.parts.items()},
                {m: expand(p, y.rank, rank) for m, p in y.parts.items()},
                a.mul,
            ),
            rank,
            row,
        )

    def bilinear(self, x: Parts, y: Parts, product: Callable[[Array, Array], Array]) -> Parts:
        """Return the parts of a bilinear product."""
        out: Parts = {}
        for m, p in x.items():
            for n, q in y.items():
                if not m & n:
                    t = product(p, q)
                    out[m | n] = self.arithmetic.add(out[m | n], t) if m | n in out else t
        return out

    def div(self, x: Value, y: Value) -> Value:
        """Return x / y, elementwise for arrays."""
        x, y = spread(x, y, mixed=self.mixed)
        if len(x.parts) == 1 and len(y.parts) == 1:
            rank, row = self._common(x, y, "divided entry by entry")
            a = expand(x.parts[0], x.rank, rank)
            return Value({0: self.arithmetic.div(a, expand(y.parts[0], y.rank, rank))}, rank, row)
        return self.mul(x, self.power(y, Fraction(-1)))

    def power(self, x: Value, exponent: Fraction) -> Value:
        """Return x to a constant exponent."""
        a = self.arithmetic
        coefficient = Fraction(1)
        sequence: list[Array] = []
        for k in range(x.tags.bit_count() + 1):
            if not coefficient:
                break
            term = a.rational_power(x.real, exponent - k)
            sequence.append(term if coefficient == 1 else a.mul(a.number(coefficient), term))
            coefficient *= exponent - k
        return self.compose(x, sequence)

    def general_power(self, x: Value, y: Value) -> Value:
        """Return x to a power that is not constant; where only x moves, integer exponents allow x < 0."""
        if y.tags:
            return self.function("exp", self.mul(y, self.function("log", x)))
        a = self.arithmetic
        rank, _ = self._common(x, y, "raised to a power")
        base, exponent = expand(x.real, x.rank, rank), expand(y.real, y.rank, rank)
        coefficient = a.number(Fraction(1))
        sequence: list[Array] = []
        for k in range(x.tags.bit_count() + 1):
            reduced = a.add(exponent, a.number(Fraction(-k)))
            term = a.mul(coefficient, a.power(base, reduced))
            if k:
                term = a.where(a.is_zero(coefficient), a.mul(a.number(Fraction(0)), base), term)
            sequence.append(term)
            coefficient = a.mul(coefficient, reduced)
        whole = Value(
            {m: expand(p, x.rank, rank) for m, p in x.parts.items()}, rank, x.row or y.row
        )
        return self.compose(whole, sequence)

    def function(self, name: Primitive, x: Value) -> Value:
        """Return a primitive function, elementwise."""
        return self.compose(
            x, primitive_sequence(self.arithmetic, name, x.real, x.tags.bit_count())
        )

    def compose(self, x: Value, sequence: Sequence[Array]) -> Value:
        """Return f(x) from f(a), f'(a), f''(a), … at the real part a; missing ones are zero."""
        if len(x.parts) == 1:
            return Value({0: sequence[0]}, x.rank, x.row)
        a = self.arithmetic
        out: Parts = {0: sequence[0]}
        for mask in sorted(_submasks(x.tags)):
            if not mask:
                continue
            total: Array | None = None
            for blocks in partitions(mask):
                if len(blocks) >= len(sequence) or any(b not in x.parts for b in blocks):
                    continue
                term = sequence[len(blocks)]
                for b in blocks:
                    term = a.mul(term, x.parts[b])
                total = term if total is None else a.add(total, term)
            if total is not None:
                out[mask] = total
        return Value(out, x.rank, x.row)

    def select(self, mask: BoolArray, x: Value, y: Value) -> Value:
        """Return x where `mask` (over the batch axes) holds, else y."""
        rank, row = self._common(x, y, "branches of one expression")
        a = self.arithmetic
        wide = expand(mask, 0, rank)
        zero = a.number(Fraction(0)).reshape((1,) * (rank + 1))
        out: Parts = {}
        for m in sorted(x.parts.keys() | y.parts.keys()):
            p = expand(x.parts[m], x.rank, rank) if m in x.parts else zero
            q = expand(y.parts[m], y.rank, rank) if m in y.parts else zero
            out[m] = a.where(wide, p, q)
        return self._fill(out, x, y, rank, row)

    def lose(self, x: Value, where: BoolArray, *, value: bool = True) -> Value:
        """Take the value (or, with `value` False, only the tangents) away where `where` holds."""
        if not where.any():
            return x
        a = self.arithmetic
        wide = expand(where, 0, x.rank)
        nan = a.nan.reshape((1,) * (x.rank + 1))
        parts = {m: a.where(wide, nan, p) if m or value else p for m, p in x.parts.items()}
        return Value(parts, x.rank, x.row)
