"""Points at which equations hold: sample points moved onto their solutions, in floating point.

Gauss-Newton steps of least norm, v - J⁺ F(v) (Nocedal and Wright, Numerical Optimization, 2006, section 10.3), with
Jacobians from forward differences: whatever varies may move, so that no name has to be solved for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType
from typing import Final, final

import numpy as np
from numpy.typing import NDArray

from gradproof.evaluate.arithmetic import FLOAT, BoolArray, elementwise
from gradproof.evaluate.comparison import Sides, both_sides
from gradproof.evaluate.limits import MAX_POINTS, Unsupported
from gradproof.evaluate.samples import Samples
from gradproof.expr import REAL, Context, Domain, Expr

Equation = tuple[Expr, Expr]
Floats = NDArray[np.float64]

STEPS: Final = 16
"""Steps after which a point that has not reached a solution is given up."""
WIDEST: Final = 60
"""Numbers that may move; more make a step slow."""
REACHED: Final = 1e-10
"""Largest residual, relative to the size of the sides, at which an equation counts as fulfilled."""
_NUDGE: Final = 1e-7
_STARTS: Final = (1.0, 0.1, 10.0)
"""Factors of the values from which a point starts: the steps diverge where a denominator is too large."""
_SCALES: Final = (1.0, 0.25, 0.0625)
"""Lengths of a step that are tried; the best is taken, even where none is better than staying."""


def solved_points(
    equations: Sequence[Equation], samples: Samples, context: Context, enough: int
) -> Samples | None:
    """Return those sample points that can be moved to where all equations hold; None where none can.

    Names of finite or whole-numbered domains stay where they are, and so do those of bounded ones, unless that leaves
    fewer points than are `enough`; a point that leaves a domain is dropped.

    Raises:
        Unsupported: a side cannot be evaluated, or there are too many numbers to move.
    """
    names = [n for n in samples.values if _moves(samples.domains.get(n, REAL))]
    loose = [n for n in names if samples.domains.get(n, REAL) == REAL]
    found: Samples | None = None
    for chosen in (loose, names) if 0 < len(loose) < len(names) else (names,):
        problem = _Problem(tuple(equations), samples, context, tuple(chosen))
        if not 0 < problem.width <= WIDEST:
            raise Unsupported("limit:points")
        found = problem.solved()
        if found is not None and found.points >= enough:
            break
    return found


def _moves(domain: Domain) -> bool:
    return not domain.members and not domain.integer


@final
@dataclass(frozen=True, slots=True)
class _Problem:
    """Equations at sample points, where the entries of some names move: rows of numbers, one row a point."""

    equations: tuple[Equation, ...]
    start: Samples
    context: Context
    names: tuple[str, ...]

    @property
    def width(self) -> int:
        """How many numbers move."""
        return sum(self.start.values[n][:1].size for n in self.names)

    def solved(self) -> Samples | None:
        """Return the points at which a solution is reached, None where none is."""
        count = self.start.points
        first = np.concatenate(
            [
                np.array(self.start.values[n], dtype=np.float64).reshape(count, -1)
                for n in self.names
            ],
            axis=1,
        )
        rows = np.concatenate([factor * first for factor in _STARTS])
        points = np.tile(np.arange(count), len(_STARTS))
        ended = self._newton(rows, points)
        at: dict[int, int] = {}
        for k in np.flatnonzero(ended & self._inside(rows)):
            at.setdefault(int(points[k]), int(k))
        if not at:
            return None
        chosen = self.start.subset([*at])
        exact = elementwise(Fraction, 1)
        values = dict(chosen.values)
        for name, part in self._parts(rows[[*at.values()]]):
            values[name] = exact(part)
        return replace(chosen, values=MappingProxyType(values), cache={}, kept=[])

    def _parts(self, rows: Floats) -> list[tuple[str, Floats]]:
        """Return the values of every name that moves."""
        out: list[tuple[str, Floats]] = []
        at = 0
        for name in self.names:
            shape = self.start.values[name].shape[1:]
            size = int(np.prod(shape, dtype=np.int64))
            out.append((name, rows[:, at : at + size].reshape((len(rows), *shape))))
            at += size
        return out

    def _inside(self, rows: Floats) -> BoolArray:
        """Tell which rows lie in the domains."""
        ok = np.ones(len(rows), dtype=np.bool_)
        for name, part in self._parts(rows):
            domain = self.start.domains.get(name, REAL)
            flat = part.reshape(len(rows), -1)
            if domain.lower is not None:
                ok &= (flat >= float(domain.lower)).all(axis=1)
            if domain.upper is not None:
                ok &= (flat <= float(domain.upper)).all(axis=1)
        return ok

    def _residuals(self, rows: Floats, points: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Return the residuals of all equations, one row a point, and the size of their sides."""
        gaps: list[Floats] = []
        sizes: list[Floats] = []
        for at in range(0, len(rows), MAX_POINTS):
            part, chosen = rows[at : at + MAX_POINTS], points[at : at + MAX_POINTS]
            here = self.start.subset([int(p) for p in chosen])
            for name, values in self._parts(part):
                here.cache[FLOAT.name, name, False] = values
            gap, size = self._sides(here, len(part))
            gaps.append(gap)
            sizes.append(size)
        return np.concatenate(gaps), np.concatenate(sizes)

    def _sides(self, here: Samples, count: int) -> tuple[Floats, Floats]:
        gaps: list[Floats] = []
        sizes: list[Floats] = []
        for left, right in self.equations:
            sides = both_sides(left, right, here, self.context, arithmetic=FLOAT, mode="total")
            if not isinstance(sides, Sides):
                raise Unsupported("the sides of an equation have different shapes")
            wide = sides.admitted.reshape(sides.admitted.shape + (1,) * sides.rank)
            a, b = (np.where(wide, s, 0.0).reshape(count, -1) for s in (sides.left, sides.right))
            with np.errstate(all="ignore"):
                gaps.append(a - b)
                sizes.append(np.maximum(np.abs(a), np.abs(b)))
        return np.concatenate(gaps, axis=1), np.concatenate(sizes, axis=1)

    def _newton(self, rows: Floats, points: NDArray[np.int64]) -> BoolArray:
        """Move the rows in place; return which have reached a solution."""
        ended = np.zeros(len(rows), dtype=np.bool_)
        active = np.arange(len(rows))
        for _ in range(STEPS + 1):
            gap, size = self._residuals(rows[active], points[active])
            done = (np.abs(gap) <= REACHED * np.maximum(size, 1.0)).all(axis=1)
            ended[active[done]] = True
            going = ~done & np.isfinite(gap).all(axis=1)
            active, gap = active[going], gap[going]
            if not active.size or ended.sum() >= self.start.points:
                break
            step = self._step(rows[active], points[active], gap)
            trials = np.concatenate([rows[active] + s * step for s in _SCALES])
            there, _ = self._residuals(trials, np.tile(points[active], len(_SCALES)))
            lengths = np.linalg.norm(there, axis=1).reshape(len(_SCALES), -1)
            best = np.nan_to_num(lengths, nan=np.inf).argmin(axis=0)
            rows[active] = trials.reshape(len(_SCALES), len(active), -1)[
                best, np.arange(len(active))
            ]
        return ended

    def _step(self, rows: Floats, points: NDArray[np.int64], gap: Floats) -> Floats:
        """Return the step of least norm from every row; none where there is no Jacobian."""
        count, width = rows.shape
        nudges = _NUDGE * np.maximum(np.abs(rows), 1.0)
        moved = rows[:, None, :] + nudges[:, :, None] * np.eye(width)
        there, _ = self._residuals(moved.reshape(-1, width), np.repeat(points, width))
        slopes = (there.reshape(count, width, -1) - gap[:, None, :]) / nudges[:, :, None]
        out = np.zeros_like(rows)
        for k in np.flatnonzero(np.isfinite(slopes).all(axis=(1, 2))):
            try:
                out[k] = np.linalg.lstsq(slopes[k].T, -gap[k], rcond=1e-12)[0]
            except np.linalg.LinAlgError:
                continue
        return out
