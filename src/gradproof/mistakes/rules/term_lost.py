"""A term of a sum is lost."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Add, Context, Expr, MatMul, Mul, Neg, Transpose, rank
from gradproof.mistakes.factors import product
from gradproof.mistakes.mistake import Mend, Mistake, Repair, Slip, WrongRewriting
from gradproof.mistakes.scene import Spot
from gradproof.rewrite import add, sub


def _lost(e: Expr, _context: Context) -> Iterator[Slip]:
    if isinstance(e, Add):
        for k in range(len(e.terms)):
            yield Slip(add(*e.terms[:k], *e.terms[k + 1 :]), e)


def _beside(spot: Spot) -> Iterator[Mend]:
    if (
        not spot.rank
        or isinstance(spot.node, Neg | Mul)
        or isinstance(spot.parent, Add | Transpose)
    ):
        return
    for s in spot.scene.arrays:
        if s.space.rank == spot.rank and s != spot.node:
            yield Mend(sub(spot.node, s))
            yield Mend(add(spot.node, s))
    if isinstance(spot.node, MatMul):
        yield from _in_a_bracket(spot, spot.node.factors)


def _in_a_bracket(spot: Spot, factors: tuple[Expr, ...]) -> Iterator[Mend]:
    """``Xᵀ X w`` for ``Xᵀ (X w - y)``: the last factors are what is left of a sum."""
    for k in range(1, len(factors) - 1):
        rest = product(*factors[k:])
        for s in spot.scene.arrays:
            if s.space.rank == rank(rest, spot.context):
                for whole in (sub(rest, s), add(rest, s)):
                    yield Mend(MatMul((*factors[:k], whole)), (k, len(factors) - 1), whole)


MISTAKE: Final = Mistake(
    name="term-lost",
    family="algebra",
    headline="a term was lost",
    message="a term of {node} is missing",
    why="every term of the line before must appear again or cancel",
    prior=0.28,
    rewritings=(WrongRewriting(_lost, on=(Add,)),),
    repairs=(Repair(_beside, message="a term is missing: {wrong} should be {right}"),),
)
