r"""Layers told apart by the letter of their units: ``o_j = f(z_j)``, ``z_j = \sum_i w_{ij} o_i``.

A quantity that is given by a sum over itself is two: the units that the sum runs over are those of the layer before.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, final

from gradproof.notation.elaborate.declare import RangeDeclaration, declarations
from gradproof.notation.elaborate.roles import EQUALS
from gradproof.notation.elaborate.symbols import spelled, walk_surface
from gradproof.notation.grammar import name_key
from gradproof.notation.surface import FormulaRow, Name, Note, Statement, Surface

BEFORE: Final = "layer-before"
"""Kind of the note on units that are read as those of another layer."""

OPEN: Final = "layer-open"
"""Kind of the note on a row that may speak of layers in general: it is not refuted."""

_MOST = 50


@final
@dataclass(frozen=True, slots=True)
class Layers:
    """The quantities whose units stand for two layers: for each its letter, and the letters of the layer before.

    `sure` are those where the two have different numbers of units by declaration, `mixed` those where some array has
    the letters of the two in either order.
    """

    before: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    own: Mapping[str, str] = field(default_factory=dict[str, str])
    sure: frozenset[str] = frozenset()
    mixed: frozenset[str] = frozenset()

    def row(self, row: FormulaRow) -> FormulaRow:
        """Return a row in which the units of the layer before have a name of their own."""
        if not self.before:
            return row
        statements = tuple(
            replace(s, sides=tuple(map(self._read, s.sides))) for s in row.statements
        )
        notes = list(self._notes(row, changed=statements != row.statements))
        return replace(row, statements=statements, notes=(*row.notes, *notes)) if notes else row

    def _read(self, node: Surface) -> Surface:
        args = tuple(map(self._read, node.args))
        name = node.name
        if name is not None and node.head == "name" and self._is_before(name):
            label = Surface("text", node.span, text="in")
            name = replace(name, sup=(label,), sup_bracket="(")
        return (
            node if args == node.args and name is node.name else replace(node, args=args, name=name)
        )

    def _is_before(self, name: Name) -> bool:
        letter = _letter(name)
        return letter is not None and not name.sup and letter in self.before.get(name_key(name), ())

    def _notes(self, row: FormulaRow, *, changed: bool) -> Iterator[Note]:
        if changed:
            key, letter = next(
                (name_key(n.name), spelled(n.name.sub[0]))
                for s in row.statements
                for side in s.sides
                for n in walk_surface(side)
                if n.name is not None and n.head == "name" and self._is_before(n.name)
            )
            told = f"{key}_{letter} is read as a unit of another layer than {key}_{self.own[key]}"
            yield Note(BEFORE, told, row.span)
        for key in sorted(self.before.keys() - self.sure):
            known = self.before[key] | {self.own[key]}
            used = {
                spelled(i)
                for s in row.statements
                for side in s.sides
                for n in walk_surface(side)
                if n.name is not None
                for i in n.name.sub
                if i.head == "name"
            }
            if used - known or len(self.before) > 1 or key in self.mixed:
                told = f"it is not said how many units the layers of {key} have"
                yield Note(OPEN, told, row.span)
                return


def layers(rows: Iterable[FormulaRow]) -> Layers:
    """Find the quantities with two layers in a document."""
    statements = [s for row in rows for s in row.statements]
    ranges = {
        d.letter: str(d.range.upper)
        for s in statements
        for d in declarations(s)
        if isinstance(d, RangeDeclaration)
    }
    bodies: dict[str, tuple[str, Statement]] = {}
    for s in statements:
        name = s.sides[0].name if s.relations[:1] and s.relations[0] in EQUALS else None
        letter = None if name is None or s.sides[0].head != "name" else _letter(name)
        if name is not None and letter is not None:
            bodies.setdefault(name_key(name), (letter, s))
    before: dict[str, frozenset[str]] = {}
    sure: set[str] = set()
    for key, (own, _) in bodies.items():
        found = _summed_again(key, own, bodies)
        if found is None:
            continue
        apart = own in ranges and found in ranges and ranges[own] != ranges[found]
        same = {x for x, upper in ranges.items() if apart and upper == ranges[found]}
        before[key] = frozenset({found, *same})
        if apart:
            sure.add(key)
    own = {k: bodies[k][0] for k in before}
    pairs = {p for s in statements for p in _pairs(s.sides)}
    mixed = {
        k
        for k, letter in own.items()
        if {key for key, a, _ in pairs if a == letter} & {key for key, _, b in pairs if b == letter}
    }
    return Layers(before, own, frozenset(sure), frozenset(mixed))


def _pairs(sides: Sequence[Surface]) -> Iterator[tuple[str, str, str]]:
    """Yield the arrays with two letters below them, and the letters."""
    for n in (n for side in sides for n in walk_surface(side)):
        if n.name is not None and len(n.name.sub) == 2:
            a, b = (spelled(i) for i in n.name.sub)
            yield name_key(n.name), a, b


def _summed_again(key: str, own: str, bodies: Mapping[str, tuple[str, Statement]]) -> str | None:
    """Return the letter of the sum over a quantity by which it is itself given; None where it is not."""
    todo, seen = [key], {key}
    while todo and len(seen) < _MOST:
        _, statement = bodies[todo.pop()]
        sides = statement.sides[1:]
        summed = {spelled(b) for side in sides for n in walk_surface(side) for b in _bound(n)}
        for used, letter in _units(sides):
            if used == key and letter != own and letter in summed:
                return letter
            if used in bodies and used not in seen:
                seen.add(used)
                todo.append(used)
    return None


def _units(sides: Sequence[Surface]) -> Iterator[tuple[str, str]]:
    for side in sides:
        for n in walk_surface(side):
            letter = _letter(n.name) if n.name is not None and n.head == "name" else None
            if n.name is not None and letter is not None:
                yield name_key(n.name), letter


def _bound(node: Surface) -> Iterator[Surface]:
    if node.head == "sum":
        for binder in node.args[1:]:
            yield binder.args[0] if binder.args else binder


def _letter(name: Name) -> str | None:
    """Return the one index letter below a name; None where something else stands there."""
    only = name.sub[0] if len(name.sub) == 1 else None
    plain = only is not None and only.name is not None and only.name == Name(only.name.base)
    return spelled(only) if only is not None and plain and len(spelled(only)) == 1 else None
