"""Newton's method with conjugate gradients, by SciPy: the Hessian only by its products with vectors."""

import numpy as np

from gradproof.training.arrays import Vector
from gradproof.training.libraries import library
from gradproof.training.solving import Limits, Problem, Solver, Track


def run(problem: Problem, start: Vector, limits: Limits, track: Track) -> None:
    """Let SciPy minimise; without Hessian products, differences of gradients stand for them."""
    minimize = library("scipy.optimize", "the solver newton-cg").minimize
    w = np.array(start)
    value, gradient = track.evaluate(w)
    if track.arrived(w, value, gradient):
        return
    kept: list[tuple[Vector, float, Vector]] = [(w, value, gradient)]

    def function(w: Vector) -> tuple[float, Vector]:
        value, gradient = track.evaluate(w)
        kept.append((np.array(w), value, gradient))
        del kept[:-20]
        return (value, gradient) if np.isfinite(value) else (np.inf, np.zeros_like(w))

    def at(w: Vector) -> tuple[float, Vector]:
        for other, value, gradient in reversed(kept):
            if np.array_equal(other, w):
                return value, gradient
        return track.evaluate(w)

    def product(w: Vector, v: Vector) -> Vector:
        if problem.product is not None:
            return problem.product(w, v)
        size = float(np.linalg.norm(v))
        if size == 0:
            return np.zeros_like(v)
        h = 1e-6 * (1 + float(np.linalg.norm(w))) / size
        return (track.evaluate(w + h * v)[1] - track.evaluate(w - h * v)[1]) / (2 * h)

    def step(x: Vector) -> None:
        w = np.array(x)
        if track.arrived(w, *at(w)):
            raise StopIteration

    minimize(
        function,
        w,
        jac=True,
        hessp=product,
        method="Newton-CG",
        callback=step,
        options={"maxiter": track.most + 1, "xtol": 0.0},
    )


SOLVER = Solver(
    name="newton-cg",
    title="Newton's method with conjugate gradients, for many parameters",
    source="Nocedal, Wright, Numerical Optimization, 2nd ed. 2006, chapter 7; SciPy",
    run=run,
    iterations=500,
)
