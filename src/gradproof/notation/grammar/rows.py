"""The rows of a display: environments opened, continued rows joined, blank ones dropped."""

from dataclasses import replace
from typing import Final

from gradproof.notation.grammar.columns import SILENT as _SILENT
from gradproof.notation.grammar.columns import Nodes, by_columns
from gradproof.notation.grammar.columns import code as _code
from gradproof.notation.grammar.options import Options
from gradproof.notation.grammar.statements import read_row
from gradproof.notation.grammar.vocabulary import ALIGNMENTS, CASES
from gradproof.notation.surface import FormulaRow, Note
from gradproof.notation.tex.layout import Layout

_BINARY: Final = frozenset(
    {"+", "-", "mul", "had", "circ", "haddiv", "kron", "slash", "colon", "rel"}
)
_CONTINUES: Final = frozenset({"+", "mul", "had", "circ", "haddiv", "kron", "slash"})


def parse_rows(
    nodes: tuple[Layout, ...], options: Options | None = None, *, notes: tuple[Note, ...] = ()
) -> tuple[FormulaRow, ...]:
    """Read the rows of a display, or one inline formula; never raises.

    Args:
        nodes: the layout of the formula.
        options: what is known of the document; habits alone decide without it.
        notes: notes of the layout; each goes to the row where it stands.
    """
    options = options or Options()
    rows: list[Nodes] = [[]]
    _collect(nodes, rows)
    rows = _joined([row for row in rows if any(node.kind not in _SILENT for node in row)])
    out: list[FormulaRow] = []
    if not rows and notes:
        return (FormulaRow(notes[0].span, (), notes=notes),)
    cells = by_columns(rows)
    starts = [row[0].span.start for row, _ in cells]
    told: list[list[Note]] = [[] for _ in cells]
    for note in notes:
        before = [k for k, start in enumerate(starts) if start <= note.span.start]
        told[max(before, key=starts.__getitem__, default=0)].append(note)
    for (row, aside), mine in zip(cells, told, strict=True):
        out.append(replace(read_row(tuple(row), options, tuple(mine)), aside=aside))
    return tuple(out)


def _collect(nodes: tuple[Layout, ...], rows: list[Nodes]) -> None:
    """Add nodes to the last row, starting new ones at row ends and inside environments of rows."""
    for node in nodes:
        kind = node.kind
        if kind == "newrow":
            rows.append([])
        elif (kind == "environment" and (node.text in ALIGNMENTS or _is_aligned_array(node))) or (
            kind == "group" and node.sub is None and node.sup is None and _holds_rows(node)
        ):
            _collect(node.args, rows)
        elif kind in ("delimited", "environment") and _is_system(node, rows[-1]):
            _collect(node.args[0].args if kind == "delimited" else node.args, rows)
        else:
            rows[-1].append(node)


def _holds_rows(group: Layout) -> bool:
    return any(
        node.kind == "newrow" or (node.kind == "environment" and node.text in ALIGNMENTS)
        for node in group.args
    )


def _is_aligned_array(node: Layout) -> bool:
    """Say whether an array sets rows of relations, as eqnarray does, and no matrix."""
    if node.text not in ("array", "darray", "matrix", "tabular"):
        return False
    return any(
        child.kind in ("operator", "command") and _code(child) == "rel" for child in node.args
    )


def _is_system(node: Layout, before: Nodes) -> bool:
    r"""Say whether cases, or ``\left\{ … \right.``, hold a system of equations and no case distinction."""
    inner = node
    if node.kind == "delimited":
        if node.text != "lbrace ." or len(node.args) != 1 or node.args[0].kind != "environment":
            return False
        inner = node.args[0]
    elif node.text not in CASES:
        return False
    if any(child.kind not in _SILENT for child in before):
        return False
    cells: list[list[str]] = [[]]
    for child in inner.args:
        if child.kind == "newrow":
            cells.append([])
        else:
            cells[-1].append(_code(child))
    return all(_is_equation(row) for row in cells if row)


def _is_equation(row: list[str]) -> bool:
    """Say whether a relation stands in the first cell of a row or begins the second."""
    if "ampersand" not in row:
        return "rel" in row
    cut = row.index("ampersand")
    return "rel" in row[:cut] or row[cut + 1 : cut + 2] == ["rel"]


def _joined(rows: list[Nodes]) -> list[Nodes]:
    """Join rows that one formula goes over: a sign at the end, or a sign of a sum or product at the start."""
    out: list[Nodes] = []
    for row in rows:
        if out and _goes_on(out[-1], row):
            out[-1] = out[-1] + row
        else:
            out.append(row)
    return out


def _goes_on(before: Nodes, row: Nodes) -> bool:
    last = next(node for node in reversed(before) if node.kind not in _SILENT)
    first = next(node for node in row if node.kind not in _SILENT)
    if last.sub is None and last.sup is None and _code(last) in _BINARY:
        return True
    code = _code(first)
    if code in _CONTINUES or code == "close":
        return True
    if code == "-":
        related = any(_code(node) == "rel" for node in row)
        return not related and any(node.kind == "ampersand" for node in (*before, *row))
    return False
