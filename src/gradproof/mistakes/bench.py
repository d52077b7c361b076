"""Values of candidate lines on the sample points, brought to the same axes."""

from dataclasses import dataclass
from typing import Final, final

import numpy as np
from numpy.typing import NDArray

from gradproof.evaluate import Mode, Samples, Unsupported, evaluate
from gradproof.expr import Context, Expr

Floats = NDArray[np.float64]

TOLERANCE: Final = 1e-9
"""Relative difference up to which two float64 values count as equal."""

ENOUGH: Final = 3
"""Number of defined values below which nothing is concluded."""


@final
@dataclass(frozen=True, slots=True)
class Measured:
    """Values over the points and the free indices `names` (in order), nan where undefined."""

    values: Floats
    names: tuple[str, ...]


def measure(e: Expr, samples: Samples, context: Context, mode: Mode = "total") -> Measured | None:
    """Return the values of `e`, or None where it cannot be evaluated.

    Axes: points, the free indices in alphabetical order, the value's own axes.
    """
    try:
        found = evaluate(e, samples, context, mode=mode)
        values = np.where(
            found.defined.reshape(found.defined.shape + (1,) * len(found.shape)),
            found.values.astype(np.float64),
            np.nan,
        )
    except (Unsupported, RecursionError):
        return None
    names = tuple(sorted(found.indices))
    order = [0, *(1 + found.indices.index(n) for n in names)]
    rest = range(len(order), values.ndim)
    return Measured(values.transpose([*order, *rest]), names)


def together(a: Measured, b: Measured) -> tuple[Floats, Floats] | None:
    """Return both values on the same axes, or None where their own shapes do not fit."""
    names = tuple(sorted({*a.names, *b.names}))
    try:
        left, right = np.broadcast_arrays(_spread(a, names), _spread(b, names))
    except ValueError:
        return None
    return left, right


def _spread(m: Measured, names: tuple[str, ...]) -> Floats:
    own = m.values.ndim - 1 - len(m.names)
    sizes = dict(zip(m.names, m.values.shape[1:], strict=False))
    shape = m.values.shape[:1] + tuple(sizes.get(n, 1) for n in names)
    return m.values.reshape(shape + (m.values.shape[m.values.ndim - own :] if own else ()))


def equal(a: Measured | None, b: Measured | None) -> bool:
    """Tell whether two lines agree wherever both have a value, and that is often enough.

    They must also be undefined at the same places, except where one of them is.
    """
    if a is None or b is None:
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


def differ(a: Measured | None, b: Measured | None) -> bool:
    """Tell whether two lines are certain to differ at a point where both have a value."""
    if a is None or b is None:
        return False
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
