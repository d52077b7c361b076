"""Newton's method on the derived Hessian; for a likelihood this is iteratively reweighted least squares."""

import numpy as np

from gradproof.training.arrays import Vector
from gradproof.training.libraries import library
from gradproof.training.solving import Limits, Problem, Solver, Track, downhill


def run(problem: Problem, start: Vector, limits: Limits, track: Track) -> None:
    """Solve with the Hessian, made positive where it is not, and halve the step until the value falls."""
    hessian = problem.hessian
    if hessian is None:
        raise AssertionError("checked before")
    w = start
    value, gradient = track.evaluate(w)
    while not track.arrived(w, value, gradient):
        direction = descent(hessian(w), gradient)
        found = downhill(track, w, value, gradient, direction)
        if found is None:
            return
        w, value, gradient = found


def descent(hessian: Vector, gradient: Vector) -> Vector:
    """Return the Newton step, shape (size,): a multiple of the identity is added until Cholesky succeeds.

    Nocedal, Wright, Numerical Optimization, 2006, algorithm 3.3; LAPACK's dposv factors and solves.
    """
    solve = library("scipy.linalg.lapack", "the solver newton").dposv
    shift = scale = 0.0
    while True:
        _, step, failed = solve(
            hessian + shift * np.eye(hessian.shape[0]) if shift else hessian, -gradient
        )
        if not failed and np.isfinite(step).all() and float(gradient @ step) < 0:
            return step
        scale = scale or float(np.abs(np.diagonal(hessian)).max(initial=0.0)) or 1.0
        shift = max(10 * shift, 1e-12 * scale)
        if shift > 1e6 * scale:
            return -gradient


SOLVER = Solver(
    name="newton",
    title="Newton's method (IRLS) on the derived Hessian",
    source="Nocedal, Wright, Numerical Optimization, 2nd ed. 2006, chapter 3",
    run=run,
    iterations=200,
    needs="hessian",
)
