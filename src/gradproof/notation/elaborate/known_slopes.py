"""Functions of which only the slope is told: ``f'(z) = f(z)(1 - f(z))`` is the logistic function, up to a shift."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from gradproof.notation.elaborate.roles import EQUALS
from gradproof.notation.elaborate.symbols import primes_of, spelled, unwrapped
from gradproof.notation.grammar import Options, parse_rows
from gradproof.notation.surface import FormulaRow, Note, Statement, Surface
from gradproof.notation.tex import parse_layout

BY_SLOPE: Final = "function-by-slope"
"""Kind of the note on a function that is read as the usual one with the slope that is told."""

_BODIES: Final = {
    "(1+-F)*F": (r"\frac{1}{1+e^{-u}}", "the logistic function"),
    "F+-F^2": (r"\frac{1}{1+e^{-u}}", "the logistic function"),
    "1+-F^2": (r"\tanh(u)", "the hyperbolic tangent"),
}

Rows = Sequence[Sequence[FormulaRow]]


def with_slopes(rows: Rows) -> list[tuple[FormulaRow, ...]]:
    """Return the rows with a definition in the place of each slope that only one usual function has.

    What is claimed holds for any function with that slope, so it holds for the usual one.
    """
    statements = [s for group in rows for row in group for s in row.statements]
    defined = {
        spelled(side.args[0] if side.head == "call" else side)
        for s in statements
        if s.relations
        for side in s.sides[:1]
        if side.head in ("call", "name")
    }
    out = [tuple(group) for group in rows]
    for k, group in enumerate(out):
        for j, row in enumerate(group):
            found = next((x for s in row.statements if (x := _slope(s)) is not None), None)
            if found is not None and found[0] not in defined and len(row.statements) == 1:
                defined.add(found[0])
                out[k] = (*group[:j], _defined(row, *found) or row, *group[j + 1 :])
                break
    return out


def _slope(s: Statement) -> tuple[str, str] | None:
    """Return the name of a function and the form of its slope, in terms of the function."""
    if len(s.sides) != 2 or s.relations[0] not in EQUALS:
        return None
    left = unwrapped(s.sides[0])
    callee = left.args[0] if left.head == "call" else left
    inner = callee.args[0] if primes_of(callee) == 1 else None
    if inner is None or inner.head != "name" or inner.name is None:
        return None
    form = _form(s.sides[1], spelled(inner))
    return (spelled(inner), form) if form in _BODIES else None


def _form(node: Surface, name: str) -> str:
    node = unwrapped(node)
    match node.head:
        case "name" if spelled(node) == name:
            return "F"
        case "call" if spelled(node.args[0]) == name:
            return "F"
        case "number":
            return node.text
        case "neg":
            return "-" + _form(node.args[0], name)
        case "add":
            return "+".join(_form(a, name) for a in node.args)
        case "mul":
            parts = [_form(a, name) for a in node.args]
            return "*".join(sorted(f"({p})" if "+" in p else p for p in parts))
        case "pow":
            return "^".join(_form(a, name) for a in node.args)
        case _:
            return "?"


def _defined(row: FormulaRow, name: str, form: str) -> FormulaRow | None:
    body, called = _BODIES[form]
    rows = parse_rows(parse_layout(f"{name}(u) = {body}").nodes, Options())
    if len(rows) != 1 or len(rows[0].statements) != 1 or any(n.fatal for n in rows[0].notes):
        return None
    (statement,) = rows[0].statements
    own = replace(statement, span=row.span, sides=tuple(moved(s, row) for s in statement.sides))
    note = Note(BY_SLOPE, f"{name} is read as {called}, which has this slope", row.span)
    told = tuple(own if _slope(s) is not None else s for s in row.statements)
    return replace(row, statements=told, notes=(*row.notes, note))


def moved(node: Surface, row: FormulaRow) -> Surface:
    """Give all parts of a node the place of a row."""
    name = node.name
    if name is not None:
        sub, sup = (tuple(moved(s, row) for s in part) for part in (name.sub, name.sup))
        name = replace(name, sub=sub, sup=sup)
    return replace(node, span=row.span, args=tuple(moved(a, row) for a in node.args), name=name)
