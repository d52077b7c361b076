"""A scalar between two vectors hides an outer product: xᵀh(1 - h)x for h(1 - h)xxᵀ."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import MatMul, Mul, Transpose, rank
from gradproof.mistakes.factors import is_vector, product
from gradproof.mistakes.mistake import Mend, Mistake, Repair
from gradproof.mistakes.scene import Spot


def _outer(spot: Spot) -> Iterator[Mend]:
    if not isinstance(spot.node, Mul):
        return
    *scalars, last = spot.node.factors
    whole, inner = spot.scene.text(spot.path), spot.scene.text((*spot.path, len(scalars)))
    match last:
        case MatMul((Transpose(a), b)) if is_vector(a, spot.context) and is_vector(b, spot.context):
            between = bool(inner) and inner == whole
            if between and all(rank(s, spot.context) == 0 for s in scalars):
                yield Mend(Mul((*scalars, product(b, Transpose(a)))))
        case _:
            return


MISTAKE: Final = Mistake(
    name="scalar-commuted-past-vector",
    family="vectors and matrices",
    headline="a scalar between two vectors hides an outer product",
    message="{wrong} should be {right}",
    why="a scalar may go to the front; what is left, column times row, is an outer product",
    prior=0.86,
    repairs=(Repair(_outer),),
)
