"""The logarithm of a quotient is taken as the quotient of the logarithms."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Context, Div, Expr, Fn
from gradproof.mistakes.mistake import Mistake, Slip, WrongRewriting
from gradproof.rewrite import div, sub


def _quotient(e: Expr, _context: Context) -> Iterator[Slip]:
    match e:
        case Fn("log", (Div(u, v),)):
            logs = Fn("log", (u,)), Fn("log", (v,))
            yield Slip(div(*logs), sub(*logs))
        case _:
            return


MISTAKE: Final = Mistake(
    name="log-quotient-wrong",
    family="logarithms",
    headline="log(a/b) is log a - log b",
    message="{node} is a difference of logarithms, not a quotient",
    why="log(a/b) = log a - log b",
    prior=0.45,
    rewritings=(WrongRewriting(_quotient, opened=True, on=(Fn,)),),
)
