"""Statements in which arrays do not fit as they are usually read, and the readings under which they do."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal

from gradproof.expr import Expr, MatMul, Num, Sym, Transpose
from gradproof.notation.elaborate.build import Built
from gradproof.notation.elaborate.converter import Converter
from gradproof.notation.elaborate.evidence import LOSSES
from gradproof.notation.elaborate.fitting import misfit
from gradproof.notation.elaborate.roles import EQUALS, target
from gradproof.notation.surface import Note, Statement

Variant = Literal["", "row", "norm", "dot", "gradient", "axis"]

MESSAGES: dict[Variant, str] = {
    "row": "a vector before a matrix is read as a row: as a column it does not fit",
    "norm": "the square of a vector is read as its squared length: entry by entry it does not fit",
    "dot": "the dot between vectors is read as the product entry by entry: as an inner product it does not fit",
    "axis": "the sum of a matrix without an index is read as that of its columns: that of all entries does not fit",
    "gradient": "d of a number that stands for an array is read as its gradient",
}
"""The other readings in the order in which they are tried, and how each is told."""


def converted(c: Converter, statement: Statement) -> tuple[Built | None, ...]:
    """Convert the sides of a statement; where arrays do not fit, as the first other reading that fits.

    A vector that the statement itself uses as a column is not read as a row in another place of it.
    """
    c.offered.clear()
    built = c.statement(statement)
    if _fits(built, statement, c):
        return built
    told, offered = list(c.notes), frozenset(c.offered)
    for variant, message in MESSAGES.items():
        if variant not in offered:
            continue
        c.variant = variant
        other = c.statement(statement)
        c.variant = ""
        if variant == "row" and _columns(built) & _turned(built, other):
            c.notes[:] = told
            continue
        if _exprs(other) != _exprs(built) and _fits(other, statement, c):
            c.notes.append(Note(f"{variant}-meant", message, statement.span))
            return other
        c.notes[:] = told
    return built


def _exprs(built: Sequence[Built | None]) -> list[Expr]:
    return [b.expr for b in built if b is not None]


def _fits(built: Sequence[Built | None], statement: Statement, c: Converter) -> bool:
    """Tell whether all arrays fit; a loss must be a number."""
    kept = [b for b in built if b is not None]
    if not any(b.shape or _deep(b) for b in kept):
        return True
    goal = target(statement.sides[0], c.table) if statement.relations[:1] else None
    if goal is not None and goal.key in LOSSES and any(b.shape for b in kept[1:]):
        return False
    if any(r not in EQUALS for r in statement.relations):
        return all(misfit([b.expr], c.table) is None for b in kept)
    return misfit([b.expr for b in kept if not isinstance(b.expr, Num)], c.table) is None


def _columns(built: Sequence[Built | None]) -> frozenset[str]:
    """Return the vectors that a statement uses as columns: transposed, or behind a matrix (``xᵀ A``, ``A x``)."""
    found: set[str] = set()
    for node in _nodes(built):
        match node.expr:
            case Transpose():
                found |= _vectors(node.kids[0])
            case MatMul():
                for before, x in pairwise(node.kids):
                    if before.shape is not None and len(before.shape) == 2:
                        found |= _vectors(x)
            case _:
                pass
    return frozenset(found)


def _vectors(x: Built) -> frozenset[str]:
    """Return the names of the vectors of which a vector is made."""
    if x.shape is None or len(x.shape) != 1:
        return frozenset()
    return frozenset(
        n.expr.name for n in _nodes([x]) if isinstance(n.expr, Sym) and n.expr.space.rank == 1
    )


def _turned(built: Sequence[Built | None], other: Sequence[Built | None]) -> frozenset[str]:
    """Return the vectors that are transposed in another reading and not as they are written."""
    written = Counter(n.expr for n in _nodes(built) if isinstance(n.expr, Transpose))
    found: frozenset[str] = frozenset()
    for node in _nodes(other):
        if isinstance(node.expr, Transpose):
            written[node.expr] -= 1
            if written[node.expr] < 0:
                found |= _vectors(node.kids[0])
    return found


def _nodes(built: Sequence[Built | None]) -> Iterator[Built]:
    todo = [b for b in built if b is not None]
    while todo:
        node = todo.pop()
        yield node
        todo.extend(node.kids)


def _deep(b: Built) -> bool:
    """Tell whether an array stands somewhere inside."""
    return any(node.shape for node in _nodes([b]))
