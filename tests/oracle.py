"""An oracle that shares nothing with the package: plain loops in mpmath, derivatives by differences, a book's rules.

Used by the tests that ask whether the checker as a whole is right. Sizes are fixed (`SIZES`), a point maps a name,
or a name and index values, to a number.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

import mpmath
from strategies import CONTEXT

from gradproof.expr import (
    Add,
    Branch,
    Cases,
    Compare,
    Const,
    Delta,
    Derivative,
    Div,
    Entry,
    Expr,
    Fn,
    Idx,
    IndexRange,
    Mul,
    Neg,
    Num,
    Pow,
    Size,
    Sum,
    Sym,
    free_indices,
)

SIZES = {"m": 3, "n": 2}
RANGES = {"i": "m", "j": "n", "k": "n", "l": "n"}
L = Idx("l")
SIZED = replace(
    CONTEXT, sizes=SIZES, ranges={k: IndexRange(Size(size)) for k, size in RANGES.items()}
)
"""The context of `strategies` with fixed sizes and one more index, which no random expression holds."""

DIGITS = 60
_STEP = mpmath.mpf(10) ** -14

Point = Mapping[object, mpmath.mpf]

FUNCTIONS = {
    "exp": mpmath.exp, "log": mpmath.log, "sqrt": mpmath.sqrt, "abs": abs, "sign": mpmath.sign,
    "sin": mpmath.sin, "cos": mpmath.cos, "tan": mpmath.tan, "sinh": mpmath.sinh, "cosh": mpmath.cosh,
    "tanh": mpmath.tanh, "arctan": mpmath.atan, "arcsin": mpmath.asin, "arccos": mpmath.acos,
    "erf": mpmath.erf, "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)), "relu": lambda x: max(x, mpmath.mpf(0)),
    "max": max, "min": min,
}  # fmt: skip


def number(value: Fraction) -> mpmath.mpf:
    return mpmath.mpf(value.numerator) / value.denominator


def value(e: Expr, point: Point, at: Mapping[str, int]) -> mpmath.mpf:
    """Return the value at a point with the free indices at `at`; call it inside `mpmath.workdps`."""
    match e:
        case Num(v):
            return number(v)
        case Const(name):
            return mpmath.mpf(getattr(mpmath.mp, name))
        case Sym(name):
            return mpmath.mpf(SIZES[name]) if name in SIZES else point[name]
        case Idx(name):
            return mpmath.mpf(at[name])
        case Neg(a):
            return -value(a, point, at)
        case Add(terms):
            return mpmath.fsum(value(t, point, at) for t in terms)
        case Mul(factors):
            return mpmath.fprod(value(f, point, at) for f in factors)
        case Div(a, b):
            return value(a, point, at) / value(b, point, at)
        case Pow(a, b):
            return value(a, point, at) ** value(b, point, at)
        case Fn(name, args):
            return FUNCTIONS[name](*(value(a, point, at) for a in args))
        case Entry():
            return point[place(e, point, at)]
        case Delta(a, b):
            return mpmath.mpf(value(a, point, at) == value(b, point, at))
        case Sum(body, Idx(name), None, None, None):
            values = range(1, SIZES[RANGES[name]] + 1)
            return mpmath.fsum(value(body, point, {**at, name: k}) for k in values)
        case Cases(branches):
            return next(value(b.value, point, at) for b in branches if met(b, point, at))
        case Derivative(body, wrt):
            return slope(body, wrt, point, at)
        case _:
            raise TypeError(type(e))


def met(b: Branch, point: Point, at: Mapping[str, int]) -> bool:
    if b.condition is None:
        return True
    c: Compare = b.condition
    gap = value(c.left, point, at) - value(c.right, point, at)
    return {
        "=": gap == 0, "!=": gap != 0, "<": gap < 0, "<=": gap <= 0, ">": gap > 0, ">=": gap >= 0,
    }[c.op]  # fmt: skip


def place(e: Expr, point: Point, at: Mapping[str, int]) -> object:
    """Return the key of a symbol or an entry in a point."""
    match e:
        case Sym(name):
            return name
        case Entry(Sym(name), indices):
            return (name, *(int(value(i, point, at)) for i in indices))
        case _:
            raise TypeError(type(e))


def slope(body: Expr, wrt: tuple[Expr, ...], point: Point, at: Mapping[str, int]) -> mpmath.mpf:
    """Return a derivative as central differences of a tiny step, many digits deep."""
    if not wrt:
        return value(body, point, at)
    key = place(wrt[0], point, at)
    ends = [slope(body, wrt[1:], {**point, key: point[key] + sign * _STEP}, at) for sign in (1, -1)]
    return (ends[0] - ends[1]) / (2 * _STEP)


def random_point(seed: int) -> dict[object, mpmath.mpf]:
    """Return a point of `strategies.CONTEXT`: x, y real, p, q inside (0, 1), s, t positive, arrays real."""
    rng = random.Random(seed)
    inside = {name: Fraction(rng.randint(1, 98), 99) for name in "pq"}
    above = {name: Fraction(rng.randint(1, 300), 97) for name in "st"}
    point: dict[object, Fraction] = {**inside, **above}
    keys: list[object] = [*"xy"]
    keys += [(name, j) for name in "vu" for j in range(1, SIZES["n"] + 1)]
    keys += [("A", i, j) for i in range(1, SIZES["m"] + 1) for j in range(1, SIZES["n"] + 1)]
    keys += [("B", i, j) for i in range(1, SIZES["n"] + 1) for j in range(1, SIZES["n"] + 1)]
    for key in keys:
        point[key] = Fraction(rng.choice((-1, 1)) * rng.randint(1, 200), 89)
    return {key: number(v) for key, v in point.items()}


def random_indices(seed: int, *sides: Expr) -> dict[str, int]:
    """Return values of all free indices."""
    rng = random.Random(seed)
    names = sorted(frozenset().union(*map(free_indices, sides)))
    return {name: rng.randint(1, SIZES[RANGES[name]]) for name in names}


def gaps(left: Expr, right: Expr, seeds: int = 4) -> Iterator[mpmath.mpf]:
    """Yield the differences at random points, relative to the larger side (or to 1), where both are defined."""
    with mpmath.workdps(DIGITS):
        for seed in range(seeds):
            point, at = random_point(seed), random_indices(seed, left, right)
            try:
                a, b = value(left, point, at), value(right, point, at)
            except (ZeroDivisionError, ValueError, OverflowError):
                continue
            if isinstance(a, mpmath.mpf) and isinstance(b, mpmath.mpf):
                yield abs(a - b) / max(abs(a), abs(b), mpmath.mpf(1))


def differ(left: Expr, right: Expr) -> bool:
    """Tell whether two sides differ by more than a millionth at some random point."""
    return any(gap > mpmath.mpf(10) ** -6 for gap in gaps(left, right))


ZERO, ONE, TWO = (Num(Fraction(k)) for k in range(3))

OUTER = {
    "exp": lambda u: Fn("exp", (u,)),
    "log": lambda u: Div(ONE, u),
    "sqrt": lambda u: Div(ONE, Mul((TWO, Fn("sqrt", (u,))))),
    "sin": lambda u: Fn("cos", (u,)),
    "cos": lambda u: Neg(Fn("sin", (u,))),
    "sinh": lambda u: Fn("cosh", (u,)),
    "cosh": lambda u: Fn("sinh", (u,)),
    "tanh": lambda u: Add((ONE, Neg(Pow(Fn("tanh", (u,)), TWO)))),
    "sigmoid": lambda u: Mul((Fn("sigmoid", (u,)), Add((ONE, Neg(Fn("sigmoid", (u,))))))),
    "softplus": lambda u: Fn("sigmoid", (u,)),
    "arctan": lambda u: Div(ONE, Add((ONE, Pow(u, TWO)))),
}


def by_the_book(e: Expr, wrt: Expr) -> Expr:
    """Differentiate by the rules of a school book, without tidying; the indices of `wrt` stand in no sum of `e`."""
    match e:
        case Num() | Const() | Delta() | Idx():
            return ZERO
        case Sym():
            return ONE if e == wrt else ZERO
        case Entry(array, indices):
            if not isinstance(wrt, Entry) or array != wrt.array:
                return ZERO
            pairs = zip(indices, wrt.indices, strict=True)
            return Mul((ONE, *(Delta(a, b) for a, b in pairs)))
        case Neg(a):
            return Neg(by_the_book(a, wrt))
        case Add(terms):
            return Add(tuple(by_the_book(t, wrt) for t in terms))
        case Mul(factors):
            return Add(
                tuple(
                    Mul((*factors[:k], by_the_book(f, wrt), *factors[k + 1 :]))
                    for k, f in enumerate(factors)
                )
            )
        case Div(a, b):
            top = Add((Mul((by_the_book(a, wrt), b)), Neg(Mul((a, by_the_book(b, wrt))))))
            return Div(top, Pow(b, TWO))
        case Pow(a, Num(n)):
            return Mul((Num(n), Pow(a, Num(n - 1)), by_the_book(a, wrt)))
        case Pow(a, b):
            return Mul((e, by_the_book(Mul((b, Fn("log", (a,)))), wrt)))
        case Fn(name, (u,)):
            return Mul((OUTER[name](u), by_the_book(u, wrt)))
        case Sum(body, index, None, None, None):
            return Sum(by_the_book(body, wrt), index)
        case _:
            raise TypeError(type(e))
