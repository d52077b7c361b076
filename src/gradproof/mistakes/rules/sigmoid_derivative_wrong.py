"""The derivative of the sigmoid is wrong: 1 - σ, σ - (1 - σ), σ(1 + σ)."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Expr
from gradproof.mistakes.links import with_outer
from gradproof.mistakes.mistake import Mistake, WrongDerivative
from gradproof.rewrite import ONE, TWO, add, mul, power, sub


def _wrong_table(a: Application) -> Iterator[Expr]:
    s = a.node
    for outer in (sub(ONE, s), sub(s, sub(ONE, s)), mul(s, add(ONE, s)), sub(ONE, power(s, TWO))):
        yield with_outer(a, 0, outer)


MISTAKE: Final = Mistake(
    name="sigmoid-derivative-wrong",
    family="function tables",
    headline="the derivative of the sigmoid is σ(1 - σ)",
    message="the derivative of {node} is wrong: it is {outer}",
    why="σ' = σ (1 - σ)",
    prior=0.68,
    derivatives=(WrongDerivative(frozenset({"sigmoid-rule"}), _wrong_table),),
)
