"""The inner derivative has the wrong sign."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Expr
from gradproof.mistakes.links import trivial, with_inner
from gradproof.mistakes.mistake import Mistake, WrongDerivative
from gradproof.rewrite import neg


def _negated_inner(a: Application) -> Iterator[Expr]:
    for k, inner in enumerate(a.inner):
        if not trivial(inner):
            yield with_inner(a, k, neg(inner))


MISTAKE: Final = Mistake(
    name="chain-inner-sign",
    family="chain rule",
    headline="the inner derivative has the wrong sign",
    message="the inner derivative of {node} has the wrong sign: it is {inner}",
    why="d/d{var} {node} = {outer} · {inner}",
    prior=0.5,
    derivatives=(WrongDerivative(frozenset(), _negated_inner),),
)
