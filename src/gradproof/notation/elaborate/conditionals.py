r"""Functions with a bar before their parameters, ``f(x | \lambda) = \lambda e^{-\lambda x}``: as with a comma."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import final

from gradproof.notation.elaborate.roles import EQUALS
from gradproof.notation.elaborate.symbols import full_key, unwrapped, walk_surface
from gradproof.notation.surface import FormulaRow, Surface


@final
@dataclass(frozen=True, slots=True)
class Conditionals:
    """Writes functions that are given by an equation with a comma for the bar.

    Only those that the document never writes in another way: ``p(x | y)`` beside ``p(y)`` are two functions.
    """

    names: frozenset[str] = frozenset()

    def row(self, row: FormulaRow) -> FormulaRow:
        """Return a row without the bars of these functions."""
        if not self.names:
            return row
        statements = tuple(
            replace(s, sides=tuple(map(self._flat, s.sides))) for s in row.statements
        )
        return replace(row, statements=statements)

    def _flat(self, node: Surface) -> Surface:
        node = replace(node, args=tuple(map(self._flat, node.args)))
        if _callee(node) not in self.names:
            return node
        return replace(node, args=(node.args[0], *(x for a in node.args[1:] for x in _parts(a))))


def conditionals(rows: Iterable[FormulaRow]) -> Conditionals:
    """Find the functions that an equation gives with a bar before their parameters."""
    statements = [s for row in rows for s in row.statements]
    given = {
        key
        for s in statements
        if s.relations[:1] and s.relations[0] in EQUALS
        for key in _given(s.sides[0], s.sides[1])
    }
    if not given:
        return Conditionals()
    written: dict[str, set[tuple[int, ...]]] = {}
    for node in (n for s in statements for side in s.sides for n in walk_surface(side)):
        key = _callee(node)
        if key is not None:
            written.setdefault(key, set()).add(_arities(node.args[1:]))
    return Conditionals(frozenset(k for k in given if len(written[k]) == 1))


def _given(left: Surface, right: Surface) -> list[str]:
    left = unwrapped(left)
    if left.head == "call" and left.text == "log" and len(left.args) == 2:
        left = unwrapped(left.args[1])
    key = _callee(left)
    parts = [x for a in left.args[1:] for x in _parts(a)]
    if key is None or all(a.head != "given" for a in left.args[1:]):
        return []
    if any(p.head != "name" or p.name is None or p.name.sub for p in parts):
        return []
    inside = list(walk_surface(right))
    return [] if any(n.head in ("given", "integral", "expect") for n in inside) else [key]


def _callee(node: Surface) -> str | None:
    if node.head != "call" or node.text or len(node.args) < 2 or node.args[0].name is None:
        return None
    return full_key(node.args[0].name)


def _arities(args: Sequence[Surface]) -> tuple[int, ...]:
    """Return how many arguments stand before and behind each bar."""
    if len(args) == 1 and args[0].head == "given":
        return tuple(len(_parts(a)) for a in args[0].args)
    return (sum(len(_parts(a)) for a in args),)


def _parts(node: Surface) -> tuple[Surface, ...]:
    if node.head in ("given", "tuple"):
        return tuple(x for a in node.args for x in _parts(a))
    return (node,)
