"""Values of many variants of one line on the same sample points; what they share is evaluated once."""

from dataclasses import dataclass
from math import isfinite
from typing import Final, final

import numpy as np
from numpy.typing import NDArray

from gradproof.evaluate import FLOAT, Mode, Samples, Unsupported
from gradproof.evaluate.arithmetic import Array, BoolArray
from gradproof.evaluate.evaluation import index_cases
from gradproof.evaluate.indexing import index_range
from gradproof.evaluate.jets import Algebra, Value
from gradproof.evaluate.limits import MissingIndex
from gradproof.evaluate.state import Env, State, content
from gradproof.evaluate.walk import walk
from gradproof.expr import Const, Context, Expr, Idx, Num, Opaque

Choices = dict[str, tuple[int, ...]]
"""By the head of a choice the lanes that its arguments after the first belong to."""

Floats = NDArray[np.float64]

TOLERANCE: Final = 1e-9
"""Relative difference up to which two float64 values count as equal."""

GLANCE: Final = 6
"""Number of values among which one is looked for that both lines have."""

ENOUGH: Final = 3
"""Number of defined values below which nothing is concluded."""


@final
@dataclass(frozen=True, slots=True)
class Measured:
    """Values of a line, nan where undefined.

    `values` has an axis for each of the free indices `names`, the first of them last, then the points,
    then `rank` axes of the value's own; axes before may be missing and single ones broadcast.
    """

    values: Floats
    names: tuple[str, ...]
    rank: int = 0


