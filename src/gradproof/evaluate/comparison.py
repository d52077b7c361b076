"""Comparing two expressions at sample points: floating point first, balls where that is in doubt."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, final

import numpy as np

from gradproof.evaluate.arithmetic import FLOAT, Arithmetic, Array, BoolArray, elementwise
from gradproof.evaluate.balls import BALL
from gradproof.evaluate.evaluation import ordered, run
from gradproof.evaluate.flint_types import bounds, excludes_zero, is_finite, precision
from gradproof.evaluate.jets import Value
from gradproof.evaluate.limits import Unsupported
from gradproof.evaluate.samples import Samples
from gradproof.evaluate.state import Mode
from gradproof.expr import Context, Expr, Num

TOLERANCE = 1e-9
"""Relative difference (of the larger side) up to which floating values count as equal."""
FAR = 1e-5
"""Relative difference that is certainly no rounding, for `differs`."""
_RESOLVED = 2
"""Doubtful points that are looked at in balls first; the others follow if none of these was mere rounding."""
_BITS = (128, 1024)

_ZERO = Num(Fraction(0))

IndexValues = tuple[tuple[str, int], ...]


@final
@dataclass(frozen=True, slots=True)
class Comparison:
    """How two sides compare.

    Attributes:
        points: sample points at which both sides are defined somewhere.
        agree: those of them at which they differ nowhere.
        differ: (point, values of the free indices) where they differ.
        undefined: sample points at which nothing could be compared.
        largest: largest relative difference met.
        shapes: the shapes of the sides where these differ; then nothing else was compared.
        vanishing: whether most of what was compared was 0 = 0 up to rounding.
    """

    points: int
    agree: int
    differ: tuple[tuple[int, IndexValues], ...]
    undefined: int
    largest: float
    shapes: tuple[tuple[int, ...], tuple[int, ...]] | None = None
    vanishing: bool = False


@final
@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides over the same points and indices (axes: points, indices, own), and what is admitted."""

    left: Array
    right: Array
    indices: tuple[str, ...]
    ranges: tuple[tuple[int, int], ...]
    admitted: BoolArray
    rank: int


def both_sides(
    left: Expr,
    right: Expr,
    samples: Samples,
    context: Context,
    *,
    arithmetic: Arithmetic,
    mode: Mode,
) -> Sides | tuple[tuple[int, ...], tuple[int, ...]]:
    """Return both sides, or their shapes where these differ.

    Raises:
        Unsupported: a side cannot be evaluated.
    """
    (x, y), names, ranges, admitted = run(
        (left, right), samples, context, arithmetic=arithmetic, mode=mode
    )
    fitted = fitted_together(*zeros_widened((left, right), (x, y)))
    if fitted is None:
        return x.shape, y.shape
    x, y = fitted
    n = len(names)
    a, b = ordered(x, n), ordered(y, n)
    lanes = np.broadcast_shapes(
        a.shape[: n + 1], b.shape[: n + 1], admitted.shape, (samples.points, *(1,) * n)
    )
    return Sides(
        np.broadcast_to(a, lanes + x.shape),
        np.broadcast_to(b, lanes + x.shape),
        names,
        ranges,
        np.broadcast_to(admitted, lanes),
        x.rank,
    )


def zeros_widened(sides: tuple[Expr, Expr], values: tuple[Value, Value]) -> tuple[Value, Value]:
    """Return the values of two sides; one that is written 0 has the shape of the other: 0 is any array of zeros."""
    x, y = values
    if sides[1] == _ZERO:
        y = _widened(y, x.shape)
    elif sides[0] == _ZERO:
        x = _widened(x, y.shape)
    return x, y


def _widened(number: Value, shape: tuple[int, ...]) -> Value:
    def widen(p: Array) -> Array:
        return np.broadcast_to(p.reshape(p.shape + (1,) * len(shape)), p.shape + shape)

    return (
        number if number.rank else Value({m: widen(p) for m, p in number.parts.items()}, len(shape))
    )


def fitted_together(x: Value, y: Value) -> tuple[Value, Value] | None:
    """Return two values in one shape: axes of size 1 do not count. None: the shapes are others.

    A row is not a column: where one side is a row and the other a vector, they do not fit.
    """
    if x.shape == y.shape:
        return x, y
    shape = tuple(n for n in x.shape if n != 1)
    if shape != tuple(n for n in y.shape if n != 1):
        return None
    if shape and x.rank <= 2 and y.rank <= 2 and _lies(x) != _lies(y):
        return None
    return _reshaped(x, shape), _reshaped(y, shape)


def _lies(x: Value) -> bool:
    """Tell whether a value of one row or column is a row."""
    return x.rank == 2 and x.shape[0] == 1


def _reshaped(x: Value, shape: tuple[int, ...]) -> Value:
    def reshape(p: Array) -> Array:
        batch = p.shape[: p.ndim - x.rank]
        return np.broadcast_to(p, batch + x.shape).reshape(batch + shape)

    return Value({m: reshape(p) for m, p in x.parts.items()}, len(shape))


