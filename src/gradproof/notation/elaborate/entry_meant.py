"""Gradients that are written whole where one entry is meant, as the other sides tell."""

from collections.abc import Sequence
from fractions import Fraction

from gradproof.expr import Derivative, Entry, Gradient, Num, Sym, free_indices, walk
from gradproof.notation.elaborate import build
from gradproof.notation.elaborate.build import Built
from gradproof.notation.elaborate.symbols import Symbols
from gradproof.notation.surface import Note


def entrywise(
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
    place = _letter_meant(node, wrt, others, table) or _number_meant(wrt, others)
    if place is None:
        return built
    letter, index = place
    notes.append(
        Note(
            "entry-meant",
            f"the gradient is read as its entry {letter}, as the other side is",
            first.span,
        )
    )
    span = first.kids[1].span
    at = build.index(letter, span) if index is None else build.number(index, span)
    variable = build.entry(first.kids[1], [at], span)
    read = Derivative(node.body, (variable.expr,), "partial")
    return [Built(read, first.span, (first.kids[0], variable)), *built[1:]]


def _letter_meant(
    node: Gradient | Derivative, wrt: Sym, others: Sequence[Built], table: Symbols
) -> tuple[str, None] | None:
    """Return the one index letter that stands free on the other sides and runs over the variable."""
    free = frozenset[str]().union(*(free_indices(b.expr) for b in others)) - free_indices(node.body)
    if len(free) != 1:
        return None
    (letter,) = free
    bounds = table.indices.get(letter)
    if bounds is None or bounds.upper.name != wrt.space.shape[0].name:
        return None
    return letter, None


def _number_meant(wrt: Sym, others: Sequence[Built]) -> tuple[str, Fraction] | None:
    """Return the one number that is the index of every entry of the variable on the other sides."""
    found = {
        n.indices[0].value if isinstance(n.indices[0], Num) else None
        for b in others
        for _, n in walk(b.expr)
        if isinstance(n, Entry) and n.array == wrt and len(n.indices) == 1
    }
    (only,) = found if len(found) == 1 else (None,)
    return None if only is None else (str(only), only)
