"""Evaluating an expression at sample points, over its free indices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import final

import numpy as np

from gradproof.evaluate.arithmetic import FLOAT, Arithmetic, Array, BoolArray
from gradproof.evaluate.bounds import bounded
from gradproof.evaluate.conditions import truth
from gradproof.evaluate.indexing import index_range
from gradproof.evaluate.inventory import lexical_indices
from gradproof.evaluate.jets import Algebra, Value
from gradproof.evaluate.limits import MAX_POINTS, MissingIndex, Unsupported
from gradproof.evaluate.samples import Samples
from gradproof.evaluate.state import Env, Mode, State
from gradproof.evaluate.walk import walk
from gradproof.expr import Compare, Context, Expr


@final
@dataclass(frozen=True, slots=True)
class Evaluated:
    """Values of an expression.

    Attributes:
        values: axes: points, then one per free index, then the value's own axes.
        indices: the free indices in order.
        ranges: their inclusive ranges.
        defined: where all own entries have a value and the indices are admitted; points and indices.
        admitted: where the declared (in)equalities of indices hold; same axes.
        shape: sizes of the value's own axes.
        row: whether the value is a transposed vector.
    """

    values: Array
    indices: tuple[str, ...]
    ranges: tuple[tuple[int, int], ...]
    defined: BoolArray
    admitted: BoolArray
    shape: tuple[int, ...] = ()
    row: bool = False


@final
@dataclass(slots=True)
class Trace:
    """What an evaluation met: both sides of kinks (per point), entries of base symbols read (None: not asked)."""

    kinks: dict[int, tuple[BoolArray, BoolArray]] = field(
        default_factory=dict[int, tuple[BoolArray, BoolArray]]
    )
    used: dict[str, dict[tuple[int, ...], None]] | None = field(
        default_factory=dict[str, dict[tuple[int, ...], None]]
    )


NO_INDICES: Mapping[str, int] = MappingProxyType({})


def run(
    exprs: tuple[Expr, ...],
    samples: Samples,
    context: Context,
    *,
    arithmetic: Arithmetic,
    mode: Mode = "total",
    fixed: Mapping[str, int] = NO_INDICES,
    trace: Trace | None = None,
) -> tuple[tuple[Value, ...], tuple[str, ...], tuple[tuple[int, int], ...], BoolArray]:
    """Evaluate several expressions over the same free indices.

    Returns the values, the free indices with their ranges, and where the indices are admitted (axes:
    points, indices). `fixed` gives some index variables one value instead of their range.

    Raises:
        Unsupported: what cannot be evaluated, with the reason.
    """
    if samples.points > MAX_POINTS:
        raise Unsupported("limit:points")
    if samples.kept and arithmetic is FLOAT and mode == "total" and not fixed and trace is None:
        kept = samples.found(exprs, context)
        if kept:
            first = kept[0]
            return tuple(k.value for k in kept), first.names, first.ranges, first.admitted
    try:
        return _run(exprs, samples, context, arithmetic, mode, fixed, trace)
    except RecursionError:
        raise Unsupported("limit:depth") from None


def _run(
    exprs: tuple[Expr, ...],
    samples: Samples,
    context: Context,
    arithmetic: Arithmetic,
    mode: Mode,
    fixed: Mapping[str, int],
    trace: Trace | None,
) -> tuple[tuple[Value, ...], tuple[str, ...], tuple[tuple[int, int], ...], BoolArray]:
    """Open an axis per free index; those that only a definition holds show while walking: then again."""
    found: dict[str, None] = {}
    for e in exprs:
        found.update(dict.fromkeys(lexical_indices(e)))
    names = [n for n in found if n not in fixed]
    while True:
        state = State(
            samples, context, Algebra(arithmetic, context.layout.mixed), mode, walk, samples.moving
        )
        if trace is not None:
            state.kinks, state.used = trace.kinks, trace.used
        try:
            with np.errstate(all="ignore"):
                env, ranges = _open(state, names, fixed)
                values: list[Value] = []
                for e in exprs:
                    state.visits = 0
                    values.append(state.value(e, env))
        except MissingIndex as missing:
            if missing.name in names or missing.name not in context.ranges:
                raise
            names.append(missing.name)
            continue
        admitted = _admitted(state, names, env)
        return tuple(values), tuple(names), tuple(ranges), admitted


def _open(
    state: State, names: list[str], fixed: Mapping[str, int]
) -> tuple[Env, list[tuple[int, int]]]:
    env = Env(indices={k: np.array([v], dtype=np.int64) for k, v in fixed.items()})
    ranges: list[tuple[int, int]] = []
    for name in names:
        limits = index_range(state, name)
        if limits is None:
            raise MissingIndex(name)
        if limits[1] < limits[0]:
            raise Unsupported(f"the range of the index {name} is empty")
        grid, env = state.open_axis(env, *limits)
        env = env.with_indices({name: grid})
        ranges.append(limits)
    return env, ranges


def _admitted(state: State, names: list[str], env: Env) -> BoolArray:
    """Return where declared (in)equalities between free indices, and the comparisons told of the line, hold.

    Raises:
        Unsupported: a comparison cannot be evaluated over these indices.
    """
    mask = np.ones((1,) * (len(names) + 1), dtype=np.bool_)
    cases = index_cases(state.context, env)
    mask = mask if cases is None else mask & cases
    for guard in state.context.guards:
        mask = mask & guarded(state, guard, env)
    told = bounded(state)
    mask = mask if told is None else mask & told
    return _points_first(mask, len(names), 0)


def index_cases(context: Context, env: Env) -> BoolArray | None:
    """Return where declared (in)equalities of the indices that are open hold, over the batch axes; None: none is."""
    mask: BoolArray | None = None
    for pairs, equal in ((context.distinct, False), (context.equal, True)):
        for a, b in sorted(pairs):
            if a in env.indices and b in env.indices:
                own = (env.indices[a] == env.indices[b]) == equal
                mask = own if mask is None else mask & own
    return mask


def guarded(state: State, guard: Compare, env: Env) -> BoolArray:
    """Return where a comparison certainly holds, over the batch axes.

    Raises:
        Unsupported: it cannot be evaluated, or has an index that is not open here.
    """
    kinks, state.kinks = state.kinks, None
    try:
        found = truth(state, guard, env)
    except MissingIndex as missing:
        raise Unsupported(
            f"the condition has an index that the line has not: {missing.name}"
        ) from None
    finally:
        state.kinks = kinks
    return found.holds if found.unknown is None else found.holds & ~found.unknown


def _points_first(a: Array, axes: int, rank: int) -> Array:
    """Reorder (…, second index, first index, point, own …) to (point, first index, …, own …)."""
    batch = a.ndim - rank
    a = a.reshape((1,) * (axes + 1 - batch) + a.shape)
    order = [*range(axes, -1, -1), *range(axes + 1, axes + 1 + rank)]
    return a.transpose(order)


def ordered(value: Value, axes: int) -> Array:
    """Return the value proper with axes points, indices in order, own axes (single where constant)."""
    return _points_first(value.real, axes, value.rank)


def lanes_defined(arithmetic: Arithmetic, array: Array, rank: int) -> BoolArray:
    """Return where all own entries have a value."""
    ok = arithmetic.defined(array)
    return np.asarray(ok.all(axis=tuple(range(-rank, 0)))) if rank else ok


def evaluate(
    expr: Expr,
    samples: Samples,
    context: Context,
    *,
    arithmetic: Arithmetic = FLOAT,
    mode: Mode = "total",
) -> Evaluated:
    """Return the values of `expr` at all sample points and over all its free indices.

    Run it inside `flint_types.precision` when `arithmetic` is that of balls.

    Raises:
        Unsupported: what cannot be evaluated, with the reason.
    """
    (value,), names, ranges, admitted = run(
        (expr,), samples, context, arithmetic=arithmetic, mode=mode
    )
    counts = tuple(b - a + 1 for a, b in ranges)
    array = ordered(value, len(names))
    array = np.broadcast_to(array, (samples.points, *counts, *value.shape))
    admitted = np.broadcast_to(admitted, (samples.points, *counts))
    defined = lanes_defined(arithmetic, array, value.rank) & admitted
    return Evaluated(array, names, ranges, defined, admitted, value.shape, value.row)
