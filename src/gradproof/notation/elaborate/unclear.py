"""What keeps a statement from being judged as an identity: rounded figures, shapes and meanings that are not known."""

from gradproof.expr import (
    EXPECTATION,
    Derivative,
    Differential,
    Div,
    Expr,
    HadamardDiv,
    Opaque,
    Sym,
    is_density,
    is_expectation,
    walk,
)
from gradproof.notation.elaborate.build import Built
from gradproof.notation.elaborate.symbols import walk_surface
from gradproof.notation.surface import Statement

BROKEN = frozenset(
    {
        "brace-unbalanced",
        "argument-missing",
        "environment-unbalanced",
        "bracket-unopened",
        "sum-start",
    }
)
"""Repairs of a formula that was cut off: what is missing could make the line right."""


def rounded_figures(statement: Statement) -> bool:
    """Tell whether a decimal with two or more figures stands in a statement: it may be rounded."""
    return any(
        n.head == "number" and len(n.text.partition(".")[2]) > 1
        for side in statement.sides
        for n in walk_surface(side)
    )


def vague(b: Built, *, chance: bool = False) -> str | None:
    """Say why a side cannot be judged: an array of unknown shape, or something only read.

    Densities have a meaning where expectations are: with `chance`, one stands in the row.
    """
    todo = [b]
    while todo:
        node = todo.pop()
        if is_expectation(node.expr):
            todo.extend(reversed(node.kids[:1] if node.expr.head == EXPECTATION else ()))
            continue
        if chance and is_density(node.expr):
            continue
        if isinstance(node.expr, Opaque) and node.expr.head != "factorial":
            return f"{node.expr.head}: not supported yet"
        if isinstance(node.expr, Sym) and node.shape is None:
            return f"the shape of {node.expr.name} is not known: not supported yet"
        if isinstance(node.expr, Div | HadamardDiv) and _half(node.expr.num, node.expr.den):
            return "d stands below and not above; a derivative has d in both, as in dL/dw"
        todo.extend(reversed(node.kids))
    return None


def _half(num: Expr, den: Expr) -> bool:
    """Tell whether a quotient looks like a derivative of which the upper d was forgotten."""
    told = any(isinstance(n, Differential | Derivative) for _, n in walk(num))
    return isinstance(den, Differential) and not told
