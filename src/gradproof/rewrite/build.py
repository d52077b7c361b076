"""Building tidy expressions from tidy parts; every shortcut taken is a named rewrite rule."""

from fractions import Fraction
from typing import Final

from gradproof.expr import Add, Context, Div, Expr, Mul, Neg, Num, Pow, Sum
from gradproof.rewrite.tidy import EMPTY, tidy_root

ZERO: Final = Num(Fraction(0))
ONE: Final = Num(Fraction(1))
TWO: Final = Num(Fraction(2))
MINUS_ONE: Final = Num(Fraction(-1))


def num(value: int | Fraction) -> Num:
    """Return a number."""
    return Num(Fraction(value))


def add(*terms: Expr) -> Expr:
    """Return the tidy sum; 0 of no terms."""
    if len(terms) < 2:
        return terms[0] if terms else ZERO
    return tidy_root(Add(terms))


def sub(left: Expr, right: Expr) -> Expr:
    """Return ``left - right``, tidy."""
    return add(left, neg(right))


def neg(arg: Expr) -> Expr:
    """Return ``-arg``, tidy."""
    return tidy_root(Neg(arg))


def mul(*factors: Expr) -> Expr:
    """Return the tidy product; 1 of no factors."""
    if len(factors) < 2:
        return factors[0] if factors else ONE
    return tidy_root(Mul(factors))


def div(top: Expr, bottom: Expr) -> Expr:
    """Return ``top / bottom``, tidy."""
    return tidy_root(Div(top, bottom))


def power(base: Expr, exponent: Expr) -> Expr:
    """Return ``base ** exponent``, tidy."""
    return tidy_root(Pow(base, exponent))


def like_sum(total: Sum, body: Expr, context: Context = EMPTY) -> Expr:
    """Return the sum of `body` over the range of `total`, tidy."""
    new = Sum(body, total.index, total.lower, total.upper, total.condition)
    return tidy_root(new, context)
