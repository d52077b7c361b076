"""The inner derivative is missing: d log(1-ŷ) = 1/(1-ŷ)."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Expr
from gradproof.mistakes.links import trivial, with_inner
from gradproof.mistakes.mistake import Mistake, WrongDerivative
from gradproof.rewrite import ONE


def _without_inner(a: Application) -> Iterator[Expr]:
    for k, inner in enumerate(a.inner):
        if not trivial(inner):
            yield with_inner(a, k, ONE)


MISTAKE: Final = Mistake(
    name="chain-inner-dropped",
    family="chain rule",
    headline="the inner derivative is missing",
    message="the inner derivative of {node} is missing",
    why="d/d{var} {node} = {outer} · {inner}; the last factor is the derivative of the inside",
    prior=0.9,
    derivatives=(WrongDerivative(frozenset(), _without_inner),),
)
