"""The Kronecker delta is left out or its sum left standing: ∂/∂x_k Σ_j a_j x_j = Σ_j a_j."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Context, Delta, Expr, Mul, Sum, walk
from gradproof.mistakes.mistake import Mistake, Slip, WrongDerivative, WrongRewriting
from gradproof.rewrite import ONE, free_names, mul


def _taken_as_one(a: Application) -> Iterator[Expr]:
    match a.result:
        case Delta():
            yield ONE
        case Mul(factors):
            for k, f in enumerate(factors):
                if isinstance(f, Delta):
                    yield mul(*factors[:k], *factors[k + 1 :])
            if all(isinstance(f, Delta) for f in factors):
                yield ONE
        case _:
            return


def _sum_gone(a: Application) -> Iterator[Expr]:
    """The sum goes and the delta stays."""
    if isinstance(a.node, Sum) and any(
        isinstance(n, Delta) and a.node.index in (n.left, n.right) for _, n in walk(a.part(0))
    ):
        yield a.part(0)


def _left_standing(e: Expr, _context: Context) -> Iterator[Slip]:
    if not isinstance(e, Sum) or not isinstance(e.body, Mul):
        return
    for k, f in enumerate(e.body.factors):
        if isinstance(f, Delta) and e.index.name in free_names(f):
            rest = mul(*e.body.factors[:k], *e.body.factors[k + 1 :])
            yield Slip(Sum(rest, e.index, e.lower, e.upper, e.condition), e)
            yield Slip(rest, e)


MISTAKE: Final = Mistake(
    name="delta-not-collapsed",
    family="sums and indices",
    headline="the Kronecker delta was not used",
    message="the derivative of {node} by {var} is a Kronecker delta; it picks one term of the sum, and vanishes"
    " for other indices",
    why="∂x_j/∂x_k = δ_jk and Σ_j a_j δ_jk = a_k",
    prior=0.5,
    derivatives=(
        WrongDerivative(frozenset({"entries-are-independent"}), _taken_as_one),
        WrongDerivative(frozenset({"sum-over-index"}), _sum_gone, weight=0.9),
    ),
    rewritings=(WrongRewriting(_left_standing, opened=True, on=(Sum,)),),
)
