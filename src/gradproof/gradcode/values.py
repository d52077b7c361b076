"""Values of expressions at sample points: in floating point, and rounded from balls."""

from dataclasses import replace
from typing import Any, Final

import numpy as np

from gradproof.evaluate import BALL, Samples, Unsupported, evaluate, make_samples, precision
from gradproof.expr import Context, Expr
from gradproof.gradcode.numbers import Floats

BITS: Final = 192
"""Working precision at which the right values are computed."""

RADIUS: Final = 1e-14
"""Relative radius up to which a ball counts as a number."""

FEW: Final = 6
"""Points at which it is looked whether a gradient depends on a symbol."""


def values(e: Expr, samples: Samples, context: Context) -> Floats:
    """Return the values of an expression: points, its free indices, its own axes.

    Raises:
        Unsupported: it cannot be evaluated.
    """
    with np.errstate(all="ignore"):
        found = evaluate(e, samples, context)
    array = np.asarray(found.values, dtype=np.float64)
    defined = found.defined.reshape(found.defined.shape + (1,) * len(found.shape))
    return np.where(defined, array, np.nan)


def certain(e: Expr, samples: Samples, context: Context) -> Floats:
    """Return the values of an expression rounded from balls; nan where these are wide or there is no value.

    Raises:
        Unsupported: it cannot be evaluated.
    """
    with precision(BITS):
        found = evaluate(e, samples, context, arithmetic=BALL)
        flat = [_rounded(v) for v in found.values.reshape(-1)]
    array = np.array(flat, dtype=np.float64).reshape(found.values.shape)
    defined = found.defined.reshape(found.defined.shape + (1,) * len(found.shape))
    return np.where(defined, array, np.nan)


def _rounded(value: Any) -> float:
    """Return a ball's middle, nan where the ball does not settle it."""
    if not hasattr(value, "mid"):
        return int(value.p) / int(value.q)
    middle = float(value.mid())
    return middle if float(value.rad()) <= RADIUS * max(abs(middle), 1e-300) else float("nan")


def with_values(samples: Samples, name: str, values: Any) -> Samples:
    """Return the samples with other values of one symbol, and without what was computed from the old ones."""
    return replace(samples, values={**samples.values, name: values}, cache={}, kept=[])


def depends_on(goal: Expr, name: str, context: Context) -> bool:
    """Tell whether a gradient changes with a symbol, at some points; where that cannot be told, say that it does."""
    try:
        samples = make_samples((goal,), context, points=FEW)
        if name not in samples.values:
            return False
        moved = with_values(samples, name, np.roll(samples.values[name], 1, axis=0))
        a, b = values(goal, samples, context), values(goal, moved, context)
    except Unsupported:
        return True
    both = np.isfinite(a) & np.isfinite(b)
    return not np.allclose(a[both], b[both], rtol=1e-9, atol=0.0)
