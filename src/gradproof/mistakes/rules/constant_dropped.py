"""A constant factor is lost."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Expr, Mul
from gradproof.mistakes.mistake import Mistake, WrongDerivative
from gradproof.rewrite import ZERO, mul, num


def _dropped(a: Application) -> Iterator[Expr]:
    if not isinstance(a.node, Mul):
        return
    parts = [f if a.part(k) == ZERO else a.part(k) for k, f in enumerate(a.node.factors)]
    for k, factor in enumerate(a.node.factors):
        if a.part(k) == ZERO and factor != num(-1):
            yield mul(*parts[:k], *parts[k + 1 :])


MISTAKE: Final = Mistake(
    name="constant-dropped",
    family="product, quotient, power",
    headline="a constant factor was lost",
    message="a constant factor of {node} is missing",
    why="(c u)' = c u'",
    prior=0.45,
    derivatives=(WrongDerivative(frozenset({"constant-multiple"}), _dropped),),
)
