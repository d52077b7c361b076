"""Sums and products over an index."""

from fractions import Fraction

import numpy as np

from gradproof.evaluate.arithmetic import Array, BoolArray, IntArray
from gradproof.evaluate.conditions import truth
from gradproof.evaluate.indexing import index_range, index_values
from gradproof.evaluate.jets import Value, expand
from gradproof.evaluate.limits import Unsupported
from gradproof.evaluate.state import Env, State
from gradproof.expr import Expr, Prod, Sum


def _limit(state: State, e: Expr | None, declared: int | None, env: Env, index: str) -> IntArray:
    if e is not None:
        return index_values(state, e, env)
    if declared is None:
        raise Unsupported(f"the range of the index {index} is not known")
    return np.array([declared], dtype=np.int64)


def reduction(state: State, e: Sum | Prod, env: Env) -> Value:
    """Return Σ or Π of the body over the index; conditions and dependent bounds mask."""
    name = e.index.name
    known = index_range(state, name) if e.lower is None or e.upper is None else None
    lower = _limit(state, e.lower, known[0] if known else None, env, name)
    upper = _limit(state, e.upper, known[1] if known else None, env, name)
    first, last = int(lower.min()), int(upper.max())
    neutral = state.number(Fraction(0 if isinstance(e, Sum) else 1))
    if last < first:
        return neutral
    grid, inner = state.open_axis(env, first, last)
    inner = inner.with_indices({name: grid})
    body = state.value(e.body, inner)
    mask: BoolArray | None = None
    if lower.size > 1 or upper.size > 1:
        mask = (grid >= lower) & (grid <= upper)
    unknown: BoolArray | None = None
    if e.condition is not None:
        t = truth(state, e.condition, inner)
        if t.ghost is not None:
            body = state.algebra.add(body, t.ghost)
        unknown = t.unknown
        mask = t.holds if mask is None else mask & t.holds
    if mask is not None:
        body = state.algebra.select(mask, body, neutral)
    if unknown is not None:
        body = state.algebra.lose(body, unknown)
    count, below = last - first + 1, env.axes
    if isinstance(e, Sum):
        return Value(
            {m: _sum(state, p, body.rank, below, count) for m, p in body.parts.items()},
            body.rank,
            body.row,
        )
    return _product(state, body, below, count)


def _sum(state: State, p: Array, rank: int, below: int, count: int) -> Array:
    if p.ndim - rank == below + 2:
        wide = np.broadcast_to(p, (count, *p.shape[1:]))
        return state.algebra.arithmetic.total(wide, 0)
    factor = expand(state.number(Fraction(count)).real, 0, rank)
    return state.algebra.arithmetic.mul(factor, p)


def _product(state: State, body: Value, below: int, count: int) -> Value:
    total: Value | None = None
    for k in range(count):
        parts = {
            m: p[min(k, p.shape[0] - 1)] if p.ndim - body.rank == below + 2 else p
            for m, p in body.parts.items()
        }
        factor = Value(parts, body.rank, body.row)
        if body.rank:
            raise Unsupported("a product of arrays over an index")
        total = factor if total is None else state.algebra.mul(total, factor)
    return state.number(Fraction(1)) if total is None else total
