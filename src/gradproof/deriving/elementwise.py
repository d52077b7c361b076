"""The style elementwise: one line for every kind of rule, scalars and entries only."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from gradproof.deriving.derivation import Line
from gradproof.deriving.present import presented
from gradproof.deriving.rounds import carry_out
from gradproof.expr import Context, Derivative, Entry, Expr, Sym, children, rebuild, walk

_FIRST_TO_NAME = (
    "product-rule", "quotient-rule", "reciprocal-rule", "sum-rule", "sum-over-index", "constant-multiple",
    "constant-divisor", "sign-rule",
)  # fmt: skip
"""Of several linear rules in one line the one that is named first; the others stand in `Line.also`."""


_NOTHING_LEFT = "simplification"
"""What a line is called in which only constants were differentiated."""

_RESTATING = (("definition",), ("entry-of-definition",))


def elementwise(
    goal: Derivative, context: Context, *, hold: frozenset[str] = frozenset()
) -> Iterator[Line]:
    """Yield the lines that lead from a derivative by a scalar to an expression without derivatives.

    Names in `hold` are constants; definitions are put in where they matter.

    Raises:
        NotSupported: no rule covers a part.
    """
    last: Expr | None = None
    first = True
    for r in carry_out(replace(goal, notation="d"), context, hold):
        shown = _with_notation(presented(r.expr), goal.notation)
        restated = first and r.rules in _RESTATING and isinstance(goal.body, Sym | Entry)
        restated = restated and any(isinstance(n, Derivative) for _, n in walk(shown))
        if restated or shown == last:
            continue
        names = [name for name in r.rules if name != "sign-rule"] or r.rules or (_NOTHING_LEFT,)
        rule, *also = sorted(names, key=_prominence)
        yield Line(goal if first else None, shown, rule, tuple(also))
        last, first = shown, False


def _with_notation(e: Expr, notation: Literal["d", "partial"]) -> Expr:
    """Write all derivatives with ``d`` or all with ``∂``."""
    if isinstance(e, Derivative):
        return replace(e, notation=notation)
    kids = children(e)
    if not kids:
        return e
    new = tuple(_with_notation(k, notation) for k in kids)
    return e if all(a is b for a, b in zip(kids, new, strict=True)) else rebuild(e, new)


def _prominence(rule: str) -> int:
    return _FIRST_TO_NAME.index(rule) if rule in _FIRST_TO_NAME else -1
