"""When two arrays of numbers count as the same: exactly so, or as far as the precision of the code goes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, final

import numpy as np
from numpy.typing import NDArray

from gradproof.gradcode.numbers import Floats
from gradproof.gradcode.rounding import SHARP

Closeness = Literal["double", "single", "half", "none"]

CLOSENESSES: Final[tuple[Closeness, ...]] = ("double", "single", "half", "none")
"""From the closest."""

FLOOR: Final = 1e-3
"""A point counts at least at this share of the usual scale: where a gradient vanishes there is only rounding."""

ENOUGH: Final = 3
"""Points that single precision does not blur, below which these alone settle nothing."""

_LIMITS: Final[dict[Closeness, tuple[float, float]]] = {
    "double": (1e-8, 1e-5),
    "single": (2e-3, 1e-2),
    "half": (2e-2, 1e-1),
}
"""By closeness the relative error up to which three of four points have to agree, and that of the others."""

HALVES: Final = frozenset({"float16"})
"""Types of numbers with three digits."""


@final
@dataclass(frozen=True, slots=True)
class Fit:
    """How close two arrays are.

    `errors` are relative, one a point, nan where one of the two is no number; `typical` is the error that three
    of four points keep.
    """

    closeness: Closeness
    errors: Floats
    typical: float

    @property
    def digits(self) -> int:
        """How many decimal digits agree at three of four points."""
        return int(min(15, max(0, -np.log10(max(self.typical, 1e-16)))))


def fit(
    found: Floats, aim: Floats, least: Closeness = "single", blurs: Floats | None = None
) -> Fit:
    """Compare arrays whose first axis is the points.

    Points at which one of the two has no finite value do not count. Three of four points have to agree closely, and
    all others nearly: numbers close to a kink of rounding (``1 - p`` where p is almost 1) may be blurred. In single
    precision these have no digit right; there they count at the scale of the largest.

    Args:
        found: some values.
        aim: those that they should be.
        least: the poorest closeness that counts.
        blurs: per point what single precision explains (`gradproof.gradcode.rounding.blur`); where enough points are
            sharp, three of four of these have to agree so closely.
    """
    if found.shape != aim.shape:
        return Fit("none", np.full(aim.shape[:1], np.inf), np.inf)
    with np.errstate(invalid="ignore"):
        gap = np.abs(found - aim).reshape(len(aim), -1).max(axis=1)
    scale = np.abs(aim).reshape(len(aim), -1).max(axis=1)
    usable = np.isfinite(gap)
    if not usable.any():
        return Fit("none", np.full(aim.shape[:1], np.nan), np.inf)
    moved = scale[usable & (scale > 0)]
    floor = FLOOR * float(np.median(moved)) if moved.size else 1.0
    errors = np.where(usable, gap / np.maximum(scale, floor), np.nan)
    typical = _most(errors[usable])
    blurred = float(
        (gap[usable] / np.maximum(scale[usable], FLOOR * _largest(scale[usable]))).max()
    )
    for closeness, (close, near) in _LIMITS.items():
        worst = float(errors[usable].max()) if closeness == "double" else blurred
        near_enough = typical <= close and worst <= near
        if near_enough and (closeness != "single" or _sharp(errors, usable, blurs)):
            return Fit(closeness, errors, typical)
        if closeness == least:
            break
    return Fit("none", errors, typical)


def _most(errors: Floats) -> float:
    """Return the error that three of four points keep."""
    return float(np.sort(errors)[-(-3 * len(errors) // 4) - 1])


def _sharp(errors: Floats, usable: NDArray[np.bool_], blurs: Floats | None) -> bool:
    """Tell whether the points that single precision does not blur agree as closely as it allows."""
    if blurs is None:
        return True
    here = usable & (blurs <= SHARP)
    return int(here.sum()) < ENOUGH or _most(errors[here] / blurs[here]) <= 1


def _largest(scale: Floats) -> float:
    return float(scale.max()) or 1.0


def same(
    found: Floats, aim: Floats, least: Closeness = "double", blurs: Floats | None = None
) -> bool:
    """Tell whether two arrays agree."""
    return fit(found, aim, least, blurs).closeness != "none"


def poorest(typed: str) -> Closeness:
    """Return the closeness that is enough for numbers of a type."""
    return "half" if typed in HALVES else "single"


def poorer(found: Iterable[Closeness]) -> Closeness:
    """Return the poorest of several."""
    poorest: Closeness = "double"
    for closeness in found:
        if CLOSENESSES.index(closeness) > CLOSENESSES.index(poorest):
            poorest = closeness
    return poorest
