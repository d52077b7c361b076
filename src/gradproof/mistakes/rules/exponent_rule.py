"""Exponents are multiplied where they should be added, or the other way round."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Context, Expr, Fn, Mul, Pow
from gradproof.mistakes.mistake import Mistake, Slip, WrongRewriting
from gradproof.rewrite import add, mul, power


def _confused(e: Expr, _context: Context) -> Iterator[Slip]:
    match e:
        case Mul((Pow(a, m), Pow(b, n))) if a == b:
            yield Slip(power(a, mul(m, n)), power(a, add(m, n)))
        case Mul((Fn("exp", (m,)), Fn("exp", (n,)))):
            yield Slip(Fn("exp", (mul(m, n),)), Fn("exp", (add(m, n),)))
        case Pow(Pow(a, m), n):
            yield Slip(power(a, add(m, n)), power(a, mul(m, n)))
        case Pow(Fn("exp", (m,)), n):
            yield Slip(Fn("exp", (add(m, n),)), Fn("exp", (mul(m, n),)))
        case _:
            return


MISTAKE: Final = Mistake(
    name="exponent-rule",
    family="algebra",
    headline="the exponents were combined wrongly",
    message="the exponents in {node} were combined wrongly",
    why="aᵐ aⁿ = aᵐ⁺ⁿ and (aᵐ)ⁿ = aᵐⁿ",
    prior=0.4,
    rewritings=(WrongRewriting(_confused, opened=True, on=(Mul, Pow)),),
)
