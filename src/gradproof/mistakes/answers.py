"""What a line should say: its derivatives carried out; those by arrays as derived, and only if they are equal."""

from gradproof.checking import points_for
from gradproof.differentiate import NotSupported, unfold, without_derivatives
from gradproof.differentiate.unfold import has_definition
from gradproof.evaluate import Unsupported
from gradproof.expr import (
    Apply,
    Context,
    Derivative,
    Entry,
    Expr,
    Gradient,
    Sym,
    children,
    is_scalar,
    rebuild,
)
from gradproof.mistakes.bench import Bench, equal
from gradproof.rewrite import tidy


def carried_out(e: Expr, context: Context) -> Expr | None:
    """Return the line with its derivatives carried out; for a bare name, what that stands for."""
    try:
        if isinstance(e, Sym | Apply | Entry) and has_definition(e, context) and not _primed(e):
            e = tidy(unfold(e, context), context)
        return without_derivatives(e, context).expr
    except NotSupported:
        return None


def derived(e: Expr, context: Context) -> Expr | None:
    """Return the line with its derivatives by whole arrays carried out, None where that is not known to be right."""
    from gradproof.deriving import NotDerived

    try:
        found = _derived(e, context)
    except (NotDerived, NotSupported, RecursionError):
        return None
    if found == e:
        return None
    try:
        bench = Bench(points_for(e, found, context), context)
    except Unsupported:
        return None
    return found if equal(bench.value(found), bench.value(e)) else None


def _derived(e: Expr, context: Context) -> Expr:
    from gradproof.deriving import gradient, hessian, jacobian

    match e:
        case Gradient(body, wrt, 1) if wrt is not None:
            return gradient(body, wrt, context)[1]
        case Gradient(body, wrt, 2) if wrt is not None:
            return hessian(body, wrt, context)[1]
        case Derivative(body, (wrt,)):
            rule = gradient if is_scalar(body, context) else jacobian
            return rule(body, wrt, context)[1]
        case Derivative(body, (first, second)) if first == second:
            return hessian(body, first, context)[1]
        case _:
            kids = children(e)
            new = tuple(_derived(k, context) for k in kids)
            return e if all(a is b for a, b in zip(kids, new, strict=True)) else rebuild(e, new)


def _primed(e: Expr) -> bool:
    """Tell whether `e` is a function with primes."""
    return isinstance(e, Apply) and e.primes > 0
