"""Gradients that do not say by what: ``∇f`` is meant by the argument of f, or by an array on which f depends."""

from collections.abc import Set
from dataclasses import dataclass, replace
from typing import Final, final

from gradproof.expr import (
    Apply,
    Context,
    Expr,
    Gradient,
    Sym,
    replace_at,
    walk,
    walk_reached,
)  # fmt: skip

GRADIENT_VARIABLE: Final = "gradient-variable"
"""Kind of the note that says by what a gradient is read."""

MOST: Final = 4
"""At most so many variables are tried."""

HABITS: Final = frozenset({"x", "w", "\\theta", "\\beta", "W", "X"})
"""Letters by which functions are differentiated by habit."""


@final
@dataclass(frozen=True, slots=True)
class Said:
    """Two sides with the variable of their gradients written in; `likely` where the author must mean it."""

    name: str
    left: Expr
    right: Expr
    likely: bool


def by_what(
    left: Expr, right: Expr, context: Context, variables: Set[str] | None
) -> tuple[Said, ...]:
    """Return the sides with the variable written in that their gradients leave out.

    Empty where every gradient says it, or where nothing can be meant. `variables` are those by which the document
    differentiates.
    """
    bodies = [
        n.body
        for e in (left, right)
        for _, n in walk(e)
        if isinstance(n, Gradient) and n.wrt is None
    ]
    if not bodies:
        return ()
    found = list({v.name: v for b in bodies for v in _variables(b, context)}.values())[:MOST]
    named = [v for v in found if v.name in (variables or ())]
    likely = named or [v for v in found if v.name in HABITS] or found
    return tuple(Said(v.name, _by(left, v), _by(right, v), likely=v in likely) for v in found)


def _by(e: Expr, variable: Sym) -> Expr:
    for path, node in tuple(walk(e)):
        if isinstance(node, Gradient) and node.wrt is None:
            e = replace_at(e, path, replace(node, wrt=variable))
    return e


def _variables(body: Expr, context: Context) -> tuple[Sym, ...]:
    """Return what a function is a function of: its arguments where it has some, else the arrays it depends on."""
    args = body.args if isinstance(body, Apply) else ()
    if isinstance(body, Sym):
        definitions = context.definitions.get(body.name, ())
        args = definitions[0].params if len(definitions) == 1 else ()
    named = tuple(a for a in args if isinstance(a, Sym))
    if len(named) == 1 and len(args) == 1:
        return named
    free = dict.fromkeys(
        n
        for n in walk_reached(body, context)
        if isinstance(n, Sym) and n.space.rank and n.name not in context.definitions
    )
    return tuple(v for v in free if v in named) or tuple(free)
