"""An elementwise product stands where a matrix product belongs, or the other way round."""

from collections.abc import Iterator
from itertools import product as choices
from typing import Final

from gradproof.expr import Expr, Hadamard, MatMul, Transpose
from gradproof.mistakes.factors import elementwise, juxtaposed, product, transposed
from gradproof.mistakes.mistake import Mend, Mistake, Repair
from gradproof.mistakes.scene import Spot


def _to_elementwise(spot: Spot) -> Iterator[Mend]:
    if not isinstance(spot.node, MatMul):
        return
    fs = spot.node.factors
    for k in range(1, len(fs)):
        for tail in _bare(fs[k:]):
            yield Mend(elementwise(product(*fs[:k]), *tail, context=spot.context))
            if len(tail) > 1:
                yield Mend(elementwise(product(*fs[:k]), product(*tail), context=spot.context))
        for head in _bare(fs[:k]):
            yield Mend(elementwise(*head, product(*fs[k:]), context=spot.context))


def _bare(factors: tuple[Expr, ...]) -> Iterator[tuple[Expr, ...]]:
    """Yield the factors as they stand, and with their transposes taken off."""
    yield factors
    off = tuple(f.arg if isinstance(f, Transpose) else f for f in factors)
    if off != factors:
        yield off


def _to_matrix(spot: Spot) -> Iterator[Mend]:
    if not isinstance(spot.node, Hadamard) or juxtaposed(spot.text):
        return
    fs = spot.node.factors
    for k in range(len(fs)):
        for j in range(len(fs)):
            if j == k:
                continue
            rest = tuple(f for n, f in enumerate(fs) if n not in (j, k))
            for a, b in choices(*((f, transposed(f, spot.context)) for f in (fs[k], fs[j]))):
                yield Mend(elementwise(product(a, b), *rest, context=spot.context))


MISTAKE: Final = Mistake(
    name="hadamard-vs-matmul",
    family="vectors and matrices",
    headline="an elementwise product and a matrix product were mixed up",
    message="{wrong} should be {right}",
    why="an elementwise function passes its derivative on entry by entry (⊙), a matrix product by a matrix product",
    prior=0.74,
    repairs=(Repair(_to_elementwise), Repair(_to_matrix)),
)
