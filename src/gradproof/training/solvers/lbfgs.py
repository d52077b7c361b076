"""L-BFGS, by SciPy."""

import numpy as np

from gradproof.training.arrays import Vector
from gradproof.training.libraries import library
from gradproof.training.secants import Secants
from gradproof.training.solving import Limits, Problem, Solver, Track

ROUNDING = 1e-12
"""Part of the value within which a sum over rows may err, so that values do not tell whether a step helped."""

FALLS = 0.5
"""A step that is judged by gradients has to leave no more than this part of the norm."""


def run(problem: Problem, start: Vector, limits: Limits, track: Track) -> None:
    """Let SciPy minimise; where its line search gives up, which compares values, gradients say how to go on."""
    minimize = library("scipy.optimize", "the solver lbfgs").minimize
    latest: dict[bytes, tuple[float, Vector]] = {}
    pairs = Secants()
    ends: list[tuple[Vector, Vector]] = []

    def function(w: Vector) -> tuple[float, Vector]:
        value, gradient = track.evaluate(w)
        latest[w.tobytes()] = (value, gradient)
        while len(latest) > 30:
            del latest[next(iter(latest))]
        if np.isfinite(value):
            return value, gradient
        return np.inf, np.zeros_like(w)

    def step(x: Vector) -> None:
        w = np.array(x)
        value, gradient = latest.get(w.tobytes()) or track.evaluate(w)
        if ends:
            before_w, before_gradient = ends.pop()
            pairs.add(w - before_w, gradient - before_gradient)
        ends.append((w, gradient))
        if track.arrived(w, value, gradient):
            raise StopIteration

    w = np.array(start)
    value, gradient = track.evaluate(w)
    if track.arrived(w, value, gradient):
        return
    for _ in range(5):
        before = track.best.value if track.best is not None else np.inf
        minimize(
            function,
            w,
            jac=True,
            method="L-BFGS-B",
            callback=step,
            options={
                "maxiter": track.most + 1,
                "maxfun": 20 * track.most + 100,
                "ftol": 0.0,
                "gtol": 0.0,
                "maxcor": 20,
                "maxls": 50,
            },
        )
        if track.stopped or track.best is None:
            return
        _finish(track, pairs)
        if track.stopped or track.best.value >= before:
            return
        w = track.best.parameters
        ends.clear()
        pairs.clear()


def _finish(track: Track, pairs: Secants) -> None:
    """Go on from the best point with whole steps while they make the gradient smaller and do not raise the value.

    Near the optimum values differ by less than their rounding where gradients still have half their digits (Hager,
    Zhang, SIAM J. Optim. 16 (2005), section 3).
    """
    if track.best is None:
        return
    w = track.best.parameters
    value, gradient = track.evaluate(w)
    while True:
        new = w - pairs.applied(gradient, pairs.scaled)
        found, slope = track.evaluate(new)
        if not float(np.linalg.norm(slope)) <= FALLS * float(np.linalg.norm(gradient)):
            return
        if not found <= value + ROUNDING * abs(value):
            return
        pairs.add(new - w, slope - gradient)
        w, value, gradient = new, found, slope
        if track.arrived(w, value, gradient):
            return


SOLVER = Solver(
    name="lbfgs",
    title="L-BFGS: gradients only, for any size",
    source="Byrd, Lu, Nocedal, Zhu, SIAM J. Sci. Comput. 16 (1995); SciPy",
    run=run,
    iterations=5_000,
)
