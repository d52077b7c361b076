"""From a document to its rows: layout, grammar in two passes, and the admissible other readings of a row."""

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, replace
from typing import final

from gradproof.diagnostic import Place
from gradproof.notation.documents import Document, Region
from gradproof.notation.elaborate.conditionals import conditionals
from gradproof.notation.elaborate.cues import read_cues
from gradproof.notation.elaborate.ellipses import Ellipses, letters_of
from gradproof.notation.elaborate.entry_lists import entry_lists
from gradproof.notation.elaborate.gaussians import without_densities
from gradproof.notation.elaborate.index_sets import index_sets
from gradproof.notation.elaborate.layers import layers
from gradproof.notation.elaborate.next_layer import with_next_layers
from gradproof.notation.elaborate.programs import without_programs
from gradproof.notation.elaborate.recurrences import recurrences, under_one_letter
from gradproof.notation.elaborate.redeclared import redeclared
from gradproof.notation.elaborate.repeated import convention
from gradproof.notation.elaborate.second_differentials import second_differentials
from gradproof.notation.elaborate.spoken import Spoken
from gradproof.notation.elaborate.superscripts import superscript_labels
from gradproof.notation.elaborate.survey import survey
from gradproof.notation.elaborate.symbols import Symbols, walk_surface
from gradproof.notation.elaborate.worded import in_signs
from gradproof.notation.grammar import Options, name_key, parse_rows
from gradproof.notation.surface import Choice, FormulaRow, Name, Note, Statement, Surface
from gradproof.notation.tex import Layout, Macros, parse_layout
from gradproof.source import Source, Span

MAX_ALTERNATIVES = 3
"""Other readings of one row that are followed."""

OUTSIDE = -1
"""Scope of declarations given from outside the document; every other scope sees it."""

READING_CHOICES = frozenset(
    {
        "sum-scope",
        "operator-scope",
        "operator-rest",
        "slash-scope",
        "call",
        "function-scope",
        "quotient",
    }
)


@final
@dataclass(frozen=True, slots=True)
class Item:
    """One row with its place, the words before it, and its other readings."""

    place: Place
    span: Span
    tex: str
    row: FormulaRow
    words: str
    heading: int
    explicit: bool = False
    alternatives: tuple[tuple[Choice, FormulaRow], ...] = ()


@final
@dataclass(frozen=True, slots=True)
class _Parsed:
    """The layout of one region (None: a declaration from outside) before it is split into rows.

    Plain text has one piece of layout a line, TeX one for the whole region. Declarations are numbered as
    sources behind those of the document.
    """

    region: Region | None
    number: int
    source: Source
    span: Span
    pieces: tuple[tuple[tuple[Layout, ...], tuple[Note, ...]], ...]


def read_items(document: Document, declared: Sequence[str]) -> tuple[tuple[Item, ...], Symbols]:
    """Parse every region and every declaration; return the rows in order and the symbol table.

    The grammar runs twice where the first pass finds out which names are functions; where that changes no row,
    the first survey stands.
    """
    parsed = _layouts(document, declared)
    options = Options()
    first = [_rows(p, options) for p in parsed]
    dots = Ellipses(letters_of(r for g in first for r in g))
    steps = recurrences([r for g in first for r in g])
    spoken, outside = Spoken(document), len(parsed) - len(document.regions)
    sets = index_sets([r for g in first for r in g], spoken.sets)
    repeated = convention(p.text for p in document.prose)
    differentials = second_differentials(r for g in first for r in g)
    units = layers([r for g in first for r in g])
    lists = entry_lists([r for g in first for r in g])
    bars = conditionals([r for g in first for r in g])

    def written_out(row: FormulaRow) -> FormulaRow:
        row = differentials.row(repeated.row(without_densities(without_programs(row))))
        row = units.row(sets.row(lists.row(bars.row(row))))
        return dots.row(under_one_letter(row, steps))

    groups = spoken.rows([tuple(map(written_out, g)) for g in first], outside)
    meanings = redeclared(groups, outside)
    groups = with_next_layers(meanings.rows(groups))
    statements = [s for g in groups for r in g for s in r.statements]
    table = survey(statements, _conditional(parsed, groups))
    second = _options(table, statements, _orders(r for g in groups for r in g))
    if second != options:
        options = second
        again = [_rows(p, options) for p in parsed]
        if again != first:
            groups = spoken.rows([tuple(map(written_out, g)) for g in again], outside)
            meanings = redeclared(groups, outside)
            groups = with_next_layers(meanings.rows(groups))
            table = survey(
                [s for g in groups for r in g for s in r.statements], _conditional(parsed, groups)
            )
    items: list[Item] = []
    for k, (p, group) in enumerate(zip(parsed, groups, strict=True)):

        def meant(row: FormulaRow, at: int = k) -> FormulaRow:
            return meanings.row(at, written_out(row))

        items.extend(_items(p, group, options, meant))
    return tuple(items), table


