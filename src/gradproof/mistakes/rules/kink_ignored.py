"""A function with a kink is differentiated as if it had none: relu, |x|, max without its indicator."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Context, Expr, Fn, Num
from gradproof.mistakes.mistake import Mistake, Slip, WrongDerivative, WrongRewriting
from gradproof.rewrite import ZERO


def _smooth(a: Application) -> Iterator[Expr]:
    if isinstance(a.node, Fn):
        for inner in a.inner:
            if inner != ZERO:
                yield inner


def _without_kink(e: Expr, _context: Context) -> Iterator[Slip]:
    match e:
        case Fn("relu" | "abs", (u,)):
            yield Slip(u, e)
        case Fn("max" | "min", args) if len(args) > 1:
            for u in args:
                if not isinstance(u, Num):
                    yield Slip(u, e)
        case _:
            return


MISTAKE: Final = Mistake(
    name="kink-ignored",
    family="function tables",
    headline="the kink was ignored",
    message="the derivative of {node} depends on the side of the kink",
    why="|u|' = sign(u) u', relu(u)' = [u > 0] u', and max chooses one argument",
    prior=0.6,
    derivatives=(WrongDerivative(frozenset({"relu-rule", "abs-rule", "max-rule"}), _smooth),),
    rewritings=(WrongRewriting(_without_kink, opened=True),),
)
