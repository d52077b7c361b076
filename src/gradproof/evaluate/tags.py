"""Tags: opening them for a derivative, and reading the derivative off."""

from dataclasses import replace
from fractions import Fraction

import numpy as np

from gradproof.evaluate.jets import Value
from gradproof.evaluate.limits import MAX_ORDER, Unsupported
from gradproof.evaluate.state import Env, State


def new_tags(env: Env, scope: Env, count: int) -> tuple[int, Env]:
    """Return the lowest of `count` fresh tags and the scope in which they are in force.

    Raises:
        Unsupported: more tags in force than `MAX_ORDER`.
    """
    if env.tags.bit_count() + count > MAX_ORDER:
        raise Unsupported("limit:order")
    tag = 1 << env.tags.bit_length()
    mask = ((1 << count) - 1) * tag
    return tag, replace(scope, tags=env.tags | mask, memo={})


def extract(state: State, value: Value, mask: int) -> Value:
    """Return the coefficient of the tags in `mask`, undefined where the value itself is."""
    parts = {m & ~mask: p for m, p in value.parts.items() if m & mask == mask}
    if 0 not in parts:
        zero = state.number(Fraction(0)).real.reshape((1,) * (value.rank + 1))
        parts[0] = state.algebra.arithmetic.mul(zero, value.real)
    found = Value(parts, value.rank, value.row)
    lost = ~state.algebra.arithmetic.defined(value.real)
    if not lost.any():
        return found
    own = tuple(range(-value.rank, 0))
    return state.algebra.lose(found, np.asarray(lost.any(axis=own)) if own else lost)
