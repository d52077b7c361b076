"""A bound index leaves its sum, or another sum catches it: Σ_t t bₜ = t Σ_t bₜ, (Σᵢ aᵢ)(Σᵢ bᵢ) = Σᵢ aᵢ bᵢ."""

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from gradproof.expr import Context, Div, Expr, Mul, Num, Pow, Sum
from gradproof.mistakes.mistake import Mistake, Slip, WrongRewriting
from gradproof.rewrite import div, free_names, like_sum, mul, power


def _escaped(e: Expr, context: Context) -> Iterator[Slip]:
    """A factor that depends on the index is written before the sum."""
    if not isinstance(e, Sum):
        return
    own = e.index.name
    match e.body:
        case Mul(factors):
            for k, f in enumerate(factors):
                rest = factors[:k] + factors[k + 1 :]
                if own in free_names(f):
                    yield Slip(mul(f, like_sum(e, mul(*rest), context)), e)
        case Div(u, v) if own in free_names(v):
            yield Slip(div(like_sum(e, u, context), v), e)
        case _:
            return


def _caught(e: Expr, context: Context) -> Iterator[Slip]:
    """What stands before a sum is written under it, where its index means another thing."""
    match e:
        case Mul(factors):
            for k, total in enumerate(factors):
                if isinstance(total, Sum):
                    rest = mul(*factors[:k], *factors[k + 1 :])
                    if total.index.name in free_names(rest):
                        yield Slip(like_sum(total, mul(rest, total.body), context), e)
            for a, b in combinations(range(len(factors)), 2):
                first, second = factors[a], factors[b]
                if not isinstance(first, Sum) or not isinstance(second, Sum):
                    continue
                if first.index == second.index:
                    rest = [f for k, f in enumerate(factors) if k not in (a, b)]
                    one = like_sum(first, mul(first.body, second.body), context)
                    yield Slip(mul(*rest, one), e)
        case Pow(Sum(body) as total, Num(n)) if n == 2:
            yield Slip(like_sum(total, power(body, e.exponent), context), e)
        case _:
            return


MISTAKE: Final = Mistake(
    name="index-captured",
    family="sums and indices",
    headline="a bound index has left its sum, or another sum has caught it",
    message="the index of the sum in {node} means something only under that sum",
    why="before a product of sums is written as one, one of the indices gets another letter",
    prior=0.46,
    rewritings=(
        WrongRewriting(_escaped, opened=True, on=(Sum,)),
        WrongRewriting(_caught, opened=True, on=(Mul, Pow)),
    ),
)
