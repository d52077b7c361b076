"""Replacing symbols, entries and indices without capture."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Final

from gradproof.expr import (
    Add,
    Apply,
    At,
    Compare,
    Context,
    Derivative,
    Entry,
    Expr,
    Gradient,
    Idx,
    IndexRange,
    Let,
    Num,
    Prod,
    Size,
    Sum,
    Sym,
    children,
    rebuild,
)  # fmt: skip

_NONE: Final = frozenset[str]()
FRESH: Final = ("k", "l", "j", "i")


@lru_cache(maxsize=4096)
def free_names(e: Expr) -> frozenset[str]:
    """Return the names of symbols, indices and functions that occur free in `e`.

    >>> sorted(free_names(Sum(Entry(Sym("x"), (Idx("i"),)), Idx("i"))))
    ['x']
    """
    match e:
        case Sym(name) | Idx(name):
            return frozenset((name,))
        case Sum(body, index, lower, upper, condition):
            inside = free_names(body) | (free_names(condition) if condition else _NONE)
            outside = [free_names(b) for b in (lower, upper) if b is not None]
            return (inside - {index.name}).union(*outside)
        case Prod(body, index, lower, upper, condition):
            return free_names(Sum(body, index, lower, upper, condition))
        case Let(symbol, value, body):
            return (free_names(body) - {symbol.name}) | free_names(value)
        case At(body, Sym(name), value):
            return (free_names(body) - {name}) | free_names(value)
        case Apply(name, args):
            return frozenset((name,)).union(*(free_names(a) for a in args))
        case _:
            return _NONE.union(*(free_names(k) for k in children(e)))


def fresh_index(taken: frozenset[str]) -> Idx:
    """Return an index whose name is not in `taken`."""
    for name in FRESH:
        if name not in taken:
            return Idx(name)
    k = 1
    while f"k_{{{k}}}" in taken:
        k += 1
    return Idx(f"k_{{{k}}}")


def size_expr(size: Size) -> Expr:
    """Return a size as an expression, for the bound of a sum."""
    if not size.name:
        return Num(Fraction(size.offset))
    name = Sym(size.name)
    return name if not size.offset else Add((name, Num(Fraction(size.offset))))


def with_bounds(total: Sum | Prod, extent: IndexRange | None) -> Sum | Prod:
    """Return `total` with the bounds of the declared range written out, where it has none."""
    if extent is None or total.lower is not None or total.upper is not None:
        return total
    return replace(total, lower=Num(Fraction(extent.lower)), upper=size_expr(extent.upper))


def rename_bound(total: Sum | Prod, new: Idx, context: Context) -> Sum | Prod:
    """Rename the bound index of `total`; declared bounds are written out for the new name."""
    old = total.index
    bounded = with_bounds(total, context.ranges.get(old.name))
    table: dict[Expr, Expr] = {old: new}
    condition = total.condition
    return replace(
        bounded,
        index=new,
        body=substitute(total.body, table, context),
        condition=None if condition is None else _renamed(condition, table, context),
    )


def substitute(e: Expr, table: Mapping[Expr, Expr], context: Context) -> Expr:
    """Replace the keys of `table` (symbols, indices, entries) by their values, without capture.

    An `Entry` as key also matches entries with more indices: ``x^{(i)}`` in ``x^{(i)}_j``. A derivative
    by a key is kept as it is and evaluated at the value afterwards (`At`).
    """
    hit = table.get(e)
    if hit is not None:
        return hit
    match e:
        case Entry(array, indices):
            for key, value in table.items():
                if isinstance(key, Entry) and key.array == array:
                    n = len(key.indices)
                    if n < len(indices) and indices[:n] == key.indices:
                        rest = tuple(substitute(i, table, context) for i in indices[n:])
                        return Entry(value, rest)
        case Sum() | Prod():
            return _under_sum(e, table, context)
        case Let(symbol, value, body):
            inner = {k: v for k, v in table.items() if _name(k) != symbol.name}
            if any(symbol.name in free_names(v) for v in inner.values()):
                return substitute(substitute(body, {symbol: value}, context), table, context)
            return Let(symbol, substitute(value, table, context), substitute(body, inner, context))
        case At(body, symbol, value):
            inner = {k: v for k, v in table.items() if k != symbol}
            return At(substitute(body, inner, context), symbol, substitute(value, table, context))
        case Derivative(_, wrt):
            return _under_derivative(e, wrt, table, context)
        case Gradient(_, wrt):
            return _under_derivative(e, () if wrt is None else (wrt,), table, context)
        case _:
            pass
    kids = children(e)
    if not kids:
        return e
    new = tuple(substitute(k, table, context) for k in kids)
    return e if all(a is b for a, b in zip(kids, new, strict=True)) else rebuild(e, new)


def replace_equal(e: Expr, old: Expr, new: Expr) -> Expr:
    """Replace every subexpression equal to `old` (no binders are looked at)."""
    if e == old:
        return new
    kids = children(e)
    if not kids:
        return e
    out = tuple(replace_equal(k, old, new) for k in kids)
    return e if all(a is b for a, b in zip(kids, out, strict=True)) else rebuild(e, out)


def _under_sum(e: Sum | Prod, table: Mapping[Expr, Expr], context: Context) -> Expr:
    inner = {k: v for k, v in table.items() if k != e.index}
    touched = [v for k, v in inner.items() if free_names(k) & free_names(e.body)]
    if any(e.index.name in free_names(v) for v in touched):
        taken = free_names(e.body).union(*(free_names(v) for v in table.values()))
        e = rename_bound(e, fresh_index(taken | frozenset(context.ranges)), context)
    condition = e.condition
    return replace(
        e,
        body=substitute(e.body, inner, context),
        lower=None if e.lower is None else substitute(e.lower, table, context),
        upper=None if e.upper is None else substitute(e.upper, table, context),
        condition=None if condition is None else _renamed(condition, inner, context),
    )


def _under_derivative(
    e: Derivative | Gradient, wrt: tuple[Expr, ...], table: Mapping[Expr, Expr], context: Context
) -> Expr:
    names = _NONE.union(*(free_names(w) for w in wrt))
    outside = {k: v for k, v in table.items() if _name(k) in names and not isinstance(k, Idx)}
    inside = {k: v for k, v in table.items() if k not in outside}
    kids = tuple(substitute(k, inside, context) for k in children(e))
    new = rebuild(e, kids)
    for key, value in outside.items():
        new = At(new, key, value)
    return new


def _renamed(e: Compare, table: Mapping[Expr, Expr], context: Context) -> Compare:
    return Compare(e.op, substitute(e.left, table, context), substitute(e.right, table, context))


def _name(e: Expr) -> str:
    match e:
        case Sym(name) | Idx(name):
            return name
        case Entry(array):
            return _name(array)
        case _:
            return ""
