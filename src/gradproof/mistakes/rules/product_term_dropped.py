"""One term of the product rule is missing."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Expr, Mul
from gradproof.mistakes.links import product_without
from gradproof.mistakes.mistake import Mistake, WrongDerivative
from gradproof.rewrite import ZERO


def _one_term_less(a: Application) -> Iterator[Expr]:
    if isinstance(a.node, Mul):
        for k in range(len(a.node.factors)):
            if a.part(k) != ZERO:
                yield product_without(a, k)


MISTAKE: Final = Mistake(
    name="product-term-dropped",
    family="product, quotient, power",
    headline="a term of the product rule is missing",
    message="a term of the derivative of {node} is missing",
    why="(u v)' = u' v + u v': every factor that varies gives a term",
    prior=0.55,
    derivatives=(WrongDerivative(frozenset({"product-rule"}), _one_term_less),),
)
