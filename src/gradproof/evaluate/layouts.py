"""Derivatives arranged by a layout, and products with derivatives as the chain rule means them.

A derivative has raw axes: those of what is differentiated, then those of the variable. A `Layout` says how they
are shown. Two factors ``∂a/∂b`` and ``∂b/∂c`` are contracted over the axes of b, whatever their order and layout.
"""

from dataclasses import dataclass
from typing import final

import numpy as np

from gradproof.evaluate.arithmetic import Array
from gradproof.evaluate.arrays import identity
from gradproof.evaluate.indexing import as_column
from gradproof.evaluate.jets import Value
from gradproof.evaluate.limits import MAX_RANK, ShapeMismatch, Unsupported
from gradproof.evaluate.state import State
from gradproof.expr import Context, Expr, Transpose


@final
@dataclass(frozen=True, slots=True)
class Raw:
    """A derivative with its raw axes: `outputs` axes of what is differentiated, then those of the variable."""

    value: Value
    outputs: int

    @property
    def inputs(self) -> int:
        """Number of axes of the variable."""
        return self.value.rank - self.outputs


def arranged(state: State, raw: Raw) -> Value:
    """Return a first derivative as the layout shows it.

    Raises:
        ShapeMismatch: the entry-by-entry reading of a derivative that has other entries as well.
    """
    value, layout = raw.value, state.context.layout
    if not raw.inputs:
        return value
    if not raw.outputs:
        if raw.inputs == 1 and (layout.vectors == "row") != (layout.gradient == "numerator"):
            return _row(value)
        if raw.inputs == 2 and layout.gradient == "numerator":
            return _swapped(value, 1)
        return value
    half = value.shape[: raw.outputs]
    if layout.entrywise and half == value.shape[raw.outputs :]:
        found = _entries_at_place(state, value, raw.outputs)
        return _row(found) if layout.vectors == "row" and found.rank == 1 else found
    if layout.jacobian == "denominator" and raw.outputs == raw.inputs == 1:
        return _swapped(value, 1)
    return value


def _row(value: Value) -> Value:
    return Value({m: p[..., None, :] for m, p in value.parts.items()}, 2, row=True)


def _swapped(value: Value, count: int) -> Value:
    """Move the first `count` own axes behind the others."""

    def move(p: Array) -> Array:
        own = list(range(p.ndim - value.rank, p.ndim))
        return p.transpose([*range(p.ndim - value.rank), *own[count:], *own[:count]])

    return Value({m: move(p) for m, p in value.parts.items()}, value.rank)


def _entries_at_place(state: State, value: Value, outputs: int) -> Value:
    """Return the derivatives of entries each by the entry at its place; all others must vanish."""
    shape = value.shape[:outputs]
    size = int(np.prod(shape))
    flat = {m: _flattened(p, value, outputs, (size, size)) for m, p in value.parts.items()}
    others = state.algebra.arithmetic.is_zero(flat[0]) | np.eye(size, dtype=np.bool_)
    defined = state.algebra.arithmetic.defined(flat[0])
    if not (others | ~defined).all():
        raise ShapeMismatch("a derivative of an array by an array that is not entry by entry")
    parts = {m: np.diagonal(p, axis1=-2, axis2=-1) for m, p in flat.items()}
    return Value({m: p.reshape((*p.shape[:-1], *shape)) for m, p in parts.items()}, outputs)


def _flattened(p: Array, value: Value, outputs: int, sizes: tuple[int, int]) -> Array:
    """Reshape the own axes of one part to outputs and inputs."""
    batch = p.shape[: p.ndim - value.rank]
    return np.broadcast_to(p, batch + value.shape).reshape((*batch, *sizes))


def contracted(state: State, left: Raw, right: Raw) -> Raw:
    """Return ``∂a/∂c`` from ``∂a/∂b`` and ``∂b/∂c``, summed over the entries of b.

    Raises:
        Unsupported: too many axes.
    """
    over = left.value.shape[left.outputs :]
    first, last = left.value.shape[: left.outputs], right.value.shape[right.outputs :]
    if over != right.value.shape[: right.outputs]:
        raise ShapeMismatch("factors of the chain rule with different shapes between them")
    if len(first) + len(last) > MAX_RANK:
        raise Unsupported("limit:rank")
    rows, inner, columns = (int(np.prod(s)) for s in (first, over, last))
    x = {
        m: _flattened(p, left.value, left.outputs, (rows, inner))
        for m, p in left.value.parts.items()
    }
    y = {
        m: _flattened(p, right.value, right.outputs, (inner, columns))
        for m, p in right.value.parts.items()
    }
    parts = state.algebra.bilinear(x, y, state.algebra.arithmetic.matmul)
    shaped = {m: p.reshape((*p.shape[:-2], *first, *last)) for m, p in parts.items()}
    return Raw(Value(shaped, len(first) + len(last)), len(first))


def applied(state: State, one: Value | Raw, other: Value | Raw) -> Raw | None:
    """Return a derivative contracted with an array that has the shape of its outputs, failing that of its inputs.

    None: the shapes do not allow it.
    """
    for raw, plain, plain_first in ((other, one, True), (one, other, False)):
        if not isinstance(raw, Raw) or isinstance(plain, Raw) or not plain.rank:
            continue
        shape = raw.value.shape
        vector = as_column(plain)
        for x in (plain, vector):
            if raw.outputs and x.shape == shape[: raw.outputs]:
                return contracted(state, Raw(x, 0), raw)
        if raw.inputs and not plain_first and vector.shape == shape[raw.outputs :]:
            return contracted(state, raw, Raw(vector, vector.rank))
    return None


def symmetric(context: Context) -> frozenset[Expr]:
    """Return the matrices that are declared symmetric."""
    found: set[Expr] = set()
    for pair in context.constraints:
        for one, other in (pair, pair[::-1]):
            if isinstance(one, Transpose) and one.arg == other:
                found.add(other)
    return frozenset(found)


def structured(state: State, gradient: Value) -> Value:
    """Return G + Gᵀ - G∘I, the derivative by a symmetric matrix whose equal entries move together.

    The Matrix Cookbook, section 2.8.
    """
    algebra = state.algebra
    unit = identity(state, gradient.shape[0])
    both = algebra.add(gradient, _swapped(gradient, 1))
    return algebra.add(both, algebra.neg(algebra.mul(unit, gradient)))
