"""The sum of a constant is taken as the constant: Σ_{i ≤ m} c = c."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Context, Expr, Sum
from gradproof.mistakes.mistake import Mistake, Slip, WrongRewriting
from gradproof.rewrite import free_names


def _once(e: Expr, _context: Context) -> Iterator[Slip]:
    if isinstance(e, Sum) and e.index.name not in free_names(e.body):
        yield Slip(e.body, e)


MISTAKE: Final = Mistake(
    name="constant-sum",
    family="sums and indices",
    headline="a constant was summed once only",
    message="{node} adds the same number as often as the index runs",
    why="Σᵢ c = m c, where i runs from 1 to m",
    prior=0.55,
    rewritings=(WrongRewriting(_once),),
)
