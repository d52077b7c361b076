"""One term of a sum has the wrong sign, and nothing more specific explains it."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Add, Context, Expr, Fn
from gradproof.mistakes.mistake import Mend, Mistake, Repair, Slip, WrongRewriting
from gradproof.mistakes.scene import Spot
from gradproof.rewrite import add, neg


def _one_flipped(e: Expr, _context: Context) -> Iterator[Slip]:
    if not isinstance(e, Add):
        return
    for k, term in enumerate(e.terms):
        yield Slip(add(*e.terms[:k], neg(term), *e.terms[k + 1 :]), e)


def _one(spot: Spot) -> Iterator[Mend]:
    if isinstance(spot.node, Add):
        terms = spot.node.terms
        for k, term in enumerate(terms):
            turned = neg(term)
            yield Mend(Add((*terms[:k], turned, *terms[k + 1 :])), (k, k), turned)


def _inside(spot: Spot) -> Iterator[Mend]:
    """What a function is taken of has the wrong sign."""
    if isinstance(spot.parent, Fn) and len(spot.parent.args) == 1:
        yield Mend(neg(spot.node))


MISTAKE: Final = Mistake(
    name="sign-of-one-term",
    family="signs",
    headline="one term has the wrong sign",
    message="a term of {node} has the wrong sign",
    why="the terms of the sum keep their signs: {right}",
    prior=0.25,
    rewritings=(WrongRewriting(_one_flipped, on=(Add,)),),
    repairs=(
        Repair(_one),
        Repair(_inside, weight=1.2, message="the sign inside is wrong: {wrong} should be {right}"),
    ),
)
