"""The sum of a constant is taken as the constant: Σ_{i ≤ m} c = c."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Add, Context, Expr, Sum
from gradproof.mistakes.mistake import Mistake, Slip, WrongRewriting
from gradproof.rewrite import add, free_names, like_sum


def _once(e: Expr, _context: Context) -> Iterator[Slip]:
    if isinstance(e, Sum) and e.index.name not in free_names(e.body):
        yield Slip(e.body, e)


def _term_once(e: Expr, context: Context) -> Iterator[Slip]:
    """Σᵢ (xᵢ - c) taken as Σᵢ xᵢ - c."""
    if not isinstance(e, Sum) or not isinstance(e.body, Add):
        return
    fixed = [t for t in e.body.terms if e.index.name not in free_names(t)]
    moving = [t for t in e.body.terms if e.index.name in free_names(t)]
    if fixed and moving:
        yield Slip(add(like_sum(e, add(*moving), context), *fixed), e)


MISTAKE: Final = Mistake(
    name="constant-sum",
    family="sums and indices",
    headline="a constant was summed once only",
    message="{node} adds the same number as often as the index runs",
    why="Σᵢ c = m c, where i runs from 1 to m",
    prior=0.55,
    rewritings=(
        WrongRewriting(_once, opened=True, on=(Sum,)),
        WrongRewriting(_term_once, opened=True, on=(Sum,)),
    ),
)
