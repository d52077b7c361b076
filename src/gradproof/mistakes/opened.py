"""A line with what is differentiated written out: the definition in the place of its name."""

from gradproof.differentiate import NotSupported, unfold
from gradproof.expr import (
    Apply,
    At,
    Context,
    Derivative,
    Entry,
    Expr,
    Gradient,
    Sym,
    children,
    rebuild,
)


def opened(e: Expr, context: Context) -> Expr | None:
    """Return the line with every name that it differentiates replaced by its definition, None if none."""
    new = _opened(e, context)
    return None if new is e else new


def _opened(e: Expr, context: Context) -> Expr:
    match e:
        case Derivative(body, wrt, notation):
            inside = _body(body, context)
            return e if inside is body else Derivative(inside, wrt, notation)
        case Gradient(body, wrt, order):
            inside = _body(body, context)
            return e if inside is body else Gradient(inside, wrt, order)
        case Apply(_, (arg,), primes) if primes:
            return _primed(e, arg, context)
        case _:
            kids = children(e)
            new = tuple(_opened(k, context) for k in kids)
            return e if all(a is b for a, b in zip(kids, new, strict=True)) else rebuild(e, new)


def _body(e: Expr, context: Context) -> Expr:
    name = e.array if isinstance(e, Entry) else e
    if not isinstance(name, Sym | Apply) or name.name not in context.definitions:
        return e
    if isinstance(name, Apply) and name.primes:
        return e
    try:
        return unfold(e, context)
    except NotSupported:
        return e


def _primed(e: Apply, arg: Expr, context: Context) -> Expr:
    found = context.definitions.get(e.name, ())
    if len(found) != 1 or found[0].indices or len(found[0].params) != 1:
        return e
    (param,) = found[0].params
    if not isinstance(param, Sym) or param.space.shape:
        return e
    slope = Derivative(found[0].body, (param,) * e.primes)
    return slope if arg == param else At(slope, param, arg)
