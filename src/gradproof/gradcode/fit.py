"""When two arrays of numbers count as the same: exactly so, or as far as single precision goes."""

from dataclasses import dataclass
from typing import Final, Literal, final

import numpy as np

from gradproof.gradcode.numbers import Floats

Closeness = Literal["double", "single", "none"]

FLOOR: Final = 1e-3
"""A point counts at least at this share of the usual scale: where a gradient vanishes there is only rounding."""

_LIMITS: Final[dict[Closeness, tuple[float, float]]] = {
    "double": (1e-8, 1e-5),
    "single": (2e-3, 1e-2),
}
"""By closeness the relative error up to which three of four points have to agree, and that of the others."""


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


def fit(found: Floats, aim: Floats, least: Closeness = "single") -> Fit:
    """Compare arrays whose first axis is the points.

    Points at which one of the two has no finite value do not count. Three of four points have to agree closely, and
    all others nearly: numbers close to a kink of rounding (``1 - p`` where p is almost 1) may be blurred. In single
    precision these have no digit right; there they count at the scale of the largest.
    """
    if found.shape != aim.shape:
        return Fit("none", np.full(aim.shape[:1], np.inf), np.inf)
    gap = np.abs(found - aim).reshape(len(aim), -1).max(axis=1)
    scale = np.abs(aim).reshape(len(aim), -1).max(axis=1)
    usable = np.isfinite(gap)
    if not usable.any():
        return Fit("none", np.full(aim.shape[:1], np.nan), np.inf)
    moved = scale[usable & (scale > 0)]
    floor = FLOOR * float(np.median(moved)) if moved.size else 1.0
    errors = np.where(usable, gap / np.maximum(scale, floor), np.nan)
    counted = np.sort(errors[usable])
    typical = float(counted[-(-3 * len(counted) // 4) - 1])
    blurred = float(
        (gap[usable] / np.maximum(scale[usable], FLOOR * _largest(scale[usable]))).max()
    )
    for closeness, (close, near) in _LIMITS.items():
        worst = blurred if closeness == "single" else float(counted[-1])
        if typical <= close and worst <= near:
            return Fit(closeness, errors, typical)
        if closeness == least:
            break
    return Fit("none", errors, typical)


def _largest(scale: Floats) -> float:
    return float(scale.max()) or 1.0


def same(found: Floats, aim: Floats, least: Closeness = "double") -> bool:
    """Tell whether two arrays agree."""
    return fit(found, aim, least).closeness != "none"
