"""The off-diagonal entries of the softmax Jacobian have the wrong sign."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import (
    Add,
    Context,
    Delta,
    Diag,
    Div,
    Entry,
    Expr,
    Idx,
    MatMul,
    Mul,
    Neg,
    Pow,
    walk,
)
from gradproof.mistakes.mistake import Mend, Mistake, Repair, Slip, WrongDerivative, WrongRewriting
from gradproof.mistakes.scene import Spot
from gradproof.rewrite import TWO, ZERO, add, mul, replace_equal, sub, tidy


def _plus(e: Expr, _context: Context) -> Iterator[Slip]:
    match e:
        case Add((Delta() as delta, Neg(p))):
            yield Slip(add(delta, p), e)
        case _:
            return


def _off_diagonal(a: Application) -> Iterator[Expr]:
    """Turn the sign of all that remains off the diagonal, where there is something on it."""
    match a.node, a.wrt:
        case Entry(_, (i,)), Entry(_, (j,)) if i != j:
            deltas = [node for _, node in walk(a.result) if isinstance(node, Delta)]
            off = a.result
            for node in deltas:
                off = replace_equal(off, node, ZERO)
            off = tidy(off, a.context)
            if (deltas or _apart(i, j, a.context)) and off != ZERO:
                yield sub(a.result, mul(TWO, off))
        case _:
            return


def _remembered(after: Expr) -> bool:
    """Tell whether the line was written from memory: nothing stands over a square, as the quotient rule leaves it."""
    return not any(
        isinstance(n, Pow) and n.exponent == TWO
        for _, e in walk(after)
        if isinstance(e, Div)
        for n in (e.den.factors if isinstance(e.den, Mul) else (e.den,))
    )


def _apart(i: Expr, j: Expr, context: Context) -> bool:
    """Tell whether two indices are declared unequal."""
    if not isinstance(i, Idx) or not isinstance(j, Idx):
        return False
    return (i.name, j.name) in context.distinct or (j.name, i.name) in context.distinct


def _outer(spot: Spot) -> Iterator[Mend]:
    """diag(p) + ppᵀ for diag(p) - ppᵀ."""
    match spot.node:
        case Add((Diag() as on, MatMul() as off)):
            yield Mend(Add((on, Neg(off))), (1, 1), Neg(off))
        case _:
            return


MISTAKE: Final = Mistake(
    name="jacobian-off-diagonal-sign",
    family="sums and indices",
    headline="the off-diagonal entries have the wrong sign",
    message="what stands off the diagonal has the wrong sign in {node}",
    why="∂p_i/∂z_j = p_i (δ_ij - p_j): off the diagonal it is -p_i p_j",
    prior=0.5,
    derivatives=(
        WrongDerivative(
            frozenset({"softmax-rule", "entry-of-definition"}),
            _off_diagonal,
            weight=1.3,
            shows=_remembered,
        ),
    ),
    rewritings=(WrongRewriting(_plus, on=(Add,)),),
    repairs=(Repair(_outer),),
)
