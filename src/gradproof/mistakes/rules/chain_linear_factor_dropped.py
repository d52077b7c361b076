"""The factor that a linear inside leaves behind is missing: ∂/∂w ln σ(xw) = 1 - σ."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application, base_name
from gradproof.expr import Expr
from gradproof.mistakes.links import trivial, with_inner
from gradproof.mistakes.mistake import Mistake, WrongDerivative
from gradproof.rewrite import ONE, free_names


def _without_factor(a: Application) -> Iterator[Expr]:
    for k, inner in enumerate(a.inner):
        names = free_names(inner)
        if not trivial(inner) and names and base_name(a.wrt) not in names:
            yield with_inner(a, k, ONE)


MISTAKE: Final = Mistake(
    name="chain-linear-factor-dropped",
    family="chain rule",
    headline="the factor of a linear inside is missing",
    message="the factor {inner} that the inside of {node} leaves behind is missing",
    why="the inside is linear in {var} with the coefficient {inner}, and the chain rule multiplies"
    " with it",
    prior=0.92,
    derivatives=(WrongDerivative(frozenset(), _without_factor),),
)