def _conditional(parsed: Sequence[_Parsed], groups: Sequence[Sequence[FormulaRow]]) -> set[int]:
    """Return the ids of statements said under a condition, or after derivations have begun.

    Those introduced by "where", "let" and the like hold for the whole document all the same.
    """
    out: set[int] = set()
    begun = False
    for p, group in zip(parsed, groups, strict=True):
        for k, row in enumerate(group):
            cues = read_cues(_words(p.region, row, first=k == 0))
            said = p.region is not None and not cues.introduces and (begun or cues.condition)
            for position, statement in enumerate(row.statements):
                if said or position in row.conditions:
                    out.add(id(statement))
            begun = begun or any(
                n.head in ("deriv", "grad", "diff")
                for s in row.statements
                for side in s.sides
                for n in walk_surface(side)
            )
    return out


def _layouts(document: Document, declared: Sequence[str]) -> list[_Parsed]:
    macros = Macros()
    pending = list(reversed(document.macros))
    out: list[_Parsed] = []
    for position, region in enumerate(document.regions):
        while pending and pending[-1].region <= position:
            definition = pending.pop()
            text = document.sources[definition.source][1].slice(definition.span)
            macros = macros.merge(Macros.read(text, definition.span.start)[0])
        source = document.sources[region.source][1]
        text = document.text(region)
        pieces: list[tuple[tuple[Layout, ...], tuple[Note, ...]]] = []
        for offset, piece in _pieces(text, plain=region.plain):
            result = parse_layout(
                piece, offset=region.span.start + offset, macros=macros, plain=region.plain
            )
            macros = result.macros
            pieces.append((result.nodes, result.notes))
        out.append(_Parsed(region, region.source, source, region.span, tuple(pieces)))
    outside: list[_Parsed] = []
    for number, text in enumerate(map(in_signs, declared), len(document.sources)):
        source = Source("--declare", text)
        span = Span(0, len(text))
        result = parse_layout(text, offset=0, macros=macros)
        outside.append(_Parsed(None, number, source, span, ((result.nodes, result.notes),)))
    return outside + out


def _pieces(text: str, *, plain: bool) -> list[tuple[int, str]]:
    """Cut plain text into its lines (an offset with each); TeX stays whole."""
    if not plain:
        return [(0, text)]
    out: list[tuple[int, str]] = []
    offset = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            out.append((offset, line))
        offset += len(line)
    return out


def _rows(p: _Parsed, options: Options) -> tuple[FormulaRow, ...]:
    rows: list[FormulaRow] = []
    for k, (nodes, notes) in enumerate(p.pieces):
        found = parse_rows(nodes, options, notes=notes)
        if not found and k == 0 and len(p.pieces) == 1 and notes:
            found = (FormulaRow(p.span, (), notes=notes),)
        rows.extend(found)
    return tuple(rows)


def _options(table: Symbols, statements: Iterable[Statement], orders: Set[str]) -> Options:
    """Return what the document says about which names are functions; `orders` are none (see `_orders`)."""
    callables = set(table.functions)
    for statement in statements:
        if statement.relations[:1] in (("=",), (":=",), ("==",)):
            head = _defined_head(statement.sides[0], table)
            if head is not None:
                callables.add(head)
    words = _words_on_the_left(statements, table, callables)
    if _is_in_a_label(statements):
        words.add("in")
    defined = {k for k in callables if k in table.defined_functions}
    factors = {k for k in _factors(statements) | table.variables if k not in defined}
    arrays = {k for k, shape in table.shapes.items() if shape and k not in table.likes}
    arrays |= set(table.domains)
    products = frozenset(arrays - callables) | frozenset(table.indices)
    return Options(
        callables=frozenset(callables) or None,
        not_callables=(products | orders) - callables,
        words=frozenset(words),
        factors=frozenset(factors - callables),
        quantities=frozenset(_matrices(table) - callables - defined),
        labels=superscript_labels(statements),
    )


def _matrices(table: Symbols) -> set[str]:
    """Return the names that act as arrays, and the capitals given by an equation in a document that has some."""
    arrays = set(table.vague)
    if table.vague or any(table.shapes.values()):
        arrays |= {k for k in table.bodies if k.lstrip("\\")[:1].isupper()}
    return arrays


def _factors(statements: Iterable[Statement]) -> set[str]:
    """Return the names that stand as plain factors of a product."""
    return {
        name_key(part.name)
        for s in statements
        for side in s.sides
        for n in walk_surface(side)
        if n.head == "mul"
        for part in n.args
        if part.head == "name" and part.name is not None
    }


