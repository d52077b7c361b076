"""Solving an affine constraint for one scalar symbol, exactly."""

from fractions import Fraction

import numpy as np

from gradproof.evaluate.arithmetic import Array
from gradproof.evaluate.balls import BALL
from gradproof.evaluate.constraints import Affine
from gradproof.evaluate.evaluation import ordered, run
from gradproof.evaluate.flint_types import fmpq, precision, to_fraction
from gradproof.evaluate.limits import Unsupported
from gradproof.evaluate.samples import Samples
from gradproof.expr import Add, Context, Domain, Neg


def solve_affine(c: Affine, samples: Samples, context: Context, domain: Domain) -> Samples:
    """Return the samples with the symbol solved for, without the points where it leaves its domain.

    Raises:
        Unsupported: the equation is not affine in the symbol with exact rational coefficients.
    """
    residuals: list[Array] = []
    for trial in (0, 1, 2):
        column = np.empty((samples.points,), dtype=object)
        column[:] = [Fraction(trial)] * samples.points
        changed = _replaced(samples, c.name, column)
        with precision(64):
            (value,), names, _, _ = run(
                (Add((c.left, Neg(c.right))),), changed, context, arithmetic=BALL
            )
        if names or value.rank:
            raise Unsupported(f"constraint on {c.name} that cannot be sampled")
        residuals.append(np.broadcast_to(ordered(value, 0), (samples.points,)))
    solved = np.empty((samples.points,), dtype=object)
    keep: list[int] = []
    for p, (at0, at1, at2) in enumerate(zip(*residuals, strict=True)):
        solved[p] = samples.values[c.name][p]
        if not all(isinstance(r, fmpq) for r in (at0, at1, at2)):
            continue
        slope = at1 - at0
        if at2 - at1 != slope or slope == 0:
            continue
        root = to_fraction(-at0 / slope)
        solved[p] = root
        if _inside(root, domain):
            keep.append(p)
    return _replaced(samples, c.name, solved).subset(keep)


def _replaced(samples: Samples, name: str, column: Array) -> Samples:
    return Samples(
        samples.points,
        samples.sizes,
        {**samples.values, name: column},
        samples.directions,
        samples.domains,
        samples.inferred,
        samples.constrained,
        samples.moving,
    )


def _inside(value: Fraction, domain: Domain) -> bool:
    if domain.members:
        return value in domain.members
    if domain.integer and value.denominator != 1:
        return False
    low, high = domain.lower, domain.upper
    if low is not None and (value < low or (domain.lower_open and value == low)):
        return False
    return high is None or not (value > high or (domain.upper_open and value == high))
