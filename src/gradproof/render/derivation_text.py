"""A derivation as text: equal signs below each other, names of rules in a column of their own."""

from collections.abc import Sequence
from typing import Final

from gradproof.deriving import Derivation, Line
from gradproof.render.styled import Row
from gradproof.spell import relation_plain

FARTHEST: Final = 84
"""Column of the rule names at most; longer formulas push them to the right."""


MOST: Final = 3
"""Names of rules beside one line; all stand in the other formats."""


def derivation_rows(derivation: Derivation, assumptions: Sequence[str]) -> list[Row]:
    """Return the lines of a derivation with their rules, then what was assumed, as rows of styled words."""
    formulas = _aligned(derivation.lines)
    column = min(FARTHEST, max(len(f) for f in formulas)) + 3
    rows: list[Row] = []
    for k, (line, formula) in enumerate(zip(derivation.lines, formulas, strict=True)):
        last = k == len(formulas) - 1
        gap = " " * max(2, column - _cells(formula))
        rows.append(
            (
                (formula, "strong" if last else ""),
                (gap, ""),
                (_names(line), "note"),
            )
        )
        if line.note is not None:
            rows.append(((" " * column, ""), (line.note, "quiet")))
    if assumptions:
        rows.append(())
    rows.extend((("note ", "note"), (a, "")) for a in assumptions)
    return rows


def _names(line: Line) -> str:
    """Return the names of the rules of a line, the first few of many."""
    names = (line.rule, *line.also)
    return ", ".join(names if len(names) <= MOST else (*names[:MOST], "…"))


def _aligned(lines: Sequence[Line]) -> list[str]:
    """Return the lines as text; a line that continues stands below the equal sign of the line that began."""
    out: list[str] = []
    indent = 0
    for line in lines:
        if line.left is not None:
            left = relation_plain((line.left,), ())
            indent = _cells(left) + 1
            out.append(relation_plain((line.left, line.right), (line.relation,)))
        else:
            out.append(" " * indent + relation_plain((None, line.right), (line.relation,)))
    return out


def _cells(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)
