"""A factor before a bracket reaches its first term only: a(b + c) = ab + c."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Add, Context, Expr, Mul, Neg, Norm, Num
from gradproof.mistakes.mistake import Mend, Mistake, Repair, Slip, WrongRewriting
from gradproof.mistakes.scene import Spot
from gradproof.rewrite import add, mul


def _once(e: Expr, _context: Context) -> Iterator[Slip]:
    if not isinstance(e, Mul):
        return
    for k, bracket in enumerate(e.factors):
        if not isinstance(bracket, Add):
            continue
        front = mul(*e.factors[:k], *e.factors[k + 1 :])
        if isinstance(front, Neg) or (isinstance(front, Num) and front.value < 0):
            continue
        right = add(*(mul(front, t) for t in bracket.terms))
        for i, t in enumerate(bracket.terms):
            rest = bracket.terms[:i] + bracket.terms[i + 1 :]
            yield Slip(add(mul(front, t), *rest), right)


def _bracket(e: Expr) -> bool:
    """Tell whether a number stands before a bracket here, or will: the slope of the square of a norm has one."""
    if isinstance(e, Norm):
        return isinstance(e.arg, Add)
    return isinstance(e, Mul) and isinstance(e.factors[0], Num) and isinstance(e.factors[-1], Add)


def _carried(spot: Spot) -> Iterator[Mend]:
    """2w - v for 2(w - v)."""
    if not isinstance(spot.node, Add) or not any(map(_bracket, spot.scene.reached)):
        return
    for k, term in enumerate(spot.node.terms):
        if isinstance(term, Mul) and isinstance(term.factors[0], Num):
            front, core = term.factors[:-1], term.factors[-1]
            rest = spot.node.terms
            yield Mend(mul(*front, Add((*rest[:k], core, *rest[k + 1 :]))))


MISTAKE: Final = Mistake(
    name="distribute-once",
    family="algebra",
    headline="the factor was not carried to every term of the bracket",
    message="the factor before the bracket in {node} belongs to every term",
    why="a (b + c) = a b + a c",
    prior=0.4,
    rewritings=(WrongRewriting(_once, opened=True, on=(Mul,)),),
    repairs=(
        Repair(
            _carried, weight=1.6, message="the factor before a term belongs to all of them: {right}"
        ),
    ),
)
