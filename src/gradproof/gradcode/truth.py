"""The points at which code and formula are compared, and what the formula gives there, by the numeric route.

Derivatives are taken by jets, not by the symbolic rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final, final

import numpy as np

from gradproof.evaluate import FLOAT, Samples, Unsupported, make_samples
from gradproof.expr import Context
from gradproof.gradcode.failures import CannotCheck
from gradproof.gradcode.numbers import Floats, encoded
from gradproof.gradcode.parameters import Matched
from gradproof.gradcode.question import TIED, Asked
from gradproof.gradcode.rounding import blur
from gradproof.gradcode.values import certain, values

POINTS: Final = 12
"""Points of the first set of sizes."""

MORE: Final = 6
"""Points of every further set."""


@final
@dataclass(frozen=True, slots=True)
class Points:
    """Points of one set of sizes, and what the formula gives there.

    Attributes:
        samples: the points.
        context: the context they were drawn in.
        gradients: per variable, axes: points, then those of the variable (of a vector-valued formula first its own).
        value: the formula itself.
        arguments: per point, what the function is given, by parameter, encoded.
        blurs: per variable and point, the relative error that single precision explains.
    """

    samples: Samples
    context: Context
    gradients: tuple[Floats, ...]
    value: Floats
    arguments: tuple[dict[str, Any], ...]
    blurs: tuple[Floats, ...]


def draw(
    asked: Asked, matched: Matched, context: Context, *, points: int = POINTS, seed: int = 0
) -> Points:
    """Draw points at which the formula and its gradients are defined.

    Raises:
        CannotCheck: the numeric route cannot evaluate the formula, or finds no points.
    """
    value = asked.questions[0].value
    tied = {s: TIED for pair in asked.ties.items() for s in pair if s not in context.sizes}
    context = with_sizes(context, tied) if tied else context
    try:
        samples = make_samples((value, *asked.goals), context, points=points, seed=seed)
        return evaluated(asked, matched, context, samples)
    except Unsupported as failure:
        raise CannotCheck(
            f"the formula cannot be evaluated: {failure.reason}; declare the shapes and domains of its symbols "
            r"(--declare 'X \in \mathbb{R}^{m \times n}'), or write it with the functions and sums that it stands for"
        ) from None


def evaluated(asked: Asked, matched: Matched, context: Context, samples: Samples) -> Points:
    """Evaluate the formula at given points; those where it has no value are left out.

    Raises:
        Unsupported: it cannot be evaluated.
    """
    gradients = [certain(goal, samples, context) for goal in asked.goals]
    value = certain(asked.questions[0].value, samples, context)
    good = np.isfinite(value).reshape(samples.points, -1).all(axis=1)
    for g in gradients:
        good &= np.isfinite(g).reshape(samples.points, -1).all(axis=1)
    chosen = [int(k) for k in np.flatnonzero(good)]
    if not chosen:
        raise Unsupported("no sample point was found at which the gradient is defined")
    samples = samples.subset(chosen)
    columns = {p: _passed(asked, symbol, samples, context) for p, symbol in matched.symbols.items()}
    arguments = tuple(
        {
            **{p: c if isinstance(c, int) else encoded(c[k]) for p, c in columns.items()},
            **{p: encoded(np.array(v)) for p, v in matched.numbers.items()},
        }
        for k in range(len(chosen))
    )
    right = tuple(g[good] for g in gradients)
    blurs = tuple(blur(e, samples, context, g) for e, g in zip(asked.goals, right, strict=True))
    return Points(samples, context, right, value[good], arguments, blurs)


def _passed(asked: Asked, symbol: str, samples: Samples, context: Context) -> Floats | int:
    """Return the values of a symbol at all points; of a size, the size."""
    if symbol in asked.defined:
        return values(asked.defined[symbol], samples, context)
    if symbol in samples.values:
        return np.asarray(FLOAT.lift(samples.values[symbol]), dtype=np.float64)
    if symbol in samples.sizes:
        return samples.sizes[symbol]
    fixed = context.values.get(symbol)
    if fixed is None:
        raise Unsupported(f"{symbol} has no value at the sample points")
    return np.full((samples.points,), float(fixed))


def wider(context: Context, samples: Samples, step: int = 1) -> Context:
    """Return the context with all free sizes larger by `step`."""
    fixed = context.sizes.keys() | context.values.keys()
    return with_sizes(context, {n: s + step for n, s in samples.sizes.items() if n not in fixed})


def square(context: Context, samples: Samples, size: int = 3) -> Context:
    """Return the context with all free sizes equal."""
    fixed = context.sizes.keys() | context.values.keys()
    return with_sizes(context, {n: size for n in samples.sizes if n not in fixed})


def with_sizes(context: Context, sizes: Mapping[str, int]) -> Context:
    """Return the context with some sizes fixed."""
    return replace(context, sizes=MappingProxyType({**context.sizes, **sizes}))
