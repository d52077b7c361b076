r"""Names that a chain of equations gives, on the way or at its end: \delta in ``∂L/∂z = \delta = p - y = \epsilon``."""

from collections.abc import Iterator, Sequence

from gradproof.notation.elaborate.roles import EQUALS, Target, target
from gradproof.notation.elaborate.symbols import SIGMOIDS, Symbols, built_in
from gradproof.notation.surface import Statement


def links(statements: Sequence[Statement], table: Symbols) -> tuple[tuple[Target, Statement], ...]:
    """Return the names that stand between two sides of a chain or at its end, each with its equation.

    That is the rest of the chain, or the side before the end.

    Only names of which nothing else is said: declared nowhere, on the left of no other line.
    """
    lefts = {
        goal.key
        for s in statements
        if s.relations and (goal := target(s.sides[0], table)) is not None
    }
    out: dict[str, tuple[Target, Statement]] = {}
    for s in statements:
        for goal, rest in _between(s, table):
            if goal.key not in lefts and not _declared(goal, table):
                out.setdefault(goal.key, (goal, rest))
    return tuple(out.values())


def _between(s: Statement, table: Symbols) -> Iterator[tuple[Target, Statement]]:
    for k in range(1, len(s.sides) - 1):
        if s.relations[k - 1] not in EQUALS or s.relations[k] not in EQUALS:
            return
        goal = target(s.sides[k], table)
        named = goal is not None and all(i.head == "name" for i in goal.indices)
        if goal is not None and named and s.sides[k].head != "function":
            yield goal, Statement(s.span, s.sides[k:], s.relations[k:])
    if len(s.sides) > 2 and s.relations[-1] in EQUALS and s.sides[-1].head == "name":
        goal = target(s.sides[-1], table)
        if goal is not None and not goal.indices:
            yield goal, Statement(s.span, s.sides[-1:-3:-1], s.relations[-1:])


def _declared(goal: Target, table: Symbols) -> bool:
    return (
        goal.key in table.domains
        or goal.key in table.spaces
        or goal.key in table.letters
        or table.is_size(goal.key)
        or (goal.called and (goal.key in SIGMOIDS or built_in(goal.key) is not None))
    )
