"""The type of a differential rule and the decorator that makes one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, final

from gradproof.deriving.arrays import Arrays
from gradproof.expr import Expr

N = TypeVar("N")
Share = tuple[Expr, Expr]
"""A child of a node, and what the rule passes on to it."""


@final
@dataclass(frozen=True, slots=True)
class Site:
    """Where a rule is applied.

    Attributes:
        arrays: constructors.
        value: how the value of the node is written: its name, where it has one.
        moves: whether an expression depends on what is differentiated by.
    """

    arrays: Arrays
    value: Expr
    moves: Callable[[Expr], bool]

    def by_entries(self, *factors: Expr) -> Expr:
        """Return the product, entry by entry of arrays."""
        return self.arrays.hadamard(*factors)

    def in_turn(
        self, factors: Sequence[Expr], d: Callable[[Expr], Expr], product: Callable[..., Expr]
    ) -> Expr:
        """Return the product rule: the sum of the products in which one factor is replaced by its differential."""
        return self.arrays.total(
            [
                product(*factors[:k], d(x), *factors[k + 1 :])
                for k, x in enumerate(factors)
                if self.moves(x)
            ]
        )


Pull = Callable[[Any, Expr, Site], Sequence[Share]]
"""Adjoints of the children of a node from its own adjoint: ``G : d(node) = Σ (share : d(child))``."""
Push = Callable[[Any, Callable[[Expr], Expr], Site], Expr]
"""The differential of a node from those of its children."""


@final
@dataclass(frozen=True, slots=True)
class DifferentialRule:
    """What the differential of one kind of node is, and how it passes an adjoint on.

    Attributes:
        name: as in reports, ``matrix-product``.
        on: the type of node.
        functions: names, for function nodes.
        when: which nodes of the type it is for; one that says it comes before one that does not.
        title: in words.
        formula: in TeX.
        source: where it stands in the literature.
        slight: whether a reader does not want a line of its own for it.
    """

    name: str
    on: type
    title: str
    formula: str
    source: str
    push: Push
    pull: Pull
    functions: tuple[str, ...] = ()
    slight: bool = False
    when: Callable[[Any], bool] | None = None


def differential_rule(
    name: str,
    on: type,
    *,
    title: str,
    formula: str,
    source: str,
    push: Push,
    functions: tuple[str, ...] = (),
    slight: bool = False,
    when: Callable[[Any], bool] | None = None,
) -> Callable[[Pull], DifferentialRule]:
    """Turn a function that pulls adjoints back into a rule; `push` is the other direction."""

    def make(pull: Pull) -> DifferentialRule:
        return DifferentialRule(
            name, on, title, formula, source, push, pull, functions, slight, when
        )

    return make
