"""Functions of which nothing is known, tried as particular ones: what holds for all of them agrees.

What differs for particular ones is not refuted by that: another value of the function may have been meant.
"""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType

from gradproof.expr import (
    SCALAR,
    Add,
    Apply,
    Context,
    Definition,
    Expr,
    Fn,
    Frobenius,
    FunctionName,
    Mul,
    Num,
    Space,
    Sym,
    walk_reached,
)  # fmt: skip

MANY = 4
"""Unknown functions in one comparison up to which particular ones are tried."""

_SHAPES: tuple[tuple[FunctionName, FunctionName, int], ...] = (("exp", "sin", 2), ("sin", "exp", 5))
"""Two functions and a number of which one particular function is made."""


def instances(left: Expr, right: Expr, context: Context) -> Iterator[tuple[Context, ...]]:
    """Yield groups of contexts in which unknown functions have bodies: numbers first, then entry by entry.

    Nothing is yielded where no function is unknown, or where the arguments are no plain symbols.
    """
    unknown: dict[str, tuple[Space, ...]] = {}
    for side in (left, right):
        for node in walk_reached(side, context):
            if isinstance(node, Apply) and node.name not in context.definitions:
                spaces = tuple(a.space for a in node.args if isinstance(a, Sym))
                if len(spaces) != len(node.args) or unknown.setdefault(node.name, spaces) != spaces:
                    return
    if not 0 < len(unknown) <= MANY:
        return
    yield tuple(
        _with(context, {n: _number(n, s, kind) for n, s in unknown.items()}) for kind in _SHAPES
    )
    if all(len(s) == 1 for s in unknown.values()):
        yield tuple(_with(context, {n: _entry(n, kind) for n in unknown}) for kind in _SHAPES)


def _with(context: Context, bodies: dict[str, Definition]) -> Context:
    definitions = {**context.definitions, **{n: (d,) for n, d in bodies.items()}}
    return replace(
        context,
        definitions=MappingProxyType(definitions),
        functions=context.functions - bodies.keys(),
    )


def _number(
    name: str, spaces: tuple[Space, ...], kind: tuple[FunctionName, FunctionName, int]
) -> Definition:
    """Return a function whose value is a number and whose derivatives mix all entries of all arguments."""
    first, second, number = kind
    params = tuple(Sym(f"\\cdot_{k}", s) for k, s in enumerate(spaces))
    one = Num(Fraction(1))
    total = Add((one, *(_weighted(p, first, k + number) for k, p in enumerate(params))))
    other = Add((one, *(_weighted(p, second, k + 1) for k, p in enumerate(params))))
    return Definition(name, Mul((total, other)), params)


def _weighted(p: Sym, function: FunctionName, number: int) -> Expr:
    weight = Num(Fraction(1, number))
    value = Fn(function, (Mul((weight, p)),))
    return Frobenius(p, value) if p.space.rank else Mul((p, value))


def _entry(name: str, kind: tuple[FunctionName, FunctionName, int]) -> Definition:
    """Return a function of one number, applied to arrays entry by entry."""
    t = Sym("\\cdot_0", SCALAR)
    first, second, number = kind
    weight = Num(Fraction(1, number))
    return Definition(name, Add((Fn(second, (t,)), Mul((t, Fn(first, (Mul((weight, t)),)))))), (t,))
