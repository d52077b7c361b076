"""A function with a kink is differentiated as if it had none: relu, |x|, max without its indicator."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Apply, Context, Expr, Fn, MatMul, Norm, Num, rank
from gradproof.mistakes.factors import elementwise, grouped
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


def _passed_on(spot: Spot) -> Iterator[Mend]:
    """A factor ⊙ relu'(z) is missing: where the function is flat nothing is passed on."""
    alone = spot.whole or isinstance(spot.parent, MatMul)
    fs = spot.node.factors if isinstance(spot.node, MatMul) else ()
    for u in dict.fromkeys(_rectified(n) for n in spot.scene.reached):
        if u is None or not rank(u, spot.context):
            continue
        step = Apply("relu", (u,), 1)
        if alone and rank(u, spot.context) == spot.rank:
            yield Mend(elementwise(spot.node, step, context=spot.context))
        for k, end, group in grouped(fs):
            if rank(u, spot.context) == rank(group, spot.context):
                whole = elementwise(group, step, context=spot.context)
                yield Mend(MatMul((*fs[:k], whole, *fs[end:])), (k, end - 1), whole)


def _rectified(e: Expr) -> Expr | None:
    """Return what a rectifier is applied to, None where `e` is none."""
    match e:
        case Fn("relu", (u,)):
            return u
        case Fn("max", (Num(n), u)) | Fn("max", (u, Num(n))) if n == 0:
            return u
        case _:
            return None


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
    repairs=(
        Repair(_sign_of_size, message="{wrong} does not depend on the side of the kink"),
        Repair(
            _passed_on, message="the slope of the rectifier is missing: {wrong} should be {right}"
        ),
    ),
)
