"""Claims made for every function: they agree where they hold for all that are tried, and one that differs refutes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from gradproof.checking.instances import Unknown, instances, unknown, usual
from gradproof.checking.judgement import DOUBTFUL, RIGHT, Outcome
from gradproof.checking.ladder import judge_pair
from gradproof.checking.limits import POINTS
from gradproof.diagnostic import Evidence
from gradproof.expr import (
    Apply,
    Context,
    Derivative,
    Differential,
    Expr,
    Gradient,
    Neg,
    Sym,
    is_scalar,
    replace_at,
    walk,
    walk_reached,
)
from gradproof.spell import to_plain

TRIED: Final = "function-tried"
"""Kind of the note that says which function a counterexample takes for an unknown one."""

Judge = Callable[[Expr, Expr, Context], Outcome]


def for_every_function(outcome: Outcome, judge: Judge) -> Outcome | None:
    """Try particular functions for what is unknown in an outcome that is undecided; None where that settles nothing.

    Sides that are equal for all that are tried agree. They are refuted, under a particular function, where every
    kind of function makes them differ, the line derives something that is composed, and no function that authors
    know by name makes it right: a property of a function that is meant (``f' = f(1 - f)``) is no slip.
    """
    left, right, context = outcome.left, outcome.right, outcome.context
    found = unknown(left, right, context)
    if found is None:
        return None
    wrong: Outcome | None = None
    misfit: Outcome | None = None
    open_ = False
    for numbers, group in instances(found, context):
        tried = [judge_pair(left, right, c, certified=False) for c in group]
        if all(t.verdict in RIGHT for t in tried):
            note = next((t.note for t in tried if t.note is not None), None)
            evidence = Evidence("sampling", POINTS * len(tried))
            return replace(outcome, verdict="agrees", evidence=evidence, reason=None, note=note)
        differing = next(
            (t for t in tried if t.verdict == "refuted" and not (numbers and t.misfit)), None
        )
        wrong = wrong or differing
        misfit = misfit or next((t for t in tried if t.misfit == "shapes"), None)
        open_ = open_ or (differing is None and not all(t.misfit for t in tried))
    if wrong is None and misfit is not None and not open_:
        return replace(outcome, reason=misfit.reason, misfit="shapes")
    if wrong is None or open_ or not _derives_composed(left, right, found, context):
        return None
    if not all(_kind_known(n, applied, context) for n, applied in found.functions.items()):
        return None
    return _refuted(outcome, wrong, found, judge)


def _refuted(outcome: Outcome, wrong: Outcome, found: Unknown, judge: Judge) -> Outcome | None:
    """Refute with the particular functions of a difference, unless one that is usual makes the sides equal."""
    left, right, context = outcome.left, outcome.right, outcome.context
    primed = any(isinstance(n, Apply) and n.primes for e in (left, right) for _, n in walk(e))
    for told, other in usual(found, context, identity=not primed):
        if judge_pair(left, right, other, certified=False).verdict in RIGHT:
            if judge_pair(left, Neg(left), other, certified=False).verdict in RIGHT:
                continue
            names = ", ".join(to_plain(Sym(n)) for n in (*found.functions, *found.names))
            what = "held constant" if told == "constant" else f"the function {told}"
            return replace(outcome, reason=f"it holds if {names} is {what}, which is not said")
    final = judge(left, right, wrong.context)
    if final.verdict != "refuted":
        return final if (final.reason or "").startswith(DOUBTFUL) else None
    if final.note is None:
        told = ", ".join(_told(wrong.context, n) for n in (*found.functions, *found.names))
        note = (TRIED, f"a counterexample for one function is enough: {told}")
        final = replace(final, note=note)
    return final


def _told(context: Context, name: str) -> str:
    """Say what was taken for an unknown function."""
    (d,) = context.definitions[name]
    body, params = d.body, [p for p in d.params if isinstance(p, Sym)]
    letters = [Sym("tuvw"[k], p.space) for k, p in enumerate(params)]
    for path, node in tuple(walk(body)):
        if node in params:
            body = replace_at(body, path, letters[params.index(node)])
    left = Apply(name, tuple(letters)) if letters else Sym(name)
    return f"{to_plain(left)} = {to_plain(body)}"


def _kind_known(name: str, applied: tuple[Apply, ...], context: Context) -> bool:
    """Tell whether there is no doubt what kind of function a name is.

    One of numbers is known, one of arrays where it is said to act entry by entry or no slope of it is written:
    ``f'(x)`` of a vector may be a Jacobian, and of a matrix that of a power series.
    """
    if name in context.entrywise or all(is_scalar(x, context) for a in applied for x in a.args):
        return True
    return not any(a.primes for a in applied)


def _derives_composed(left: Expr, right: Expr, found: Unknown, context: Context) -> bool:
    """Tell whether something is differentiated that is more than an unknown function of the variable itself."""
    for side in (left, right):
        for node in walk_reached(side, context):
            match node:
                case Derivative(body) | Gradient(body) | Differential(body):
                    if not _bare(body, found):
                        return True
                case _:
                    pass
    return False


def _bare(e: Expr, found: Unknown) -> bool:
    match e:
        case Sym(name):
            return name in found.names
        case Apply(name, args):
            return name in found.functions and all(isinstance(a, Sym) for a in args)
        case _:
            return False
