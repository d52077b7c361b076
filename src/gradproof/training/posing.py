"""An objective posed as a problem for solvers."""

from collections.abc import Iterator
from functools import partial
from math import prod
from typing import Final

import numpy as np

from gradproof.training.arrays import Vector
from gradproof.training.objective import Objective
from gradproof.training.solving import Problem, ValueAndGradient

FIRST_ROWS: Final = 4096
"""Least rows of the first sample."""

FIRST_EACH: Final = 64
"""Least rows of the first sample for each parameter."""

LARGER: Final = 4
"""The last sample has so many times the rows of the first, or a share of `SHARE` of all rows where that is more."""

SHARE: Final = 1 / 32


def first_rows(size: int) -> int:
    """Return the rows of the first sample for `size` parameters."""
    return max(FIRST_ROWS, FIRST_EACH * size)


def posed(objective: Objective, *, curvature: float | None, batch: int, curved: bool) -> Problem:
    """Return the problem.

    Args:
        objective: what is made small.
        curvature: a bound of the second derivative of a row's loss by its linear value, where there is one.
        batch: rows of a mini-batch.
        curved: whether the Hessian is small enough to be built.
    """
    summed, l2 = objective.summed, objective.penalty.l2
    layout = summed.kernel.layout

    def lipschitz() -> float:
        if curvature is None:
            raise AssertionError("asked for only where there is one")
        spread = summed.spread(intercept="b" in layout.names)
        return curvature * spread / objective.divisor + float(l2.max(initial=0.0))

    def batches(chance: np.random.Generator) -> Iterator[ValueAndGradient]:
        return objective.batches(batch, chance)

    def sampled(seed: int) -> Iterator[Problem]:
        return _samples(objective, seed)

    return Problem(
        size=layout.size,
        value_and_gradient=objective.value_and_gradient,
        hessian=objective.hessian if curved else None,
        product=objective.product,
        lipschitz=None if curvature is None else lipschitz,
        batches=batches if summed.drawable else None,
        sampled=sampled if summed.drawable and curved else None,
        l1=objective.penalty.l1,
    )


def _samples(objective: Objective, seed: int) -> Iterator[Problem]:
    """Return the problem on a first sample of the rows, then on a larger one that holds it."""
    size, total = objective.summed.kernel.layout.size, objective.summed.total
    first = first_rows(size)
    wanted = max(LARGER * first, SHARE * total)
    large = objective.summed.sample(seed, min(1.0, wanted / max(total, 1.0)))
    small = (
        None if large is None else large.summed.sample(seed, min(1.0, first / large.summed.total))
    )
    for part in (small, large):
        if part is None or large is None:
            continue
        mean = Objective(part.summed, objective.penalty)
        hessian = partial(_filled, mean, part.squares, large.all_squares)
        yield Problem(size, mean.value_and_gradient, hessian=hessian)


def _filled(sample: Objective, squares: Vector, all_squares: Vector, w: Vector) -> Vector:
    """Return the Hessian of a sample, and on its diagonal what features that are rare in it bend all rows.

    Args:
        sample: the objective on the sample.
        squares: the mean squares of the features in the sample, shape (features,).
        all_squares: those in all rows.
        w: the parameters, shape (size,).
    """
    out = sample.hessian(w)
    layout = sample.summed.kernel.layout
    shape = layout.shapes[0]
    if layout.names[0] not in ("w", "W") or shape[0] != squares.shape[0]:
        return out
    count = prod(shape)
    each = count // shape[0]
    there, lacking = np.repeat(squares, each), np.repeat(all_squares - squares, each)
    diagonal = out.reshape(-1)[:: out.shape[0] + 1]
    bent = diagonal[:count] - sample.penalty.l2[:count]
    rate = float(np.median(bent[there > 0] / there[there > 0])) if (there > 0).any() else 0.0
    diagonal[:count] += max(rate, 0.0) * np.maximum(lacking, 0.0)
    return out
