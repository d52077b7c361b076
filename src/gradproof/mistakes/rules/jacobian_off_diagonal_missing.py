"""The softmax is differentiated as if its outputs did not share a denominator: p_i (1 - p_i)."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application, NotSupported, differentiate
from gradproof.expr import Delta, Entry, Expr
from gradproof.mistakes.mistake import Mistake, WrongDerivative
from gradproof.rewrite import mul, tidy_root


def _diagonal(a: Application) -> Iterator[Expr]:
    match a.node, a.wrt:
        case Entry(_, (i,)), Entry(array, (j,)) if i != j:
            try:
                on = differentiate(a.node, Entry(array, (i,)), a.context, steps=False).expr
            except NotSupported:
                return
            yield on
            yield mul(tidy_root(Delta(i, j), a.context), on)
        case _:
            return


MISTAKE: Final = Mistake(
    name="jacobian-off-diagonal-missing",
    family="sums and indices",
    headline="the Jacobian is not diagonal",
    message="{node} depends on every score, not on its own alone",
    why="∂p_i/∂z_j = p_i (δ_ij - p_j)",
    prior=0.6,
    derivatives=(WrongDerivative(frozenset({"softmax-rule", "entry-of-definition"}), _diagonal),),
)
