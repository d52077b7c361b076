"""The factor 1/f is missing: (log f)' given as f'."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Expr
from gradproof.mistakes.links import trivial
from gradproof.mistakes.mistake import Mistake, WrongDerivative


def _only_inner(a: Application) -> Iterator[Expr]:
    if not trivial(a.inner[0]):
        yield a.inner[0]


MISTAKE: Final = Mistake(
    name="log-derivative-kept",
    family="logarithms",
    headline="the factor 1/f of the logarithm is missing",
    message="the derivative of {node} is {inner} times {outer}; the second factor is missing",
    why="(log f)' = f'/f",
    prior=0.62,
    derivatives=(WrongDerivative(frozenset({"log-rule", "log-base-rule"}), _only_inner),),
)
