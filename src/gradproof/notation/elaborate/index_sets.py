r"""Sums over a set of which nothing is said: ``\sum_{(u,i) \in K}``, ``\sum_{i \in B}`` with ``|B|`` elements.

What is claimed holds for any such set, so it holds where the set has all values of its indices. That a line holds is
told with that reading; one that does not is left open, since words may say what the set is.
"""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import final

from gradproof.notation.derivation import SET_TOLD, SET_WHOLE
from gradproof.notation.elaborate.symbols import spelled, walk_surface
from gradproof.notation.elaborate.told import plain_letters
from gradproof.notation.grammar import name_key
from gradproof.notation.surface import FormulaRow, Name, Note, Statement, Surface


@final
@dataclass(frozen=True, slots=True)
class _Binder:
    """What stands below a sum over a set: the letters that it binds, all letters of an element, the set."""

    bound: tuple[Surface, ...]
    element: tuple[Surface, ...]
    key: str
    indexed: bool


@final
@dataclass(frozen=True, slots=True)
class IndexSets:
    """The one set that a document sums over, where it can be read as all values of the indices.

    `count` is the letter that its number of elements ``|B|`` is read as; None where it is not written. `told` says that
    words tell what is in it.
    """

    key: str | None = None
    count: Surface | None = None
    told: bool = False

    def row(self, row: FormulaRow) -> FormulaRow:
        """Return a row whose sums over the set are sums over ranges."""
        if self.key is None:
            return row
        statements = tuple(
            replace(s, sides=tuple(map(self._read, s.sides))) for s in row.statements
        )
        if statements == row.statements:
            return row
        message = f"the sum over {self.key} is read as one over all values of its indices"
        spans = [n.span for s in row.statements for side in s.sides for n in _sums(side)]
        kinds = (SET_WHOLE, SET_TOLD) if self.told else (SET_WHOLE,)
        notes = (Note(kind, message, span) for span in spans[:1] for kind in kinds)
        return replace(row, statements=statements, notes=(*row.notes, *notes))

    def _read(self, node: Surface) -> Surface:
        args = tuple(map(self._read, node.args))
        node = node if args == node.args else replace(node, args=args)
        if node.head in ("sum", "prod"):
            binders = tuple(b for binder in node.args[1:] for b in self._ranges(node, binder))
            return replace(node, args=(node.args[0], *binders))
        if node.head == "abs" and self.count is not None and _set_name(node.args[0]) is not None:
            return self.count if _counts(node, self.key) else node
        return node

    def _ranges(self, series: Surface, binder: Surface) -> tuple[Surface, ...]:
        found = _binder(series, binder)
        if found is None or found.key != self.key:
            return (binder,)
        if binder.head == "group":
            return ()
        if self.count is None:
            return tuple(Surface("range", b.span, (b,)) for b in found.bound)
        one = Surface("number", binder.span, text="1")
        return tuple(Surface("range", b.span, (b, one, self.count)) for b in found.bound)


def index_sets(rows: Iterable[FormulaRow], described: Container[str]) -> IndexSets:
    """Return the set that a document sums over, if there is exactly one and all of its uses agree.

    Of those `described`, words tell what is in them.

    Not where its number of elements could contradict the ranges, where a part of it is summed over beside the whole, or
    where a letter of its elements counts nothing.
    """
    statements = [s for row in rows for s in row.statements]
    sides = [side for s in statements for side in s.sides]
    sums = [n for side in sides for n in _sums(side)]
    found = [(n, b) for n in sums for x in n.args[1:] if (b := _binder(n, x)) is not None]
    keys = {b.key for _, b in found}
    if len(keys) != 1 or not all(_indexes(n.args[0], b) for n, b in found):
        return IndexSets()
    (key,) = keys
    if any(_tells(s, key) for s in statements):
        return IndexSets()
    single = all(len(b.element) == 1 for _, b in found)
    letters = {spelled(x) for _, b in found for x in b.bound}
    elsewhere = any(
        binder.head in ("range", "name")
        and spelled(binder.args[0] if binder.args else binder) in letters
        for n in sums
        for binder in n.args[1:]
    )
    if single and elsewhere:
        return IndexSets()
    counted = [
        n for side in sides for n in walk_surface(side) if n.head == "abs" and _counts(n, key)
    ]
    if not counted:
        return IndexSets(key, told=plain_letters(key) in described)
    plain = single and len(letters) == 1 and not any(b.indexed for _, b in found)
    bare = Surface("name", counted[0].span, name=Name(f"|{key}|"))
    return (
        IndexSets(key, bare, plain_letters(key) in described)
        if plain and all(c.args[0].head == "name" for c in counted)
        else IndexSets()
    )


def _tells(s: Statement, key: str) -> bool:
    """Tell whether a statement says what is in a set."""
    name = s.sides[0].name
    told = any(
        n.head in ("set", "interval", "dots") for side in s.sides[1:] for n in walk_surface(side)
    )
    return told and name is not None and name_key(name) == key


def _sums(side: Surface) -> Iterator[Surface]:
    return (n for n in walk_surface(side) if n.head in ("sum", "prod"))


def _indexes(body: Surface, binder: _Binder) -> bool:
    """Tell whether every letter that is bound stands below or above a name in the body, or in a call."""
    used: set[str] = set()
    for n in walk_surface(body):
        items = (
            (*n.name.sub, *n.name.sup)
            if n.name is not None
            else n.args[1:]
            if n.head == "index"
            else ()
        )
        used.update(
            spelled(part) for item in items for part in walk_surface(item) if part.head == "name"
        )
    return {spelled(x) for x in binder.bound} <= used


def _binder(series: Surface, node: Surface) -> _Binder | None:
    r"""Read ``i \in B``, ``(u,i) \in K`` and, behind a letter that is bound, ``: (u,i) \in K``; also ``K_u``."""
    condition = node.head == "group" and len(node.args) == 1
    node = node.args[0] if condition else node
    if node.head != "relation" or node.text != "in" or len(node.args) != 2:
        return None
    left, right = node.args
    name = _set_name(right)
    if name is None:
        return None
    element = left.args if left.head == "tuple" else (left,)
    bound = tuple(b.args[0] for b in series.args[1:] if b.head == "range") if condition else element
    plain = all(
        x.head == "name" and x.name == Name(x.name.base) for x in element if x.name
    ) and all(x.name is not None for x in (*bound, *element))
    if not plain or not {spelled(b) for b in bound} <= {spelled(e) for e in element}:
        return None
    return _Binder(
        bound, element, name_key(name), right.head != "name" or bool(name.sub or name.sup)
    )


def _set_name(node: Surface) -> Name | None:
    if node.head == "call" and node.args[0].name is not None:
        return node.args[0].name
    return node.name if node.head == "name" else None


def _counts(node: Surface, key: str | None) -> bool:
    name = _set_name(node.args[0])
    return name is not None and name_key(name) == key
