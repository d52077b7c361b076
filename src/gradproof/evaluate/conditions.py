"""Conditions: comparisons, indicators, Kronecker deltas and cases, with their kinks."""

from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np

from gradproof.evaluate.arithmetic import BoolArray, relation
from gradproof.evaluate.indexing import integer_expression
from gradproof.evaluate.jets import Value
from gradproof.evaluate.limits import Unsupported
from gradproof.evaluate.state import Env, State
from gradproof.expr import Branch, Compare, Delta, Expr


@final
@dataclass(frozen=True, slots=True)
class Truth:
    """Where a condition holds and where that is unknown, over the batch axes.

    `ghost` is zero, with undefined tangents where the condition is on the edge and its sides move.
    """

    holds: BoolArray
    unknown: BoolArray | None = None
    ghost: Value | None = None


def truth(state: State, c: Compare, env: Env, *, node: Expr | None = None) -> Truth:
    """Return where a condition holds; `node` is what it is part of, where it was made for the occasion.

    Raises:
        Unsupported: a comparison of arrays (or, for residues, of anything but indices).
    """
    left = integer_expression(state, c.left, env)
    right = integer_expression(state, c.right, env) if left is not None else None
    if left is not None and right is not None:
        return Truth(relation(c.op, left, right))
    x, y = state.value(c.left, env), state.value(c.right, env)
    if x.rank or y.rank:
        raise Unsupported("a comparison of arrays")
    arithmetic = state.algebra.arithmetic
    holds, unknown = arithmetic.compare(c.op, x.real, y.real)
    holds, unknown = np.broadcast_arrays(holds, unknown)
    if state.kinks is not None:
        state.watch_kink(id(node or c), holds & ~unknown, ~holds & ~unknown)
    ghost: Value | None = None
    if x.tags | y.tags:
        edge = arithmetic.compare("=", x.real, y.real)[0]
        if edge.any():
            gap = state.algebra.add(x, state.algebra.neg(y))
            zero = state.number(Fraction(0))
            still = state.algebra.mul(zero, gap)
            ghost = state.algebra.lose(still, edge, value=False)
    return Truth(holds, unknown, ghost)


def _finish(state: State, value: Value, t: Truth) -> Value:
    if t.unknown is not None:
        value = state.algebra.lose(value, t.unknown)
    if t.ghost is not None:
        value = state.algebra.add(value, t.ghost)
    return value


def indicator(state: State, c: Compare, env: Env) -> Value:
    """Return 1 where the condition holds, else 0."""
    t = truth(state, c, env)
    return _finish(state, state.algebra.integers(t.holds), t)


def delta(state: State, e: Delta, env: Env) -> Value:
    """Return the Kronecker delta."""
    t = truth(state, Compare("=", e.left, e.right), env, node=e)
    return _finish(state, state.algebra.integers(t.holds), t)


def cases(state: State, branches: tuple[Branch, ...], env: Env) -> Value:
    """Return the value of the first branch whose condition holds, undefined where none does."""
    total: Value | None = None
    for branch in reversed(branches):
        value = state.value(branch.value, env)
        if branch.condition is None:
            total = value
            continue
        t = truth(state, branch.condition, env)
        if total is None:
            total = _finish(state, state.algebra.lose(value, ~t.holds), t)
        else:
            total = _finish(state, state.algebra.select(t.holds, value, total), t)
    if total is None:
        raise Unsupported("cases without a branch")
    return total
