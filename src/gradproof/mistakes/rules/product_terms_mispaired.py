"""The product rule pairs each factor with its own derivative: u' u + v' v."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Expr, Mul
from gradproof.mistakes.mistake import Mistake, WrongDerivative
from gradproof.rewrite import ZERO, add, mul


def _mispaired(a: Application) -> Iterator[Expr]:
    if not isinstance(a.node, Mul):
        return
    moving = [k for k in range(len(a.node.factors)) if a.part(k) != ZERO]
    fixed = [f for k, f in enumerate(a.node.factors) if k not in moving]
    if len(moving) == 2:
        yield mul(*fixed, add(*(mul(a.part(k), a.node.factors[k]) for k in moving)))


MISTAKE: Final = Mistake(
    name="product-terms-mispaired",
    family="product, quotient, power",
    headline="the product rule pairs the wrong factors",
    message="the factors of {node} are paired with their own derivatives",
    why="(u v)' = u' v + u v': the derivative of one factor goes with the other",
    prior=0.35,
    derivatives=(WrongDerivative(frozenset({"product-rule"}), _mispaired),),
)
