"""The complement is mistaken for the thing itself: 1 - σ = σ."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Add, Apply, Context, Expr, Fn, Neg
from gradproof.mistakes.mistake import Mistake, Slip, WrongRewriting
from gradproof.rewrite import ONE, sub


def _complement(e: Expr, _context: Context) -> Iterator[Slip]:
    match e:
        case Add((first, Neg(u))) if first == ONE:
            yield Slip(u, e)
        case _:
            return


def _of_itself(e: Expr, _context: Context) -> Iterator[Slip]:
    if isinstance(e, Fn | Apply) and e.name in ("sigmoid", "\\sigma"):
        yield Slip(sub(ONE, e), e)


MISTAKE: Final = Mistake(
    name="complement-misused",
    family="algebra",
    headline="1 - σ was mistaken for σ",
    message="{node} was mistaken for its complement",
    why="σ(-z) = 1 - σ(z), and 1 - σ is not σ",
    prior=0.35,
    rewritings=(
        WrongRewriting(_complement, opened=True),
        WrongRewriting(_of_itself, opened=True),
    ),
)
