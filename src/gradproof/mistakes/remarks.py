"""Remarks on lines that hold: a rule that was named but not used, an assumption that is not said, a loose "="."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gradproof.checking import CONSTRAINT_ASSUMED, DERIVATIVE_MEANT, Judged
from gradproof.checking.layouts import MIX
from gradproof.diagnostic import Assumption, Finding

CONSTRAINT_UNJUSTIFIED: Final = "constraint-unjustified"
EQUALS_DERIVATIVE: Final = "equals-between-f-and-derivative"
LAYOUT_MIX: Final = MIX
RULE_MISNAMED: Final = "rule-misnamed"

REMARKS: Final = (CONSTRAINT_UNJUSTIFIED, EQUALS_DERIVATIVE, LAYOUT_MIX, RULE_MISNAMED)
"""Names of remarks; each has a page like a mistake."""

_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "product-rule": "the product rule",
        "quotient-rule": "the quotient rule",
        "power-rule": "the power rule",
        "sum-rule": "the sum rule",
    }
)
_SUFFICIENT: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "product-rule": frozenset({"product-rule", "product-over-index"}),
        "quotient-rule": frozenset({"quotient-rule", "reciprocal-rule", "product-rule"}),
        "power-rule": frozenset({"power-rule", "sqrt-rule", "root-rule", "reciprocal-rule"}),
        "sum-rule": frozenset({"sum-rule", "sum-over-index"}),
    }
)
"""Rules of differentiation whose use bears a claimed name out."""

_PLAIN: Mapping[str, str] = MappingProxyType(
    {"constant-multiple": "linearity (constant multiple)", "sum-rule": "linearity (sum rule)"}
)


def remarks(judged: Judged) -> tuple[Finding, ...]:
    """Return the remarks on a line that holds: warnings of what it takes for granted, rules misnamed."""
    return (*_warnings(judged), *_misnamed(judged))


def _warnings(judged: Judged) -> tuple[Finding, ...]:
    return tuple(f for a in judged.assumptions if (f := _warning(a)) is not None)


def _warning(a: Assumption) -> Finding | None:
    """Return the warning, or the note, of an assumption that the author should have said."""
    match a.kind:
        case kind if kind == CONSTRAINT_ASSUMED:
            name = CONSTRAINT_UNJUSTIFIED
            why = "what a step rests on is said once, before it is used"
        case kind if kind == DERIVATIVE_MEANT:
            name = EQUALS_DERIVATIVE
            why = "a function does not equal its derivative: write d/dx before it, or begin a new line"
        case kind if kind == LAYOUT_MIX:
            why = "a gradient has the shape of its variable, or of the transpose; keep to one and say which"
            return Finding(LAYOUT_MIX, "note", a.place, a.span, a.message, why=why)
        case _:
            return None
    return Finding(name, "warning", a.place, a.span, a.message, why=why)


def _misnamed(judged: Judged) -> tuple[Finding, ...]:
    """Return a note for each rule that the author names and that plays no part in the line.

    Nothing is said where it is not known which rules lead to the line.
    """
    outcome = judged.outcome
    if judged.verdict not in ("proved", "agrees") or outcome is None or not outcome.rules:
        return ()
    used = frozenset(outcome.rules)
    if "same-expression" in used:
        return ()
    out: list[Finding] = []
    for claimed in judged.line.claimed_rules:
        if claimed not in _SUFFICIENT or used & _SUFFICIENT[claimed]:
            continue
        told = next((text for rule, text in _PLAIN.items() if rule in used), None)
        instead = f"this step is {told}, not" if told else "this step does not use"
        line = judged.line
        out.append(
            Finding(
                mistake=RULE_MISNAMED,
                severity="note",
                place=line.place,
                span=line.span,
                message=f"{instead} {_TITLES[claimed]}",
                why=f"rules used: {', '.join(outcome.rules)}",
            )
        )
    return tuple(out)
