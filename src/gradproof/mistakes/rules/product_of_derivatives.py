"""The derivative of a product is given as the product of the derivatives."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Expr, Mul
from gradproof.mistakes.mistake import Mistake, WrongDerivative
from gradproof.rewrite import ZERO, mul


def _product(a: Application) -> Iterator[Expr]:
    if isinstance(a.node, Mul):
        parts = ((f, a.part(k)) for k, f in enumerate(a.node.factors))
        yield mul(*(f if d == ZERO else d for f, d in parts))


MISTAKE: Final = Mistake(
    name="product-of-derivatives",
    family="product, quotient, power",
    headline="(u v)' was taken as u' v'",
    message="the derivative of {node} is not the product of the derivatives",
    why="(u v)' = u' v + u v'",
    prior=0.6,
    derivatives=(WrongDerivative(frozenset({"product-rule"}), _product),),
)
