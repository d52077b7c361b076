"""Fractions are added numerator to numerator and denominator to denominator."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Add, Context, Div, Expr, HadamardDiv, Neg, rank
from gradproof.mistakes.mistake import Mistake, Slip, WrongRewriting
from gradproof.rewrite import add, div, neg


def _straight(e: Expr, context: Context) -> Iterator[Slip]:
    if not isinstance(e, Add):
        return
    parts = [_parts(t) for t in e.terms]
    if all(p is not None for p in parts):
        tops = [p[0] for p in parts if p is not None]
        bottoms = [p[1] for p in parts if p is not None]
        arrays = any(rank(b, context) for b in bottoms)
        over = HadamardDiv(add(*tops), add(*bottoms)) if arrays else div(add(*tops), add(*bottoms))
        yield Slip(over, e)


def _parts(e: Expr) -> tuple[Expr, Expr] | None:
    match e:
        case Div(u, v) | HadamardDiv(u, v):
            return u, v
        case Neg(Div(u, v) | HadamardDiv(u, v)):
            return neg(u), v
        case _:
            return None


MISTAKE: Final = Mistake(
    name="fractions-added-straight",
    family="algebra",
    headline="fractions need a common denominator",
    message="the fractions of {node} were added without a common denominator",
    why="a/b + c/d = (a d + c b)/(b d)",
    prior=0.35,
    rewritings=(WrongRewriting(_straight, on=(Add,)),),
)
