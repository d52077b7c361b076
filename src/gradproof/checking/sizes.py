"""Comparing at sizes where there is something to compare: which matrix is wide and which is tall decides that."""

from dataclasses import replace
from fractions import Fraction
from itertools import islice, permutations
from types import MappingProxyType
from typing import Final

from gradproof.checking.limits import MAX_ORDERS, POINTS
from gradproof.evaluate import Comparison, Mode, Samples, Unsupported, compare, make_samples
from gradproof.expr import Context, Det, Expr, Num, recalled, walk_reached

RECALLED: Final = 16
"""Pairs of sides whose points are kept: those of the line that is being judged, and of the one before."""

Compared = tuple[Context, Samples, Comparison]

NO_POINT: Final = "no point was found at which both sides are defined"


def compare_in_sizes(
    left: Expr, right: Expr, samples: Samples, context: Context, *, mode: Mode, settle: bool
) -> Compared:
    """Compare two sides on `samples`; where all is singular there, with the sizes in another order.

    An inverse may be defined nowhere as long as a matrix inside it is wide, and a determinant is 0 everywhere
    then: that 0 = 0 says nothing. The first order of sizes in which there is more to compare counts.

    Raises:
        ShapeMismatch: the shapes of the sides or inside them do not fit.
        Unsupported: the sides cannot be evaluated.
    """
    found = compare(left, right, samples, context, mode=mode, settle=settle)
    if not _says_nothing(found, left, right, context):
        return context, samples, found
    for other in _orders(samples, context):
        try:
            points = points_for(left, right, other)
            again = compare(left, right, points, other, mode=mode, settle=settle)
        except Unsupported:
            continue
        if not _says_nothing(again, left, right, context):
            return other, points, again
    return context, samples, found


def points_for(left: Expr, right: Expr, context: Context, points: int = POINTS) -> Samples:
    """Return the sample points on which two sides are compared; of the same sides the same object.

    Raises:
        Unsupported: no points were found, or the sides cannot be evaluated.
    """
    return _points_for(left, right, context, points)


@recalled(RECALLED)
def _points_for(left: Expr, right: Expr, context: Context, points: int) -> Samples:
    return make_samples((left, right), context, points=points, moving=context.moving or None)


def _says_nothing(found: Comparison, left: Expr, right: Expr, context: Context) -> bool:
    """Tell whether nothing was compared, or a determinant made all of it vanish and nobody says that it does."""
    if found.shapes is not None:
        return False
    if not found.points:
        return True
    zero = Num(Fraction(0))
    return (
        found.vanishing
        and zero not in (left, right)
        and any(isinstance(n, Det) for e in (left, right) for n in walk_reached(e, context))
    )


def _orders(samples: Samples, context: Context) -> list[Context]:
    """Return contexts with the free sizes in another order, the reversed one first."""
    free = [n for n in samples.sizes if n not in context.sizes]
    values = [samples.sizes[n] for n in free]
    orders = [tuple(reversed(values)), *islice(permutations(values), 1, MAX_ORDERS)]
    return [
        replace(
            context,
            sizes=MappingProxyType({**context.sizes, **dict(zip(free, order, strict=True))}),
        )
        for order in dict.fromkeys(orders)
        if len(free) > 1
    ]
