"""The off-diagonal entries of the softmax Jacobian have the wrong sign."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Add, Context, Delta, Expr, Neg
from gradproof.mistakes.mistake import Mistake, Slip, WrongRewriting
from gradproof.rewrite import add


def _plus(e: Expr, _context: Context) -> Iterator[Slip]:
    match e:
        case Add((Delta() as delta, Neg(p))):
            yield Slip(add(delta, p), e)
        case _:
            return


MISTAKE: Final = Mistake(
    name="jacobian-off-diagonal-sign",
    family="sums and indices",
    headline="the off-diagonal entries have the wrong sign",
    message="the second term of {node} is subtracted",
    why="∂p_i/∂z_j = p_i (δ_ij - p_j): off the diagonal it is -p_i p_j",
    prior=0.5,
    rewritings=(WrongRewriting(_plus),),
)
