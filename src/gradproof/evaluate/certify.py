"""Certified counterexamples: both sides at one exact point, in balls that exclude equality."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, final

import numpy as np

from gradproof.evaluate.arithmetic import FLOAT, Array
from gradproof.evaluate.balls import BALL
from gradproof.evaluate.comparison import (
    Comparison,
    IndexValues,
    compare,
    fitted_together,
    zeros_widened,
)
from gradproof.evaluate.evaluation import Trace, ordered, run
from gradproof.evaluate.flint_types import (
    Ball,
    bounds,
    excludes_zero,
    fmpq,
    is_finite,
    precision,
)
from gradproof.evaluate.jets import Algebra, Value
from gradproof.evaluate.limits import MAX_POINTS, MAX_PRECISION
from gradproof.evaluate.samples import Samples
from gradproof.evaluate.state import Mode
from gradproof.expr import Context, Expr

DIGITS = 6
"""Significant digits of the values in a certificate."""
_CANDIDATES = 6
_BITS = (128, 256, 512, MAX_PRECISION)

Assignment = tuple[tuple[str, tuple[int, ...], Fraction], ...]


@final
@dataclass(frozen=True, slots=True)
class Certificate:
    """A point at which two sides certainly differ.

    Attributes:
        assignment: (name, index values, exact value) of every entry of a base symbol that matters.
        others: the same for entries that were read and do not matter (any value gives the same sides).
        directions: the same for the directions in which symbols move under a differential.
        left: the left side there, a decimal correctly rounded to six significant digits.
        right: the right side there.
        indices: values of the free indices.
        sizes: the sizes at which sums and arrays were taken.
        entry: which own entry differs, counted from 1 (of a scalar: none).
        exact: both values are rational and were computed without rounding.
        bits: working precision of the balls.
    """

    assignment: Assignment
    others: Assignment
    directions: Assignment
    left: str
    right: str
    indices: IndexValues
    sizes: tuple[tuple[str, int], ...]
    entry: tuple[int, ...]
    exact: bool
    bits: int


def certify(
    left: Expr,
    right: Expr,
    samples: Samples,
    context: Context,
    point: int,
    indices: IndexValues,
    *,
    mode: Mode = "total",
) -> Certificate | None:
    """Return a certificate that the sides differ at one sample point and index assignment, or None.

    Raises:
        Unsupported: a side cannot be evaluated in balls.
    """
    here = samples.subset([point])
    for bits in _BITS:
        trace = Trace()
        with precision(bits):
            (x, y), names, _, admitted = run(
                (left, right),
                here,
                context,
                arithmetic=BALL,
                mode=mode,
                fixed=dict(indices),
                trace=trace,
            )
            fitted = fitted_together(*zeros_widened((left, right), (x, y)))
            if fitted is None:
                return None
            x, y = fitted
            if not admitted.any():
                return None
            found = _difference(x, y, len(names), admitted)
            if found is None:
                continue
            entry, a, b = found
            shown = _decimal(a, b), _decimal(b, a)
        if shown[0] is None or shown[1] is None:
            continue
        read = _assignment(here.values, trace, context)
        matters = _matters(left, right, samples, context, point, dict(indices), mode, read)
        return Certificate(
            tuple(r for r, m in zip(read, matters, strict=True) if m),
            tuple(r for r, m in zip(read, matters, strict=True) if not m),
            _assignment(here.directions, trace, context),
            shown[0],
            shown[1],
            indices,
            tuple(samples.sizes.items()),
            entry,
            isinstance(a, fmpq) and isinstance(b, fmpq),
            bits,
        )
    return None


def _difference(
    x: Value, y: Value, axes: int, admitted: Any
) -> tuple[tuple[int, ...], Ball, Ball] | None:
    """Return the first own entry (in an admitted lane) at which the sides certainly differ."""
    a, b = ordered(x, axes), ordered(y, axes)
    lanes = np.broadcast_shapes(a.shape[: axes + 1], b.shape[: axes + 1], admitted.shape)
    own = a.shape[axes + 1 :]
    a, b = np.broadcast_to(a, lanes + own), np.broadcast_to(b, lanes + own)
    mask = np.broadcast_to(admitted, lanes)
    for lane in np.argwhere(mask):
        for entry in np.ndindex(own):
            one, other = _cell(a, (*lane, *entry)), _cell(b, (*lane, *entry))
            if is_finite(one) and is_finite(other) and excludes_zero(one - other):
                return tuple(k + 1 for k in entry), one, other
    return None


def _cell(array: Any, place: tuple[int, ...]) -> Ball:
    return array[place]


def _assignment(values: Mapping[str, Any], trace: Trace, context: Context) -> Assignment:
    out: list[tuple[str, tuple[int, ...], Fraction]] = []
    for name, spots in (trace.used or {}).items():
        array = values.get(name)
        if array is None:
            continue
        for spot in sorted(spots):
            place = (0, *_place(name, spot, context))
            out.append((name, spot, array[place]))
    return tuple(out)


def _place(name: str, spot: tuple[int, ...], context: Context) -> tuple[int, ...]:
    """Return the position of an entry in its array, counted from 0."""
    start = context.origins.get(name, ())
    start = (*start, *(1 for _ in range(len(spot) - len(start))))
    return tuple(k - s for k, s in zip(spot, start, strict=False))


def _matters(
    left: Expr,
    right: Expr,
    samples: Samples,
    context: Context,
    point: int,
    fixed: Mapping[str, int],
    mode: Mode,
    read: Assignment,
) -> list[bool]:
    """Tell which of the entries read have to be told: with these, any values of the others give the same sides.

    An entry that changes a side when it alone changes is one. A 0 that others are multiplied with may be one, too,
    though neither it nor they do.
    """
    if not 0 < len(read) < MAX_POINTS // 2:
        return [True] * len(read)

    def changes(groups: list[list[int]]) -> list[bool]:
        return _changes(left, right, samples, context, point, fixed, mode, read, groups)

    matters = changes([[k] for k in range(len(read))])
    for k, (_, _, value) in enumerate(read):
        if matters[k] or value != 0:
            continue
        if not changes([[n for n, told in enumerate(matters) if not told]])[0]:
            return matters
        matters[k] = True
    rest = [n for n, told in enumerate(matters) if not told]
    return matters if not rest or not changes([rest])[0] else [True] * len(read)


def _changes(
    left: Expr,
    right: Expr,
    samples: Samples,
    context: Context,
    point: int,
    fixed: Mapping[str, int],
    mode: Mode,
    read: Assignment,
    groups: list[list[int]],
) -> list[bool]:
    """Tell for each group of entries whether a side changes when these alone change, to values of other points."""
    varied = samples.subset([point] * (2 * len(groups) + 1))
    algebra = Algebra(FLOAT)
    for name in dict.fromkeys(name for name, _, _ in read):
        at = np.full(varied.points, point)
        varied.cache[FLOAT.name, name, False] = samples.lifted(name, algebra)[at]
    for g, group in enumerate(groups):
        for name, spot, _ in (read[k] for k in group):
            place = _place(name, spot, context)
            column = samples.lifted(name, algebra)[(slice(None), *place)]
            others = column[column != column[point]][:2]
            array = varied.lifted(name, algebra)
            if not others.size:
                array[(1 + 2 * g, *place)] += 1
            for turn, other in enumerate(others):
                array[(1 + 2 * g + turn, *place)] = other
    (x, y), names, _, _ = run(
        (left, right), varied, context, arithmetic=FLOAT, mode=mode, fixed=fixed
    )
    changed = np.zeros(varied.points, dtype=np.bool_)
    for side in (x, y):
        a = ordered(side, len(names))
        a = np.broadcast_to(a, (varied.points, *a.shape[1:])).reshape(varied.points, -1)
        changed |= (a != a[0]).any(axis=1)
    return [bool(changed[1 + 2 * g] or changed[2 + 2 * g]) for g in range(len(groups))]


def significant(value: Fraction, digits: int = DIGITS) -> str:
    """Return `value` rounded (half to even) to significant digits, without trailing zeros.

    >>> significant(Fraction(10, 7)), significant(Fraction(-1, 3 * 10**9)), significant(Fraction(250))
    ('1.42857', '-3.33333e-10', '250')
    """
    if not value:
        return "0"
    size = abs(value)
    power = len(str(size.numerator)) - len(str(size.denominator))
    if size < Fraction(10) ** power:
        power -= 1
    mantissa = round(size / Fraction(10) ** (power - digits + 1))
    if mantissa == 10**digits:
        mantissa, power = mantissa // 10, power + 1
    figures = str(mantissa)
    sign = "-" if value < 0 else ""
    if -5 < power < digits:
        figures = "0" * -power + figures
        point = max(power, 0) + 1
        text = f"{figures[:point]}.{figures[point:]}"
        return sign + text.rstrip("0").rstrip(".")
    tail = figures[1:].rstrip("0")
    return f"{sign}{figures[0]}{'.' + tail if tail else ''}e{power}"


def _decimal(value: Ball, other: Ball) -> str | None:
    """Return the correctly rounded decimal of a ball, None where the ball is too wide for it.

    A ball around zero, tiny beside the other side, is shown as 0.
    """
    low, high = bounds(value)
    if low <= 0 <= high:
        beside = max(abs(b) for b in bounds(other))
        return "0" if max(-low, high) <= beside / 10**30 else None
    ends = [significant(low), significant(high)]
    return ends[0] if all(a == b for a, b in pairwise(ends)) else None


def find_counterexample(
    left: Expr,
    right: Expr,
    samples: Samples,
    context: Context,
    comparison: Comparison | None = None,
    *,
    mode: Mode = "total",
) -> Certificate | None:
    """Return the certificate with the simplest numbers among the points that differ, or None.

    Raises:
        Unsupported: a side cannot be evaluated.
    """
    if comparison is None:
        comparison = compare(left, right, samples, context, mode=mode)
    weights = _weights(samples)
    height = _heights(weights)
    order = sorted(comparison.differ, key=lambda d: (height(*d), d[0]))
    found = _first(left, right, samples, context, order, mode)
    if found is None:
        return None
    first, at = found
    place = _simplest(first, weights, context, order)
    better = None
    if place != at:
        better = certify(left, right, samples, context, *order[place], mode=mode)
    if better is None or _unhandiness(better) >= _unhandiness(first):
        return first
    return better


def _first(
    left: Expr,
    right: Expr,
    samples: Samples,
    context: Context,
    order: list[tuple[int, IndexValues]],
    mode: Mode,
) -> tuple[Certificate, int] | None:
    """Return the first certificate there is, and its place in the order."""
    for place, (point, indices) in enumerate(order[:_CANDIDATES]):
        found = certify(left, right, samples, context, point, indices, mode=mode)
        if found is not None:
            return found, place
    return None


def _unhandiness(c: Certificate) -> int:
    return sum(_weight(v) for _, _, v in c.assignment)


def _weights(samples: Samples) -> dict[str, Array]:
    """Return how unhandy the values of every symbol are, in their order."""
    return {
        name: np.array([_weight(v) for v in array.ravel()], dtype=np.int64).reshape(array.shape)
        for name, array in samples.values.items()
    }


def _simplest(
    c: Certificate,
    weights: Mapping[str, Array],
    context: Context,
    order: list[tuple[int, IndexValues]],
) -> int:
    """Return the place of the point at which the entries that matter have the simplest values."""
    spots = [(weights[name], _place(name, spot, context)) for name, spot, _ in c.assignment]
    ranks = [
        (sum(int(array[(point, *place)]) for array, place in spots), k)
        for k, (point, indices) in enumerate(order)
        if indices == c.indices
    ]
    return min(ranks)[1]


def _heights(weights: Mapping[str, Array]) -> Callable[[int, IndexValues], int]:
    """Return what tells how unhandy the numbers at a point are: scalars, and of arrays the entries at the indices."""
    arrays = [
        (whole, whole.sum(axis=1).tolist())
        for whole in (a.sum(axis=tuple(range(2, a.ndim))) for a in weights.values() if a.ndim > 1)
    ]
    numbers: list[list[int]] = [a.tolist() for a in weights.values() if a.ndim == 1]

    def height(point: int, indices: IndexValues) -> int:
        at = sorted({value - 1 for _, value in indices})
        total = sum(values[point] for values in numbers)
        for rows, whole in arrays:
            chosen = [k for k in at if 0 <= k < rows.shape[1]]
            total += int(rows[point, chosen].sum()) if chosen else whole[point]
        return total

    return height


def _weight(value: Fraction) -> int:
    """Return how unhandy a number is: 0 and 1 least, then small numerators and denominators."""
    top, bottom = value.as_integer_ratio()
    if bottom == 1 and top in (0, 1):
        return 1
    simple = 2 if bottom in (2, 10) else 0
    return 1 + 2 * top.bit_length() + 2 * bottom.bit_length() + (top < 0) - simple