def compare(
    left: Expr,
    right: Expr,
    samples: Samples,
    context: Context,
    *,
    mode: Mode = "total",
    settle: bool = True,
) -> Comparison:
    """Compare two expressions at all sample points, over the union of their free indices.

    With `settle` False, differences that may be rounding are returned as differences: enough where each
    that is used gets a certificate.

    Raises:
        Unsupported: a side cannot be evaluated.
    """
    sides = both_sides(left, right, samples, context, arithmetic=FLOAT, mode=mode)
    if not isinstance(sides, Sides):
        return Comparison(0, 0, (), samples.points, 0.0, sides)
    if sides.left.size == 0 or sides.right.size == 0:
        return Comparison(0, 0, (), samples.points, 0.0)
    with np.errstate(all="ignore"):
        gap = np.abs(sides.left - sides.right)
        scale = np.maximum(np.abs(sides.left), np.abs(sides.right))
        relative = np.where(gap == 0, 0.0, gap / np.where(scale > 0, scale, 1.0))
    own = tuple(range(-sides.rank, 0))
    defined = np.isfinite(sides.left) & np.isfinite(sides.right)
    usable = (defined.all(axis=own) if own else defined) & sides.admitted
    worst = relative.max(axis=own) if own else relative
    doubtful = usable & (worst > TOLERANCE)
    if settle and doubtful.any():
        noise, lost = _resolve(left, right, samples, context, mode, doubtful, gap, sides.rank)
        doubtful = doubtful & ~noise & ~lost
        usable = usable & ~lost
        worst = np.where(noise, 0.0, worst)
    return _summary(sides, usable, doubtful, worst)


def differs(
    left: Expr,
    right: Expr,
    samples: Samples,
    context: Context,
    *,
    mode: Mode = "total",
    least: int = 1,
    otherwise: bool = True,
) -> bool:
    """Tell whether two expressions are far apart at `least` of the points; `otherwise` where they cannot be compared.

    A glance in floating point alone, to save work: it decides nothing that is told.
    """
    try:
        sides = both_sides(left, right, samples, context, arithmetic=FLOAT, mode=mode)
    except Unsupported:
        return otherwise
    if not isinstance(sides, Sides):
        return otherwise
    with np.errstate(all="ignore"):
        scale = np.maximum(np.abs(sides.left), np.abs(sides.right))
        far = np.abs(sides.left - sides.right) > FAR * np.maximum(scale, FAR)
    wide = sides.admitted.reshape(sides.admitted.shape + (1,) * sides.rank)
    apart = (far & wide).reshape(samples.points, -1).any(axis=1)
    return int(apart.sum()) >= least


def _summary(sides: Sides, usable: BoolArray, differ: BoolArray, worst: Array) -> Comparison:
    count = usable.shape[0]
    at_point = usable.reshape(count, -1).any(axis=1)
    wrong = differ.reshape(count, -1).any(axis=1)
    places = tuple(
        (int(spot[0]), _index_values(sides, spot[1:], differ.shape[1:]))
        for spot in np.argwhere(differ)
    )
    compared = int(at_point.sum())
    largest = float(worst[usable].max()) if usable.any() else 0.0
    wide = usable.reshape(usable.shape + (1,) * sides.rank)
    with np.errstate(all="ignore"):
        seen = np.maximum(np.abs(sides.left), np.abs(sides.right)) > TOLERANCE
    return Comparison(
        compared, compared - int(wrong.sum()), places, count - compared, largest,
        vanishing=2 * int((seen & wide).sum()) < int(np.broadcast_to(wide, seen.shape).sum()),
    )  # fmt: skip


def _index_values(sides: Sides, spot: Array, counts: tuple[int, ...]) -> IndexValues:
    """Return the values of those free indices on which a side depends."""
    return tuple(
        (name, first + int(k))
        for name, (first, last), k, n in zip(sides.indices, sides.ranges, spot, counts, strict=True)
        if n == last - first + 1
    )


def _resolve(
    left: Expr,
    right: Expr,
    samples: Samples,
    context: Context,
    mode: Mode,
    doubtful: BoolArray,
    gap: Array,
    rank: int,
) -> tuple[BoolArray, BoolArray]:
    """Settle doubtful lanes in balls: return where the difference is rounding, and where it stays open."""
    noise = np.zeros_like(doubtful)
    lost = np.zeros_like(doubtful)
    todo = [int(p) for p in np.flatnonzero(doubtful.reshape(len(doubtful), -1).any(axis=1))]
    first, rest = todo[:_RESOLVED], todo[_RESOLVED:]
    for chosen in (first, rest):
        if not chosen or (chosen is rest and not (noise.any() or lost.any())):
            continue
        verdicts = _in_balls(left, right, samples.subset(chosen), context, mode, gap[chosen], rank)
        noise[chosen] = (verdicts == 0) & doubtful[chosen]
        lost[chosen] = (verdicts == 2) & doubtful[chosen]
    return noise, lost


def _in_balls(
    left: Expr,
    right: Expr,
    samples: Samples,
    context: Context,
    mode: Mode,
    gap: Array,
    rank: int,
) -> Array:
    """Return per lane 0 (no difference), 1 (certainly different) or 2 (open)."""
    verdict: Array = np.full(gap.shape[: gap.ndim - rank], 2)
    for bits in _BITS:
        with precision(bits):
            sides = both_sides(left, right, samples, context, arithmetic=BALL, mode=mode)
            if not isinstance(sides, Sides):
                return verdict
            each = elementwise(_settle, 3)(sides.left, sides.right, gap)
        own = tuple(range(-rank, 0))
        settled = np.where((each == 1).any(axis=own), 1, each.max(axis=own)) if own else each
        verdict = np.where(verdict == 2, settled, verdict)
        if not (verdict == 2).any():
            break
    return verdict


def _settle(left: Any, right: Any, gap: float) -> int:
    """Compare two balls; `gap` is the difference that floating point saw."""
    if not is_finite(left) or not is_finite(right):
        return 2
    difference = left - right
    if excludes_zero(difference):
        return 1
    low, high = bounds(difference)
    return 0 if gap == 0 or max(-low, high) <= gap * 1e-3 else 2
