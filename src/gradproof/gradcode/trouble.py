"""Trouble of numbers, which is no mistake in the gradient: overflow, kinks, single precision."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, final

import numpy as np

from gradproof.evaluate import Samples, Unsupported
from gradproof.gradcode.parameters import Matched
from gradproof.gradcode.question import Asked
from gradproof.gradcode.truth import Points, evaluated
from gradproof.gradcode.values import with_values
from gradproof.spell import name_plain

FACTORS: Final = (40, 1000)
"""By how much inputs are enlarged to see whether the code overflows."""

TRIED: Final = 3
"""Points of each kind of trouble."""


@final
@dataclass(frozen=True, slots=True)
class Probe:
    """Points outside of the ordinary; `kind` is ``overflow`` or ``kink``, `told` says what is special."""

    kind: str
    told: str
    points: Points


def probes(asked: Asked, matched: Matched, points: Points) -> Iterator[Probe]:
    """Yield points with large inputs, and with the variables at zero, at which the formula has a finite gradient."""
    samples = points.samples.subset(list(range(min(TRIED, points.samples.points))))
    free = [
        n
        for n in matched.symbols.values()
        if n in samples.values and n not in asked.defined and _unbounded(samples, n)
    ]
    for factor in FACTORS:
        for name in free:
            moved = with_values(samples, name, samples.values[name] * factor)
            with suppress(Unsupported):
                large = evaluated(asked, matched, points.context, moved)
                yield Probe("overflow", f"{name_plain(name)} {factor} times as large", large)
    for name in asked.variables:
        if name in free:
            first = samples.subset([0])
            at_zero = with_values(first, name, np.full_like(first.values[name], Fraction(0)))
            with suppress(Unsupported):
                zero = evaluated(asked, matched, points.context, at_zero)
                yield Probe("kink", f"{name_plain(name)} = 0", zero)


def _unbounded(samples: Samples, name: str) -> bool:
    domain = samples.domains.get(name)
    return domain is None or (
        not domain.members and not domain.integer and domain.upper is None
        and (domain.lower is None or domain.lower <= 0)
    )  # fmt: skip
