"""Newton's method on a sample of the rows, then L-BFGS over all of them that begins with the sample's Hessian."""

from collections.abc import Callable

import numpy as np

from gradproof.training.arrays import Vector
from gradproof.training.choice import gradients_per_hessian
from gradproof.training.libraries import library
from gradproof.training.secants import Secants
from gradproof.training.solvers import newton
from gradproof.training.solving import Limits, Problem, Solver, Track, downhill

NEAR = 1e-2
"""A sample is left when its gradient has this part of the norm that it had: the rest is chance."""

QUICK = 0.1
"""A step that leaves more of the gradient's norm than this is slow."""


def run(problem: Problem, start: Vector, limits: Limits, track: Track) -> None:
    """Solve on growing samples, then on all rows, each step along the inverse Hessian of the last sample, corrected.

    Where the sample turns out to tell too little, as where it lacks rare rows, the Hessian of all rows takes its place.
    """
    if problem.sampled is None:
        raise AssertionError("checked before")
    guess, last = start, problem
    for last in problem.sampled(limits.seed):
        guess = _near(last, guess)
    if last.hessian is None:
        raise AssertionError("a sample has the Hessian that the problem has")
    w = guess
    value, gradient = track.evaluate(w)
    if start.any():
        before, slope = track.evaluate(start)
        if not value <= before:
            w, value, gradient = start, before, slope
    inverse = _inverse(last.hessian(w))
    pairs = Secants()
    slow = 0
    while not track.arrived(w, value, gradient):
        if problem.hessian is not None and 2 * slow >= gradients_per_hessian(problem.size):
            inverse, slow = _inverse(problem.hessian(w)), 0
            pairs.clear()
        found = downhill(track, w, value, gradient, -pairs.applied(gradient, inverse))
        if found is None:
            return
        pairs.add(found[0] - w, found[2] - gradient)
        slow += float(np.linalg.norm(found[2])) > QUICK * float(np.linalg.norm(gradient))
        w, value, gradient = found


def _near(problem: Problem, w: Vector) -> Vector:
    """Return the parameters to which Newton's method on a sample comes."""
    _, gradient = problem.value_and_gradient(w)
    tolerance = NEAR * float(np.linalg.norm(gradient))
    if not tolerance > 0:
        return w
    limits = Limits(tolerance)
    inner = Track(problem, limits, 20, lambda _: None)
    newton.run(problem, w, limits, inner)
    return w if inner.best is None else inner.best.parameters


def _inverse(hessian: Vector) -> Callable[[Vector], Vector]:
    """Return the product of a vector with the inverse, a multiple of the identity added until Cholesky succeeds."""
    lapack = library("scipy.linalg.lapack", "the solver sampled-newton")
    scale = float(np.abs(np.diagonal(hessian)).max(initial=0.0)) or 1.0
    shift = 0.0
    while True:
        factor, failed = lapack.dpotrf(hessian + shift * np.eye(hessian.shape[0]))
        if not failed and np.isfinite(factor).all():
            return lambda v: lapack.dpotrs(factor, v)[0]
        if shift > 1e6 * scale:
            return lambda v: v / scale
        shift = max(10 * shift, 1e-12 * scale)


SOLVER = Solver(
    name="sampled-newton",
    title="Newton's method on a sample, then L-BFGS over all rows that begins with its Hessian",
    source="Byrd, Chin, Neveitt, Nocedal, SIAM J. Optim. 21 (2011), on Hessians of samples",
    run=run,
    iterations=5_000,
    needs="sample",
)
