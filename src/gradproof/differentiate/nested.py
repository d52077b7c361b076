"""Unevaluated derivatives inside an expression, and what stands for them."""

from collections.abc import Callable

from gradproof.differentiate.dependence import base_name
from gradproof.differentiate.rule import NotSupported
from gradproof.differentiate.unfold import has_definition, inline
from gradproof.expr import (
    Apply,
    At,
    Context,
    Derivative,
    Entry,
    Expr,
    Gradient,
    Idx,
    Path,
    Sym,
    children,
    rebuild,
)  # fmt: skip
from gradproof.rewrite import substitute, tidy

By = Callable[[Expr, Expr, Path], Expr]
"""Differentiates its first argument, which stands at the path, by its second."""


def variables(e: Expr) -> tuple[Expr, ...] | None:
    """Return the variables of a derivative node in order, or None where `e` is none.

    Raises:
        NotSupported: the derivative is by a whole array, by a compound expression or by nothing.
    """
    match e:
        case Derivative(_, wrt):
            found = wrt
        case Gradient(_, wrt, order):
            if wrt is None:
                raise NotSupported("a gradient without its variable")
            found = (wrt,) * order
        case _:
            return None
    for w in found:
        if not is_scalar_variable(w):
            raise NotSupported("a derivative by a whole array, or by something that is no variable")
    return found


def is_scalar_variable(e: Expr) -> bool:
    """Tell whether `e` is a scalar symbol or one entry of an array."""
    match e:
        case Sym(_, space):
            return not space.shape
        case Entry(array, indices):
            rank = array.space.rank if isinstance(array, Sym) else len(indices)
            return base_name(e) is not None and rank in (0, len(indices))
        case _:
            return False


def primed(e: Expr, context: Context) -> bool:
    """Tell whether `e` is a primed function with a definition: a derivative as well."""
    return isinstance(e, Apply) and e.primes > 0 and has_definition(e, context)


def evaluate_inside(
    e: Expr, path: Path, by: By, context: Context, prime: Callable[[Apply, Path], Expr]
) -> Expr:
    """Replace every derivative in `e` (which stands at `path`) by what `by` gives for it, tidied."""
    wrts = variables(e)
    if wrts is not None:
        body = e.body if isinstance(e, Derivative | Gradient) else e
        for k, w in enumerate(wrts):
            body = by(body, w, (*path, *(0,) * (k == 0), *(-1,) * k))
        return body
    if isinstance(e, At):
        inner = evaluate_inside(e.body, (*path, 0), by, context, prime)
        value = evaluate_inside(e.value, (*path, 2), by, context, prime)
        return at_point(inner, e.symbol, value, context)
    if isinstance(e, Apply) and primed(e, context):
        return prime(e, path)
    kids = children(e)
    if not kids:
        return e
    new = tuple(evaluate_inside(k, (*path, i), by, context, prime) for i, k in enumerate(kids))
    if all(a is b for a, b in zip(kids, new, strict=True)):
        return e
    return rebuild(e, new)


def at_point(e: Expr, symbol: Expr, value: Expr, context: Context) -> Expr:
    """Return `e` with `symbol` replaced by `value`, through the definitions that depend on it."""
    if not isinstance(symbol, Sym | Entry | Idx):
        raise NotSupported("a value is put in for something that is no variable")
    table: dict[Expr, Expr] = {symbol: value}
    return tidy(substitute(inline(e, (symbol,), context), table, context), context)
