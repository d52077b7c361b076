"""Declared facts that shorten array expressions: symmetric and orthogonal matrices, known totals."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import final

from gradproof.expr import (
    Context,
    Entry,
    Expr,
    Identity,
    Idx,
    MatMul,
    Ones,
    Sum,
    Sym,
    Transpose,
)  # fmt: skip


@final
@dataclass(frozen=True, slots=True)
class Facts:
    """What the constraints of a context say about whole arrays.

    Attributes:
        symmetric: names of matrices that equal their transposes.
        orthonormal: names of matrices with ``QᵀQ = I``; the left inverse is the transpose.
        orthogonal: names of square matrices with ``QᵀQ = I`` or ``QQᵀ = I``.
        totals: vectors by name, with the sum of their entries.
    """

    symmetric: frozenset[str] = frozenset()
    orthonormal: frozenset[str] = frozenset()
    orthogonal: frozenset[str] = frozenset()
    totals: tuple[tuple[str, Expr], ...] = ()

    def total(self, name: str) -> Expr | None:
        """Return what the entries of a vector add up to, where that is declared."""
        return next((value for n, value in self.totals if n == name), None)


def facts_of(context: Context) -> Facts:
    """Read the constraints of a context, each in both directions."""
    symmetric: set[str] = set()
    orthonormal: set[str] = set()
    orthogonal: set[str] = set()
    totals: dict[str, Expr] = {}
    for left, right in _both(context.constraints):
        match left, right:
            case Transpose(Sym(a)), Sym(b) if a == b:
                symmetric.add(a)
            case MatMul((Transpose(Sym(a, space)), Sym(b))), Identity() if a == b:
                orthonormal.add(a)
                if len(set(space.shape)) == 1:
                    orthogonal.add(a)
            case MatMul((Sym(a, space), Transpose(Sym(b)))), Identity() if a == b:
                if len(set(space.shape)) == 1:
                    orthonormal.add(a)
                    orthogonal.add(a)
            case Sum(Entry(Sym(a, space), (Idx(i),)), Idx(j), None, None, None), value:
                if i == j and space.rank == 1:
                    totals[a] = value
            case MatMul((Transpose(Ones()), Sym(a))), value:
                totals[a] = value
            case MatMul((Transpose(Sym(a)), Ones())), value:
                totals[a] = value
            case _:
                pass
    return Facts(
        frozenset(symmetric),
        frozenset(orthonormal),
        frozenset(orthogonal),
        tuple(sorted(totals.items(), key=lambda t: t[0])),
    )


def _both(pairs: Iterable[tuple[Expr, Expr]]) -> Iterator[tuple[Expr, Expr]]:
    for left, right in pairs:
        yield left, right
        yield right, left
