"""Conditions under which something is said: cases of indices, domains of names, and comparisons of anything else."""

from collections.abc import Container, Sequence

from gradproof.expr import Compare, Expr, Idx, Opaque, Sym, walk
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
