"""One link of the chain is left out: squared error, a - y for (a - y) a (1 - a)."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application, base_name
from gradproof.expr import Expr, MatMul, rank
from gradproof.mistakes.factors import elementwise, grouped
from gradproof.mistakes.mistake import Mend, Mistake, Repair, WrongDerivative
from gradproof.mistakes.named import DEFINITIONS, links_of
from gradproof.mistakes.scene import Spot
from gradproof.rewrite import ONE, ZERO, free_names, mul


def _skipped(a: Application) -> Iterator[Expr]:
    if len(a.outer) == 1 and a.inner[0] != ZERO:
        yield a.inner[0]


def _skipped_quantity(a: Application) -> Iterator[Expr]:
    """One quantity is taken for another; the coefficient of a linear inside is a mistake of its own."""
    links = links_of(a)
    if len(links) == 1:
        ((slope, through),) = links
        if through != ONE or base_name(a.wrt) in free_names(slope):
            yield through


def _left_out(spot: Spot) -> Iterator[Mend]:
    """A factor ⊙ σ'(z) is missing, of the part, or of neighbours in a matrix product."""
    if isinstance(spot.node, MatMul):
        fs = spot.node.factors
        for k, end, group in grouped(fs):
            for slope in spot.scene.slopes:
                if rank(slope, spot.context) == rank(group, spot.context) != 0:
                    whole = elementwise(group, slope, context=spot.context)
                    yield Mend(MatMul((*fs[:k], whole, *fs[end:])), (k, end - 1), whole)
    if spot.rank is None or not (spot.whole or isinstance(spot.parent, MatMul)):
        return
    for slope in spot.scene.slopes:
        if rank(slope, spot.context) == spot.rank:
            yield Mend(elementwise(spot.node, slope, context=spot.context))
        elif rank(slope, spot.context) == 0 and spot.term:
            yield Mend(mul(slope, spot.node))


MISTAKE: Final = Mistake(
    name="chain-link-skipped",
    family="chain rule",
    headline="a link of the chain rule is missing",
    message="a factor of the derivative of {node} is missing; it is {right}",
    why="every link of the chain from {node} to {var} gives a factor",
    prior=0.52,
    derivatives=(
        WrongDerivative(DEFINITIONS, _skipped_quantity, weight=1.8),
        WrongDerivative(frozenset(), _skipped),
    ),
    repairs=(
        Repair(
            _left_out,
            weight=1.3,
            message="a factor is missing: {wrong} should be {right}",
            why="every function on the way to the variable gives its slope as a factor",
        ),
    ),
)
