"""The derivative of a sum under the logarithm is missing: (log Z)' = 1/Z."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Expr, Fn, Sum
from gradproof.mistakes.links import trivial
from gradproof.mistakes.mistake import Mistake, WrongDerivative


def _only_outer(a: Application) -> Iterator[Expr]:
    if isinstance(a.node, Fn) and isinstance(a.node.args[0], Sum) and not trivial(a.inner[0]):
        yield a.outer[0]


MISTAKE: Final = Mistake(
    name="log-argument-derivative-missing",
    family="logarithms",
    headline="the derivative of what stands under the logarithm is missing",
    message="the derivative of {node} is Z'/Z, not 1/Z",
    why="(log Z)' = Z'/Z",
    prior=0.91,
    derivatives=(WrongDerivative(frozenset({"log-rule"}), _only_outer),),
)
