"""What deriving yields: lines, each with the rule that gives it, as plain data."""

from dataclasses import dataclass
from typing import Literal, final

from gradproof.expr import Context, Expr

Style = Literal["elementwise", "chain", "differential"]
"""How the derivation is written: entry by entry, link by link, or by matrix differentials."""

Relation = Literal["=", ":="]
"""How the sides of a line are related: equal, or (an update) assigned."""


@final
@dataclass(frozen=True, slots=True)
class Line:
    """One line of a derivation.

    Attributes:
        left: the left side; None where the line continues the one before (``= …``).
        right: the right side.
        rule: the name of the rule that gives the line.
        also: further rules that the same step uses (``chain-rule``).
        note: a remark for the reader.
        relation: how the sides are related.
    """

    left: Expr | None
    right: Expr
    rule: str
    also: tuple[str, ...] = ()
    note: str | None = None
    relation: Relation = "="


@final
@dataclass(frozen=True, slots=True)
class Derivation:
    """A whole derivation.

    Attributes:
        style: how it is written.
        goal: what was asked for, unevaluated: a `Derivative` or `Gradient`.
        lines: the lines in order; the first ones state the formula and its definitions.
        result: the derivative in the form that a person expects.
        assumptions: what had to be assumed, in words.
        context: definitions, domains and sizes under which the lines hold.
    """

    style: Style
    goal: Expr
    lines: tuple[Line, ...]
    result: Expr
    assumptions: tuple[str, ...]
    context: Context
