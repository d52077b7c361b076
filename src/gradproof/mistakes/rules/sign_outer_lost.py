"""The sign of the whole is wrong: y - a for a - y."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Context, Expr
from gradproof.mistakes.mistake import Mend, Mistake, Repair, Slip, WrongRewriting
from gradproof.mistakes.scene import Spot
from gradproof.rewrite import neg


def _negated(e: Expr, _context: Context) -> Iterator[Slip]:
    yield Slip(neg(e), e)


def _whole(spot: Spot) -> Iterator[Mend]:
    if not spot.path:
        yield Mend(neg(spot.node))


MISTAKE: Final = Mistake(
    name="sign-outer-lost",
    family="signs",
    headline="the sign in front is wrong",
    message="the whole side has the wrong sign",
    why="the minus in front was lost, or one too many was written",
    prior=0.6,
    rewritings=(WrongRewriting(_negated, whole=True),),
    repairs=(Repair(_whole),),
)
