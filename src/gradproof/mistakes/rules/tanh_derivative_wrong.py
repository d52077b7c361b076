"""The derivative of tanh is wrong: 1 - tanh, tanh (1 - tanh), 1 + tanh²."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Expr
from gradproof.mistakes.factors import elementwise
from gradproof.mistakes.links import with_outer
from gradproof.mistakes.mistake import Mend, Mistake, Repair, WrongDerivative
from gradproof.mistakes.scene import Spot
from gradproof.rewrite import ONE, TWO, add, mul, power, sub


def _wrong_table(a: Application) -> Iterator[Expr]:
    t = a.node
    for outer in (sub(ONE, t), mul(t, sub(ONE, t)), add(ONE, power(t, TWO))):
        yield with_outer(a, 0, outer)


def _in_the_line(spot: Spot) -> Iterator[Mend]:
    """What stands for 1 - tanh² in a line about arrays."""
    c = spot.context
    for a in spot.scene.activations:
        square = elementwise(a, a, context=c)
        if spot.node in (
            sub(ONE, a),
            add(ONE, square),
            square,
            elementwise(a, sub(ONE, a), context=c),
        ):
            yield Mend(sub(ONE, square))


MISTAKE: Final = Mistake(
    name="tanh-derivative-wrong",
    family="function tables",
    headline="the derivative of tanh is 1 - tanh²",
    message="the derivative of {node} is wrong: it is {outer}",
    why="tanh' = 1 - tanh²",
    prior=0.68,
    derivatives=(WrongDerivative(frozenset({"tanh-rule"}), _wrong_table),),
    repairs=(Repair(_in_the_line, message="{wrong} stands where {right} belongs"),),
)
