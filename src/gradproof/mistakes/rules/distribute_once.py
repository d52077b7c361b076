"""A factor before a bracket reaches its first term only: a(b + c) = ab + c."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Add, Context, Expr, Mul, Neg, Num
from gradproof.mistakes.mistake import Mistake, Slip, WrongRewriting
from gradproof.rewrite import add, mul


def _once(e: Expr, _context: Context) -> Iterator[Slip]:
    if not isinstance(e, Mul):
        return
    for k, bracket in enumerate(e.factors):
        if not isinstance(bracket, Add):
            continue
        front = mul(*e.factors[:k], *e.factors[k + 1 :])
        if isinstance(front, Neg) or (isinstance(front, Num) and front.value < 0):
            continue
        right = add(*(mul(front, t) for t in bracket.terms))
        for i, t in enumerate(bracket.terms):
            rest = bracket.terms[:i] + bracket.terms[i + 1 :]
            yield Slip(add(mul(front, t), *rest), right)


MISTAKE: Final = Mistake(
    name="distribute-once",
    family="algebra",
    headline="the factor was not carried to every term of the bracket",
    message="the factor before the bracket in {node} belongs to every term",
    why="a (b + c) = a b + a c",
    prior=0.4,
    rewritings=(WrongRewriting(_once, opened=True),),
)
