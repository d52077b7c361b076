"""A term of a sum stands twice."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Add, Context, Expr, Mul, walk
from gradproof.mistakes.mistake import Mistake, Slip, WrongRewriting
from gradproof.rewrite import TWO, add


def _repeated(e: Expr, _context: Context) -> Iterator[Slip]:
    if isinstance(e, Add):
        for term in e.terms:
            yield Slip(add(*e.terms, term), e)


def _twice(after: Expr) -> bool:
    """Tell whether a term stands twice, or something has a factor of 2."""
    for _, e in walk(after):
        if isinstance(e, Add) and len(set(e.terms)) < len(e.terms):
            return True
        if isinstance(e, Mul) and TWO in e.factors:
            return True
    return False


MISTAKE: Final = Mistake(
    name="term-repeated",
    family="algebra",
    headline="a term stands twice",
    message="a term of {node} stands twice",
    why="every term of the line before is taken once",
    prior=0.2,
    rewritings=(WrongRewriting(_repeated, shows=_twice, on=(Add,)),),
)
