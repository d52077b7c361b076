"""The symbol tables of the scopes of a document: what is declared, and kinds and shapes inferred for each scope."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import final

from gradproof.expr import Size
from gradproof.notation.elaborate.fitting import spelled_shape
from gradproof.notation.elaborate.kind_search import Search, search
from gradproof.notation.elaborate.kinds import Scene, Typing, scene, surfaces
from gradproof.notation.elaborate.rows import Item
from gradproof.notation.elaborate.sizes import UNKNOWN
from gradproof.notation.elaborate.symbols import Symbols, full_key
from gradproof.notation.surface import Note, Surface

MAX_TYPINGS = 4
"""Typings of one scope that are judged."""

LETTERS = ("n", "m", "k", "d", "p", "q", "r", "s", "h", "u", "v", "c", "a", "b")
"""Letters for sizes that the author does not name, in the order of use."""

Shape = tuple[Size, ...]


@final
@dataclass(frozen=True, slots=True)
class ScopeTable:
    """The symbols of one scope under one typing, and what was assumed, by the number of the row.

    `others` looks for the tables of other typings.
    """

    symbols: Symbols
    notes: Mapping[int, tuple[Note, ...]] = field(default_factory=dict[int, tuple[Note, ...]])
    others: Callable[[], tuple["ScopeTable", ...]] = tuple


def scope_tables(items: Sequence[Item], table: Symbols) -> dict[int, ScopeTable]:
    """Return the symbol table of every heading under the likeliest typing."""
    out: dict[int, ScopeTable] = {}
    earlier: dict[str, Shape] = {}
    unknown: set[str] = set()
    taken = _taken(items, table)
    for heading in dict.fromkeys(i.heading for i in items):
        rows = [(k, i) for k, i in enumerate(items) if i.heading == heading]
        statements = [s for _, i in rows for s in i.row.statements]
        stage = scene(statements, table, earlier)
        looking = None if stage is None else search(stage, table)
        typing = None if looking is None else looking.best()
        if stage is None or looking is None or typing is None:
            out[heading] = ScopeTable(_plain(table, earlier, unknown, surfaces(statements)))
            continue
        out[heading] = _told(
            _Told(rows, table, dict(earlier), stage, looking, frozenset(taken)), typing
        )
        best = out[heading].symbols
        earlier |= {k: best.shapes.get(k, ()) for k in typing.shapes}
        unknown = (unknown - set(typing.shapes)) | typing.unknown
        taken |= {s.name for shape in best.shapes.values() for s in shape}
    return out


@final
@dataclass(frozen=True, slots=True)
class _Told:
    """A scope with what its typings are told with: its rows, what was known before, letters that are taken."""

    rows: Sequence[tuple[int, Item]]
    table: Symbols
    earlier: Mapping[str, Shape]
    stage: Scene
    search: Search
    taken: frozenset[str]


def _told(told: _Told, typing: Typing) -> ScopeTable:
    def others() -> tuple[ScopeTable, ...]:
        found = told.search.others(typing)[: MAX_TYPINGS - 1]
        return tuple(one(t, _letters((typing, *found), told.taken)) for t in found)

    def one(t: Typing, letters: Mapping[str, str]) -> ScopeTable:
        named = {k: _named(shape, letters) for k, shape in t.shapes.items()}
        symbols = _typed(told.table, told.earlier, told.stage, t, named)
        return ScopeTable(symbols, _notes(told.rows, told.stage, named, told.table))

    return replace(one(typing, _letters((typing,), told.taken)), others=others)


def _taken(items: Sequence[Item], table: Symbols) -> set[str]:
    names = {
        key
        for n in surfaces(s for i in items for s in i.row.statements)
        if n.name is not None
        for key in (full_key(n.name), n.name.base)
    }
    sizes = {s.name for shape in table.shapes.values() for s in shape}
    return (
        names | table.letters | table.sizes | sizes | {r.upper.name for r in table.indices.values()}
    )


def _letters(typings: Sequence[Typing], taken: Set[str]) -> dict[str, str]:
    """Give every size that is not known a letter of its own."""
    free = [x for x in LETTERS if x not in taken]
    out: dict[str, str] = {}
    for typing in typings:
        for shape in typing.shapes.values():
            for size in shape:
                if size.name.startswith(UNKNOWN) and size.name not in out:
                    number = len(out)
                    out[size.name] = (
                        free[number] if number < len(free) else f"n_{{{number - len(free) + 1}}}"
                    )
    return out


def _named(shape: Shape, letters: Mapping[str, str]) -> Shape:
    return tuple(Size(letters.get(s.name, s.name), s.offset) for s in shape)


def _plain(
    table: Symbols, earlier: Mapping[str, Shape], unknown: set[str], nodes: Iterable[Surface]
) -> Symbols:
    """Return the table of a scope in which nothing acts as an array without being declared."""
    if not earlier and not unknown:
        return table
    used = {table.resolve(n.name).key for n in nodes if n.head == "name" and n.name is not None}
    shapes = {**table.shapes, **{k: s for k, s in earlier.items() if s and k not in table.families}}
    for k in used:
        if k in earlier and not earlier[k] and k not in table.families:
            shapes.pop(k, None)
    return replace(table, shapes=shapes, vague=(table.vague - set(earlier)) | unknown)


def _typed(
    table: Symbols,
    earlier: Mapping[str, Shape],
    stage: Scene,
    typing: Typing,
    named: Mapping[str, Shape],
) -> Symbols:
    shapes = {**table.shapes, **{k: s for k, s in earlier.items() if k not in table.families}}
    families = dict(table.families)
    for k, shape in named.items():
        shapes[k] = shape
        if k in typing.chosen:
            families.pop(k, None)
    for name, base in table.likes.items():
        if base in named:
            shapes[name] = named[base]
    known = set(named) - typing.unknown
    likes = {n for n, base in table.likes.items() if base in known}
    return replace(
        table,
        shapes={k: s for k, s in shapes.items() if s},
        families=families,
        vague=(table.vague - known - likes) | typing.unknown,
        origins={k: o for k, o in table.origins.items() if k not in typing.chosen},
    )


def _notes(
    rows: Sequence[tuple[int, Item]], stage: Scene, named: Mapping[str, Shape], table: Symbols
) -> dict[int, tuple[Note, ...]]:
    """Tell what every open name is read as, at its first place."""
    out: dict[int, list[Note]] = {}
    waiting = {
        k
        for k in stage.open
        if k not in stage.given and (named.get(k) or stage.evidence[k].marks - {"below"})
    }
    for position, item in rows:
        for node in surfaces(item.row.statements):
            if node.head != "name" or node.name is None:
                continue
            key = table.resolve(node.name).key
            if key in waiting:
                waiting.discard(key)
                what = spelled_shape(named.get(key, ()))
                what = (
                    f"an {what} matrix"
                    if "×" in what and what[0] in "nmhrs"
                    else (f"a {what} matrix" if "×" in what else what)
                )
                message = f"{key} is read as {what}: nothing declares it, and its use suggests it"
                out.setdefault(position, []).append(Note("shape-inferred", message, node.span))
    return {k: tuple(v) for k, v in out.items()}
