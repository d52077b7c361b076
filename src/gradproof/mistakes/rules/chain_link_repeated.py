"""One link of the chain is multiplied twice: (a - y) σ'(z) with cross entropy."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Expr
from gradproof.mistakes.links import with_outer
from gradproof.mistakes.mistake import Mistake, WrongDerivative
from gradproof.mistakes.named import DEFINITIONS, links_of
from gradproof.rewrite import ONE, ZERO, mul


def _twice(a: Application) -> Iterator[Expr]:
    if len(a.outer) != 1 or a.inner[0] == ZERO:
        return
    yield with_outer(a, 0, mul(a.outer[0], a.outer[0]))
    if a.inner[0] != ONE:
        yield mul(a.result, a.inner[0])


def _quantity_twice(a: Application) -> Iterator[Expr]:
    for slope, _ in links_of(a):
        yield mul(a.result, slope)


MISTAKE: Final = Mistake(
    name="chain-link-repeated",
    family="chain rule",
    headline="a factor of the chain rule stands twice",
    message="a factor of the derivative of {node} stands twice; it is {right}",
    why="every link of the chain contributes its derivative once",
    prior=0.5,
    derivatives=(
        WrongDerivative(DEFINITIONS, _quantity_twice, weight=1.5),
        WrongDerivative(frozenset(), _twice),
    ),
)
