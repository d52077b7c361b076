"""A term of a sum stands twice."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Add, Context, Expr
from gradproof.mistakes.mistake import Mistake, Slip, WrongRewriting
from gradproof.rewrite import add


def _repeated(e: Expr, _context: Context) -> Iterator[Slip]:
    if isinstance(e, Add):
        for term in e.terms:
            yield Slip(add(*e.terms, term), e)


MISTAKE: Final = Mistake(
    name="term-repeated",
    family="algebra",
    headline="a term stands twice",
    message="a term of {node} stands twice",
    why="every term of the line before is taken once",
    prior=0.2,
    rewritings=(WrongRewriting(_repeated, on=(Add,)),),
)
