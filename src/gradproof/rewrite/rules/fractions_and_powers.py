"""Fractions and powers: 0/u = 0, u/1 = u, u^1 = u."""

from gradproof.expr import Context, Div, Expr, Neg, Num, Pow
from gradproof.rewrite.build import ONE, ZERO, div, neg
from gradproof.rewrite.rule import rewrite_rule

_LARGEST_EXPONENT = 64


@rewrite_rule("zero-numerator", on=Div, formula=r"\frac{0}{u} = 0")
def zero_numerator(e: Div, _context: Context) -> Expr | None:
    """Zero divided by anything that may be divided by is zero."""
    return ZERO if e.num == ZERO and e.den != ZERO else None


@rewrite_rule("unit-denominator", on=Div, formula=r"\frac{u}{1} = u")
def unit_denominator(e: Div, _context: Context) -> Expr | None:
    """Drop a denominator that is one."""
    return e.num if e.den == ONE else None


@rewrite_rule("numbers-divided", on=Div, formula=r"\frac{6}{4} = \frac{3}{2}")
def numbers_divided(e: Div, _context: Context) -> Expr | None:
    """Divide two numbers."""
    match e:
        case Div(Num(a), Num(b)) if b:
            return Num(a / b)
        case _:
            return None


@rewrite_rule("sign-of-fraction", on=Div, formula=r"\frac{-u}{v} = -\frac{u}{v}")
def sign_of_fraction(e: Div, _context: Context) -> Expr | None:
    """Write the sign of the numerator before the fraction."""
    match e.num:
        case Neg(u):
            return neg(div(u, e.den))
        case Num(value) if value < 0:
            return neg(div(Num(-value), e.den))
        case _:
            return None


@rewrite_rule("exponent-one", on=Pow, formula=r"u^1 = u")
def exponent_one(e: Pow, _context: Context) -> Expr | None:
    """Drop an exponent that is one."""
    return e.base if e.exponent == ONE else None


@rewrite_rule("exponent-zero", on=Pow, formula=r"u^0 = 1")
def exponent_zero(e: Pow, _context: Context) -> Expr | None:
    """Anything to the power of zero is one (of a number that is zero nothing is said)."""
    return ONE if e.exponent == ZERO and e.base != ZERO else None


@rewrite_rule("numbers-raised", on=Pow, formula=r"2^3 = 8")
def numbers_raised(e: Pow, _context: Context) -> Expr | None:
    """Raise a number to a small whole power."""
    match e:
        case Pow(Num(b), Num(n)) if n.denominator == 1 and abs(n) <= _LARGEST_EXPONENT and b:
            return Num(b ** int(n))
        case _:
            return None
