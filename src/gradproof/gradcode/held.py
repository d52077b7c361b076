"""Gradients in which values on the way were taken as constants: found from numbers, without a rule.

Every set of defined values is tried: their values are put in the place of their definitions, and the derivative is
taken anew. What is missing is then every path from the variable through them.
"""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from gradproof.evaluate import Samples, Unsupported
from gradproof.expr import Context, Derivative, Expr
from gradproof.gradcode.cause import Cause
from gradproof.gradcode.edited import squeezed
from gradproof.gradcode.fit import Closeness, poorer
from gradproof.gradcode.question import Asked, name_of, reached_names
from gradproof.gradcode.values import values, with_values
from gradproof.gradcode.wrong_rules import Aim, matches
from gradproof.mistakes import catalogue
from gradproof.spell import name_plain

NAME: Final = "chain-dependent-held-constant"

MOST: Final = 5
"""Defined values beyond which not every set of them is tried."""


def held_causes(asked: Asked, k: int, aims: tuple[Aim, ...], least: Closeness) -> Iterator[Cause]:
    """Yield which values on the way to the formula the code takes as constants."""
    goal, context = asked.goals[k], asked.context
    variable = name_of(asked.questions[k].wrt)
    loss = asked.questions[k].loss.name
    depending = [
        n
        for n, e in asked.defined.items()
        if n not in (loss, variable) and variable in reached_names(e, context)
    ]
    largest = len(depending) if len(depending) <= MOST else 2
    for count in range(1, largest + 1):
        for names in combinations(depending, count):
            closeness = _held(goal, names, asked, aims, least)
            if closeness != "none":
                listed = " and ".join(name_plain(n) for n in names)
                verb = "was taken as a constant" if count == 1 else "were taken as constants"
                one = "depends" if count == 1 else "depend"
                told = f"{listed} {one} on {name_plain(variable)} and {verb}"
                prior = catalogue()[NAME].prior * 0.9 ** (count - 1)
                yield Cause(NAME, prior, count, told, None, closeness)


def _held(
    goal: Derivative | Expr,
    names: tuple[str, ...],
    asked: Asked,
    aims: tuple[Aim, ...],
    least: Closeness,
) -> Closeness:
    context = asked.context
    left = {n: d for n, d in context.definitions.items() if n not in names}
    bare = replace(context, definitions=MappingProxyType(left))
    poorest: Closeness = "double"
    for aim in aims:
        samples = aim.samples
        for name in names:
            known = _exact(asked.defined[name], aim.samples, context)
            if known is None:
                return "none"
            samples = with_values(samples, name, known)
        found = measured_in(goal, samples, bare, aim, least)
        if found == "none":
            return "none"
        poorest = poorer((poorest, found))
    return poorest


def measured_in(
    goal: Expr, samples: Samples, context: Context, aim: Aim, least: Closeness
) -> Closeness:
    """Return how closely a derivative under another context gives the numbers of the code."""
    try:
        found = squeezed(values(goal, samples, context))
    except (Unsupported, RecursionError):
        return "none"
    return matches(found, aim, least)


def _exact(e: Expr, samples: Samples, context: Context) -> Any:
    """Return the values of an expression as fractions; None where some are missing."""
    try:
        found = values(e, samples, context)
    except Unsupported:
        return None
    if not np.isfinite(found).all():
        return None
    out = np.empty(found.shape, dtype=object)
    out.reshape(-1)[:] = [Fraction(v) for v in found.reshape(-1).tolist()]
    return out
