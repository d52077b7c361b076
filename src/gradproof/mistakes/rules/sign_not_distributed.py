"""A minus before a bracket reaches its first term only: -(a - b) = -a - b."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Add, Context, Expr, Mul, Neg, Num, Sum
from gradproof.mistakes.mistake import Mistake, Slip, WrongRewriting
from gradproof.rewrite import add, like_sum, mul, neg, num


def _first_only(e: Expr, context: Context) -> Iterator[Slip]:
    match e:
        case Neg(x):
            terms = _distributed(x, context)
        case Mul(factors) if any(_negative(f) for f in factors):
            terms = _distributed(e, context)
            terms = terms and [neg(t) for t in terms]
        case _:
            return
    if terms:
        yield Slip(add(neg(terms[0]), *terms[1:]), add(*(neg(t) for t in terms)))


def _distributed(e: Expr, context: Context) -> list[Expr] | None:
    """Return the terms of the bracket in `e`, factors and sums around it carried out; None where there is none."""
    match e:
        case Add(terms):
            return list(terms)
        case Mul(factors):
            inner = [(k, t) for k, f in enumerate(factors) if (t := _distributed(f, context))]
            if len(inner) != 1:
                return None
            ((k, terms),) = inner
            others = (*factors[:k], *factors[k + 1 :])
            return [mul(*others, t) for t in terms]
        case Sum(body):
            terms = _distributed(body, context)
            return terms and [like_sum(e, t, context) for t in terms]
        case _:
            return None


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
