"""The statements of a row: what they define, what they claim, under which constraints."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import final

from gradproof.expr import (
    Apply,
    Definition,
    Derivative,
    Entry,
    Expr,
    Gradient,
    Opaque,
    Sym,
    free_indices,
    walk,
)  # fmt: skip
from gradproof.notation.derivation import Claim
from gradproof.notation.elaborate import build
from gradproof.notation.elaborate.build import Built
from gradproof.notation.elaborate.contexts import Scope, base_name
from gradproof.notation.elaborate.convert import converter as make_converter
from gradproof.notation.elaborate.convert import is_zero
from gradproof.notation.elaborate.converter import Converter
from gradproof.notation.elaborate.declare import declarations
from gradproof.notation.elaborate.roles import EQUALS, Target, role_of, target
from gradproof.notation.elaborate.symbols import Symbols, full_key
from gradproof.notation.surface import FormulaRow, Note, Statement

IMPLICATIONS = frozenset({"=>", "<=>", "->", "mapsto"})


@final
@dataclass(slots=True)
class RowReading:
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


def read_row(
    row: FormulaRow, table: Symbols, scope: Scope, known: set[str], *, assumed: bool
) -> RowReading:
    """Elaborate the statements of a row; `known` are the names defined before it.

    `assumed` says that the words before the row (or an explicit declaration) introduce it as holding.
    """
    out = RowReading()
    converter = make_converter(table, frozenset(known | set(scope.definitions)), out.notes)
    bare_condition = False
    for position, written in enumerate(row.statements):
        statement, implied = _without_implication(written)
        if position in row.conditions:
            out.roles.append("declaration")
            built = _convert(converter, statement, table)
            out.statements.append((_exprs(built), statement.relations))
            bare_condition = bare_condition or not declarations(statement)
            continue
        after_where = row.where is not None and position >= row.where
        role = role_of(
            statement, table, known, assumed=assumed or after_where
        )
        out.roles.append(role)
        built = _entrywise(_convert(converter, statement, table), table, out.notes)
        sides = _exprs(built)
        out.statements.append((sides, statement.relations))
        _remember(scope, sides)
        goal = target(statement.sides[0], table)
        if role == "definition" and goal is not None:
            solved = implied or (scope.solved and goal.key in scope.wrt)
            if solved:
                out.roles[-1] = "claim"
                out.claims.append(_claim(built, statement, 0, soft=True))
            else:
                _define(out, goal, built, statement, known)
        elif role == "constraint" and built[0] is not None and built[1] is not None:
            out.constraints.append((built[0].expr, built[1].expr))
        elif role in ("claim", "continuation"):
            out.redefinition = out.redefinition or (goal is not None and goal.identity in known)
            out.claims.append(_claim(built, statement, 0, soft=implied))
        elif role == "bare":
            out.claims.append(_claim(built, statement, 0, soft=True))
    if bare_condition:
        out.claims = [replace(c, soft=True) for c in out.claims]
    return out


def _exprs(built: Sequence[Built | None]) -> tuple[Expr | None, ...]:
    return tuple(None if b is None else b.expr for b in built)


def _without_implication(statement: Statement) -> tuple[Statement, bool]:
    """Split off a leading ``⇒`` or ``→``: what follows from an equation need not be an identity."""
    implied = statement.relations[:1] and statement.relations[0] in IMPLICATIONS
    if not implied or statement.sides[0].head != "hole":
        return statement, False
    return Statement(statement.span, statement.sides[1:], statement.relations[1:]), True


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


def _remember(scope: Scope, sides: Iterable[Expr | None]) -> None:
    """Keep the variables differentiated by, and whether a gradient was set to zero."""
    exprs = [s for s in sides if s is not None]
    derivative = False
    for side in exprs:
        for _, node in walk(side):
            if isinstance(node, Derivative):
                derivative = True
                scope.wrt.update(n for w in node.wrt for n in base_name(w))
    if (derivative or scope.wrt) and any(is_zero(s) for s in exprs):
        scope.solved = True


def _define(
    out: RowReading,
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
        Note(
            "entry-meant",
            f"the gradient is read as its entry {letter}, as the other side is",
            first.span,
        )
    )
    variable = build.entry(
        first.kids[1], [build.index(letter, first.kids[1].span)], first.kids[1].span
    )
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
