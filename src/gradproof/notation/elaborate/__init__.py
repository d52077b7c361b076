"""Elaboration: surface trees become typed expressions, lines get roles, scopes get contexts."""

from collections.abc import Sequence
from dataclasses import replace

from gradproof.expr import Expr
from gradproof.notation.derivation import Derivation
from gradproof.notation.documents import Document
from gradproof.notation.elaborate.convert import converter
from gradproof.notation.elaborate.declare import contradiction
from gradproof.notation.elaborate.rows import OUTSIDE, read_items
from gradproof.notation.elaborate.scopes import elaborate
from gradproof.notation.elaborate.survey import survey
from gradproof.notation.grammar import Options, parse_rows
from gradproof.notation.tex import parse_layout


class UnreadFormula(ValueError):
    """A formula could not be read; the message says what was found and where."""


def read_derivation(document: Document, declarations: Sequence[str] = ()) -> Derivation:
    """Read the derivation of a document; `declarations` hold for all of it."""
    items, table = read_items(document, declarations)
    outside = (s for i in items if i.heading == OUTSIDE for s in i.row.statements)
    return replace(
        elaborate(items, table, (p.text for p in document.prose)),
        contradiction=contradiction(outside),
    )


def read_formula(
    text: str,
    *,
    plain: bool = False,
    declarations: Sequence[str] = (),
    options: Options | None = None,
) -> Expr:
    """Read one expression (no relation).

    Raises:
        UnreadFormula: it could not be read, or is no single expression.
    """
    statements = [
        s
        for d in declarations
        for r in parse_rows(parse_layout(d).nodes, options or Options())
        for s in r.statements
    ]
    layout = parse_layout(text, plain=plain)
    rows = parse_rows(layout.nodes, options or Options())
    fatal = next((n for n in (*layout.notes, *(n for r in rows for n in r.notes)) if n.fatal), None)
    if fatal is not None:
        raise UnreadFormula(f"{fatal.message} (at position {fatal.span.start})")
    if len(rows) != 1 or len(rows[0].statements) != 1 or rows[0].statements[0].relations:
        raise UnreadFormula(f"expected one expression, found {text!r}")
    table = survey([*statements, *rows[0].statements])
    side = converter(table, frozenset[str](), []).statement(rows[0].statements[0])[0]
    if side is None:
        raise UnreadFormula("expected an expression, found nothing")
    return side.expr


__all__ = ["UnreadFormula", "read_derivation", "read_formula"]
