"""The gradient of the likelihood is given for that of the loss, which is its negative."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.differentiate.unfold import unfold
from gradproof.expr import Expr, Fn, Mul, Neg, Num, walk
from gradproof.mistakes.mistake import Mistake, WrongDerivative
from gradproof.rewrite import neg


def _of_likelihood(a: Application) -> Iterator[Expr]:
    body = unfold(a.node, a.context)
    logarithmic = any(isinstance(e, Fn) and e.name in ("log", "logsumexp") for _, e in walk(body))
    if logarithmic and _negative(body):
        yield neg(a.result)


def _negative(e: Expr) -> bool:
    match e:
        case Neg():
            return True
        case Num(value):
            return value < 0
        case Mul(xs):
            return any(_negative(x) for x in xs)
        case _:
            return False


MISTAKE: Final = Mistake(
    name="sign-loss-vs-likelihood",
    family="signs",
    headline="the gradient is that of the likelihood, not of the loss",
    message="{node} is a negative log-likelihood; its gradient was given without the minus",
    why="the loss is minus the log-likelihood, so the gradients differ in sign",
    prior=0.55,
    derivatives=(
        WrongDerivative(
            frozenset({"definition", "defined-call", "entry-of-definition"}), _of_likelihood
        ),
    ),
)