def _is_in_a_label(statements: Iterable[Statement]) -> bool:
    """Tell whether ``in`` below a name is the word: i then indexes nothing else, alone or in a sum."""
    word = False
    for s in statements:
        for side in s.sides:
            for n in walk_surface(side):
                if n.head in ("sum", "prod"):
                    bound = (b.args[0] if b.args else b for b in n.args[1:])
                    if any(b.name is not None and b.name.base == "i" for b in bound):
                        return False
                if n.head != "name" or n.name is None:
                    continue
                letters = [item.name.base if item.name is not None else "" for item in n.name.sub]
                if letters == ["i", "n"]:
                    word = True
                elif "i" in letters or any(
                    item.name is not None and item.name.base == "i" for item in n.name.sup
                ):
                    return False
    return word


def _orders(rows: Iterable[FormulaRow]) -> set[str]:
    """Return which of o and O stand as the name of a quantity, so that ``o(…)`` is no order of magnitude."""
    return {
        n.name.base
        for row in rows
        if not any(note.fatal for note in row.notes)
        for s in row.statements
        for side in s.sides
        for n in walk_surface(side)
        if n.head == "name" and n.name is not None and n.name.base in ("o", "O")
    }


def _words_on_the_left(
    statements: Iterable[Statement], table: Symbols, callables: Set[str]
) -> set[str]:
    """Find words: letters side by side that are defined together and stand for nothing apart (``FL = …``)."""
    out: set[str] = set()
    statements = tuple(statements)
    for statement in statements:
        side = statement.sides[0]
        if statement.relations[:1] not in (("=",), (":=",)) or side.head != "mul":
            continue
        names = [a.name for a in side.args]
        letters = [n.base for n in names if n is not None and n == Name(n.base)]
        plain = len(letters) == len(names) and all(x.isalpha() and len(x) == 1 for x in letters)
        known = any(
            x in table.domains or x in table.shapes or x in table.indices or x in callables
            for x in letters
        )
        if plain and set(side.text) == {"j"} and not known and not _apart(letters, statements):
            out.add("".join(letters))
    return out


def _apart(letters: Sequence[str], statements: Iterable[Statement]) -> bool:
    """Tell whether all of some letters stand elsewhere, too, each without the others beside it."""
    found: set[str] = set()
    todo = [side for s in statements for side in s.sides]
    while todo:
        node = todo.pop()
        own = [a.name.base for a in node.args if a.name is not None]
        if node.head == "mul" and any(
            own[k : k + len(letters)] == [*letters] for k in range(len(own))
        ):
            continue
        if node.head == "name" and node.name is not None:
            found.add(node.name.base)
        todo.extend(node.args)
    return set(letters) <= found


def _defined_head(side: Surface, table: Symbols) -> str | None:
    """Return the function name of a left side ``f(x)``, also where it was read as a product."""
    if side.head == "index" and side.args:
        return _defined_head(side.args[0], table)
    if side.head == "call" and side.args[0].name is not None:
        return name_key(side.args[0].name)
    if side.head == "mul" and len(side.args) == 2:
        name, group = side.args
        inside = group.args[0] if group.head == "group" and len(group.args) == 1 else group
        members = inside.args if inside.head == "tuple" else (inside,)
        named = all(m.head == "name" for m in members)
        if name.name is not None and named and group.head in ("group", "tuple"):
            key = name_key(name.name)
            if key not in table.domains and not table.resolve(name.name).indices:
                return key
    return None


def _items(
    p: _Parsed,
    group: Sequence[FormulaRow],
    options: Options,
    written_out: Callable[[FormulaRow], FormulaRow],
) -> Iterable[Item]:
    for k, row in enumerate(group):
        yield Item(
            place=_place(p, k),
            span=row.span,
            tex=p.source.slice(row.span),
            row=row,
            words=_words(p.region, row, first=k == 0),
            heading=OUTSIDE if p.region is None else p.region.heading,
            explicit=p.region is None,
            alternatives=tuple(
                (c, written_out(other)) for c, other in _alternatives(p, k, row, options)
            ),
        )


def _place(p: _Parsed, row: int) -> Place:
    region = p.region
    if region is None:
        return Place(None, row, source=p.number)
    if region.kind == "display":
        return Place(region.number, row, None, region.cell, p.number)
    return Place(None, row, region.number, region.cell, p.number)


def _words(region: Region | None, row: FormulaRow, *, first: bool) -> str:
    if region is None:
        return ""
    words = [region.before] if first else []
    words.extend(
        text for text, span in region.skips if row.span.start - 1 <= span.end <= row.span.end + 1
    )
    return " ".join(w for w in words if w)


def _alternatives(
    p: _Parsed, position: int, row: FormulaRow, options: Options
) -> tuple[tuple[Choice, FormulaRow], ...]:
    out: list[tuple[Choice, FormulaRow]] = []
    for choice in row.choices:
        if choice.kind not in READING_CHOICES or len(out) >= MAX_ALTERNATIVES:
            continue
        for other in choice.alternatives[:1]:
            flipped = replace(options, overrides={**options.overrides, choice.key: other})
            rows = _rows(p, flipped)
            if position < len(rows) and not any(n.fatal for n in rows[position].notes):
                out.append((choice, rows[position]))
    return tuple(out)
