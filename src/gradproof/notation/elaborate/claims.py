"""The statements of a row: what they define, what they claim, under which constraints."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import final

from gradproof.expr import (
    Apply,
    Compare,
    Definition,
    Derivative,
    Differential,
    Expr,
    Fn,
    Gradient,
    Idx,
    Opaque,
    Pow,
    Sym,
    is_expectation,
    walk,
)  # fmt: skip
from gradproof.notation.derivation import Claim, Condition
from gradproof.notation.elaborate.adjoint_claims import adjoint_sides
from gradproof.notation.elaborate.build import Built
from gradproof.notation.elaborate.conditions import (
    as_conditions,
    bounds_told,
    condition_told,
    guard_told,
)
from gradproof.notation.elaborate.constants import between_sides, with_constants
from gradproof.notation.elaborate.contexts import Known, Scope, base_name
from gradproof.notation.elaborate.convert import converter as make_converter
from gradproof.notation.elaborate.convert import is_zero
from gradproof.notation.elaborate.converter import Converter
from gradproof.notation.elaborate.declare import declarations
from gradproof.notation.elaborate.entry_meant import entrywise
from gradproof.notation.elaborate.fitting import misfit
from gradproof.notation.elaborate.layers import OPEN
from gradproof.notation.elaborate.roles import BOUNDS, EQUALS, Target, role_of, target
from gradproof.notation.elaborate.solving import (
    also_new,
    definition_of,
    formals,
    given_logarithm,
    given_name,
    named_between,
    named_last,
)
from gradproof.notation.elaborate.symbols import Symbols, full_key
from gradproof.notation.elaborate.unclear import BROKEN, rounded_figures, vague
from gradproof.notation.elaborate.variants import converted
from gradproof.notation.surface import FormulaRow, Note, Statement

APPROXIMATE = "the words say that something is left out; it is not judged as an equation"
"""Why a line is not refuted that its author calls an approximation."""

HYPOTHESIS = "the words say that it is assumed; it is not judged"
"""Why a line is not refuted that its author supposes to hold."""

REPAIRED = "it is read with an index that was left out; as it is written it is not judged"
"""Why a line is not refuted of which an index had to be guessed."""

IMPLICATIONS = frozenset({"=>", "<=>", "->", "mapsto"})


@final
@dataclass(frozen=True, slots=True)
class Manner:
    """How a row is said: introduced as holding, under a condition, before anything was derived, with words, roughly."""

    assumed: bool = False
    conditional: bool = False
    settled: bool = True
    worded: bool = False
    explicit: bool = False
    wanted: bool = False
    approximate: bool = False
    hypothesis: bool = False


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
    conditions: list[Condition] = field(default_factory=list[Condition])
    scaled: list[Claim] = field(default_factory=list[Claim])
    later: list[Condition] = field(default_factory=list[Condition])
    bounds: list[Compare] = field(default_factory=list[Compare])
    notes: list[Note] = field(default_factory=list[Note])
    redefinition: bool = False


def read_row(
    row: FormulaRow, table: Symbols, scope: Scope, known: Known, manner: Manner
) -> RowReading:
    """Elaborate the statements of a row; `known` are the names defined before it."""
    out = RowReading()
    converter = make_converter(table, known, out.notes)
    bare_condition = False
    for position, written in enumerate(row.statements):
        statement, implied = _without_implication(written)
        compares = manner.conditional and len(written.relations) == 1
        inside = position in row.conditions or (compares and written.relations[0] in BOUNDS)
        said = inside or manner.conditional or not manner.settled
        condition = condition_told(statement, table, said=said)
        if condition is not None or inside:
            built = _convert(converter, statement, table)
            sides = _exprs(built)
            condition = (
                guard_told(statement, sides, condition, table, known) if inside else condition
            )
            out.roles.append("declaration")
            out.statements.append((sides, statement.relations))
            if condition is not None:
                out.conditions.append(condition)
            else:
                bare_condition = bare_condition or not declarations(statement)
            continue
        after_where = row.where is not None and position >= row.where
        role = role_of(statement, table, known, assumed=manner.assumed or after_where)
        out.roles.append(role)
        built = entrywise(_convert(converter, statement, table), table, out.notes)
        sides = _exprs(built)
        out.statements.append((sides, statement.relations))
        if role == "label" or manner.assumed or after_where:
            told = bounds_told(statement, sides, table)
            out.bounds.extend(told)
            out.conditions.extend(as_conditions(told))
        solving = scope.solving
        solves = role in ("claim", "continuation") and statement.relations[-1] in EQUALS
        derives = _remember(scope, sides, solves=solves)
        decimal = any(n.kind == "decimal" for n in out.notes)
        soft = manner.wanted or (solving and not derives) or (implied and not derives) or decimal
        goal = target(statement.sides[0], table)
        soft = soft or (role == "claim" and scope.vanishing and not derives)
        if role in ("definition", "claim", "continuation") and not soft:
            for d in named_between(built, table, known):
                out.definitions.append((Target(d.name), d))
        sides_meant = () if goal is None else adjoint_sides(goal, built, table)
        if sides_meant and goal is not None and role in ("definition", "claim"):
            out.roles[-1] = "claim"
            if role == "definition":
                _define(out, goal, built, statement, known, table)
            own = [_claim(pair, statement, 0, table, soft=False) for pair in sides_meant]
            out.claims.append(own[0])
            out.scaled.extend(own[1:])
        elif role == "definition" and goal is not None:
            value = _value(goal, built, scope, manner)
            if value is not None:
                out.roles[-1] = "declaration"
                out.conditions.append(value)
            elif implied or (soft and goal.key in scope.used) or _closed_call(goal, built):
                out.roles[-1] = "claim"
                out.claims.append(_claim(built, statement, 0, table, soft=True))
            else:
                scope.solving = False
                _define(out, goal, built, statement, known, table)
        elif role == "update":
            if len(built) > 2:
                out.claims.append(_claim(built[1:], statement, 1, table, soft=False))
        elif role == "constraint" and built[0] is not None and built[1] is not None:
            out.constraints.append((built[0].expr, built[1].expr))
        elif role in ("claim", "continuation"):
            first, value = built[0], built[-1]
            if first is not None and value is not None and not derives and len(built) == 2:
                soft = soft or (_closed(value.expr) and not _closed(first.expr))
            again = manner.worded and goal is not None and goal.identity in known
            if again and goal is not None and built[0] is not None and built[1] is not None:
                out.redefinition = True
                second = definition_of(goal.key, built[0].expr, built[1].expr)
                out.later.append(Condition(goal.key, definition=second))
            last = named_last(built, table, known, scope.used)
            if last is not None:
                out.definitions.append((Target(last.name), last))
            own = () if goal is None else scope.definitions.get(goal.key, ())
            given = (
                given_name(built, table, known, scope.used, own)
                if role == "claim" and statement.relations == ("=",) and not soft
                else None
            )
            if given is None and set(statement.relations) == {"="} and not soft:
                given = given_logarithm(built, table, known, scope.used)
            if given is not None and not derives:
                out.roles[-1] = "definition"
                out.definitions.append((Target(given.name), given))
                if len(built) > 2:
                    out.claims.append(_claim(built[1:], statement, 1, table, soft=False))
                continue
            out.claims.append(_claim(built, statement, 0, table, soft=soft))
        elif role == "bare":
            out.claims.append(_claim(built, statement, 0, table, soft=True))
    if bare_condition or any(n.kind in BROKEN or n.kind == OPEN for n in row.notes):
        out.claims = [replace(c, soft=True) for c in out.claims]
    loose = _loose(manner, out.notes)
    if loose is not None:
        out.claims = [replace(c, soft=True, loose=loose) for c in out.claims]
    return out


def _loose(manner: Manner, notes: Iterable[Note]) -> str | None:
    """Say why what a row claims is never refuted: for its words, or for a guess in reading it."""
    if manner.approximate:
        return APPROXIMATE
    if manner.hypothesis:
        return HYPOTHESIS
    return REPAIRED if any(n.kind == "index-missing" for n in notes) else None


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
    built = converted(converter, statement)
    converter.local.clear()
    built = tuple(None if b is None else with_constants(b, table, converter.defined) for b in built)
    return between_sides(built, table, converter.defined)


def _value(
    goal: Target, built: Sequence[Built | None], scope: Scope, manner: Manner
) -> Condition | None:
    """Return ``y = 1`` as a condition where the name was used freely before, or the words make it one."""
    body = built[1]
    if (
        manner.explicit
        or goal.called
        or body is None
        or len(built) != 2
        or goal.identity != goal.key
        or goal.indices
    ):
        return None
    if not _closed(body.expr) or not (goal.key in scope.used or manner.conditional):
        return None
    return Condition(goal.key, definition=Definition(goal.key, body.expr))


def _closed(e: Expr) -> bool:
    return not any(isinstance(n, Sym | Idx | Apply | Opaque) for _, n in walk(e))


def _closed_call(goal: Target, built: Sequence[Built | None]) -> bool:
    """Tell a value of a function (``σ(x) = 1/2``) from its definition."""
    return goal.called and built[1] is not None and _closed(built[1].expr)


def _remember(scope: Scope, sides: Iterable[Expr | None], *, solves: bool) -> bool:
    """Keep the variables differentiated by, and whether an equation is being solved.

    Returns whether a derivative stands in the statement.
    """
    exprs = [s for s in sides if s is not None]
    derives = False
    for side in exprs:
        for _, node in walk(side):
            if isinstance(node, Derivative):
                derives = True
                scope.wrt.update(n for w in node.wrt for n in base_name(w))
            elif isinstance(node, Gradient | Differential) or (
                isinstance(node, Apply) and node.primes
            ):
                derives = True
    scope.vanishing = scope.vanishing and not derives
    zero = solves and any(is_zero(s) for s in exprs)
    scope.solving = zero or (scope.solving and not derives)
    return derives


def _define(
    out: RowReading,
    goal: Target,
    built: Sequence[Built | None],
    statement: Statement,
    known: Known,
    table: Symbols,
) -> None:
    """Record a definition; the links after the defining one are claims.

    New names between the left side and the first expression, ``y_o = p(o|c) = …``, are defined by it too.
    """
    left = built[0]
    rights = [(k, b) for k, b in enumerate(built[1:], 1) if b is not None]
    if left is None or not rights:
        return
    while len(rights) > 1 and also_new(rights[0][1].expr, table, known):
        rights.pop(0)
    body_at, body = next(((k, b) for k, b in rights if not _unknown(b.expr, known)), rights[0])
    own = definition_of(goal.key, left.expr, body.expr)
    if goal.key in table.roots and isinstance(left.expr, Pow):
        value = body.expr
        params, indices = formals(left.expr.base)
        squared = isinstance(value, Pow) and value.exponent == left.expr.exponent
        value = value.base if isinstance(value, Pow) and squared else Fn("sqrt", (value,))
        told = "what is squared there" if squared else "the positive root"
        out.notes.append(
            Note("root", f"{goal.key} is given by its square: read as {told}", left.span)
        )
        own = Definition(goal.key, value, params, indices)
    out.definitions.append((goal, own))
    if body_at == rights[0][0] and len(rights) > 1:
        out.claims.append(_claim(built[body_at:], statement, body_at, table, soft=False))


def _unknown(e: Expr, known: Known) -> bool:
    return any(
        isinstance(n, Opaque) or (isinstance(n, Apply) and n.name not in known) for _, n in walk(e)
    )


def _claim(
    built: Sequence[Built | None],
    statement: Statement,
    first_link: int,
    table: Symbols,
    *,
    soft: bool,
) -> Claim:
    relations = statement.relations[first_link:]
    if (
        len(relations) > 1 and relations[-1] == "in"
    ):  # a = b ∈ ℝⁿ: what is said of b claims no equality
        relations, built = relations[:-1], built[:-1]
    spans = tuple(s.span for s in statement.sides[first_link:])
    keep = [k for k, b in enumerate(built) if b is not None or k == 0]
    sides = [built[k] for k in keep]
    chance = any(is_expectation(n) for b in sides if b is not None for _, n in walk(b.expr))
    told = (vague(b, chance=chance) for b in sides if b is not None)
    unclear = next((r for r in told if r is not None), None)
    return Claim(
        sides=tuple(None if b is None else b.expr for b in sides),
        relations=tuple(relations[k - 1] for k in keep[1:]),
        origins=tuple({} if b is None else b.origins() for b in sides),
        spans=tuple(spans[k] for k in keep),
        first_link=first_link,
        soft=soft or any(r not in EQUALS for r in relations) or rounded_figures(statement),
        vague=unclear,
        misfit=None
        if unclear is not None
        else misfit([b.expr for b in sides if b is not None], table),
    )
