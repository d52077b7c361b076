"""A function set equal to its derivative: what the author means, though not what is written."""

from collections.abc import Iterable, Set
from dataclasses import replace
from typing import Final

from gradproof.checking.judgement import RIGHT, Outcome
from gradproof.checking.ladder import judge_pair
from gradproof.checking.limits import GLANCE
from gradproof.evaluate import differs
from gradproof.expr import (
    Apply,
    Context,
    Derivative,
    Differential,
    Entry,
    Expr,
    Gradient,
    Num,
    Sym,
    walk,
    walk_reached,
)
from gradproof.notation.derivation import Derivation
from gradproof.spell import to_plain

DERIVATIVE_MEANT: Final = "equals-derivative"
"""Kind of the note on a line that sets a function equal to its derivative."""

VARIABLES: Final = 4
"""At most so many variables are tried."""

_CALCULUS = (Derivative, Gradient, Differential)


def derivative_meant(
    outcome: Outcome, head: Expr | None = None, variables: Set[str] | None = None
) -> Outcome | None:
    """Read ``f = f'``, which differs, as the derivative of the left side that its right side is.

    Only between sides without a derivative, in a chain whose `head` is none, by a variable that
    `may_be_meant`, where `variables` are those by which the document differentiates (None: the words at
    the line say that it does); ``x = 1`` is an equation.
    """
    left, right, context, samples = outcome.left, outcome.right, outcome.context, outcome.samples
    if samples is None or (isinstance(left, Sym | Entry) and isinstance(right, Num)):
        return None
    if any(differentiates(e) for e in (left, right)) or _is_derivative(head, context):
        return None
    few = samples.subset(list(range(min(samples.points, GLANCE))))
    for variable in _variables((right, left), context):
        slope = Derivative(left, (variable,))
        if isinstance(variable, Sym) and variable.name in samples.sizes:
            continue
        if not may_be_meant(variable, left, right, head, context, variables):
            continue
        if differs(slope, right, few, context):
            continue
        found = judge_pair(slope, right, context, certified=False)
        if found.verdict in RIGHT:
            told = (
                f"{to_plain(right)} is the derivative of {to_plain(left)} by {to_plain(variable)}"
            )
            return replace(found, note=(DERIVATIVE_MEANT, told))
    return None


def may_be_meant(
    variable: Expr,
    left: Expr,
    right: Expr,
    head: Expr | None,
    context: Context,
    variables: Set[str] | None,
) -> bool:
    """Tell whether `right` may be meant as the derivative of `left` by a variable that nobody names.

    It may where the document differentiates by it elsewhere, where `left` has no other or the function `head` is one
    of it, and where it is still there: what has lost a factor is the derivative by that factor, too.
    """
    name = _name(variable)
    others = {_name(v) for v in _free((left,), context)} - {name}
    arguments = {_name(a) for a in head.args} if isinstance(head, Apply) else frozenset[str]()
    return (
        variables is None
        or name in variables
        or name in arguments
        or not others
        or any(_name(n) == name for n in walk_reached(right, context))
    )


def differentiates(e: Expr) -> bool:
    """Tell whether a derivative or differential stands in an expression."""
    return any(isinstance(n, _CALCULUS) for _, n in walk(e))


def variables_named(derivation: Derivation) -> frozenset[str] | None:
    """Return what the document differentiates by, in formulas and in words; None where it only says that it does."""
    statements = [(line, s) for line in derivation.lines for s in line.statements]
    found = _variables_of(
        side for _, (sides, _) in statements for side in sides if side is not None
    )
    spoken = [line for line in derivation.lines if line.differentiated]
    told = {
        sides[0].name
        for line, (sides, _) in statements
        if line.differentiated and len(sides) == 1 and isinstance(sides[0], Sym)
    }
    return None if spoken and not found and not told else found | told


def _variables_of(exprs: Iterable[Expr]) -> frozenset[str]:
    """Return the names of what is differentiated by."""
    found: set[str] = set()
    for _, node in (pair for e in exprs for pair in walk(e)):
        match node:
            case Derivative(_, wrt):
                found.update(_name(w) for w in wrt)
            case Gradient(_, wrt) if wrt is not None:
                found.add(_name(wrt))
            case Differential(body):
                found.add(_name(body))
            case _:
                pass
    return frozenset(found - {""})


def _is_derivative(head: Expr | None, context: Context) -> bool:
    """Tell whether the head of a chain is a derivative, by its own spelling or its definition."""
    if head is None:
        return False
    bodies = [d.body for d in context.definitions.get(_name(head), ())]
    return any(differentiates(e) for e in (head, *bodies))


def _name(e: Expr) -> str:
    """Return the name of a symbol, of the array of an entry or of a function; empty for all else."""
    match e:
        case Sym(name) | Apply(name):
            return name
        case Entry(array):
            return _name(array)
        case _:
            return ""


def _variables(exprs: tuple[Expr, ...], context: Context) -> list[Expr]:
    """Return the first of the variables that expressions hold."""
    return _free(exprs, context)[:VARIABLES]


def _free(exprs: tuple[Expr, ...], context: Context) -> list[Expr]:
    """Return the scalar symbols and entries that expressions hold, sizes and fixed values left out."""
    fixed = context.sizes.keys() | context.values.keys()
    fixed |= {r.upper.name for r in context.ranges.values()}
    found: dict[Expr, None] = {}
    for node in (n for e in exprs for n in walk_reached(e, context)):
        match node:
            case Entry(Sym(name)):
                pass
            case Sym(name, space) if not space.rank:
                pass
            case _:
                continue
        if name not in fixed and name not in context.definitions:
            found.setdefault(node)
    return list(found)
