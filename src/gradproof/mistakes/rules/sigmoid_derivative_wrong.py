"""The derivative of the sigmoid is wrong: 1 - σ, σ - (1 - σ), σ(1 + σ)."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Expr
from gradproof.mistakes.mistake import Mistake, WrongDerivative
from gradproof.mistakes.named import DEFINITIONS, body_of, is_logistic
from gradproof.rewrite import ONE, TWO, add, div, mul, power, sub

WRITTEN_OUT: Final = frozenset({"sigmoid-rule", "reciprocal-rule", "quotient-rule"})


def _wrong_table(a: Application) -> Iterator[Expr]:
    if not is_logistic(body_of(a)):
        return
    s = a.node
    rest = div(a.result, mul(s, sub(ONE, s)))
    for outer in (sub(ONE, s), sub(s, sub(ONE, s)), mul(s, add(ONE, s)), sub(ONE, power(s, TWO))):
        yield mul(outer, rest)


MISTAKE: Final = Mistake(
    name="sigmoid-derivative-wrong",
    family="function tables",
    headline="the derivative of the sigmoid is σ(1 - σ)",
    message="the derivative of {node} is wrong: it is {right}",
    why="σ' = σ (1 - σ)",
    prior=0.68,
    derivatives=(WrongDerivative(DEFINITIONS | WRITTEN_OUT, _wrong_table),),
)
