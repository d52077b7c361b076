"""The logarithm of a sum is taken as the sum of the logarithms."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Add, Context, Expr, Fn, Sum
from gradproof.mistakes.mistake import Mistake, Slip, WrongRewriting
from gradproof.rewrite import add, like_sum


def _split(e: Expr, context: Context) -> Iterator[Slip]:
    match e:
        case Fn("log", (Add(terms),)):
            yield Slip(add(*(Fn("log", (t,)) for t in terms)), e)
        case Fn("log", (Sum() as total,)):
            yield Slip(like_sum(total, Fn("log", (total.body,)), context), e)
        case _:
            return


MISTAKE: Final = Mistake(
    name="log-of-sum-split",
    family="logarithms",
    headline="the logarithm of a sum is no sum of logarithms",
    message="{node} cannot be split term by term",
    why="log(a b) = log a + log b holds for products, not for sums",
    prior=0.5,
    rewritings=(WrongRewriting(_split, opened=True, on=(Fn,)),),
)
