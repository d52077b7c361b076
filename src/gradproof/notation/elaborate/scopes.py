"""Scopes: which lines define, which claim, and under which contexts each scope is judged."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Final, final

from gradproof.diagnostic import Assumption, Role
from gradproof.expr import Sym, free_indices, is_expectation, walk
from gradproof.notation.derivation import Derivation, Line, Reading, Structure
from gradproof.notation.elaborate.claims import Manner, RowReading, read_row
from gradproof.notation.elaborate.conditions import opens_case, otherwise
from gradproof.notation.elaborate.contexts import Known, Scope, states
from gradproof.notation.elaborate.cues import joins, read_cues, structures
from gradproof.notation.elaborate.primes import has_primes
from gradproof.notation.elaborate.rows import OUTSIDE, Item
from gradproof.notation.elaborate.shapes import infer_shapes
from gradproof.notation.elaborate.symbols import Symbols, spelled, walk_surface
from gradproof.notation.elaborate.tables import ScopeTable, scope_tables
from gradproof.notation.surface import Note, Statement


def elaborate(items: Sequence[Item], table: Symbols, words: Iterable[str] = ()) -> Derivation:
    """Turn parsed rows into lines with roles and readings, and scopes with contexts.

    `words` are the running text of the document.
    """
    told = structures(" ".join((*words, *(text for item in items for text, _ in item.row.labels))))
    if any(_tells_law(s) for item in items for s in item.row.statements):
        told = frozenset[Structure]((*told, "distribution"))
    infer_shapes([s for item in items for s in item.row.statements], table)
    tables = scope_tables(items, table)
    read = _read(items, tables, told)

    def others(scopes: Set[int]) -> tuple[Derivation, ...]:
        """Elaborate once more for every other typing of some scopes; one that has no further typing keeps its last.

        The scopes before them take other typings, too, as they say what is known there; those behind keep theirs.
        """
        found = {h: (own, *own.others()) for h, own in tables.items() if h in scopes}
        most = max((len(f) for f in found.values()), default=1)
        if most == 1:
            return ()
        last = max(found)
        for h, own in tables.items():
            if h not in found:
                found[h] = (own, *own.others()) if h < last else (own,)
        return tuple(
            _derivation(
                _read(items, {h: f[min(k, len(f) - 1)] for h, f in found.items()}, told, read)
            )
            for k in range(1, most)
        )

    return replace(_derivation(read), others=others)


MOVING: Final = "primes: derivatives by a number that is not written"
"""Names the reading in which primes of arrays are no transposes."""


@final
@dataclass(frozen=True, slots=True)
class _Read:
    """All rows read under one typing of each scope."""

    tables: Mapping[int, ScopeTable]
    scopes: Mapping[int, Scope]
    lines: Sequence[Line]


def _derivation(read: _Read) -> Derivation:
    symbols = {h: found.symbols for h, found in read.tables.items()}
    return Derivation(*states(read.scopes, symbols, read.lines))


def _read(
    items: Sequence[Item],
    tables: Mapping[int, ScopeTable],
    told: frozenset[Structure],
    before: _Read | None = None,
) -> _Read:
    """Read all rows under one typing of each scope; what has the typings that it had `before` is as it was.

    What declarations from outside say comes first and is seen by every scope: with another typing of them nothing is.
    """
    kept: dict[int, Scope] = {}
    if before is not None and before.tables.get(OUTSIDE) is tables.get(OUTSIDE):
        kept = {h: s for h, s in before.scopes.items() if before.tables[h] is tables[h]}
    scopes = dict(kept)
    lines: list[Line] = []
    previous_heading: int | None = None
    for position, item in enumerate(items):
        if before is not None and item.heading in kept:
            lines.append(before.lines[position])
            previous_heading = item.heading
            continue
        scope = scopes.setdefault(item.heading, Scope())
        continues = previous_heading == item.heading
        own = tables[item.heading]
        solving = scope.solving
        line = _line(item, own.symbols, scopes, scope, continues=continues)
        scope.solving = solving if item.row.aside else scope.solving
        assumed = _assumptions(item, own.notes.get(position, ()))
        lines.append(
            replace(
                line,
                assumptions=(*line.assumptions, *assumed),
                structures=told,
                aside=item.row.aside,
            )
        )
        previous_heading = item.heading
    return _Read(tables, scopes, lines)


def _line(
    item: Item, table: Symbols, scopes: Mapping[int, Scope], scope: Scope, *, continues: bool
) -> Line:
    words = " ".join([item.words, *(text for text, _ in item.row.labels)]).strip()
    cues = read_cues(words)
    scope.one_example = scope.one_example or cues.one_example
    scope.vanishing = scope.vanishing or cues.solves
    fatal = next((n for n in item.row.notes if n.fatal), None)
    shown = not item.explicit and (
        item.place.block is not None or any(s.relations for s in item.row.statements)
    )
    if fatal is not None or not item.row.statements:
        assumptions = _assumptions(item, item.row.notes)
        role: Role = "other" if fatal is not None else "label"
        reason = None if fatal is None else f"{fatal.message} ({fatal.kind})"
        return Line(
            place=item.place,
            span=item.span,
            tex=item.tex,
            role=role,
            readings=(),
            scope=item.heading,
            reason=reason,
            words=words,
            assumptions=assumptions,
            shown=shown,
            conditions=tuple(scope.conditions.values()),
        )
    outside = scopes[OUTSIDE].known if OUTSIDE in scopes else frozenset[str]()
    known = Known(scope.known, outside)
    inline = item.place.inline is not None
    assumed = item.explicit or cues.assumed or (inline and scope.assuming and joins(item.words))
    open_case = read_cues(item.words).otherwise and not _other_case(scope)
    manner = Manner(
        assumed=assumed,
        conditional=not item.explicit and cues.condition and not cues.introduces,
        settled=item.explicit or not scope.wrt or cues.introduces,
        worded=bool(item.words) and continues,
        explicit=item.explicit,
        wanted=cues.wanted or open_case,
        approximate=cues.approximate,
        hypothesis=read_cues(item.words).hypothesis,
    )
    main = read_row(item.row, table, scope, known, manner)
    scope.assuming = assumed or (inline and set(main.roles) == {"declaration"})
    for goal, definition in main.definitions:
        scope.definitions.setdefault(goal.key, []).append(definition)
        scope.known.update(
            (goal.identity, definition.name) if goal.identity == goal.key else (goal.identity,)
        )
    scope.constraints.extend(main.constraints)
    scope.bounds.extend(main.bounds)
    for condition in main.conditions:
        if not scope.fresh:
            for key in [k for k, c in scope.conditions.items() if opens_case(condition, c)]:
                del scope.conditions[key]
        scope.conditions[condition.key] = condition
    scope.fresh = scope.fresh or bool(main.conditions)
    conditions = tuple(scope.conditions.values())
    continuing = bool(main.claims) and main.claims[0].sides[0] is None
    strict = (
        bool(conditions) and bool(main.claims) and (scope.fresh or (continuing and scope.strict))
    )
    if main.claims:
        scope.fresh, scope.strict = False, strict
    for condition in main.later:
        scope.conditions[condition.key] = condition
    for sides, _ in main.statements if set(main.roles) - {"declaration", "constraint"} else ():
        scope.used.update(
            n.name for s in sides if s is not None for _, n in walk(s) if isinstance(n, Sym)
        )
    readings: list[Reading] = []
    if main.claims:
        readings.append(Reading(tuple(main.claims)))
        if len(main.claims) == 1:
            readings.extend(Reading((c,), "scale") for c in main.scaled)
    for choice, row in item.alternatives if main.claims or main.definitions else ():
        other = read_row(row, table, scope, known, manner)
        if choice.kind == "sum-scope" and _loose(other) > _loose(main):
            continue
        if choice.kind == "call" and _mixes(other):
            continue
        scope.others.extend((goal.key, definition) for goal, definition in other.definitions)
        if main.claims and other.claims and all(c.claims != tuple(other.claims) for c in readings):
            readings.append(
                Reading(tuple(other.claims), f"{choice.kind}: {choice.alternatives[0]}")
            )
    if main.claims and any(map(has_primes, item.row.statements)):
        other = read_row(item.row, replace(table, moving=True), scope, known, manner)
        if other.claims and all(c.claims != tuple(other.claims) for c in readings):
            readings.append(Reading(tuple(other.claims), MOVING))
    return Line(
        place=item.place,
        span=item.span,
        tex=item.tex,
        role=_line_role(main.roles),
        readings=tuple(readings),
        scope=item.heading,
        words=words,
        assumptions=_assumptions(item, (*item.row.notes, *main.notes, *_scopes_told(item))),
        shown=shown,
        statements=tuple(main.statements),
        one_example=scope.one_example,
        cases=cues.cases,
        differentiated=cues.differentiated,
        claimed_rules=cues.claimed_rules,
        redefinition=main.redefinition,
        conditions=conditions,
        strict=strict,
    )


def _other_case(scope: Scope) -> bool:
    """Put the opposite in the place of the conditions in force; tell whether it is one that can be said."""
    opposite = otherwise(tuple(scope.conditions.values()))
    scope.conditions.clear()
    if opposite is not None:
        scope.conditions[opposite.key] = opposite
        scope.fresh = True
    return opposite is not None


def _loose(row: RowReading) -> int:
    """Count the indices that stand free on the right of a definition but not on its left."""
    return sum(
        len(free_indices(s) - free_indices(sides[0]))
        for sides, _ in row.statements
        if sides[0] is not None
        for s in sides[1:]
        if s is not None
    )


def _tells_law(statement: Statement) -> bool:
    r"""Tell whether a statement gives the law of a quantity: ``\epsilon \sim \mathcal{N}(0, 1)``."""
    if statement.relations != ("~",):
        return False
    left, right = statement.sides
    inside = {spelled(n) for a in right.args[1:] for n in walk_surface(a) if n.name is not None}
    return right.head == "call" and left.name is not None and spelled(left) not in inside


def _mixes(row: RowReading) -> bool:
    """Tell whether ``E[…]`` is an expectation at one place and the product with a number E at another."""
    nodes = [n for sides, _ in row.statements for s in sides if s is not None for _, n in walk(s)]
    return any(map(is_expectation, nodes)) and any(
        isinstance(n, Sym) and n.name == "E" for n in nodes
    )


def _scopes_told(item: Item) -> tuple[Note, ...]:
    """Tell how far a sum was read to reach where that is not plain."""
    return tuple(
        Note(
            "sum-scope",
            "the sum is read to reach to the end of the terms that use its index",
            c.span,
        )
        for c in item.row.choices
        if c.kind == "sum-scope"
    )


def _line_role(roles: Iterable[str]) -> Role:
    order: tuple[tuple[str, Role], ...] = (
        ("claim", "step"), ("continuation", "step"), ("update", "update"),
        ("definition", "definition"), ("constraint", "declaration"),
        ("declaration", "declaration"), ("bare", "other"), ("label", "label"),
    )  # fmt: skip
    present = set(roles)
    for name, role in order:
        if name in present:
            return role
    return "other"


def _assumptions(item: Item, notes: Iterable[Note]) -> tuple[Assumption, ...]:
    out: list[Assumption] = []
    for n in notes:
        a = Assumption(item.place, n.span, n.kind, n.message)
        if a not in out:
            out.append(a)
    return tuple(out)
