"""Remarks on lines that are right: a rule that was named but not used."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gradproof.checking import Judged
from gradproof.diagnostic import Finding

RULE_MISNAMED: Final = "rule-misnamed"

REMARKS: Final = (RULE_MISNAMED,)
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
    """Return the remarks on a line that holds: rules that its author names and that play no part in it.

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
