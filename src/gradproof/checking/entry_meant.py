"""An array set equal to what is written with an index: its entry is meant, ``∇L = pᵢ - yᵢ``."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import permutations
from typing import Final

from gradproof.checking.members import members_named
from gradproof.expr import (
    Add,
    Context,
    Derivative,
    Entry,
    Expr,
    Gradient,
    Idx,
    Num,
    Sym,
    Transpose,
    free_indices,
    rank,
)  # fmt: skip

ENTRY_MEANT: Final = "entry-meant"
"""Kind of the note on an array that is read as its entry."""


def entries_meant(left: Expr, right: Expr, context: Context) -> tuple[tuple[Expr, Expr], ...]:
    """Return the sides with the array among them replaced by its entry at the indices that the other side has more.

    Empty where the two have as many axes, or where the indices are not as many as the axes missing, or name members
    (o of a loss in which ``u_o^Tv`` stands). Which index counts rows is not said: both orders are returned.
    """
    ours, theirs = rank(left, context), rank(right, context)
    if ours is None or theirs is None or ours == theirs or max(ours, theirs) > 2:
        return ()
    if ours < theirs:
        return tuple((a, b) for b, a in entries_meant(right, left, context))
    letters = sorted(free_indices(right) - free_indices(left))
    if set(letters) & members_named(left, right, context):
        return ()
    if len(letters) != ours - theirs or any(x not in context.ranges for x in letters):
        return ()
    return tuple((entry, right) for entry in _entries(left, letters, ours, context))


def _entries(array: Expr, letters: list[str], axes: int, context: Context) -> Iterator[Expr]:
    for order in permutations(letters):
        yield _entry(array, order, context)
        if len(order) < axes:
            yield _entry(Transpose(array), order, context)


def _entry(array: Expr, letters: Sequence[str], context: Context) -> Expr:
    """Return an entry; of a gradient the derivative by the entry."""
    indices = tuple(map(Idx, letters))
    match array:
        case Gradient(body, Sym() as variable, 1) | Derivative(body, (Sym() as variable,)) if rank(
            body
        ) == 0 and variable.space.rank == len(indices):
            return Derivative(body, (Entry(variable, indices),), "partial")
        case Sym():
            return Entry(array, indices)
        case _:
            return Entry(array, tuple(_place(i, context) for i in indices))


def _place(index: Idx, context: Context) -> Expr:
    """Return the place of an index in an array without a name, whose entries count from 1."""
    shift = 1 - context.ranges[index.name].lower
    return Add((index, Num(Fraction(shift)))) if shift else index
