"""Conditions under which something is said: cases of indices, domains of names, and comparisons of anything else."""

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Final, Literal

from gradproof.expr import (
    Compare,
    Derivative,
    Differential,
    Domain,
    Expr,
    Gradient,
    Idx,
    Num,
    Opaque,
    Sym,
    free_indices,
    walk,
)  # fmt: skip
from gradproof.notation.derivation import Condition
from gradproof.notation.elaborate.converter import COMPARISONS
from gradproof.notation.elaborate.declare import (
    DistinctDeclaration,
    InequalityDeclaration,
    declarations,
)
from gradproof.notation.elaborate.symbols import Symbols, full_key
from gradproof.notation.surface import Statement


def condition_told(statement: Statement, table: Symbols, *, said: bool) -> Condition | None:
    """Return the condition that a statement sets from here on; None where it holds for good or claims.

    `said` tells that the words make it a condition.
    """
    left = statement.sides[0].name
    if statement.relations == ("=",) and left is not None and statement.sides[1].name is not None:
        pair = (full_key(left), full_key(statement.sides[1].name))
        if all(x in table.letters and not table.shapes.get(x) for x in pair):
            return Condition(",".join(sorted(pair)), equal=pair)
    if not said:
        return None
    for d in declarations(statement):
        if isinstance(d, DistinctDeclaration) and d.left in table.letters:
            return Condition(",".join(sorted((d.left, d.right))), distinct=(d.left, d.right))
        if isinstance(d, InequalityDeclaration):
            resolved = table.quantity(d.subject)
            if resolved is not None:
                return Condition(resolved.key, domain=d.domain)
    return None


def guard_told(
    statement: Statement,
    sides: Sequence[Expr | None],
    condition: Condition | None,
    table: Symbols,
    defined: Container[str],
) -> Condition | None:
    r"""Return the comparison as one that points have to fulfil, where it is not about a free name alone.

    A domain narrows what is drawn; that of a defined name (``L > 0``), of an index (``i \ge 1``) or of something
    composed (``y\,w^Tx < 1``) cannot be drawn, but points at which it fails can be left out.
    """
    left, right = (_index(s, table) for s in sides) if len(sides) == 2 else (None, None)
    if condition is not None and (condition.domain is None or not _bound(left, defined)):
        return condition
    op = COMPARISONS.get(statement.relations[0])
    if left is None or right is None or op in (None, "="):
        return condition
    if any(isinstance(n, Opaque) for side in (left, right) for _, n in walk(side)):
        return condition
    guard = Compare(op, left, right)
    return Condition(repr(left), guard=guard)


def bounds_told(
    statement: Statement, sides: Sequence[Expr | None], table: Symbols
) -> tuple[Compare, ...]:
    """Return the comparisons that a chain ``a > b > 0`` makes, of neighbours and, where they follow, of others.

    Those of indices alone are cases, and what holds a derivative or what is not read says nothing of quantities.
    """
    if not statement.relations or any(r not in OPPOSITE for r in statement.relations):
        return ()
    ops: list[Literal["=", "!=", "<", "<=", ">", ">="]] = [
        COMPARISONS[r] for r in statement.relations
    ]
    found: list[Compare] = []
    for first, left in enumerate(sides):
        for last in range(first + 1, len(sides)):
            between, right = ops[first:last], sides[last]
            if left is None or right is None or len({op[0] for op in between}) > 1:
                continue
            if not (_quantity(left, table) and _quantity(right, table)):
                continue
            strict = between[0]
            for op in between:
                strict = op if len(op) == 1 else strict
            if not (isinstance(left, Num) and isinstance(right, Num)):
                found.append(Compare(strict, left, right))
    return tuple(found)


def as_conditions(bounds: Iterable[Compare]) -> Iterator[Condition]:
    """Yield the bounds without an index as conditions: they hold from here on where they are cases."""
    for b in bounds:
        if not free_indices(b.left) | free_indices(b.right):
            yield Condition(pair_key(b), guard=b)


def opens_case(told: Condition, before: Condition) -> bool:
    """Tell whether a comparison begins another case of what one before is about: they share a name."""
    if told.guard is None or before.guard is None:
        return False
    ours, theirs = (
        {n.name for side in (c.left, c.right) for _, n in walk(side) if isinstance(n, Sym)}
        for c in (told.guard, before.guard)
    )
    return bool(ours & theirs)


def undisputed(bounds: Sequence[Compare]) -> tuple[Compare, ...]:
    """Return the bounds, once each, of pairs that are nowhere compared the other way round: those are cases."""
    ways: dict[str, set[bool]] = {}
    for b in bounds:
        ways.setdefault(pair_key(b), set()).add((b.op[0] == "<") == (repr(b.left) < repr(b.right)))
    return tuple(dict.fromkeys(b for b in bounds if len(ways[pair_key(b)]) == 1))


def pair_key(c: Compare) -> str:
    """Return what a comparison is about, whichever way it goes."""
    return " ? ".join(sorted((repr(c.left), repr(c.right))))


def _quantity(e: Expr, table: Symbols) -> bool:
    """Tell whether a side is a quantity with a value: no bare index, nothing that is derived or not read."""
    if isinstance(e, Idx) or isinstance(_index(e, table), Idx):
        return False
    return not any(isinstance(n, Opaque | Derivative | Gradient | Differential) for _, n in walk(e))


OPPOSITE: Final[dict[str, Literal["<", "<=", ">", ">="]]] = {
    "<": ">=",
    "<=": ">",
    ">": "<=",
    ">=": "<",
}


def otherwise(conditions: Sequence[Condition]) -> Condition | None:
    """Return what holds where a condition does not; None where several hold, or the other case is not one condition."""
    if len(conditions) != 1:
        return None
    (told,) = conditions
    if told.guard is not None and told.guard.op in OPPOSITE:
        guard = Compare(OPPOSITE[told.guard.op], told.guard.left, told.guard.right)
        return Condition(told.key, guard=guard)
    d = told.domain
    if d is not None and not d.members and (d.lower is None) != (d.upper is None):
        opposite = Domain(d.upper, d.lower, declared=True)  # the bound itself is a kink or nothing
        return Condition(told.key, domain=opposite)
    if told.equal is not None:
        return Condition(told.key, distinct=told.equal)
    if told.distinct is not None:
        return Condition(told.key, equal=told.distinct)
    return None


def _index(e: Expr | None, table: Symbols) -> Expr | None:
    """Return a letter that stands alone as the index that it is elsewhere."""
    match e:
        case Sym(name) if name in table.letters and name in table.indices:
            return Idx(name)
        case _:
            return e


def _bound(e: Expr | None, defined: Container[str]) -> bool:
    """Tell whether a quantity follows from others: an index, or a name with a definition."""
    match e:
        case Idx():
            return True
        case Sym(name):
            return name in defined
        case _:
            return True
