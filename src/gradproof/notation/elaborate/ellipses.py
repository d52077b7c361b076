r"""Dots that leave something out: ``[x_1, \dots, x_n]``, ``a_1 + \dots + a_n``, a matrix with ``\cdots`` in it.

What is left out is read off what is written: two members that differ in one script alone, a number in the first and
the count in the last, say how the others go. The statement is written anew with a sum over a letter of its own;
where the members do not say how they go, the dots stay.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, final

from gradproof.notation.elaborate.grids import grid_of
from gradproof.notation.elaborate.runs import How, Run, run_of
from gradproof.notation.elaborate.symbols import spelled, unwrapped, walk_surface
from gradproof.notation.grammar import name_key
from gradproof.notation.surface import FormulaRow, Note, Statement, Surface

LETTERS = ("i", "j", "k", "l", "r", "s", "t", "u", "v", "p", "q", "a", "b", "c")
"""Letters for the index of what is left out, in the order of use."""


@final
@dataclass(slots=True)
class Ellipses:
    """Fills in dots; `taken` are the letters of the document, `given` those for each range so far."""

    taken: set[str]
    given: dict[tuple[str, str, int], str] = field(default_factory=dict[tuple[str, str, int], str])

    def row(self, row: FormulaRow) -> FormulaRow:
        """Return a row without the dots that could be filled in, with a note where some were."""
        if not any(_has_dots(s) for st in row.statements for s in st.sides):
            return row
        notes: list[Note] = []
        statements = tuple(self._statement(s, notes) for s in row.statements)
        return replace(row, statements=statements, notes=(*row.notes, *notes))

    def _statement(self, s: Statement, notes: list[Note]) -> Statement:
        own = _space_of_entries(s)
        if own is not None:
            return own
        return replace(s, sides=tuple(self._filled(x, notes) for x in s.sides))

    def _filled(self, node: Surface, notes: list[Note]) -> Surface:
        if not _has_dots(node):
            return node
        found: Surface | None = None
        if any(a.head == "dots" for a in node.args):
            match node.head:
                case "add":
                    found = self._series(node, "sum")
                case "mul" if set(node.text) <= {"j", "c", "t", "s"}:
                    found = self._series(node, "prod")
                case "tuple" if node.text in ("[", "("):
                    found = self._list(node, node.args, "list")
                case _:
                    pass
        elif node.head == "matrix":
            found = self._matrix(node)
        if found is None:
            return replace(node, args=tuple(self._filled(a, notes) for a in node.args))
        message = "the dots are filled in as the members before and after them go on"
        notes.append(Note("dots-filled", message, node.span))
        return found

    def _letter(self, run: Run, which: int) -> str | None:
        key = (run.first, spelled(run.last), which)
        if key not in self.given:
            free = [x for x in LETTERS if x not in self.taken]
            if not free:
                return None
            self.given[key] = free[0]
            self.taken.add(free[0])
        return self.given[key]

    def _series(self, node: Surface, head: Literal["sum", "prod"]) -> Surface | None:
        """Write ``a_1 + a_2 + … + a_n`` as a sum over an index."""
        at = [k for k, a in enumerate(node.args) if a.head == "dots"]
        if len(at) != 1 or at[0] + 2 != len(node.args):
            return None
        run = run_of(node.args)
        letter = None if run is None else self._letter(run, 0)
        if run is None or letter is None:
            return None
        body = run.member(letter, node.span)
        body = Surface("group", body.span, (body,), "(") if body.head in ("add", "neg") else body
        return Surface(head, node.span, (body, run.range(letter, node.span)))

    def _list(self, node: Surface, members: Sequence[Surface], how: How) -> Surface | None:
        """Write ``[x_1, …, x_n]`` as the sum of its members, each in its place."""
        run = run_of(members)
        letter = None if run is None else self._letter(run, 0)
        if run is None or letter is None:
            return None
        body = run.placed(run.member(letter, node.span), letter, how, node.span)
        return Surface("sum", node.span, (body, run.range(letter, node.span)))

    def _matrix(self, node: Surface) -> Surface | None:
        cells = [list(row.args) for row in node.args]
        if len({len(row) for row in cells}) != 1 or not any(
            c.head == "dots" for r in cells for c in r
        ):
            return None
        if len(cells) == 1:
            return self._list(node, cells[0], "row")
        if len(cells[0]) == 1:
            return self._list(node, [row[0] for row in cells], "column")
        grid = grid_of(cells)
        if grid is None:
            return None
        i = self._letter(grid.rows, 0)
        same = grid.rows.same(grid.columns)
        j = self._letter(grid.columns, 1 if same else 0)
        if i is None or j is None:
            return None
        return grid.written(i, j, node.span)


def _has_dots(node: Surface) -> bool:
    return any(n.head == "dots" for n in walk_surface(node))


def _space_of_entries(s: Statement) -> Statement | None:
    r"""Read ``x = (x_1, \dots, x_n)``, a name written out by its own entries, as ``x \in \mathbb{R}^n``."""
    if s.relations != ("=",) or s.sides[0].name is None or s.sides[0].name.sub:
        return None
    right = unwrapped(s.sides[1])
    right = unwrapped(right.args[0]) if right.head == "transpose" else right
    members = list(right.args)
    if right.head == "matrix":
        members = [c for row in right.args for c in row.args]
        if len(right.args) > 1 and any(len(row.args) > 1 for row in right.args):
            return None
    elif right.head != "tuple" or right.text not in ("(", "["):
        return None
    run = run_of(members)
    if run is None or run.first != "1" or run.pattern.name is None or run.pattern.head != "name":
        return None
    name = s.sides[0].name
    same = name_key(run.pattern.name) == name_key(name) and run.pattern.name.sup == name.sup
    if not same or len(run.pattern.name.sub) != 1 or name.base[:1].isupper():
        return None
    space = Surface("space", right.span, (run.last,), "R")
    return Statement(s.span, (s.sides[0], space), ("in",))


def letters_of(rows: Iterable[FormulaRow]) -> set[str]:
    """Return the letters that stand anywhere in some rows."""
    return {
        n.name.base
        for row in rows
        for s in row.statements
        for side in s.sides
        for n in walk_surface(side)
        if n.name is not None
    }
