"""The outer function is kept instead of differentiated: φ(v)·v' for φ'(v)·v'."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Expr, Mul
from gradproof.mistakes.links import with_outer
from gradproof.mistakes.mistake import Mistake, WrongDerivative
from gradproof.rewrite import ZERO


def _outer_kept(a: Application) -> Iterator[Expr]:
    if len(a.outer) == 1 and a.inner[0] != ZERO and not _same_kind(a):
        yield with_outer(a, 0, a.node)


def _same_kind(a: Application) -> bool:
    """Tell whether the function is a factor of its own derivative: of ``a^u`` the logarithm is missing."""
    return isinstance(a.outer[0], Mul) and a.node in a.outer[0].factors


MISTAKE: Final = Mistake(
    name="chain-outer-not-differentiated",
    family="chain rule",
    headline="the outer function was not differentiated",
    message="{node} itself stands where its derivative {outer} should",
    why="d/d{var} {node} = {outer} · {inner}: the outer function is differentiated, and taken at"
    " the same inside",
    prior=0.55,
    derivatives=(WrongDerivative(frozenset(), _outer_kept),),
)
