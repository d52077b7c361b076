"""A constant factor is lost."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Context, Expr, Mul
from gradproof.mistakes.mistake import Mistake, Slip, WrongDerivative, WrongRewriting
from gradproof.rewrite import ZERO, mul, num

FACTORS: Final = tuple(Fraction(1, k) for k in (2, 3, 4, 8)) + tuple(map(Fraction, (2, 3, 4, 8)))
"""Numbers by which a whole line is often off."""


def _dropped(a: Application) -> Iterator[Expr]:
    if not isinstance(a.node, Mul):
        return
    parts = [f if a.part(k) == ZERO else a.part(k) for k, f in enumerate(a.node.factors)]
    for k, factor in enumerate(a.node.factors):
        if a.part(k) == ZERO and factor != num(-1):
            yield mul(*parts[:k], *parts[k + 1 :])


def _number_lost(e: Expr, _context: Context) -> Iterator[Slip]:
    for factor in FACTORS:
        yield Slip(mul(num(factor), e), e)


MISTAKE: Final = Mistake(
    name="constant-dropped",
    family="product, quotient, power",
    headline="a constant factor was lost",
    message="a constant factor of {node} is missing",
    why="(c u)' = c u'",
    prior=0.45,
    derivatives=(WrongDerivative(frozenset({"constant-multiple"}), _dropped),),
    rewritings=(WrongRewriting(_number_lost, whole=True),),
)
