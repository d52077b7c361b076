"""Unstated assumptions about whole arrays: labels that sum to one, covariances that are symmetric."""

from collections.abc import Iterator, Set
from dataclasses import replace
from fractions import Fraction

from gradproof.checking.hypothesis import CONSTRAINT_ASSUMED, Hypothesis
from gradproof.expr import (
    Context,
    Entry,
    Expr,
    Fn,
    Idx,
    Num,
    Sum,
    Sym,
    Transpose,
    walk,
    walk_reached,
)  # fmt: skip

NORMALISING = frozenset({"softmax", "logsoftmax", "logsumexp", "exp"})
"""Functions of which some hold for labels that sum to one only."""
COVARIANCES = ("\\Sigma", "\\Lambda", "\\Omega")
"""Letters of matrices that are symmetric by habit."""


def whole_labels(
    left: Expr, right: Expr, context: Context, differentiated: Set[str]
) -> Iterator[Hypothesis]:
    """Labels written as a whole: the entries of a vector, the rows or the columns of a matrix sum to one."""
    reached = [n for side in (left, right) for n in walk_reached(side, context)]
    if not any(isinstance(n, Fn) and n.name in NORMALISING for n in reached):
        return
    for symbol in _free_arrays(reached, context):
        if symbol.name in differentiated or symbol.space.rank > 2:
            continue
        letters = tuple(Idx(f"\\cdot_{k}") for k in range(symbol.space.rank))
        for axis, letter in reversed(list(enumerate(letters))):
            total = Sum(Entry(symbol, letters), letter)
            what = "" if len(letters) == 1 else ("each column of ", "each row of ")[axis]
            yield Hypothesis(
                CONSTRAINT_ASSUMED,
                f"the line holds if {what}{symbol.name} sums to one, which is not declared",
                replace(context, constraints=(*context.constraints, (total, Num(Fraction(1))))),
            )


def symmetric_by_habit(left: Expr, right: Expr, context: Context) -> Iterator[Hypothesis]:
    """A matrix that bears the letter of a covariance is symmetric."""
    reached = [n for side in (left, right) for n in walk_reached(side, context)]
    facts = tuple(
        (Transpose(s), s)
        for s in _free_arrays(reached, context)
        if s.space.rank == 2
        and s.space.shape[0] == s.space.shape[1]
        and s.name.startswith(COVARIANCES)
    )
    if facts:
        names = ", ".join(s.name for _, s in facts)
        yield Hypothesis(
            CONSTRAINT_ASSUMED,
            f"the line holds if {names} is symmetric, which is not declared",
            replace(context, constraints=(*context.constraints, *facts)),
        )


def _free_arrays(reached: list[Expr], context: Context) -> list[Sym]:
    """Return the arrays that nothing defines or constrains, in order of first appearance."""
    tied = {
        n.name
        for pair in context.constraints
        for s in pair
        for _, n in walk(s)
        if isinstance(n, Sym)
    }
    found: dict[str, Sym] = {}
    for node in reached:
        if (
            isinstance(node, Sym)
            and node.space.rank
            and node.name not in tied | set(context.definitions)
        ):
            found.setdefault(node.name, node)
    return list(found.values())
