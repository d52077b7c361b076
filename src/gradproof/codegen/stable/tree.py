"""Scalar trees: what stands at one entry of an array, in the pointwise functions of the generated code."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final, assert_never, final


@final
@dataclass(frozen=True, slots=True)
class Leaf:
    """One number that comes from elsewhere, by its number."""

    number: int


@final
@dataclass(frozen=True, slots=True)
class Number:
    """A rational number."""

    value: Fraction


@final
@dataclass(frozen=True, slots=True)
class Op:
    """A pointwise function of trees; ``add`` and ``mul`` take two or more."""

    name: str
    args: tuple["Scalar", ...]


Scalar = Leaf | Number | Op

ZERO: Final = Number(Fraction(0))
ONE: Final = Number(Fraction(1))
MINUS_ONE: Final = Number(Fraction(-1))


def number(value: Fraction | int) -> Number:
    """Return a number."""
    return Number(Fraction(value))


def add(*terms: Scalar) -> Scalar:
    """Return the sum, flat, with the numbers in it added up and last."""
    flat: list[Scalar] = []
    total = Fraction(0)
    for t in terms:
        for part in t.args if isinstance(t, Op) and t.name == "add" else (t,):
            if isinstance(part, Number):
                total += part.value
            else:
                flat.append(part)
    if total:
        flat.append(Number(total))
    if len(flat) < 2:
        return flat[0] if flat else ZERO
    return Op("add", tuple(flat))


def mul(*factors: Scalar) -> Scalar:
    """Return the product, flat, with the numbers in it multiplied and first."""
    flat: list[Scalar] = []
    total = Fraction(1)
    for f in factors:
        for part in f.args if isinstance(f, Op) and f.name == "mul" else (f,):
            if isinstance(part, Number):
                total *= part.value
            else:
                flat.append(part)
    if not total:
        return ZERO
    if total != 1:
        flat.insert(0, Number(total))
    if len(flat) < 2:
        return flat[0] if flat else ONE
    return Op("mul", tuple(flat))


def neg(arg: Scalar) -> Scalar:
    """Return ``-arg``; the sign goes into a sum of two terms of which one has a sign already."""
    if isinstance(arg, Op) and arg.name == "add" and _sign(arg.args[0]) < 0:
        return add(*(neg(t) for t in arg.args))
    return mul(MINUS_ONE, arg)


def power(base: Scalar, exponent: Scalar) -> Scalar:
    """Return ``base ** exponent``."""
    if isinstance(exponent, Number):
        if exponent.value == 1:
            return base
        if exponent.value == 0:
            return ONE
        if exponent.value == -1:
            return reciprocal(base)
        if isinstance(base, Number) and exponent.value.denominator == 1 and base.value:
            return Number(base.value ** int(exponent.value))
    return Op("pow", (base, exponent))


def reciprocal(arg: Scalar) -> Scalar:
    """Return ``1 / arg``."""
    if isinstance(arg, Number) and arg.value:
        return Number(1 / arg.value)
    return Op("reciprocal", (arg,))


def apply(name: str, *args: Scalar) -> Scalar:
    """Return a function of trees."""
    match name:
        case "add":
            return add(*args)
        case "mul":
            return mul(*args)
        case "pow":
            return power(*args)
        case "reciprocal":
            return reciprocal(*args)
        case _:
            return Op(name, args)


def size(tree: Scalar) -> int:
    """Return how many functions are called, additions counted by their terms."""
    match tree:
        case Leaf() | Number():
            return 0
        case Op(name, args):
            own = len(args) - 1 if name in ("add", "mul") else 1
            return own + sum(size(a) for a in args)
        case _:
            assert_never(tree)


def functions(tree: Scalar) -> frozenset[str]:
    """Return the names of all functions in a tree."""
    match tree:
        case Leaf() | Number():
            return frozenset()
        case Op(name, args):
            return frozenset((name,)).union(*(functions(a) for a in args))
        case _:
            assert_never(tree)


def _sign(tree: Scalar) -> int:
    match tree:
        case Number(value):
            return -1 if value < 0 else 1
        case Op("mul", (Number(value), *_)):
            return -1 if value < 0 else 1
        case _:
            return 1
