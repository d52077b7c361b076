"""A look at a few points, in floating point, before another reading of two sides is tried with all care."""

from typing import Final

from gradproof.checking.judgement import Outcome
from gradproof.checking.ladder import has_arrays
from gradproof.checking.limits import GLANCE
from gradproof.checking.sizes import points_for
from gradproof.evaluate import Mode, Samples, Unsupported, differs
from gradproof.expr import Context

TWICE: Final = 2
"""Points at which sides have to be far apart: at one it might be rounding after all."""


def stays_wrong(outcome: Outcome, context: Context, mode: Mode = "total") -> bool:
    """Tell whether sides that differ are far apart under another context or mode, too.

    False where that cannot be seen at a few points, or where arrays may be laid out otherwise.
    """
    left, right = outcome.left, outcome.right
    if has_arrays(left, outcome.context) or has_arrays(right, outcome.context):
        return False
    few = _few(outcome, context)
    return few is not None and differs(
        left, right, few, context, mode=mode, least=TWICE, otherwise=False
    )


def _few(outcome: Outcome, context: Context) -> Samples | None:
    """Return a few sample points: of those there are, where they are good for the context."""
    known, own = outcome.samples, outcome.context
    if known is not None and _same_points(context, own):
        return known.subset(list(range(min(known.points, GLANCE))))
    try:
        return points_for(outcome.left, outcome.right, context, GLANCE)
    except Unsupported:
        return None


def _same_points(a: Context, b: Context) -> bool:
    """Tell whether two contexts have the same symbols at the same points: indices may be told apart."""
    return (
        a.sizes == b.sizes
        and a.domains == b.domains
        and a.values == b.values
        and a.constraints == b.constraints
        and a.definite == b.definite
        and a.definitions == b.definitions
    )
