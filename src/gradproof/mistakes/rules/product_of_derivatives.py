"""The derivative of a product is given as the product of the derivatives."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Derivative, Expr, Hadamard, Mul
from gradproof.mistakes.mistake import Mend, Mistake, Repair, WrongDerivative
from gradproof.mistakes.scene import Spot
from gradproof.rewrite import ZERO, mul


def _product(a: Application) -> Iterator[Expr]:
    if isinstance(a.node, Mul):
        parts = ((f, a.part(k)) for k, f in enumerate(a.node.factors))
        yield mul(*(f if d == ZERO else d for f, d in parts))


def _of_one_factor(spot: Spot) -> Iterator[Mend]:
    """∂u/∂x for the derivative of u x: the other factor, differentiated, has become 1."""
    match spot.node:
        case Derivative(body, (x,), notation):
            for n in spot.scene.reached:
                if isinstance(n, Mul | Hadamard) and set(n.factors) == {body, x} != {x}:
                    yield Mend(Derivative(n, (x,), notation))
        case _:
            return


MISTAKE: Final = Mistake(
    name="product-of-derivatives",
    family="product, quotient, power",
    headline="(u v)' was taken as u' v'",
    message="the derivative of {node} is not the product of the derivatives",
    why="(u v)' = u' v + u v'",
    prior=0.6,
    derivatives=(WrongDerivative(frozenset({"product-rule"}), _product),),
    repairs=(
        Repair(
            _of_one_factor, message="{wrong} is not the derivative of the product: it is {right}"
        ),
    ),
)
