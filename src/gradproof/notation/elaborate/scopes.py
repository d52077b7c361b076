"""Scopes: which lines define, which claim, and under which contexts each scope is judged."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import final

from gradproof.diagnostic import Assumption, Role
from gradproof.expr import (
    Apply,
    Context,
    Definition,
    Derivative,
    Differential,
    Entry,
    Expr,
    Gradient,
    Num,
    Opaque,
    Sym,
    free_indices,
    walk,
)  # fmt: skip
from gradproof.notation.derivation import Claim, Derivation, Line, Reading
from gradproof.notation.elaborate import build
from gradproof.notation.elaborate.build import Built
from gradproof.notation.elaborate.convert import converter as make_converter
from gradproof.notation.elaborate.convert import is_zero
from gradproof.notation.elaborate.converter import Converter
from gradproof.notation.elaborate.cues import Cues, read_cues
from gradproof.notation.elaborate.domains import label_domains
from gradproof.notation.elaborate.roles import EQUALS, Target, role_of, target
from gradproof.notation.elaborate.rows import OUTSIDE, Item
from gradproof.notation.elaborate.shapes import infer_shapes
from gradproof.notation.elaborate.symbols import Symbols, full_key
from gradproof.notation.surface import FormulaRow, Note, Statement

MAX_CONTEXTS = 4


@final
@dataclass(slots=True)
class _Scope:
    """What has been said in one scope so far."""

    definitions: dict[str, list[Definition]] = field(default_factory=dict[str, list[Definition]])
    others: list[tuple[str, Definition]] = field(default_factory=list[tuple[str, Definition]])
    constraints: list[tuple[Expr, Expr]] = field(default_factory=list[tuple[Expr, Expr]])
    wrt: set[str] = field(default_factory=set[str])
    known: set[str] = field(default_factory=set[str])
    solved: bool = False
    one_example: bool = False


@final
@dataclass(slots=True)
class _Row:
    """The outcome of elaborating one reading of a row."""

    claims: list[Claim] = field(default_factory=list[Claim])
    roles: list[str] = field(default_factory=list[str])
    statements: list[tuple[tuple[Expr | None, ...], tuple[str, ...]]] = field(
        default_factory=list[tuple[tuple[Expr | None, ...], tuple[str, ...]]]
    )
    definitions: list[tuple[Target, Definition]] = field(
        default_factory=list[tuple[Target, Definition]]
    )
    constraints: list[tuple[Expr, Expr]] = field(default_factory=list[tuple[Expr, Expr]])
    notes: list[Note] = field(default_factory=list[Note])
    redefinition: bool = False


def elaborate(items: Sequence[Item], table: Symbols) -> Derivation:
    """Turn parsed rows into lines with roles and readings, and scopes with contexts."""
    infer_shapes([s for item in items for s in item.row.statements], table)
    scopes: dict[int, _Scope] = {}
    lines: list[Line] = []
    previous_heading: int | None = None
    for item in items:
        scope = scopes.setdefault(item.heading, _Scope())
        continues = previous_heading == item.heading
        lines.append(_line(item, table, scopes, scope, continues=continues))
        previous_heading = item.heading
    order = sorted(scopes)
    contexts = {h: _contexts(h, scopes, table, lines) for h in order}
    position = {h: k for k, h in enumerate(order)}
    placed = tuple(replace(line, scope=position[line.scope]) for line in lines)
    return Derivation(placed, tuple(contexts[h] for h in order))


def _line(
    item: Item, table: Symbols, scopes: Mapping[int, _Scope], scope: _Scope, *, continues: bool
) -> Line:
    words = " ".join([item.words, *(text for text, _ in item.row.labels)]).strip()
    cues = read_cues(words)
    scope.one_example = scope.one_example or cues.one_example
    fatal = next((n for n in item.row.notes if n.fatal), None)
    shown = not item.explicit and (
        item.place.block is not None or any(s.relations for s in item.row.statements)
    )
    if fatal is not None or not item.row.statements:
        assumptions = _assumptions(item, item.row.notes)
        role: Role = "other" if fatal is not None else "label"
        reason = None if fatal is None else f"{fatal.message} ({fatal.kind})"
        return Line(
            item.place, item.span, item.tex, role, (), item.heading, reason, words, assumptions,
            shown=shown,
        )  # fmt: skip
    known = _known(scopes, item.heading)
    main = _row(item.row, table, scope, known, cues, item)
    for goal, definition in main.definitions:
        scope.definitions.setdefault(goal.key, []).append(definition)
        scope.known.update((goal.identity, definition.name) if goal.identity == goal.key else (goal.identity,))
    scope.constraints.extend(main.constraints)
    readings: list[Reading] = []
    if main.claims:
        readings.append(Reading(tuple(main.claims)))
    for choice, row in item.alternatives:
        other = _row(row, table, scope, known, cues, item)
        if choice.kind == "sum-scope" and _loose(other) > _loose(main):
            continue
        scope.others.extend((goal.key, definition) for goal, definition in other.definitions)
        if other.claims and all(c.claims != tuple(other.claims) for c in readings):
            readings.append(
                Reading(tuple(other.claims), f"{choice.kind}: {choice.alternatives[0]}")
            )
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
        redefinition=main.redefinition and bool(item.words) and continues,
    )


def _loose(row: _Row) -> int:
    """Count the indices that stand free on the right of a definition but not on its left."""
    return sum(
        len(free_indices(s) - free_indices(sides[0]))
        for sides, _ in row.statements
        if sides[0] is not None
        for s in sides[1:]
        if s is not None
    )


def _scopes_told(item: Item) -> tuple[Note, ...]:
    """Tell how far a sum was read to reach where that is not plain."""
    return tuple(
        Note("sum-scope", "the sum is read to reach to the end of the terms that use its index", c.span)
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


def _known(scopes: Mapping[int, _Scope], heading: int) -> set[str]:
    """Names defined in this scope (declarations from outside count for every scope)."""
    return scopes[heading].known | (scopes[OUTSIDE].known if OUTSIDE in scopes else set())


def _row(
    row: FormulaRow, table: Symbols, scope: _Scope, known: set[str], cues: Cues, item: Item
) -> _Row:
    out = _Row()
    converter = make_converter(table, frozenset(known | set(scope.definitions)), out.notes)
    for position, statement in enumerate(row.statements):
        after_where = row.where is not None and position >= row.where
        role = role_of(
            statement, table, known, assumed=item.explicit or cues.assumed or after_where
        )
        out.roles.append(role)
        built = _entrywise(_convert(converter, statement, table), table, out.notes)
        sides = tuple(None if b is None else b.expr for b in built)
        out.statements.append((sides, statement.relations))
        _remember(scope, sides)
        goal = target(statement.sides[0], table)
        if role == "definition" and goal is not None:
            solved = scope.solved and goal.key in scope.wrt
            if solved:
                out.roles[-1] = "claim"
                out.claims.append(_claim(built, statement, 0, soft=True))
            else:
                _define(out, goal, built, statement, known)
        elif role == "constraint" and built[0] is not None and built[1] is not None:
            out.constraints.append((built[0].expr, built[1].expr))
        elif role in ("claim", "continuation"):
            out.redefinition = out.redefinition or (goal is not None and goal.identity in known)
            out.claims.append(_claim(built, statement, 0, soft=False))
        elif role == "bare":
            out.claims.append(_claim(built, statement, 0, soft=True))
    return out


def _convert(
    converter: Converter, statement: Statement, table: Symbols
) -> tuple[Built | None, ...]:
    """Convert the sides; formal parameters of a definition take the shape of the arguments given."""
    goal = target(statement.sides[0], table) if statement.relations[:1] else None
    converter.local.clear()
    if goal is not None and goal.called:
        for k, param in enumerate(goal.params):
            if param.name is not None and not param.name.sub and not param.name.sup:
                shape = table.parameters.get((goal.key, k))
                if shape is not None:
                    converter.local[full_key(param.name)] = shape
    built = converter.statement(statement)
    converter.local.clear()
    return built


def _remember(scope: _Scope, sides: Iterable[Expr | None]) -> None:
    """Keep the variables differentiated by, and whether a gradient was set to zero."""
    exprs = [s for s in sides if s is not None]
    derivative = False
    for side in exprs:
        for _, node in walk(side):
            if isinstance(node, Derivative):
                derivative = True
                scope.wrt.update(n for w in node.wrt for n in _base_name(w))
    if (derivative or scope.wrt) and any(is_zero(s) for s in exprs):
        scope.solved = True


def _base_name(e: Expr) -> tuple[str, ...]:
    if isinstance(e, Entry):
        return _base_name(e.array)
    return (e.name,) if isinstance(e, Sym) else ()


def _define(
    out: _Row,
    goal: Target,
    built: Sequence[Built | None],
    statement: Statement,
    known: set[str],
) -> None:
    """Record a definition; the links after the defining one are claims."""
    left = built[0]
    rights = [(k, b) for k, b in enumerate(built[1:], 1) if b is not None]
    if left is None or not rights:
        return
    body_at, body = next(((k, b) for k, b in rights if not _unknown(b.expr, known)), rights[0])
    params, indices = _formals(left.expr)
    out.definitions.append((goal, Definition(goal.key, body.expr, params, indices)))
    if body_at == 1 and len(rights) > 1:
        out.claims.append(_claim(built[1:], statement, 1, soft=False))


def _formals(left: Expr) -> tuple[tuple[Expr, ...], tuple[Expr, ...]]:
    match left:
        case Apply(_, args):
            return args, ()
        case Entry(Apply(_, args), indices):
            return args, indices
        case Entry(_, indices):
            return (), indices
        case _:
            return (), ()


def _unknown(e: Expr, known: set[str]) -> bool:
    return any(
        isinstance(n, Opaque) or (isinstance(n, Apply) and n.name not in known) for _, n in walk(e)
    )


def _entrywise(
    built: Sequence[Built | None], table: Symbols, notes: list[Note]
) -> Sequence[Built | None]:
    """Read ``∇_θ J = … x_j`` as its j-th entry: the other sides are scalars with one free index more."""
    first = built[0]
    others = [b for b in built[1:] if b is not None]
    if first is None or not others or not isinstance(first.expr, Gradient | Derivative):
        return built
    node = first.expr
    wrt = node.wrt if isinstance(node, Gradient) else node.wrt[0]
    single = node.order == 1 if isinstance(node, Gradient) else len(node.wrt) == 1
    if not single or not isinstance(wrt, Sym) or wrt.space.rank != 1 or first.kids[0].shape != ():
        return built
    if any(b.shape != () for b in others):
        return built
    free = frozenset[str]().union(*(free_indices(b.expr) for b in others)) - free_indices(node.body)
    if len(free) != 1:
        return built
    (letter,) = free
    bounds = table.indices.get(letter)
    if bounds is None or bounds.upper.name != wrt.space.shape[0].name:
        return built
    notes.append(
        Note("entry-meant", f"the gradient is read as its entry {letter}, as the other side is", first.span)
    )
    variable = build.entry(first.kids[1], [build.index(letter, first.kids[1].span)], first.kids[1].span)
    read = Derivative(node.body, (variable.expr,), "partial")
    return [Built(read, first.span, (first.kids[0], variable)), *built[1:]]


def _claim(
    built: Sequence[Built | None], statement: Statement, first_link: int, *, soft: bool
) -> Claim:
    relations = statement.relations[first_link:]
    spans = tuple(s.span for s in statement.sides[first_link:])
    keep = [k for k, b in enumerate(built) if b is not None or k == 0]
    sides = [built[k] for k in keep]
    vague = next((r for b in sides if b is not None and (r := _vague(b)) is not None), None)
    return Claim(
        sides=tuple(None if b is None else b.expr for b in sides),
        relations=tuple(relations[k - 1] for k in keep[1:]),
        origins=tuple({} if b is None else b.origins() for b in sides),
        spans=tuple(spans[k] for k in keep),
        first_link=first_link,
        soft=soft or any(r not in EQUALS for r in relations),
        vague=vague,
    )


def _vague(b: Built) -> str | None:
    """Say why a side cannot be judged: an array of unknown shape, or something only read."""
    todo = [b]
    while todo:
        node = todo.pop()
        if isinstance(node.expr, Opaque):
            return f"{node.expr.head}: not supported yet"
        if isinstance(node.expr, Sym) and node.shape is None:
            return f"the shape of {node.expr.name} is not known: not supported yet"
        todo.extend(reversed(node.kids))
    return None


def _contexts(
    heading: int, scopes: Mapping[int, _Scope], table: Symbols, lines: Sequence[Line]
) -> tuple[Context, ...]:
    """Return the admissible contexts of a scope, best first."""
    own = scopes[heading]
    earlier = [h for h in sorted(scopes) if h < heading]
    chains = [[heading, *reversed(earlier)]]
    root = next((h for h in sorted(scopes) if h != OUTSIDE and scopes[h].definitions), heading)
    base_first = [heading, *[h for h in (root, OUTSIDE) if h in scopes and h != heading]]
    if base_first != chains[0]:
        chains = [base_first, chains[0]]
    out: list[Context] = []
    for chain in chains:
        definitions: dict[str, tuple[Definition, ...]] = {}
        constraints: list[tuple[Expr, Expr]] = []
        for h in chain:
            for key, found in scopes[h].definitions.items():
                definitions.setdefault(key, tuple(found))
            constraints.extend(scopes[h].constraints)
        context = _context(definitions, constraints, table, lines)
        if context not in out:
            out.append(context)
        for key, other in own.others:
            current = definitions.get(key, ())
            if any(_same_left(d, other) and d != other for d in current):
                swapped = tuple(other if _same_left(d, other) else d for d in current)
                out.append(_context({**definitions, key: swapped}, constraints, table, lines))
    return tuple(out[:MAX_CONTEXTS])


def _same_left(a: Definition, b: Definition) -> bool:
    return a.name == b.name and a.indices == b.indices


def _context(
    definitions: Mapping[str, tuple[Definition, ...]],
    constraints: Sequence[tuple[Expr, Expr]],
    table: Symbols,
    lines: Sequence[Line],
) -> Context:
    sizes: dict[str, int] = {}
    names = {r.upper.name for r in table.indices.values()} | {
        s.name for shape in table.shapes.values() for s in shape
    }
    kept: dict[str, tuple[Definition, ...]] = {}
    for key, found in definitions.items():
        value = found[0].body if len(found) == 1 and not found[0].indices else None
        if key in names and isinstance(value, Num) and value.value.denominator == 1:
            sizes[key] = int(value.value)
        elif not any(_trivial(d) for d in found):
            kept[key] = found
    varying, functions = _unknowns(kept, lines)
    bodies = [d.body for found in kept.values() for d in found]
    labels = {k: v for k, v in label_domains(bodies).items() if k not in kept}
    return Context(
        domains=MappingProxyType({**labels, **table.domains}),
        ranges=MappingProxyType(dict(table.indices)),
        origins=MappingProxyType(dict(table.origins)),
        sizes=MappingProxyType(sizes),
        definitions=MappingProxyType(kept),
        constraints=tuple(constraints),
        distinct=frozenset(table.distinct),
        equal=frozenset(table.equal),
        varying=frozenset(varying),
        functions=frozenset(functions | table.functions - set(kept)),
        moving=_moving(kept, lines),
    )


def _moving(
    definitions: Mapping[str, tuple[Definition, ...]], lines: Sequence[Line]
) -> frozenset[str]:
    """Names without definition that have a differential of their own (``dx``): the others are constants."""
    out: set[str] = set()
    for line in lines:
        for sides, _ in line.statements:
            for side in sides:
                for _, node in walk(side) if side is not None else ():
                    if isinstance(node, Differential):
                        out.update(_base_name(node.body))
    return frozenset(out - set(definitions))


def _trivial(d: Definition) -> bool:
    return isinstance(d.body, Sym | Entry) and _base_name(d.body) == (d.name,)


def _unknowns(
    definitions: Mapping[str, tuple[Definition, ...]], lines: Sequence[Line]
) -> tuple[set[str], set[str]]:
    """Names without definition that are differentiated, and functions without definition."""
    varying: set[str] = set()
    functions: set[str] = set()
    for line in lines:
        for sides, _ in line.statements:
            for side in sides:
                if side is None:
                    continue
                for _, node in walk(side):
                    if isinstance(node, Apply) and node.name not in definitions:
                        functions.add(node.name)
                    if isinstance(node, Derivative | Gradient):
                        body = node.body
                        wrt = node.wrt if isinstance(node, Derivative) else (node.wrt,)
                        for name in _base_name(body):
                            same = any(w is not None and _base_name(w) == (name,) for w in wrt)
                            if name not in definitions and not same:
                                varying.add(name)
    return varying, functions
