"""One term of a sum is cancelled against the denominator: (a + b)/a = b."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Add, Context, Div, Expr
from gradproof.mistakes.mistake import Mistake, Slip, WrongRewriting
from gradproof.rewrite import ONE, add


def _cancelled(e: Expr, _context: Context) -> Iterator[Slip]:
    match e:
        case Div(Add(terms), den):
            for k, t in enumerate(terms):
                if t == den:
                    rest = terms[:k] + terms[k + 1 :]
                    yield Slip(add(*rest), e)
                    yield Slip(add(ONE, *rest), e)
        case _:
            return


MISTAKE: Final = Mistake(
    name="cancel-across-sum",
    family="algebra",
    headline="a term of a sum cannot be cancelled",
    message="only a factor of the whole numerator of {node} can be cancelled",
    why="(a + b)/a = 1 + b/a",
    prior=0.4,
    rewritings=(WrongRewriting(_cancelled, opened=True, on=(Div,)),),
)
