"""A sum of products is taken as the product of the sums: Σ aᵢ bᵢ = Σ aᵢ Σ bᵢ."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Context, Div, Expr, Mul, Sum
from gradproof.mistakes.mistake import Mistake, Slip, WrongRewriting
from gradproof.rewrite import div, free_names, like_sum, mul


def _split(e: Expr, context: Context) -> Iterator[Slip]:
    if not isinstance(e, Sum):
        return
    own = e.index.name
    match e.body:
        case Mul(factors):
            fixed = [f for f in factors if own not in free_names(f)]
            moving = [f for f in factors if own in free_names(f)]
            for k, f in enumerate(moving):
                rest = moving[:k] + moving[k + 1 :]
                if rest and not (len(moving) == 2 and k):
                    sums = like_sum(e, f, context), like_sum(e, mul(*rest), context)
                    yield Slip(mul(*fixed, *sums), e)
        case Div(u, v) if own in free_names(u) and own in free_names(v):
            yield Slip(div(like_sum(e, u, context), like_sum(e, v, context)), e)
        case _:
            return


MISTAKE: Final = Mistake(
    name="factor-out-of-sum",
    family="sums and indices",
    headline="a sum of products is no product of sums",
    message="the factors under {node} depend on its index and cannot be summed one by one",
    why="Σᵢ c aᵢ = c Σᵢ aᵢ holds for a factor c without the index only",
    prior=0.45,
    rewritings=(WrongRewriting(_split, opened=True, on=(Sum,)),),
)
