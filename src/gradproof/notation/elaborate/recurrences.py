r"""Steps of a recurrence under another letter: after ``x_t = W x_{t-1}``, ``∂x_i/∂x_{i-1}`` is a step at i for t."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import final

from gradproof.notation.elaborate.roles import EQUALS
from gradproof.notation.elaborate.runs import put
from gradproof.notation.elaborate.symbols import spelled, walk_surface
from gradproof.notation.grammar import name_key
from gradproof.notation.surface import FormulaRow, Name, Note, Statement, Surface


@final
@dataclass(frozen=True, slots=True)
class Steps:
    """The letters that count the steps of recurrences: the usual one for every other that does so, too.

    `counted` are the names that bear a usual letter.
    """

    usual: Mapping[str, str]
    counted: Mapping[str, Set[str]]


def recurrences(rows: Sequence[FormulaRow]) -> Steps:
    """Return the letter of every name that an equation gives by itself one step before, and others used for it."""
    statements = [s for row in rows for s in row.statements]
    letters: dict[str, str] = {}
    for s in statements:
        left = s.sides[0].name
        letter = None if left is None else _letter(left)
        if left is None or letter is None or s.relations[:1] == () or s.relations[0] not in EQUALS:
            continue
        key = name_key(left)
        if any(before == (key, letter) for side in s.sides[1:] for before in _before(side)):
            letters.setdefault(key, letter)
    usual: dict[str, set[str]] = {}
    for s in statements if letters else ():
        for key, letter in (pair for side in s.sides for pair in _before(side)):
            if key in letters and letters[key] != letter and letter not in _bound(statements):
                usual.setdefault(letter, set()).add(letters[key])
    found = {own: next(iter(t)) for own, t in usual.items() if len(t) == 1}
    counted = {
        t: {
            name_key(n)
            for s in statements
            for side in s.sides
            for n in _names(side)
            if t in _letters(n)
        }
        for t in set(found.values())
    }
    return Steps(found, counted)


def under_one_letter(row: FormulaRow, steps: Steps) -> FormulaRow:
    """Return a row in which the steps of a recurrence are counted by the letter that its equation has."""
    statements = (
        tuple(_renamed(s, steps) for s in row.statements) if steps.usual else row.statements
    )
    if statements == row.statements:
        return row
    message = "a step of the recurrence, counted by another letter, is read as the step that its equation gives"
    notes = tuple(
        Note("step-meant", message, new.span)
        for new, old in zip(statements, row.statements, strict=True)
        if new != old
    )
    return replace(row, statements=statements, notes=(*row.notes, *notes))


def _renamed(s: Statement, steps: Steps) -> Statement:
    names = [n for side in s.sides for n in _names(side)]
    for own, usual in steps.usual.items():
        bearing = {name_key(n) for n in names if own in _letters(n)}
        other = any(usual in _letters(n) for n in names)
        if bearing and not other and bearing <= steps.counted[usual]:
            return replace(s, sides=tuple(_put(side, own, usual) for side in s.sides))
    return s


def _put(side: Surface, own: str, usual: str) -> Surface:
    items = {
        spelled(item): _other(item, own, usual)
        for n in _names(side)
        for item in (*n.sub, *n.sup)
        if own in {spelled(x) for x in walk_surface(item)}
    }
    return put(side, items)


def _other(item: Surface, own: str, usual: str) -> Surface:
    name = item.name
    if name is not None and name == Name(own):
        return replace(item, name=Name(usual))
    return replace(item, args=tuple(_other(a, own, usual) for a in item.args))


def _names(side: Surface) -> Iterable[Name]:
    return (n.name for n in walk_surface(side) if n.name is not None)


def _letters(name: Name) -> Set[str]:
    return {spelled(x) for item in (*name.sub, *name.sup) for x in walk_surface(item)}


def _letter(name: Name) -> str | None:
    """Return the one plain letter below a name."""
    if len(name.sub) != 1 or name.sup or name.sub[0].name is None:
        return None
    inner = name.sub[0].name
    return inner.base if inner == Name(inner.base) and len(inner.base) == 1 else None


def _before(side: Surface) -> Iterable[tuple[str, str]]:
    """Yield key and letter of the names one step before: ``x_{t-1}``."""
    for name in _names(side):
        item = name.sub[0] if len(name.sub) == 1 and not name.sup else None
        if item is None or item.head != "add" or len(item.args) != 2:
            continue
        letter, step = item.args
        back = step.head == "neg" and step.args[0].text == "1"
        if back and letter.name is not None and letter.name == Name(letter.name.base):
            yield name_key(name), letter.name.base


def _bound(statements: Sequence[Statement]) -> set[str]:
    return {
        spelled(b.args[0] if b.args else b)
        for s in statements
        for side in s.sides
        for n in walk_surface(side)
        if n.head in ("sum", "prod")
        for b in n.args[1:]
    }
