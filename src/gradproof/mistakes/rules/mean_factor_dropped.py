"""The factor 1/m of a mean is lost."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Context, Div, Expr, Mul, Num, Sum, Sym, walk
from gradproof.mistakes.mistake import Mend, Mistake, Repair, Slip, WrongRewriting
from gradproof.mistakes.scene import Spot
from gradproof.rewrite import ONE, div, mul


def _without_mean(e: Expr, _context: Context) -> Iterator[Slip]:
    match e:
        case Mul(factors) if any(_has_sum(f) for f in factors):
            for k, f in enumerate(factors):
                if isinstance(f, Div) and isinstance(f.den, Sym | Num | Mul) and not _has_sum(f):
                    for top in _without_size(f):
                        yield Slip(mul(*factors[:k], top, *factors[k + 1 :]), e)
        case Div(u, Sym() | Num()) if _has_sum(u):
            yield Slip(u, e)
        case _:
            return


def _has_sum(e: Expr) -> bool:
    return any(isinstance(x, Sum) for _, x in walk(e))


def _without_size(e: Div) -> Iterator[Expr]:
    if isinstance(e.den, Mul):
        for k, f in enumerate(e.den.factors):
            if isinstance(f, Sym):
                yield div(e.num, mul(*e.den.factors[:k], *e.den.factors[k + 1 :]))
    else:
        yield e.num


def _mean(spot: Spot) -> Iterator[Mend]:
    if spot.scaled:
        for size in spot.scene.divisors:
            if isinstance(size, Sym) and size.name not in spot.scene.own:
                yield Mend(mul(div(ONE, size), spot.node))


MISTAKE: Final = Mistake(
    name="mean-factor-dropped",
    family="sums and indices",
    headline="the factor 1/m of the mean is missing",
    message="the factor before the sum in {node} is missing",
    why="the derivative of a mean is the mean of the derivatives",
    prior=0.66,
    rewritings=(WrongRewriting(_without_mean),),
    repairs=(Repair(_mean, message="the factor of the mean is missing: it should be {right}"),),
)
