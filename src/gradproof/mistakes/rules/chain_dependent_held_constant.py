"""Something that depends on the variable is treated as a constant: softmax's normaliser, a batch mean."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Div, Entry, Expr
from gradproof.mistakes.mistake import Mistake, WrongDerivative
from gradproof.rewrite import ZERO, div, mul

NAMES: Final = frozenset({"definition", "entry-of-definition", "defined-call"})


def _frozen_name(a: Application) -> Iterator[Expr]:
    if a.result != ZERO:
        yield ZERO


def _frozen_denominator(a: Application) -> Iterator[Expr]:
    if isinstance(a.node, Div):
        yield div(a.part(0), a.node.den)


def _frozen_normaliser(a: Application) -> Iterator[Expr]:
    if isinstance(a.node, Entry):
        yield mul(a.node, a.part(-1))


MISTAKE: Final = Mistake(
    name="chain-dependent-held-constant",
    family="chain rule",
    headline="something that depends on the variable was held constant",
    message="a part of {node} depends on {var} and was taken as a constant",
    why="d/d{var} {node} is {right}; everything that contains {var} is differentiated",
    prior=0.58,
    derivatives=(
        WrongDerivative(NAMES, _frozen_name),
        WrongDerivative(frozenset({"quotient-rule"}), _frozen_denominator),
        WrongDerivative(frozenset({"softmax-rule"}), _frozen_normaliser),
    ),
)
