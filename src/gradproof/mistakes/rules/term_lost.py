"""A term of a sum is lost."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Add, Context, Expr
from gradproof.mistakes.mistake import Mistake, Slip, WrongRewriting
from gradproof.rewrite import add


def _lost(e: Expr, _context: Context) -> Iterator[Slip]:
    if isinstance(e, Add):
        for k in range(len(e.terms)):
            yield Slip(add(*e.terms[:k], *e.terms[k + 1 :]), e)


MISTAKE: Final = Mistake(
    name="term-lost",
    family="algebra",
    headline="a term was lost",
    message="a term of {node} is missing",
    why="every term of the line before must appear again or cancel",
    prior=0.28,
    rewritings=(WrongRewriting(_lost),),
)
