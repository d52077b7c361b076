"""A function set equal to its derivative: what the author means, though not what is written."""

from dataclasses import replace
from typing import Final

from gradproof.checking.judgement import RIGHT, Outcome
from gradproof.checking.ladder import judge_pair
from gradproof.evaluate import differs
from gradproof.expr import (
    Context,
    Derivative,
    Differential,
    Entry,
    Expr,
    Gradient,
    Num,
    Sym,
    walk,
    walk_reached,
)
from gradproof.spell import to_plain

DERIVATIVE_MEANT: Final = "equals-derivative"
"""Kind of the note on a line that sets a function equal to its derivative."""

GLANCE: Final = 4
"""Sample points at which a derivative is tried first."""

VARIABLES: Final = 4
"""At most so many variables are tried."""

_CALCULUS = (Derivative, Gradient, Differential)


def derivative_meant(outcome: Outcome) -> Outcome | None:
    """Read ``f = f'``, which differs, as the derivative of the left side that its right side is.

    Only between sides without a derivative; ``x = 1`` is an equation.
    """
    left, right, context, samples = outcome.left, outcome.right, outcome.context, outcome.samples
    if samples is None or (isinstance(left, Sym | Entry) and isinstance(right, Num)):
        return None
    if any(isinstance(n, _CALCULUS) for e in (left, right) for _, n in walk(e)):
        return None
    few = samples.subset(list(range(min(samples.points, GLANCE))))
    for variable in _variables((right, left), context):
        slope = Derivative(left, (variable,))
        if isinstance(variable, Sym) and variable.name in samples.sizes:
            continue
        if differs(slope, right, few, context):
            continue
        found = judge_pair(slope, right, context, certified=False)
        if found.verdict in RIGHT:
            told = (
                f"{to_plain(right)} is the derivative of {to_plain(left)} by {to_plain(variable)}"
            )
            return replace(found, note=(DERIVATIVE_MEANT, told))
    return None


def _variables(exprs: tuple[Expr, ...], context: Context) -> list[Expr]:
    """Return the scalar symbols and entries that expressions hold, sizes and fixed values left out."""
    fixed = context.sizes.keys() | context.values.keys()
    fixed |= {r.upper.name for r in context.ranges.values()}
    found: dict[Expr, None] = {}
    for node in (n for e in exprs for n in walk_reached(e, context)):
        match node:
            case Entry(Sym(name)):
                pass
            case Sym(name, space) if not space.rank:
                pass
            case _:
                continue
        if name not in fixed and name not in context.definitions:
            found.setdefault(node)
    return list(found)[:VARIABLES]
