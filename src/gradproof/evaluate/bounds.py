"""Comparisons between quantities that hold throughout (``x ≥ y``): points at which one fails do not count."""

import numpy as np

from gradproof.evaluate.arithmetic import Array, BoolArray
from gradproof.evaluate.indexing import index_range
from gradproof.evaluate.inventory import lexical_indices, take_inventory
from gradproof.evaluate.jets import Value
from gradproof.evaluate.limits import Unsupported
from gradproof.evaluate.state import Env, State
from gradproof.expr import Compare


def bounded(state: State) -> BoolArray | None:
    """Return at which points the bounds of the context certainly hold; None where none is about the points.

    One with a quantity that is not drawn, or with a size, says nothing of the points.
    """
    mask: BoolArray | None = None
    for bound in state.context.bounds:
        if _concerns(state, bound):
            own = _held(state, bound)
            mask = own if mask is None else mask & own
    return mask


def _concerns(state: State, bound: Compare) -> bool:
    try:
        found = take_inventory((bound.left, bound.right), state.context)
    except Unsupported:
        return False
    drawn, sizes = state.points.values.keys(), state.points.sizes.keys()
    return bool(found.base) and found.base.keys() <= drawn and not found.base.keys() & sizes


def _held(state: State, bound: Compare) -> BoolArray:
    """Return at which points a bound holds at all values of its indices, and in all entries of arrays."""
    env = Env()
    letters = dict.fromkeys((*lexical_indices(bound.left), *lexical_indices(bound.right)))
    for letter in letters:
        limits = index_range(state, letter)
        if limits is None:
            raise Unsupported(f"the range of the index {letter} of a condition is not known")
        grid, env = state.open_axis(env, *limits)
        env = env.with_indices({letter: grid})
    kinks, state.kinks = state.kinks, None
    try:
        x, y = state.value(bound.left, env), state.value(bound.right, env)
    finally:
        state.kinks = kinks
    rank = max(x.rank, y.rank)
    holds, unknown = state.algebra.arithmetic.compare(bound.op, _lifted(x, rank), _lifted(y, rank))
    sure = np.asarray(holds & ~unknown)
    points = sure.ndim - rank - 1
    return np.asarray(sure.all(axis=tuple(k for k in range(sure.ndim) if k != points)))


def _lifted(value: Value, rank: int) -> Array:
    """Return the value proper with `rank` own axes."""
    return value.real.reshape(value.real.shape + (1,) * (rank - value.rank))
