"""Which two of many variants, each with one slip, may make the person's line together."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from gradproof.evaluate.arithmetic import BoolArray
from gradproof.mistakes.bench import TOLERANCE, Floats, Measured, together

LOOKED_AT: Final = 64
"""At most so many values of a variant are compared."""


def meeting(pool: Sequence[Measured], truth: Measured, aim: Measured) -> Iterator[tuple[int, int]]:
    """Yield pairs of variants whose effects on the right line, added or multiplied, give the line aimed at.

    In the order of the pool; at up to `LOOKED_AT` values where right line and aim are defined.
    """
    alike = [k for k, m in enumerate(pool) if _own(m) == _own(truth)]
    values = together(truth, aim, *(pool[k] for k in alike)) if len(alike) > 1 else None
    if values is None:
        return
    flat: list[Floats] = [v.reshape(-1) for v in values]
    usable = np.flatnonzero(np.isfinite(flat[0]) & np.isfinite(flat[1]))
    if not usable.size:
        return
    usable = usable[:: -(-usable.size // LOOKED_AT)]
    right, goal, *rest = (v[usable] for v in flat)
    single = np.stack(rest)
    for k in range(len(alike) - 1):
        mine, others = single[k], single[k + 1 :]
        with np.errstate(all="ignore"):
            fits = _all_close(mine + others - right, goal) | _all_close(mine * others / right, goal)
        for n in np.flatnonzero(fits):
            yield alike[k], alike[k + 1 + int(n)]


def _own(m: Measured) -> tuple[int, ...]:
    return m.values.shape[m.values.ndim - m.rank :]


def _all_close(guesses: Floats, goal: Floats) -> BoolArray:
    """Tell for each row whether it has the values of the goal wherever it has any."""
    defined = np.isfinite(guesses)
    scale = np.maximum(np.abs(guesses), np.abs(goal))
    near = np.abs(guesses - goal) <= TOLERANCE * scale + 1e-14
    return np.asarray((near | ~defined).all(axis=1) & defined.any(axis=1), dtype=np.bool_)
