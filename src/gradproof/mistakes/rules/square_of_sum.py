"""The square of a sum is taken as the sum of the squares."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Add, Context, Expr, Neg, Num, Pow
from gradproof.mistakes.mistake import Mistake, Slip, WrongRewriting
from gradproof.rewrite import add, neg, power


def _termwise(e: Expr, _context: Context) -> Iterator[Slip]:
    match e:
        case Pow(Add(terms), Num(n)) if n != 1:
            yield Slip(add(*(power(t, e.exponent) for t in terms)), e)
            if any(isinstance(t, Neg) for t in terms):
                yield Slip(add(*(_signed(t, e.exponent) for t in terms)), e)
        case _:
            return


def _signed(term: Expr, exponent: Expr) -> Expr:
    return neg(power(term.arg, exponent)) if isinstance(term, Neg) else power(term, exponent)


MISTAKE: Final = Mistake(
    name="square-of-sum",
    family="algebra",
    headline="the square of a sum has mixed terms",
    message="{node} was raised term by term",
    why="(a + b)² = a² + 2ab + b²",
    prior=0.45,
    rewritings=(WrongRewriting(_termwise, opened=True, on=(Pow,)),),
)
