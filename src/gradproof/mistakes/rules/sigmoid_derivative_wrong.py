"""The derivative of the sigmoid is wrong: 1 - σ, σ - (1 - σ), σ(1 + σ)."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Expr, Hadamard
from gradproof.mistakes.factors import elementwise
from gradproof.mistakes.mistake import Mend, Mistake, Repair, WrongDerivative
from gradproof.mistakes.named import DEFINITIONS, body_of, is_logistic
from gradproof.mistakes.scene import Spot
from gradproof.rewrite import ONE, TWO, add, div, mul, power, sub

WRITTEN_OUT: Final = frozenset({"sigmoid-rule", "reciprocal-rule", "quotient-rule"})


def _wrong_table(a: Application) -> Iterator[Expr]:
    if not is_logistic(body_of(a)):
        return
    s = a.node
    rest = div(a.result, mul(s, sub(ONE, s)))
    for outer in (sub(ONE, s), sub(s, sub(ONE, s)), mul(s, add(ONE, s)), sub(ONE, power(s, TWO))):
        yield mul(outer, rest)


def _in_the_line(spot: Spot) -> Iterator[Mend]:
    """What stands for σ(1 - σ) in a line about arrays."""
    c = spot.context
    for a in spot.scene.activations:
        other = sub(ONE, a)
        plus = add(ONE, a)
        wrong = (
            a, other, plus, sub(a, other), sub(ONE, elementwise(a, a, context=c)),
            elementwise(a, plus, context=c), elementwise(a, a, context=c), elementwise(other, other, context=c),
        )  # fmt: skip
        if spot.node in wrong:
            yield Mend(elementwise(a, other, context=c))
        if isinstance(spot.node, Hadamard):
            fs = spot.node.factors
            for k in range(len(fs)):
                pair = fs[k : k + 2]
                for n, part in ((1, pair[0]), (2, Hadamard(pair))):
                    if part in wrong and k + n <= len(fs):
                        new = elementwise(*fs[:k], a, other, *fs[k + n :], context=c)
                        yield Mend(new, (k, k + n - 1), elementwise(a, other, context=c))


MISTAKE: Final = Mistake(
    name="sigmoid-derivative-wrong",
    family="function tables",
    headline="the derivative of the sigmoid is σ(1 - σ)",
    message="the derivative of {node} is wrong: it is {right}",
    why="σ' = σ (1 - σ)",
    prior=0.68,
    derivatives=(WrongDerivative(DEFINITIONS | WRITTEN_OUT, _wrong_table),),
    repairs=(Repair(_in_the_line, message="{wrong} stands where {right} belongs"),),
)
