"""Matrices with dots: how their rows and columns go on, and what stands on the diagonal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import final

from gradproof.notation.elaborate.runs import Run, differences, named, put, scripts
from gradproof.notation.elaborate.symbols import size_of, spelled
from gradproof.notation.surface import Surface
from gradproof.source import Span

EMPTY = frozenset({"dots", "hole"})


@final
@dataclass(frozen=True, slots=True)
class Grid:
    r"""A matrix with dots: how its rows and columns run, and what stands beside and on the diagonal.

    `beside` and `on` have a letter ``\cdot r`` for the row and ``\cdot c`` for the column; None is 0.
    """

    rows: Run
    columns: Run
    beside: Surface | None
    on: Surface | None

    def written(self, i: str, j: str, span: Span) -> Surface | None:
        """Return the matrix as a sum of its entries, each in its place."""
        terms: list[Surface] = []
        if self.beside is not None:
            terms.append(
                self._sum(
                    put(self.beside, {ROW: named(i, span), COLUMN: named(j, span)}), i, j, span
                )
            )
        if self.on is not None or (self.beside is not None and self.rows.same(self.columns)):
            there = self._diagonal(i, span)
            if there is not None:
                terms.append(there)
        return (
            terms[0] if len(terms) == 1 else Surface("add", span, tuple(terms)) if terms else None
        )

    def _diagonal(self, i: str, span: Span) -> Surface | None:
        """Return what the diagonal has more than the rule of the other entries gives there."""
        both = {ROW: named(i, span), COLUMN: named(i, span)}
        own = None if self.on is None else put(self.on, both)
        other = None if self.beside is None else put(self.beside, both)
        if own == other or own is None:
            return None
        body = own if other is None else Surface("add", span, (own, Surface("neg", span, (other,))))
        return self._sum(body, i, i, span)

    def _sum(self, body: Surface, i: str, j: str, span: Span) -> Surface:
        body = Surface("group", span, (body,), "(")
        placed = self.columns.placed(self.rows.placed(body, i, "column", span), j, "row", span)
        ranges = [self.rows.range(i, span)] + ([self.columns.range(j, span)] if i != j else [])
        return Surface("sum", span, (placed, *ranges))


ROW, COLUMN = "\\cdot r", "\\cdot c"


def grid_of(cells: Sequence[Sequence[Surface]]) -> Grid | None:
    """Return how the rows and columns of a matrix with dots go on; None where its cells do not say."""
    height, width = len(cells), len(cells[0])
    dotted = [r for r in range(height) if all(c.head in EMPTY for c in cells[r])]
    across = [c for c in range(width) if all(row[c].head in EMPTY for row in cells)]
    if dotted != [height - 2] or across != [width - 2]:
        return None
    runs = _runs(cells)
    if runs is None:
        return None
    (top, bottom), (left, right) = runs
    down = [str(int(top) + k) for k in range(height - 2)] + [spelled(bottom)]
    along = [str(int(left) + k) for k in range(width - 2)] + [spelled(right)]
    square = (top, spelled(bottom)) == (left, spelled(right))
    beside: dict[Surface, None] = {}
    on: dict[Surface, None] = {}
    kept = [
        [c for k, c in enumerate(row) if k != width - 2]
        for k, row in enumerate(cells)
        if k != height - 2
    ]
    for r, row in zip(down, kept, strict=True):
        for c, cell in zip(along, row, strict=True):
            if r != c:
                beside.setdefault(
                    _bare(put(cell, {r: named(ROW, NOWHERE), c: named(COLUMN, NOWHERE)}))
                )
            elif square:
                on.setdefault(_bare(put(cell, {r: named(ROW, NOWHERE)})))
    if len(beside) != 1 or len(on) > 1:
        return None
    (other,) = beside
    own = next(iter(on), None)
    rows, columns = Run(top, bottom, other), Run(left, right, other)
    grid = Grid(rows, columns, _unless_empty(other), None if own is None else _unless_empty(own))
    if square:
        return grid if own is not None else None
    corners = [
        (r, c, cell)
        for r, row in zip(down, kept, strict=True)
        for c, cell in zip(along, row, strict=True)
    ]
    fits = all(_bare(put(other, _labels(r, c, cells))) == _bare(cell) for r, c, cell in corners)
    return grid if fits else None


NOWHERE = Span(0, 0)


def _labels(row: str, column: str, cells: Sequence[Sequence[Surface]]) -> dict[str, Surface]:
    known = {spelled(s): s for r in cells for c in r for s in scripts(c)}
    return {ROW: known[row], COLUMN: known[column]} if row in known and column in known else {}


def _bare(node: Surface) -> Surface:
    """Return a tree without its places, to be compared."""
    name = node.name
    if name is not None:
        name = replace(name, sub=tuple(map(_bare, name.sub)), sup=tuple(map(_bare, name.sup)))
    return Surface(node.head, NOWHERE, tuple(map(_bare, node.args)), node.text, name)


def _unless_empty(cell: Surface) -> Surface | None:
    zero = cell.head == "hole" or (cell.head == "number" and cell.text.strip("0") == "")
    return None if zero else cell


_Ends = tuple[str, Surface]


def _runs(cells: Sequence[Sequence[Surface]]) -> tuple[_Ends, _Ends] | None:
    """Return from where to where the rows and the columns run."""
    columns = [c for c in range(len(cells[0])) if cells[0][c].head not in EMPTY]
    rows = [r for r in range(len(cells)) if cells[r][0].head not in EMPTY]
    down = _ends((cells[0][c], cells[-1][c]) for c in reversed(columns))
    along = _ends((cells[r][0], cells[r][-1]) for r in reversed(rows))
    if down is None or along is None:
        both = _ends([(cells[0][0], cells[-1][-1])])
        down, along = down or both, along or both
    return None if down is None or along is None else (down, along)


def _ends(pairs: Iterable[tuple[Surface, Surface]]) -> _Ends | None:
    for first, last in pairs:
        found = differences(first, last)
        if found is not None and len(found) == 1:
            ((start, end),) = found.items()
            if start.isdigit() and size_of(end) is not None:
                return start, end
    return None