@final
class Bench:
    """The sample points of one line. Subtrees that are the same object are evaluated once in a scope.

    The batch axis next to the points is that of the lanes: of one element except above choices.
    """

    __slots__ = (
        "_admitted", "_choices", "_env", "_known", "_lost", "_names", "_scopes", "_spaces", "_state", "_width",
    )  # fmt: skip

    def __init__(self, samples: Samples, context: Context, mode: Mode = "total") -> None:
        self._state = State(samples, context, Algebra(FLOAT), mode, self._walk, samples.moving)
        _, self._env = self._state.open_axis(Env(), 0, 0)
        self._choices: Choices = {}
        self._width = 1
        self._lost: set[int] = set()
        self._names: tuple[str, ...] = ()
        self._admitted: BoolArray | None = None
        self._known: dict[tuple[int, int], tuple[Expr, Value]] = {}
        self._scopes: dict[int, tuple[object, int]] = {}
        self._spaces: dict[object, int] = {}

    def value(self, e: Expr) -> Measured | None:
        """Return the values of `e`, or None where it cannot be evaluated."""
        while True:
            self._state.visits = 0
            try:
                with np.errstate(all="ignore"):
                    return self._measured(self._state.value(e, self._env))
            except MissingIndex as missing:
                if not self._open(missing.name):
                    return None
            except (Unsupported, RecursionError):
                return None

    def lanes(self, e: Expr, choices: Choices, width: int) -> list[Measured | None]:
        """Return for each of `width` lanes the values of `e` with its choices, None where that fails."""
        self._choices, self._width = choices, width
        value: Value | None = None
        while value is None:
            self._state.visits = 0
            self._lost = set()
            try:
                with np.errstate(all="ignore"):
                    value = self._state.value(e, self._env)
            except MissingIndex as missing:
                if not self._open(missing.name):
                    break
            except (Unsupported, RecursionError):
                break
        self._choices = {}
        if value is None:
            return [None] * width
        found = [None if k in self._lost else self._measured(value, k) for k in range(width)]
        return [m if m is not None and np.isfinite(m.values).any() else None for m in found]

    def _choice(self, state: State, e: Opaque, env: Env) -> Value:
        """Return the right part in all lanes but those of the others, which have their own."""
        right = state.value(e.args[0], env)
        parts = {m: _widened(p, right.rank, self._width) for m, p in right.parts.items()}
        for lane, wrong in zip(self._choices[e.head], e.args[1:], strict=True):
            try:
                own = state.value(wrong, env)
            except MissingIndex as missing:
                if missing.name not in self._names and missing.name in state.context.ranges:
                    raise
                self._lost.add(lane)
                continue
            except (Unsupported, RecursionError):
                self._lost.add(lane)
                continue
            if own.shape != right.shape or own.row != right.row:
                self._lost.add(lane)
                continue
            for m in own.parts.keys() | parts.keys():
                there = own.parts.get(m)
                here = parts.get(m)
                if here is None:
                    zero = np.zeros((1,) * (right.rank + 1))
                    here = np.broadcast_to(zero, (1, *right.shape)) if right.rank else zero
                    here = _widened(here, right.rank, self._width)
                if there is None:
                    there = np.zeros((1,) * (right.rank + 1))
                parts[m] = _laid(here, there, right.rank, lane)
        return Value(parts, right.rank, right.row)

    def _measured(self, value: Value, lane: int = 0) -> Measured:
        real = value.real
        at = real.ndim - value.rank - 2
        if at >= 0:
            real = real[
                (..., lane if real.shape[at] > 1 else 0, *(slice(None),) * (value.rank + 1))
            ]
        own = tuple(range(real.ndim - value.rank, real.ndim))
        defined = FLOAT.defined(real)
        if own:
            defined = defined.all(axis=own)
        if self._admitted is not None:
            defined = defined & self._admitted[..., 0, :]
        if not defined.all():
            wide = defined.reshape(defined.shape + (1,) * value.rank)
            real = np.where(wide, real, np.nan)
        points = self._state.points.points
        at = real.ndim - value.rank - 1
        if real.shape[at] != points:
            real = np.broadcast_to(real, (*real.shape[:at], points, *real.shape[at + 1 :]))
        return Measured(real.astype(np.float64, copy=False), self._names, value.rank)

    def _open(self, name: str) -> bool:
        """Open an axis for one more free index; tell whether there is one of that name."""
        try:
            limits = index_range(self._state, name)
            if name in self._names or limits is None or limits[1] < limits[0]:
                return False
            grid, env = self._state.open_axis(self._env, *limits)
        except Unsupported:
            return False
        self._env = env.with_indices({name: grid})
        self._names = (*self._names, name)
        self._admitted = index_cases(self._state.context, self._env)
        return True

    def _walk(self, state: State, e: Expr, env: Env) -> Value:
        """Evaluate a node, once for each scope outside derivatives."""
        if isinstance(e, Opaque) and e.head in self._choices:
            return self._choice(state, e, env)
        if env.seeds or env.bindings or env.floors or isinstance(e, Num | Const | Idx):
            return walk(state, e, env)
        key = (id(e), self._scope(env))
        found = self._known.get(key)
        if found is not None:
            return found[1]
        value = walk(state, e, env)
        self._known[key] = (e, value)
        return value

    def _scope(self, env: Env) -> int:
        """Return a number that scopes with the same index values share."""
        known = self._scopes.get(id(env.memo))
        if known is not None:
            return known[1]
        names = sorted(env.indices)
        key = (
            tuple(names),
            content(tuple(env.indices[n] for n in names)),
            env.elementwise,
            env.axes,
        )
        number = self._spaces.setdefault(key, len(self._spaces))
        self._scopes[id(env.memo)] = (env.memo, number)
        return number


def _widened(part: Array, rank: int, width: int) -> Array:
    """Return a copy of a part with an axis of `width` lanes."""
    if part.ndim < rank + 2:
        part = part.reshape((1,) * (rank + 2 - part.ndim) + part.shape)
    at = part.ndim - rank - 2
    shape = (*part.shape[:at], width, *part.shape[at + 1 :])
    return np.array(np.broadcast_to(part, shape))


