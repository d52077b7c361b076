"""Newton's method whose equations SciPy's conjugate gradients solve: the Hessian only by its products with vectors."""

import numpy as np

from gradproof.training.arrays import Vector
from gradproof.training.libraries import library
from gradproof.training.solving import Limits, Problem, Solver, Track, downhill


def run(problem: Problem, start: Vector, limits: Limits, track: Track) -> None:
    """Solve for each step as exactly as the gradient is small, and halve the step until the value falls.

    Without Hessian products, differences of gradients stand for them.
    """
    linear = library("scipy.sparse.linalg", "the solver newton-cg")
    w = start
    value, gradient = track.evaluate(w)
    while not track.arrived(w, value, gradient):

        def product(v: Vector, w: Vector = w) -> Vector:
            if problem.product is not None:
                return problem.product(w, v)
            size = float(np.linalg.norm(v))
            if size == 0:
                return np.zeros_like(v)
            h = 1e-6 * (1 + float(np.linalg.norm(w))) / size
            return (track.evaluate(w + h * v)[1] - track.evaluate(w - h * v)[1]) / (2 * h)

        norm = float(np.linalg.norm(gradient))
        shape = (problem.size, problem.size)
        operator = linear.LinearOperator(shape, matvec=product, dtype=np.float64)
        direction, _ = linear.cg(
            operator, -gradient, rtol=min(0.5, norm**0.5), maxiter=max(20, problem.size)
        )
        if not np.isfinite(direction).all() or float(gradient @ direction) >= 0:
            direction = -gradient
        found = downhill(track, w, value, gradient, direction)
        if found is None:
            return
        w, value, gradient = found


SOLVER = Solver(
    name="newton-cg",
    title="Newton's method with conjugate gradients, for many parameters",
    source="Nocedal, Wright, Numerical Optimization, 2nd ed. 2006, algorithm 7.1; SciPy",
    run=run,
    iterations=500,
)
