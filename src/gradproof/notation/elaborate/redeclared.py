"""Names that a document declares again with another shape: from there on they stand for something else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import final

from gradproof.expr import Size
from gradproof.notation.elaborate.declare import SpaceDeclaration, declarations
from gradproof.notation.elaborate.symbols import full_key
from gradproof.notation.grammar import name_key
from gradproof.notation.surface import FormulaRow, Name, Statement, Surface
from gradproof.spell import AGAIN

Rows = Sequence[Sequence[FormulaRow]]
Position = tuple[int, int]
"""The number of a group of rows, and a place in its source."""


@final
@dataclass(frozen=True, slots=True)
class Redeclared:
    """For every name that is declared with several shapes, where each declaration but the first begins."""

    begins: Mapping[str, tuple[Position, ...]]

    def rows(self, rows: Rows) -> list[tuple[FormulaRow, ...]]:
        """Return all rows with a name of its own for each meaning."""
        return [tuple(self.row(k, row) for row in group) for k, group in enumerate(rows)]

    def row(self, group: int, row: FormulaRow) -> FormulaRow:
        """Return a row of a group with a name of its own for each meaning."""
        if not self.begins:
            return row
        return replace(
            row,
            statements=tuple(
                replace(s, sides=tuple(self._put(group, side) for side in s.sides))
                for s in row.statements
            ),
        )

    def _put(self, group: int, node: Surface) -> Surface:
        args = tuple(self._put(group, a) for a in node.args)
        return replace(node, args=args, name=self._name(group, node.span.start, node.name))

    def _name(self, group: int, at: int, name: Name | None) -> Name | None:
        if name is None:
            return None
        times = sum(begin <= (group, at) for begin in self.begins.get(name_key(name), ()))
        return replace(
            name,
            base=name.base + AGAIN * times,
            sub=tuple(self._put(group, item) for item in name.sub),
            sup=tuple(self._put(group, item) for item in name.sup),
        )


def redeclared(rows: Rows, outside: int = 0) -> Redeclared:
    """Find the names that stand for arrays of several shapes, one after the other.

    Of the first `outside` groups, declarations from outside the document, none comes after another.
    """
    shapes: dict[str, tuple[Size, ...]] = {}
    begins: dict[str, tuple[Position, ...]] = {}
    for k, group in enumerate(rows):
        for row in group:
            for s in row.statements:
                for key, sizes in _declared(s):
                    if shapes.setdefault(key, sizes) != sizes and k >= outside:
                        shapes[key] = sizes
                        begins[key] = (*begins.get(key, ()), (k, s.span.start))
    return Redeclared(begins)


def _declared(s: Statement) -> list[tuple[str, tuple[Size, ...]]]:
    """Return the plain names of which a statement tells the sizes."""
    out: list[tuple[str, tuple[Size, ...]]] = []
    for d in declarations(s):
        if isinstance(d, SpaceDeclaration) and d.sizes is not None and d.subject.head == "name":
            name = d.subject.name
            if name is not None and full_key(name) == name_key(name):
                out.append((full_key(name), d.sizes))
    return out
