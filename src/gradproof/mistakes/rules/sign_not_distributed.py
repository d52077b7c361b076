"""A minus before a bracket reaches its first term only: -(a - b) = -a - b."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Add, Context, Expr, Mul, Neg, Num
from gradproof.mistakes.mistake import Mistake, Slip, WrongRewriting
from gradproof.rewrite import add, mul, neg, num


def _first_only(e: Expr, _context: Context) -> Iterator[Slip]:
    match e:
        case Neg(Add(terms)):
            first, *rest = terms
            yield Slip(add(neg(first), *rest), add(*(neg(t) for t in terms)))
        case Mul(factors) if sum(isinstance(f, Add) for f in factors) == 1:
            (k,) = (k for k, f in enumerate(factors) if isinstance(f, Add))
            bracket = factors[k]
            others = (*factors[:k], *factors[k + 1 :])
            first = next((f for f in others if _negative(f)), None)
            if first is None or not isinstance(bracket, Add):
                return
            rest = [f for f in others if f is not first]
            front = mul(first, *rest)
            wrong = [
                mul(front, t) if i == 0 else mul(neg(front), t) for i, t in enumerate(bracket.terms)
            ]
            yield Slip(add(*wrong), add(*(mul(front, t) for t in bracket.terms)))
        case _:
            return


def _negative(e: Expr) -> bool:
    return isinstance(e, Neg) or (isinstance(e, Num) and e.value < num(0).value)


MISTAKE: Final = Mistake(
    name="sign-not-distributed",
    family="signs",
    headline="the minus was not carried to every term of the bracket",
    message="the minus before the bracket in {node} belongs to every term",
    why="-(a - b) = -a + b: a sign before a bracket turns the sign of each term",
    prior=0.7,
    rewritings=(WrongRewriting(_first_only, opened=True, on=(Neg, Mul)),),
)
