"""All unevaluated derivatives of a line, evaluated."""

from typing import Final

from gradproof.differentiate.dependence import Dependence, base_name
from gradproof.differentiate.engine import Derived, Override, Pass, Step
from gradproof.differentiate.memory import Memory
from gradproof.differentiate.nested import evaluate_inside, primed, variables
from gradproof.differentiate.rule import NotSupported
from gradproof.differentiate.unfold import call, definitions_of
from gradproof.expr import (
    Apply,
    Context,
    Definition,
    Derivative,
    Entry,
    Expr,
    Gradient,
    Path,
    Sym,
    recalled,
    subtrees,
)
from gradproof.rewrite import tidy

RECALLED: Final = 64
"""Lines whose derivatives are kept as they were carried out."""


def has_derivative(e: Expr, context: Context) -> bool:
    """Tell whether a derivative stands in `e`: a fraction of d's, a gradient, a primed definition."""
    return any(isinstance(n, Derivative | Gradient) or primed(n, context) for n in subtrees(e))


def evaluate_derivatives(
    expr: Expr,
    context: Context,
    choose: Override | None = None,
    *,
    hold: frozenset[str] = frozenset(),
    steps: bool = True,
    memory: Memory | None = None,
) -> Derived:
    """Replace every derivative by a scalar in `expr` by what the rules give for it.

    An empty `memory` is filled; from one that recalls, what is known is taken (then the result is not tidied).

    Paths of steps and of sites lead from `expr`. Derivatives of symbols that depend on the variable in an
    unknown way stay as they are.

    Raises:
        NotSupported: a derivative by a whole array, or something that no rule covers.
    """
    record: list[Step] | None = [] if steps else None

    def by(body: Expr, wrt: Expr, path: Path) -> Expr:
        inner = evaluate_inside(body, path, by, context, prime) if _nested(body) else body
        if _nothing_known(inner, wrt, context):
            return Derivative(inner, (wrt,))
        return Pass(wrt, context, choose, record, hold, memory=memory).derive(inner, path)

    def prime(e: Apply, path: Path) -> Expr:
        found = definitions_of(e, context)
        if len(found) != 1 or found[0].indices or len(found[0].params) != 1 or len(e.args) != 1:
            raise NotSupported(f"a prime on {e.name}, which is no function of one variable")
        (param,), body = found[0].params, found[0].body
        if not isinstance(param, Sym) or param.space.shape:
            raise NotSupported(f"a prime on {e.name}, whose argument is no scalar")
        for _ in range(e.primes):
            body = by(body, param, (*path, -1))
        return call(Definition(e.name, body, (param,)), e.args, context)

    result = evaluate_inside(expr, (), by, context, prime)
    if choose is not None and not (memory is not None and memory.recalls):
        result = tidy(result, context)
    return Derived(result, tuple(record or ()))


@recalled(RECALLED)
def without_derivatives(expr: Expr, context: Context) -> Derived:
    """Return what `evaluate_derivatives` gives for a line, the same object for the same line.

    Raises:
        NotSupported: as `evaluate_derivatives`.
    """
    return evaluate_derivatives(expr, context)


def _nothing_known(body: Expr, wrt: Expr, context: Context) -> bool:
    """Tell whether a derivative is of a name (or by a defined name) that it does not lead to.

    ``dy/dx`` of a name without definition is not zero: the author means some dependence.
    """
    name = base_name(body.array if isinstance(body, Entry) else body)
    if isinstance(body, Apply):
        name = body.name
    bare = name is not None and name != base_name(wrt)
    if not bare and base_name(wrt) not in context.definitions:
        return False
    return not Dependence(wrt, context).of(body)


def _nested(e: Expr) -> bool:
    return any(isinstance(n, Derivative | Gradient) and variables(n) for n in subtrees(e))
