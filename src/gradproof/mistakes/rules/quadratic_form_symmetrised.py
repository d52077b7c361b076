"""A quadratic form is differentiated as if its matrix were symmetric: 2 Σⱼ a_kj x_j for both terms."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from gradproof.differentiate import Application, base_name
from gradproof.expr import Add, Entry, Expr, MatMul, Mul, Num, Sym, rank
from gradproof.mistakes.factors import product, transposed
from gradproof.mistakes.mistake import Mend, Mistake, Repair, WrongDerivative
from gradproof.mistakes.scene import Spot
from gradproof.rewrite import TWO, mul, num

_SAID: Final = "{wrong} takes the matrix as symmetric: it should be {right}"


def _twice_one_term(a: Application) -> Iterator[Expr]:
    if not isinstance(a.node, Mul):
        return
    factors = a.node.factors
    own = base_name(a.wrt)
    moving = [k for k, f in enumerate(factors) if isinstance(f, Entry) and base_name(f) == own]
    if len(moving) != 2 or len(factors) < 3:
        return
    for k in moving:
        yield mul(TWO, *factors[:k], a.part(k), *factors[k + 1 :])


def _both(spot: Spot) -> Iterator[Mend]:
    """2AX for (A + Aᵀ)X, wherever a factor 2 stands before a product with a matrix in it."""
    match spot.node:
        case Mul((Num(n), *others, last)) if n == 2:
            factors = last.factors if isinstance(last, MatMul) else (last,)
            for k, f in enumerate(factors):
                if rank(f, spot.context) == 2:
                    both = Add((f, transposed(f, spot.context)))
                    yield Mend(mul(*others, product(*factors[:k], both, *factors[k + 1 :])))
        case _:
            return


def _hessian(spot: Spot) -> Iterator[Mend]:
    """2A for A + Aᵀ, A for half of it."""
    front = spot.parent.factors[0] if isinstance(spot.parent, Mul) else None
    if isinstance(spot.node, Sym) and spot.rank == 2 and (spot.whole or spot.term):
        both = Add((spot.node, transposed(spot.node, spot.context)))
        yield Mend(both if isinstance(front, Num) else mul(num(Fraction(1, 2)), both))
        yield Mend(mul(num(Fraction(1, 2)), both))


MISTAKE: Final = Mistake(
    name="quadratic-form-symmetrised",
    family="vectors and matrices",
    headline="the matrix of a quadratic form was taken as symmetric",
    message="the two terms of the derivative of {node} are equal for a symmetric matrix only",
    why="d/dx xᵀA x = (A + Aᵀ) x, which is 2 A x where A = Aᵀ",
    prior=0.7,
    derivatives=(WrongDerivative(frozenset({"product-rule"}), _twice_one_term),),
    repairs=(Repair(_both, message=_SAID), Repair(_hessian, message=_SAID)),
)
