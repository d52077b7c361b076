"""A factor of a product is lost."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Context, Div, Expr, Mul, Num
from gradproof.mistakes.mistake import Mistake, Slip, WrongRewriting
from gradproof.rewrite import mul, num


def _lost(e: Expr, _context: Context) -> Iterator[Slip]:
    match e:
        case Mul(factors):
            for k, f in enumerate(factors):
                if f != num(-1):
                    yield Slip(mul(*factors[:k], *factors[k + 1 :]), e)
        case Div(u, Mul(factors)):
            for k in range(len(factors)):
                yield Slip(Div(u, mul(*factors[:k], *factors[k + 1 :])), e)
        case Div(u, v) if not isinstance(v, Num) or v.value != 1:
            yield Slip(u, e)
        case _:
            return


MISTAKE: Final = Mistake(
    name="factor-lost",
    family="algebra",
    headline="a factor was lost",
    message="a factor of {node} is missing",
    why="every factor of the line before must appear again or cancel",
    prior=0.28,
    rewritings=(WrongRewriting(_lost),),
)
