"""One link of the chain is multiplied twice: (a - y) σ'(z) with cross entropy."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Expr, Hadamard, MatMul, Mul, Neg, Num
from gradproof.mistakes.factors import elementwise, product
from gradproof.mistakes.links import with_outer
from gradproof.mistakes.mistake import Mend, Mistake, Repair, WrongDerivative
from gradproof.mistakes.named import DEFINITIONS, links_of
from gradproof.mistakes.scene import Spot
from gradproof.rewrite import ZERO, mul


def _twice(a: Application) -> Iterator[Expr]:
    if len(a.outer) != 1 or a.inner[0] == ZERO:
        return
    yield with_outer(a, 0, mul(a.outer[0], a.outer[0]))
    if not isinstance(a.inner[0], Num):
        yield mul(a.result, a.inner[0])


def _quantity_twice(a: Application) -> Iterator[Expr]:
    for slope, _ in links_of(a):
        if not _number(slope):
            yield mul(a.result, slope)


def _number(e: Expr) -> bool:
    """Tell whether a slope is a number: that is a sign or a factor, and no link that a person writes."""
    return isinstance(e.arg if isinstance(e, Neg) else e, Num)


def _once(spot: Spot) -> Iterator[Mend]:
    """A factor stands in a product that does not belong there."""
    match spot.node:
        case Hadamard(fs):
            for k in range(len(fs)):
                for n in (1, 2):
                    rest = fs[:k] + fs[k + n :]
                    if rest and k + n <= len(fs):
                        yield Mend(elementwise(*rest, context=spot.context))
        case MatMul(fs):
            for k in range(len(fs)):
                yield Mend(product(*fs[:k], *fs[k + 1 :]))
        case Mul(fs):
            for k in range(len(fs)):
                if not isinstance(fs[k], Num):
                    yield Mend(mul(*fs[:k], *fs[k + 1 :]))
        case _:
            return


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
    repairs=(
        Repair(_once, weight=0.9, message="there is a factor too many: {wrong} should be {right}"),
    ),
)
