"""Stochastic gradient descent: the gradient of a few rows at a time."""

import numpy as np

from gradproof.training.arrays import Vector
from gradproof.training.solving import Limits, Problem, Solver, Track, bound, shrink

DECAY = 0.1
"""After pass p the step is ``step / (1 + DECAY p)``."""


def run(problem: Problem, start: Vector, limits: Limits, track: Track) -> None:
    """Pass over the rows in random order, with steps that grow shorter; the loss of all rows is taken after a pass."""
    batches = problem.batches
    if batches is None:
        raise AssertionError("checked before")
    chance = np.random.default_rng(limits.seed)
    first = limits.step if isinstance(limits.step, float) else 0.5 / bound(problem)
    w = np.array(start)
    passes = 0
    while not track.arrived(np.array(w), *track.evaluate(w)):
        step = first / (1 + DECAY * passes)
        for function in batches(chance):
            _, gradient = function(w)
            w -= step * gradient
            if problem.l1 is not None:
                w = shrink(w, step * problem.l1)
        passes += 1


SOLVER = Solver(
    name="sgd",
    title="stochastic gradient descent with mini-batches; an iteration is a pass over the rows",
    source="Bottou, Curtis, Nocedal, SIAM Review 60 (2018)",
    run=run,
    iterations=100,
    absolute=True,
    rules=("1/L",),
    needs="batches",
)
