"""SVRG: mini-batches whose noise is taken out by a full gradient at the start of each pass."""

import numpy as np

from gradproof.training.arrays import Vector
from gradproof.training.solving import Limits, Problem, Solver, Track, bound, shrink


def run(problem: Problem, start: Vector, limits: Limits, track: Track) -> None:
    """Correct every mini-batch gradient by its value at the anchor; start again where a pass made things worse."""
    batches = problem.batches
    if batches is None:
        raise AssertionError("checked before")
    chance = np.random.default_rng(limits.seed)
    step = limits.step if isinstance(limits.step, float) else 0.2 / bound(problem)
    anchor = np.array(start)
    value, full = track.evaluate(anchor)
    while not track.arrived(anchor, value, full):
        w = anchor.copy()
        for function in batches(chance):
            gradient = function(w)[1] - function(anchor)[1] + full
            w -= step * gradient
            if problem.l1 is not None:
                w = shrink(w, step * problem.l1)
        found, gradient = track.evaluate(w)
        if not np.isfinite(found) or track.total(w, found) > track.total(anchor, value):
            step /= 2
            if step < 1e-12:
                return
            continue
        anchor, value, full = w, found, gradient


SOLVER = Solver(
    name="svrg",
    title="stochastic variance reduced gradient; an iteration is a pass over the rows",
    source="Johnson, Zhang, NeurIPS 2013; Xiao, Zhang, SIAM J. Optim. 24 (2014)",
    run=run,
    iterations=500,
    absolute=True,
    rules=("1/L",),
    needs="batches",
)
