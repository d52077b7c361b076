"""One link of the chain is left out: squared error, a - y for (a - y) a (1 - a)."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import INTO, Application
from gradproof.expr import Expr
from gradproof.mistakes.mistake import Mistake, WrongDerivative
from gradproof.rewrite import ZERO


def _skipped(a: Application) -> Iterator[Expr]:
    if len(a.outer) == 1 and a.inner[0] != ZERO:
        yield a.inner[0]


def _skipped_definition(a: Application) -> Iterator[Expr]:
    if a.path[-1:] == (INTO,):
        yield from _skipped(a)


MISTAKE: Final = Mistake(
    name="chain-link-skipped",
    family="chain rule",
    headline="a link of the chain rule is missing",
    message="the factor {outer}, the derivative of {node} by its inside, is missing",
    why="d/d{var} {node} = {outer} · {inner}; the first factor was left out",
    prior=0.52,
    derivatives=(
        WrongDerivative(frozenset(), _skipped_definition, weight=1.8),
        WrongDerivative(frozenset(), _skipped),
    ),
)
