"""Nesterov's accelerated gradient descent, restarted where it overshoots."""

import numpy as np

from gradproof.training.arrays import Vector
from gradproof.training.solving import Limits, Problem, Solver, Track, bound, shrink


def run(problem: Problem, start: Vector, limits: Limits, track: Track) -> None:
    """Step from a point ahead; forget the momentum where it points uphill (the gradient scheme of the source)."""
    step = limits.step if isinstance(limits.step, float) else 1 / bound(problem)
    l1 = problem.l1
    w, ahead, momentum = start, start, 1.0
    value, gradient = track.evaluate(w)
    while not track.arrived(w, value, gradient):
        _, slope = (value, gradient) if ahead is w else track.evaluate(ahead)
        new = ahead - step * slope
        if l1 is not None:
            new = shrink(new, step * l1)
        if float((ahead - new) @ (new - w)) > 0:
            momentum, ahead = 1.0, w
            continue_from, slope = w, gradient
            new = continue_from - step * slope
            if l1 is not None:
                new = shrink(new, step * l1)
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = new + (momentum - 1) / following * (new - w)
        w, momentum = new, float(following)
        value, gradient = track.evaluate(w)


SOLVER = Solver(
    name="nesterov",
    title="accelerated gradient descent with restarts",
    source="Beck, Teboulle, SIAM J. Imaging Sci. 2 (2009); O'Donoghue, Candès, Found. Comput. Math. 15 (2015)",
    run=run,
    iterations=50_000,
    absolute=True,
    rules=("1/L",),
)
