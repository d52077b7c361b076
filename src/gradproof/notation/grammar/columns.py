"""Rows set in columns: derivations side by side, and remarks beside a derivation."""

from collections.abc import Sequence
from typing import Final

from gradproof.notation.grammar.vocabulary import COMMANDS, CONDITION_WORDS, OPERATORS, WHERE_WORDS
from gradproof.notation.tex.layout import Layout

Nodes = list[Layout]

SILENT: Final = frozenset({"space", "ampersand", "newrow"})


def code(node: Layout) -> str:
    """Return what a node of the layout is in the grammar: ``rel``, ``+``, ``mul``, or its own kind."""
    if node.kind == "operator":
        return OPERATORS.get(node.text, ("unknown", ""))[0]
    if node.kind == "command":
        return COMMANDS.get(node.text, ("unknown", ""))[0]
    return node.kind


def by_columns(rows: Sequence[Nodes]) -> list[tuple[Nodes, bool]]:
    """Order the cells of a display so that a row that goes on follows what stands above it.

    ``f &= x^2 && (u^2)' = 2u`` in one row and ``&= …`` in the next: the remark comes first, told by True, as the next
    row goes on with f. Derivations side by side, each going on in its own column, come one after the other.
    """
    if not any(map(_goes_on, rows[1:])):
        return [(row, False) for row in rows]
    cut = [_cells(row) for row in rows]
    if not any(_goes_on(cell) for cells in cut for cell in cells[1:]):
        return [(cell, cell is not cells[0]) for cells in cut for cell in (*cells[1:], cells[0])]
    width = max(map(len, cut))
    return [(cells[k], False) for k in range(width) for cells in cut if k < len(cells)]


def _cells(row: Nodes) -> list[Nodes]:
    """Cut a row where another relation begins behind an alignment mark that stands beside no relation.

    What words tie to the formula before, as a condition or an explanation, stays with it.
    """
    seen = [node for node in row if node.kind != "space"]
    starts = [
        at
        for at, node in enumerate(seen)
        if node.kind == "ampersand"
        and not any(code(n) == "rel" for n in (*seen[max(at - 1, 0) : at], *seen[at + 1 : at + 2]))
    ]
    out: list[Nodes] = []
    begin = 0
    for at in starts:
        before, behind = seen[begin:at], seen[at:]
        if _related(before) and _related(behind) and not _tied(behind):
            out.append(before)
            begin = at
    out.append(seen[begin:])
    return out if len(out) > 1 else [row]


def _related(cell: Nodes) -> bool:
    return any(code(node) == "rel" for node in cell)


def _goes_on(cell: Nodes) -> bool:
    first = next((node for node in cell if node.kind not in SILENT), None)
    return first is not None and code(first) == "rel"


def _tied(cell: Nodes) -> bool:
    """Say whether a cell begins with words of a condition or an explanation, or with a quantifier."""
    first = next((node for node in cell if node.kind not in SILENT), None)
    if first is None or code(first) == "quantifier":
        return True
    words = first.text.lower().replace(",", " ").replace(":", " ").split()
    return first.kind == "text" and bool(
        words and ({words[0], words[-1]} & (CONDITION_WORDS | WHERE_WORDS))
    )
