"""Gradient descent: ``w := w - α ∂J/∂w``, the last line of the derivation, with four ways to choose α."""

import numpy as np

from gradproof.training.arrays import Vector
from gradproof.training.solving import Limits, Problem, Solver, Track, bound

MEMORY = 10
"""So many values back a Barzilai-Borwein step may rise."""

DECREASE = 1e-4
"""Armijo's condition: so much of the decrease that the gradient promises."""


def run(problem: Problem, start: Vector, limits: Limits, track: Track) -> None:
    """Follow the negative gradient from `start`."""
    match limits.step:
        case "1/L":
            _fixed(start, 1 / bound(problem), track)
        case "line-search":
            _line_search(start, track)
        case "bb" | None:
            _barzilai_borwein(start, track)
        case step:
            _fixed(start, float(step), track)


def _fixed(w: Vector, step: float, track: Track) -> None:
    value, gradient = track.evaluate(w)
    while not track.arrived(w, value, gradient):
        w = w - step * gradient
        value, gradient = track.evaluate(w)


def _line_search(w: Vector, track: Track) -> None:
    """Backtracking from twice the last step; Nocedal, Wright, Numerical Optimization, 2006, algorithm 3.1."""
    value, gradient = track.evaluate(w)
    step = 1.0 / max(1e-300, float(np.linalg.norm(gradient)))
    while not track.arrived(w, value, gradient):
        found = backtrack(track, w, value, gradient, 2 * step)
        if found is None:
            return
        step, w, value, gradient = found


def _barzilai_borwein(w: Vector, track: Track) -> None:
    """Steps of Barzilai and Borwein, kept in bounds as in Raydan, SIAM J. Optim. 7 (1997), algorithm GBB."""
    value, gradient = track.evaluate(w)
    step = 1.0 / max(1e-300, float(np.linalg.norm(gradient)))
    recent = [value]
    short = True
    while not track.arrived(w, value, gradient):
        found = backtrack(track, w, max(recent[-MEMORY:]), gradient, step)
        if found is None:
            return
        _, new, value, new_gradient = found
        moved, turned = new - w, new_gradient - gradient
        curvature = float(moved @ turned)
        if curvature > 0:
            long = float(moved @ moved) / curvature
            step = curvature / float(turned @ turned) if short else long
            short = not short
        else:
            step *= 10
        w, gradient = new, new_gradient
        recent.append(value)


def backtrack(
    track: Track, w: Vector, ceiling: float, gradient: Vector, step: float
) -> tuple[float, Vector, float, Vector] | None:
    """Return the first of `step`, `step`/2, … whose value lies far enough under `ceiling`, and what is there.

    None where no step lowers the value any more, that is, at the limit of the arithmetic.
    """
    slope = float(gradient @ gradient)
    for _ in range(60):
        new = w - step * gradient
        value, new_gradient = track.evaluate(new)
        slack = 1e-15 * abs(ceiling)
        if np.isfinite(value) and value <= ceiling - DECREASE * step * slope + slack:
            return step, new, value, new_gradient
        step /= 2
    return None


SOLVER = Solver(
    name="gradient-descent",
    title="w := w - α ∂J/∂w with Barzilai-Borwein steps, 1/L, a line search, or the step that you give",
    source="Barzilai, Borwein, IMA J. Numer. Anal. 8 (1988); Raydan, SIAM J. Optim. 7 (1997)",
    run=run,
    iterations=200_000,
    rules=("bb", "1/L", "line-search"),
)
