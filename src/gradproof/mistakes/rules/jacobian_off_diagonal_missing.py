"""The softmax is differentiated as if its outputs did not share a denominator: p_i (1 - p_i)."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application, NotSupported, differentiate
from gradproof.expr import Delta, Diag, Entry, Expr, Hadamard, MatMul, Sym, Transpose, rank
from gradproof.mistakes.mistake import Mend, Mistake, Repair, WrongDerivative
from gradproof.mistakes.scene import Spot
from gradproof.rewrite import mul, sub, tidy_root


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


def _outer(spot: Spot) -> Iterator[Mend]:
    """diag(p) for diag(p) - ppᵀ."""
    match spot.node:
        case Diag(Sym() as p) | Diag(Hadamard((Sym() as p, _))):
            yield Mend(sub(Diag(p), MatMul((p, Transpose(p)))))
        case Hadamard((Sym() as p, _)) if rank(p, spot.context) == 1:
            yield Mend(sub(Diag(p), MatMul((p, Transpose(p)))))
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
    repairs=(
        Repair(
            _outer,
            weight=1.3,
            message="{wrong} should be {right}: every entry depends on every score",
        ),
    ),
)
