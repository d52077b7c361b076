r"""Arrays given by a general entry: ``A = (a_{ij})`` and ``A = [a_{ij}]`` say what the entries of A are."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, final

from gradproof.notation.elaborate.runs import is_letter
from gradproof.notation.elaborate.symbols import spelled, unwrapped, walk_surface
from gradproof.notation.surface import FormulaRow, Note, Statement, Surface

ENTRIES: Final = "entries-told"
"""Kind of the note on an array that is given by its entries."""

_EQUALS = frozenset({("=",), (":=",)})


@final
@dataclass(frozen=True, slots=True)
class EntryLists:
    """Writes arrays given by their entries so; `apart` have indices, too, and then are something else (cofactors)."""

    apart: frozenset[str] = frozenset()

    def row(self, row: FormulaRow) -> FormulaRow:
        r"""Return a row in which ``A = (a_{ij})`` is ``A_{ij} = a_{ij}``, with a note where it is.

        In brackets stands one name with one or two letters below it; with one letter only in square brackets, or
        with the letter of the array, as ``(x_i)`` alone may be a factor.
        """
        statements: list[Statement] = []
        notes = list(row.notes)
        for s in row.statements:
            found = _entries(s) or _own_entries(s)
            if found is not None:
                told = f"{spelled(s.sides[0])} is read as the array of these entries"
                notes.append(Note(ENTRIES, told, s.span))
            elif self.apart:
                found = replace(s, sides=tuple(map(self._told_apart, s.sides)))
            statements.append(found or s)
        if tuple(statements) == row.statements:
            return row
        return replace(row, statements=tuple(statements), notes=tuple(notes))

    def _told_apart(self, node: Surface) -> Surface:
        args = tuple(map(self._told_apart, node.args))
        name = node.name
        if name is not None and len(name.sub) == 2 and not name.sup and name.base in self.apart:
            name = replace(name, sup=(Surface("text", node.span, text="of"),), sup_bracket="(")
        return replace(node, args=args, name=name)


def entry_lists(rows: Iterable[FormulaRow]) -> EntryLists:
    """Find the arrays that are given by entries of another letter and have indices of their own elsewhere."""
    statements = [s for row in rows for s in row.statements]
    given = {
        s.sides[0].name.base
        for s in statements
        if s.sides[0].name is not None and (f := _entries(s)) is not None and _renamed(f)
    }
    nodes = (n for s in statements for side in s.sides for n in walk_surface(side)) if given else ()
    found = {n.name.base for n in nodes if n.name is not None and len(n.name.sub) == 2}
    return EntryLists(frozenset(given & found))


def _own_entries(s: Statement) -> Statement | None:
    r"""Read ``w = (w_0, w_1)``, a name written out by its own entries, as ``w \in \mathbb{R}^2``."""
    if s.relations not in _EQUALS or s.sides[0].head != "name":
        return None
    whole, right = s.sides[0].name, unwrapped(s.sides[1])
    right = unwrapped(right.args[0]) if right.head == "transpose" else right
    if whole is None or whole.sub or whole.sup or right.head != "tuple" or len(right.args) < 2:
        return None
    numbers = [
        a.name.sub[0].text
        for a in right.args
        if a.head == "name"
        and a.name is not None
        and len(a.name.sub) == 1
        and not a.name.sup
        and a.name.sub[0].head == "number"
        and (a.name.base, a.name.accents) == (whole.base, whole.accents)
    ]
    first = numbers[0] if numbers else ""
    if first not in ("0", "1") or numbers != [str(int(first) + k) for k in range(len(right.args))]:
        return None
    size = Surface("number", right.span, text=str(len(numbers)))
    return Statement(s.span, (s.sides[0], Surface("space", right.span, (size,), "R")), ("in",))


def _renamed(s: Statement) -> bool:
    whole, entry = s.sides[0].name, s.sides[1].name
    return whole is not None and entry is not None and whole.base != entry.base


def _entries(s: Statement) -> Statement | None:
    """Return what a statement says of the entries of an array; None for any other statement."""
    if s.relations not in _EQUALS or s.sides[0].head != "name":
        return None
    whole, right = s.sides[0].name, s.sides[1]
    if whole is None or whole.sub or right.head not in ("group", "tuple", "matrix"):
        return None
    inner = unwrapped(right)
    if inner.head == "matrix" and len(inner.args) == 1 and len(inner.args[0].args) == 1:
        inner = unwrapped(inner.args[0].args[0])
    entry = inner.name
    if inner.head != "name" or entry is None or not entry.sub or not all(map(_letter, entry.sub)):
        return None
    letters = [spelled(x) for x in entry.sub]
    if len(set(letters)) < len(letters) or len(letters) > 2:
        return None
    same = entry.base.lower() == whole.base.lower()
    if len(letters) == 1 and not (same or right.text.startswith("[") or right.head == "matrix"):
        return None
    left = replace(s.sides[0], name=replace(whole, sub=entry.sub))
    return Statement(s.span, (left, inner), s.relations)


def _letter(node: Surface) -> bool:
    return is_letter(node) and len(spelled(node)) == 1
