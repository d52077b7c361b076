"""A function with a kink is differentiated as if it had none: relu, |x|, max without its indicator."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Context, Expr, Fn, Norm, Num
from gradproof.mistakes.mistake import Mend, Mistake, Repair, Slip, WrongDerivative, WrongRewriting
from gradproof.mistakes.scene import Spot
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


def _sign_of_size(spot: Spot) -> Iterator[Mend]:
    """sign(|u|) is 1 everywhere."""
    match spot.node:
        case Fn("sign", (Fn("abs", (u,)),)):
            yield Mend(Fn("sign", (u,)), (0, 0), u)
        case Fn("sign", (Norm(u),)):
            yield Mend(Fn("sign", (u,)), (0, 0), u)
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
    rewritings=(WrongRewriting(_without_kink, opened=True, on=(Fn,)),),
    repairs=(Repair(_sign_of_size, message="{wrong} does not depend on the side of the kink"),),
)
