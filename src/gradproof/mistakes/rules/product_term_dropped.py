"""One term of the product rule is missing."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Add, Expr, MatMul, Mul, Neg, rank
from gradproof.mistakes.factors import product, transposed
from gradproof.mistakes.links import product_without
from gradproof.mistakes.mistake import Mend, Mistake, Repair, WrongDerivative
from gradproof.mistakes.scene import Spot
from gradproof.rewrite import ZERO


def _one_term_less(a: Application) -> Iterator[Expr]:
    if isinstance(a.node, Mul):
        for k in range(len(a.node.factors)):
            if a.part(k) != ZERO:
                yield product_without(a, k)


def _second(spot: Spot) -> Iterator[Mend]:
    """The term of the other factor is missing: Ax for Ax + Aᵀx."""
    factors = spot.node.factors if isinstance(spot.node, MatMul) else (spot.node,)
    if not spot.whole or not spot.rank or isinstance(spot.node, Add | Neg | Mul):
        return
    for k in range(len(factors)):
        for n in range(k + 1, len(factors) + 1):
            group = product(*factors[k:n])
            if rank(group, spot.context) == 2 and (n - k == 1 or len(factors) > n - k):
                other = product(*factors[:k], transposed(group, spot.context), *factors[n:])
                yield Mend(Add((spot.node, other)))


MISTAKE: Final = Mistake(
    name="product-term-dropped",
    family="product, quotient, power",
    headline="a term of the product rule is missing",
    message="a term of the derivative of {node} is missing",
    why="(u v)' = u' v + u v': every factor that varies gives a term",
    prior=0.55,
    derivatives=(WrongDerivative(frozenset({"product-rule"}), _one_term_less),),
    repairs=(Repair(_second, message="a term is missing: {wrong} should be {right}"),),
)
