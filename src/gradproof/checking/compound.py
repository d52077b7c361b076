"""Derivatives by something composed (``∂f/∂(X^{-1})``, ``∂E/∂(wᵀx)``): it gets a name of its own."""

from collections.abc import Set
from dataclasses import replace
from types import MappingProxyType

from gradproof.differentiate import NotSupported, extent_of
from gradproof.expr import (
    Apply,
    Context,
    Definition,
    Derivative,
    Div,
    Entry,
    Expr,
    Fn,
    Gradient,
    Num,
    Pow,
    Space,
    Sym,
    Transpose,
    children,
    free_indices,
    rebuild,
    walk,
    walk_reached,
)
from gradproof.spell import to_plain


def with_names(left: Expr, right: Expr, context: Context) -> tuple[Expr, Expr, Context] | None:
    """Name what two sides differentiate by where that is composed; None where it is not, or has no shape.

    The name is spelled as what it stands for, and defined by it. None, too, where what is differentiated holds
    the names in it otherwise than by holding it as it is written: it is not said what is constant then. What bears an
    index is left: under a sum over that index other members are meant.
    """
    found: dict[Expr, None] = {}
    for side in (left, right):
        for _, node in walk(side):
            match node:
                case Derivative(body, wrt):
                    found.update(
                        {w: None for w in wrt if _composed(w) and _holds(body, w, context)}
                    )
                case Gradient(body, wrt) if wrt is not None and _composed(wrt):
                    found.update({wrt: None} if _holds(body, wrt, context) else {})
                case _:
                    pass
    if not found:
        return None
    names: dict[Expr, Expr] = {}
    new: dict[str, tuple[Definition, ...]] = {}
    for e in found:
        try:
            symbol = Sym(to_plain(e), Space(extent_of(e, context)))
        except NotSupported:
            return None
        names[e] = symbol
        new[symbol.name] = (Definition(symbol.name, e),)
    known = {
        name: tuple(replace(d, body=_named(d.body, names)) for d in all_)
        for name, all_ in context.definitions.items()
    }
    context = replace(context, definitions=MappingProxyType({**known, **new}))
    sides = _named(left, names), _named(right, names)
    bound = {n.name for e in found for _, n in walk(e) if isinstance(n, Sym)}
    without = {n: d for n, d in context.definitions.items() if n not in new}
    apart = replace(context, definitions=MappingProxyType(without))
    if any(_depends(node, new.keys(), bound, apart) for s in sides for _, node in walk(s)):
        return None
    return *sides, context


def by_inner(left: Expr, right: Expr, context: Context) -> tuple[Expr, Expr] | None:
    r"""Return two sides in which derivatives by a function of one number are quotients; None where there are none.

    That is the rule of the inverse function (Rudin, Principles of Mathematical Analysis, 1976, exercise 5.2):
    ``\partial D/\partial g(v)`` is ``\partial D/\partial v`` over ``\partial g(v)/\partial v``.
    """
    sides = tuple(_inverted(side, context) for side in (left, right))
    return None if sides == (left, right) else (sides[0], sides[1])


def _inverted(e: Expr, context: Context) -> Expr:
    match e:
        case Derivative(body, (by,)) if isinstance(by, Fn | Pow):
            inner = _single(by, context)
            if inner is not None:
                return Div(Derivative(body, (inner,)), Derivative(by, (inner,)))
        case _:
            pass
    kids = children(e)
    return rebuild(e, tuple(_inverted(k, context) for k in kids)) if kids else e


def _single(e: Expr, context: Context) -> Expr | None:
    """Return the one number that an expression is made of, which nothing defines."""
    match e:
        case Sym(name, space):
            return None if space.rank or name in context.definitions else e
        case Entry(Sym(name)):
            return None if name in context.definitions else e
        case Fn(_, (arg,)):
            return _single(arg, context)
        case Pow(base, Num()):
            return _single(base, context)
        case _:
            return None


def _depends(e: Expr, by: Set[str], names: Set[str], context: Context) -> bool:
    """Tell whether what is differentiated by one of the new names holds other names that stand for what is in it."""
    match e:
        case Derivative(body, wrt):
            named = any(isinstance(w, Sym) and w.name in by for w in wrt)
        case Gradient(body, Sym(name)):
            named = name in by
        case _:
            return False
    return named and any(
        isinstance(n, Sym) and n.name in names for n in walk_reached(body, context)
    )


def _composed(e: Expr) -> bool:
    """Tell whether a variable is more than a name, an entry of one, one laid down, or a function of names."""
    match e:
        case Sym() | Entry() | Apply():
            return False
        case Transpose(x):
            return _composed(x)
        case _:
            return not free_indices(e)


def _holds(body: Expr, e: Expr, context: Context) -> bool:
    return any(node == e for node in walk_reached(body, context))


def _named(e: Expr, names: dict[Expr, Expr]) -> Expr:
    found = names.get(e)
    if found is not None:
        return found
    kids = children(e)
    return rebuild(e, tuple(_named(k, names) for k in kids)) if kids else e
