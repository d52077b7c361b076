"""The sign turns when fractions are put over a common denominator."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Add, Context, Div, Expr, Mul, Neg, walk
from gradproof.mistakes.mistake import Mistake, Slip, WrongRewriting
from gradproof.rewrite import add, neg


def _flipped(e: Expr, _context: Context) -> Iterator[Slip]:
    if isinstance(e, Add) and sum(_is_fraction(t) for t in e.terms) > 1:
        yield Slip(add(*(neg(t) if _is_fraction(t) else t for t in e.terms)), e)


def _is_fraction(e: Expr) -> bool:
    match e:
        case Neg(x):
            return _is_fraction(x)
        case Mul(xs):
            return any(_is_fraction(x) for x in xs)
        case _:
            return isinstance(e, Div)


def _one_fraction(after: Expr) -> bool:
    """Tell whether a fraction with a sum for its numerator stands there, and no sum of fractions."""
    nodes = [e for _, e in walk(after)]
    single = any(
        isinstance(e, Div) and isinstance(e.num, Add) and isinstance(e.den, Mul | Add)
        for e in nodes
    )
    return single and not any(
        isinstance(e, Add) and sum(_is_fraction(t) for t in e.terms) > 1 for e in nodes
    )


MISTAKE: Final = Mistake(
    name="sign-flipped-in-common-denominator",
    family="signs",
    headline="the sign turned in the common denominator",
    message="the numerator has the wrong sign after the fractions were added",
    why="a/b - c/d = (a d - c b)/(b d): expand the numerator and compare signs",
    prior=0.65,
    rewritings=(WrongRewriting(_flipped, shows=_one_fraction, on=(Add,)),),
)
