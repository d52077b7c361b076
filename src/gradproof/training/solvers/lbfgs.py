"""L-BFGS, by SciPy."""

import numpy as np

from gradproof.training.arrays import Vector
from gradproof.training.libraries import library
from gradproof.training.solving import Limits, Problem, Solver, Track


def run(problem: Problem, start: Vector, limits: Limits, track: Track) -> None:
    """Let SciPy minimise; started again where its line search gives up above the tolerance."""
    minimize = library("scipy.optimize", "the solver lbfgs").minimize
    latest: dict[bytes, tuple[float, Vector]] = {}

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
        if track.stopped or track.best is None or track.best.value >= before:
            return
        w = track.best.parameters


SOLVER = Solver(
    name="lbfgs",
    title="L-BFGS: gradients only, for any size",
    source="Byrd, Lu, Nocedal, Zhu, SIAM J. Sci. Comput. 16 (1995); SciPy",
    run=run,
    iterations=5_000,
)
