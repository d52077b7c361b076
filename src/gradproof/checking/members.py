"""Indices that name members of a family: they stay free in what a number is defined as."""

from gradproof.expr import Context, Expr, Sym, free_indices, walk_reached


def members_named(left: Expr, right: Expr, context: Context) -> set[str]:
    r"""Indices that stay free in what a number is defined as: i and j name members in ``P = \sigma(s_i - s_j)``."""
    reached = {
        n.name for side in (left, right) for n in walk_reached(side, context) if isinstance(n, Sym)
    }
    bodies = [
        d.body
        for name in sorted(reached)
        for d in context.definitions.get(name, ())
        if not d.indices
    ]
    return {index for body in bodies for index in free_indices(body)}
