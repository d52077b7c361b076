"""Proximal steps for L1: gradient steps with soft thresholds, and Newton steps once the zeros have settled."""

from collections.abc import Callable

import numpy as np

from gradproof.training.arrays import Vector
from gradproof.training.solvers.newton import descent
from gradproof.training.solving import (
    Limits,
    Problem,
    Solver,
    Track,
    least_subgradient,
    shrink,
)

MEMORY = 10
DECREASE = 1e-4


def run(problem: Problem, start: Vector, limits: Limits, track: Track) -> None:
    """Steps of Barzilai and Borwein, each followed by the proximal step (SpaRSA); Newton on what is not zero."""
    l1 = problem.l1 if problem.l1 is not None else np.zeros(problem.size)
    w = start
    value, gradient = track.evaluate(w)
    step = 1.0 / max(1e-300, float(np.linalg.norm(gradient)))
    recent = [track.total(w, value)]
    while not track.arrived(w, value, gradient):
        found = _gradient_step(track, w, max(recent[-MEMORY:]), gradient, l1, step)
        if found is None:
            return
        new, new_value, new_gradient = found
        moved, turned = new - w, new_gradient - gradient
        curvature = float(moved @ turned)
        step = float(moved @ moved) / curvature if curvature > 0 else 10 * step
        settled = np.array_equal(np.sign(new), np.sign(w))
        w, value, gradient = new, new_value, new_gradient
        if settled and problem.hessian is not None:
            better = _newton_step(problem.hessian, track, w, value, gradient, l1)
            if better is not None:
                w, value, gradient = better
        recent.append(track.total(w, value))


def _gradient_step(
    track: Track, w: Vector, ceiling: float, gradient: Vector, l1: Vector, step: float
) -> tuple[Vector, float, Vector] | None:
    for _ in range(60):
        new = shrink(w - step * gradient, step * l1)
        value, new_gradient = track.evaluate(new)
        moved = float((new - w) @ (new - w))
        total = track.total(new, value)
        if np.isfinite(total) and total <= ceiling - DECREASE / step * moved + 1e-15 * abs(ceiling):
            return new, value, new_gradient
        step /= 2
    return None


def _newton_step(
    hessian: Callable[[Vector], Vector],
    track: Track,
    w: Vector,
    value: float,
    gradient: Vector,
    l1: Vector,
) -> tuple[Vector, float, Vector] | None:
    """Return a Newton step among the parameters that are not zero, those that change sign set to zero."""
    free = np.flatnonzero((w != 0) | (l1 == 0))
    if not free.size:
        return None
    slope = least_subgradient(w, gradient, l1)[free]
    direction = descent(hessian(w)[np.ix_(free, free)], slope)
    before = track.total(w, value)
    size = 1.0
    for _ in range(10):
        new = w.copy()
        new[free] += size * direction
        new[(new * w < 0) & (l1 > 0)] = 0.0
        found, new_gradient = track.evaluate(new)
        total = track.total(new, found)
        if np.isfinite(total) and total <= before + 1e-15 * abs(before):
            return new, found, new_gradient
        size /= 2
    return None


SOLVER = Solver(
    name="proximal",
    title="proximal gradient steps for L1 and elastic net, Newton steps among what is not zero",
    source="Wright, Nowak, Figueiredo, IEEE TSP 57 (2009); Lee, Sun, Saunders, SIAM J. Optim. 24 (2014)",
    run=run,
    iterations=20_000,
    absolute=True,
)
