"""The derivative of a sum under the logarithm is missing: (log Z)' = 1/Z."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Det, Div, Expr, Fn, Inverse, Mul, Pow, Sum, Transpose
from gradproof.mistakes.links import trivial
from gradproof.mistakes.mistake import Mend, Mistake, Repair, WrongDerivative
from gradproof.mistakes.scene import Spot


def _only_outer(a: Application) -> Iterator[Expr]:
    if isinstance(a.node, Fn) and isinstance(a.node.args[0], Sum) and not trivial(a.inner[0]):
        yield a.outer[0]


def _of_determinant(spot: Spot) -> Iterator[Mend]:
    match spot.node:
        case Div(_, Det(x)) | Inverse(Det(x)) | Pow(Det(x)):
            yield Mend(Transpose(Inverse(x)))
        case Mul((Det(x), _)):
            yield Mend(Transpose(Inverse(x)))
        case _:
            return


MISTAKE: Final = Mistake(
    name="log-argument-derivative-missing",
    family="logarithms",
    headline="the derivative of what stands under the logarithm is missing",
    message="the derivative of {node} is Z'/Z, not 1/Z",
    why="(log Z)' = Z'/Z",
    prior=0.91,
    derivatives=(WrongDerivative(frozenset({"log-rule"}), _only_outer),),
    repairs=(Repair(_of_determinant, message="{wrong} should be {right}"),),
)
