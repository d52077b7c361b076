"""Sampled base symbols, and the tangents of names that move."""

from fractions import Fraction

import numpy as np

from gradproof.evaluate.arithmetic import Array, IntArray
from gradproof.evaluate.indexing import (
    entries,
    equality,
    equality_mask,
    in_range,
    origins,
    trailing,
)
from gradproof.evaluate.jets import Value, expand
from gradproof.evaluate.limits import ShapeMismatch, Unsupported
from gradproof.evaluate.state import Env, Seed, State, content, space_shape
from gradproof.expr import Space


def base_value(
    state: State, name: str, space: Space, indices: tuple[IntArray, ...], env: Env
) -> Value:
    """Return the sampled value of ``name`` or ``name[indices]``.

    Raises:
        Unsupported: a symbol without a value, or one that depends on something unknown while that varies.
        ShapeMismatch: a symbol of another shape than it was sampled with.
    """
    moved = {s.tag for s in env.seeds.get(name, ())}
    if (name in state.context.varying or name in state.context.functions) and any(
        1 << k not in moved for k in range(env.tags.bit_length()) if env.tags >> k & 1
    ):
        raise Unsupported(f"{name} depends on something that is not given")
    values = state.points.values.get(name)
    if values is None:
        raise Unsupported(f"{name} has no value")
    if values.shape[1:] != space_shape(state, space):
        raise ShapeMismatch(f"{name} is used with two shapes")
    rank = space.rank - len(indices)
    if rank < 0:
        raise Unsupported(f"{name} has fewer axes than indices")
    if state.used is not None:
        _note_used(state, name, indices, values.shape[1:])
    key = (name, content(indices))
    found = state.gathered.get(key)
    if found is None:
        found = state.gathered[key] = _gather(state, name, indices)
    if rank == 1 and state.context.layout.vectors == "row":
        return Value({0: found[..., None, :]}, 2, row=True)
    return Value({0: found}, rank)


def _gather(
    state: State, name: str, indices: tuple[IntArray, ...], *, direction: bool = False
) -> Array:
    a = state.points.lifted(name, state.algebra, direction=direction)
    if not indices:
        return a
    rank = a.ndim - 1
    start = origins(state, name, rank)
    shifted = tuple(i - s for i, s in zip(indices, start, strict=False))
    positions, outside = in_range(shifted, a.shape[1:])
    if outside is not None and 0 in a.shape[1:]:
        raise Unsupported("an entry of an empty array")
    got = entries(a, rank, positions)
    if outside is None:
        return got
    left = rank - len(indices)
    arithmetic = state.algebra.arithmetic
    nan = arithmetic.nan.reshape((1,) * (left + 1))
    return arithmetic.where(expand(outside, 0, left), nan, got)


def _note_used(
    state: State, name: str, indices: tuple[IntArray, ...], shape: tuple[int, ...]
) -> None:
    """Note which entries are read (index values as the author counts)."""
    if state.used is None:
        return
    seen = state.used.setdefault(name, {})
    start = origins(state, name, len(shape))
    grids: list[IntArray] = list(indices)
    extra = len(shape) - len(indices)
    depth = max((i.ndim for i in indices), default=1)
    for k in range(extra):
        first = start[len(indices) + k]
        count = shape[len(indices) + k]
        grid = np.arange(first, first + count, dtype=np.int64)
        grids.append(grid.reshape((count,) + (1,) * (depth + k)))
    if not grids:
        seen[()] = None
        return
    rows = np.stack([g.reshape(-1) for g in np.broadcast_arrays(*grids)], axis=1)
    for row in rows.tolist():
        spot = tuple(int(x) for x in row)
        if all(0 <= p - s < n for p, s, n in zip(spot, start, shape, strict=True)):
            seen[spot] = None


def with_tangents(
    state: State, name: str, value: Value, indices: tuple[IntArray, ...], env: Env
) -> Value:
    """Add to a value the tangents of the tags under which the name itself moves.

    Of a family that is defined by its own members (``h_t`` by ``h_{t-1}``) the members that are not the one
    that moves keep the tangents that they have through it.
    """
    seeds = env.seeds.get(name)
    if not seeds:
        return value
    parts = dict(value.parts)
    for seed in seeds:
        state.met.add(seed.serial)
        own = _tangent(state, name, value, indices, seed, env)
        through = parts.get(seed.tag)
        members = _members(state, name)
        if through is not None and members and seed.entry is not None:
            pairs = _pairs(state, name, value, indices, seed.entry)[:members]
            hit = np.asarray(equality_mask(pairs))
            own = state.algebra.arithmetic.where(hit, own, through)
        parts[seed.tag] = own
    return Value(parts, value.rank, value.row)


def _members(state: State, name: str) -> int:
    """Return how many indices tell the members of a family apart that is defined by entries; else 0."""
    found = state.context.definitions.get(name, ())
    return min((len(d.indices) for d in found if d.indices), default=0)


def _axes(value: Value, indices: tuple[IntArray, ...], entry: tuple[IntArray, ...]) -> int:
    """Return how many axes a value has: a row has one, and two where the entry that moves says which row."""
    wide = not value.row or len(entry) == len(indices) + value.rank
    return value.rank - (0 if wide else 1)


def _pairs(
    state: State,
    name: str,
    value: Value,
    indices: tuple[IntArray, ...],
    entry: tuple[IntArray, ...],
) -> list[tuple[IntArray, IntArray]]:
    """Return, axis by axis, the index values of a value and those of the entry that moves."""
    rank = _axes(value, indices, entry)
    pairs = [(expand(i, 0, rank), expand(s, 0, rank)) for i, s in zip(indices, entry, strict=False)]
    start = origins(state, name, len(entry))
    for axis, s in enumerate(entry[len(indices) :]):
        first = start[len(indices) + axis]
        count = value.shape[-rank:][axis]
        grid = np.arange(first, first + count, dtype=np.int64)
        pairs.append((trailing(grid, axis, rank), expand(s, 0, rank)))
    return pairs


def _tangent(
    state: State, name: str, value: Value, indices: tuple[IntArray, ...], seed: Seed, env: Env
) -> Array:
    arithmetic = state.algebra.arithmetic
    if seed.entry is None:
        moved = _gather(state, name, indices, direction=True)
        moved = moved[..., None, :] if value.row else moved
        if moved.shape[moved.ndim - value.rank :] != value.shape:
            raise ShapeMismatch(f"the differential of {name} has another shape than {name}")
        return moved
    if not seed.entry and env.elementwise:
        return np.broadcast_to(arithmetic.number(Fraction(1)), (1, *value.shape))
    rank = _axes(value, indices, seed.entry)
    if len(seed.entry) != len(indices) + rank:
        raise Unsupported(f"a derivative by {name}, which is used with another number of indices")
    pairs = _pairs(state, name, value, indices, seed.entry)
    tangent = equality(state, pairs)
    shape = value.shape[-rank:] if rank else ()
    tangent = np.broadcast_to(tangent, tangent.shape[: tangent.ndim - rank] + shape)
    return tangent[..., None, :] if value.rank > rank else tangent