def _laid(wide: Array, own: Array, rank: int, lane: int) -> Array:
    """Return the part with the values of one lane put in."""
    if own.ndim < rank + 2:
        own = own.reshape((1,) * (rank + 2 - own.ndim) + own.shape)
    at = own.ndim - rank - 2
    own = own[(..., 0, *(slice(None),) * (rank + 1))]
    shape = np.broadcast_shapes(wide.shape[: wide.ndim - rank - 2], own.shape[:at])
    points = max(wide.shape[wide.ndim - rank - 1], own.shape[own.ndim - rank - 1])
    tail = wide.shape[wide.ndim - rank :]
    whole = (*shape, wide.shape[wide.ndim - rank - 2], points, *tail)
    if wide.shape != whole:
        wide = np.array(np.broadcast_to(wide, whole))
    wide[(..., lane, *(slice(None),) * (rank + 1))] = own
    return wide


def measure(e: Expr, samples: Samples, context: Context, mode: Mode = "total") -> Measured | None:
    """Return the values of one line, or None where it cannot be evaluated."""
    return Bench(samples, context, mode).value(e)


def together(*lines: Measured) -> tuple[Floats, ...] | None:
    """Return the values on the same axes, or None where their own shapes do not fit."""
    names = max((m.names for m in lines), key=len)
    if any(m.names != names[: len(m.names)] for m in lines):
        names = tuple(sorted({n for m in lines for n in m.names}))
        spread = [_spread(m, names) for m in lines]
    else:
        spread = [m.values for m in lines]
    if any(m.rank != lines[0].rank for m in lines):
        return None
    try:
        return tuple(np.broadcast_arrays(*spread))
    except ValueError:
        return None


def added(a: Measured, b: Measured) -> Measured | None:
    """Return the values of a sum of two lines, None where these do not fit."""
    both = together(a, b)
    names = max(a.names, b.names, key=len)
    if both is None or a.names != names[: len(a.names)] or b.names != names[: len(b.names)]:
        return None
    return Measured(both[0] + both[1], names, a.rank)


def _spread(m: Measured, names: tuple[str, ...]) -> Floats:
    """Bring the index axes in the order of `names`."""
    axes = m.values.ndim - m.rank - 1
    tail = m.values.shape[axes:]
    full = m.values.reshape((1,) * (len(m.names) - axes) + m.values.shape)
    turned = tuple(reversed(m.names))
    order = [turned.index(n) for n in names if n in turned]
    moved = full.transpose([*order, *range(len(turned), full.ndim)])
    sizes = dict(
        zip((names[k] for k in range(len(names)) if names[k] in turned), moved.shape, strict=False)
    )
    return moved.reshape(tuple(sizes.get(n, 1) for n in names) + tail)


def equal(a: Measured | None, b: Measured | None) -> bool:
    """Tell whether two lines agree wherever both have a value, and that is often enough.

    They must also be undefined at the same places, except where one of them is.
    """
    if a is None or b is None or _apart(a, b):
        return False
    both = together(a, b)
    if both is None:
        return False
    left, right = both
    usable = np.isfinite(left) & np.isfinite(right)
    count = int(usable.sum())
    if count < min(ENOUGH, left.size) or 2 * count < int(np.isfinite(left).sum()):
        return False
    return close(left[usable], right[usable])


def _apart(a: Measured, b: Measured) -> bool:
    """Tell whether one of the first few values differs: a glance before the whole is compared."""
    if a.values.shape != b.values.shape or a.names != b.names:
        return False
    for k in range(min(GLANCE, a.values.size)):
        x, y = a.values.item(k), b.values.item(k)
        if isfinite(x) and isfinite(y):
            return abs(x - y) > TOLERANCE * max(abs(x), abs(y)) + 1e-14
    return False


def differ(a: Measured | None, b: Measured | None) -> bool:
    """Tell whether two lines are certain to differ at a point where both have a value."""
    if a is None or b is None:
        return False
    if _apart(a, b):
        return True
    both = together(a, b)
    if both is None:
        return True
    left, right = both
    usable = np.isfinite(left) & np.isfinite(right)
    return not close(left[usable], right[usable])


def close(left: Floats, right: Floats) -> bool:
    """Tell whether finite values agree, relative to their own size at each point."""
    scale = np.maximum(np.abs(left), np.abs(right))
    return bool(np.all(np.abs(left - right) <= TOLERANCE * scale + 1e-14))
