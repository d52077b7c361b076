r"""What follows from equations that the author states, ``∂L/∂u = 0``: it holds wherever they hold.

A function with ``\lambda (\sum_k \pi_k - 1)`` in it that is set stationary states a constraint, too:
setting the derivative by ``\lambda`` to zero is that constraint (Boyd and Vandenberghe, Convex Optimization, 5.1). A
letter with a sign or a value of its own is a weight, or belongs to an inequality, and states nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Final

import numpy as np

from gradproof.checking.judgement import Chain, Judged
from gradproof.diagnostic import Assumption, Evidence
from gradproof.evaluate import (
    FLOAT,
    Equation,
    Samples,
    Sides,
    Unsupported,
    both_sides,
    make_samples,
    solved_points,
)
from gradproof.expr import REAL, Add, Context, Expr, Mul, Neg, Num, Sym, walk, walk_reached
from gradproof.spell import to_plain

STARTS: Final = 12
"""Points from which solutions of the equations are looked for."""
FEWEST: Final = 4
"""Solutions at which a line has to hold."""
CLOSE: Final = 1e-7
"""Relative difference up to which sides count as equal at a solution."""
IMPLIED: Final = "equations-before"
"""Kind of the note that a line holds where the equations before it do."""
MULTIPLIERS: Final = frozenset({"\\lambda", "\\nu"})
"""Letters of multipliers."""
MANY: Final = 6
"""Equations that are kept."""

_ZERO: Final = Num(Fraction(0))


def follows(judged: Judged, chain: Chain, context: Context) -> Judged | None:
    """Return a line that is no identity as one that agrees, where it holds at solutions of the equations stated before.

    None where it does not, or where that cannot be told: other facts may be meant, so it accuses nobody.
    """
    outcome = judged.outcome
    if outcome is None or judged.claim is None or not chain.equations:
        return None
    equations = tuple(chain.equations)
    stated = tuple(_multiplied(equations, context))
    for some in dict.fromkeys((equations[-1:], equations, (*equations, *stated))):
        try:
            count = _holding(some, outcome.left, outcome.right, context)
        except Unsupported:
            continue
        if count >= FEWEST:
            span = judged.claim.spans[min(judged.side, len(judged.claim.spans) - 1)]
            more = "".join(f" and {to_plain(e)} = 0" for e, _ in some[len(equations) :])
            message = f"follows from the equations before{more}: it holds wherever they do"
            told = Assumption(judged.line.place, span, IMPLIED, message)
            evidence = Evidence("sampling", count)
            return replace(
                judged, verdict="agrees", reason=None, truth=True,
                outcome=replace(outcome, verdict="agrees", reason=None, evidence=evidence, rules=()),
                assumptions=(*judged.assumptions, told),
            )  # fmt: skip
    return None


def _multiplied(equations: Sequence[Equation], context: Context) -> Iterator[Equation]:
    r"""Yield what multipliers multiply, in what is set to zero: ``\sum_k \pi_k - 1`` beside ``\lambda``."""
    zero = [a if b == _ZERO else b for a, b in equations if _ZERO in (a, b)]
    held = {n.name for e in zero for n in walk_reached(e, context) if isinstance(n, Sym)}
    for found in context.definitions.values():
        for _, node in (n for d in found for n in walk(d.body)):
            if not isinstance(node, Mul) or len(node.factors) != 2:
                continue
            names = [f.name for f in node.factors if isinstance(f, Sym) and not f.space.rank]
            names = [n for n in names if n in held and _free_multiplier(n, context)]
            sums = [f for f in node.factors if isinstance(f, Add) and any(map(_number, f.terms))]
            if len(names) == len(sums) == 1:
                yield sums[0], _ZERO


def _free_multiplier(name: str, context: Context) -> bool:
    """Tell whether a name is a multiplier's and nothing else is known of it: no value, no sign."""
    if name.partition("_")[0] not in MULTIPLIERS or name in context.definitions:
        return False
    domain = context.domains.get(name, REAL)
    return name not in context.values and not (
        domain.declared and domain != replace(REAL, declared=True)
    )


def _number(e: Expr) -> bool:
    return isinstance(e.arg if isinstance(e, Neg) else e, Num)


def _holding(equations: Sequence[Equation], left: Expr, right: Expr, context: Context) -> int:
    """Return at how many solutions two sides are equal and not both zero; 0 where they differ at one.

    Raises:
        Unsupported: a side cannot be evaluated, or no points are found.
    """
    every = [*equations, *context.constraints]
    exprs = [side for pair in (*every, (left, right)) for side in pair]
    free = replace(context, constraints=())
    try:
        samples = make_samples(exprs, context, points=STARTS, moving=context.moving or None)
    except Unsupported:
        samples = make_samples(exprs, free, points=STARTS, moving=context.moving or None)
    found = solved_points(every, samples, free, FEWEST)
    if found is None or _distinct(found) < FEWEST:
        return 0
    sides = both_sides(left, right, found, free, arithmetic=FLOAT, mode="total")
    if not isinstance(sides, Sides):
        return 0
    wide = sides.admitted.reshape(sides.admitted.shape + (1,) * sides.rank)
    with np.errstate(all="ignore"):
        gap = np.abs(sides.left - sides.right)
        size = np.maximum(np.abs(sides.left), np.abs(sides.right))
    ok = np.where(wide, gap <= CLOSE * np.maximum(size, 1e-2), True).reshape(found.points, -1)
    seen = np.where(wide, size > CLOSE, False).reshape(found.points, -1).any(axis=1)
    return int(seen.sum()) if ok.all() else 0


def _distinct(found: Samples) -> int:
    """Return how many solutions differ: at isolated ones a line may hold by chance, and others may not be met."""
    rows = zip(
        *(np.array(v, dtype=np.float64).reshape(found.points, -1) for v in found.values.values()),
        strict=True,
    )
    return len({tuple(float(f"{x:.6g}") for part in row for x in part) for row in rows})


def state(chain: Chain, judged: Judged, *, soft: bool) -> None:
    """Keep what a line states as an equation: what is set to zero, a first equation, and what follows from these."""
    claim, outcome = judged.claim, judged.outcome
    if claim is None:
        return
    sides = [chain.last if k == 0 and s is None else s for k, s in enumerate(claim.sides)]
    for a, b in pairwise(s for s in sides if s is not None):
        if (a == _ZERO) != (b == _ZERO):
            _add(chain, (a, b))
    premise = judged.verdict != "undecided" or not chain.equations
    if soft and premise and outcome is not None and _ZERO not in (outcome.left, outcome.right):
        _add(chain, (outcome.left, outcome.right))


def _add(chain: Chain, equation: Equation) -> None:
    if equation not in chain.equations:
        chain.equations.append(equation)
        del chain.equations[:-MANY]
