"""Inverses and determinants as names of their own: exact comparison knows nothing of them but their derivatives.

``∂(E⁻¹)_{ab} = -Σ_{pq} (E⁻¹)_{ap} ∂E_{pq} (E⁻¹)_{qb}`` and ``∂ det E = det E Σ_{pq} (E⁻¹)_{qp} ∂E_{pq}``
(The Matrix Cookbook, (40) and (41)).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, final

from gradproof.canonical import identical
from gradproof.differentiate import NotSupported, extent_of
from gradproof.expr import Context, Expr, Space, Sym, Transpose, free_indices

_MOST: Final = 4
"""Matrices that are inverted in one line."""


@final
@dataclass(frozen=True, slots=True)
class Inverted:
    """A square matrix, and the names of its inverse and of its determinant."""

    matrix: Expr
    inverse: Sym
    det: Sym


@final
class Inverses:
    """The inverses and determinants of one line; equal matrices share their names."""

    __slots__ = ("_known", "_mark")

    def __init__(self, mark: str) -> None:
        self._known: list[Inverted] = []
        self._mark = mark

    def __iter__(self) -> Iterator[Inverted]:
        """Iterate over them in the order in which they were met."""
        return iter(tuple(self._known))

    def find(self, matrix: Expr, context: Context) -> tuple[Inverted, bool, Context]:
        """Return the names for a matrix, whether it is the transpose of what they are of, and the context with them.

        Raises:
            NotSupported: it is not square, depends on an index letter, or there are too many.
        """
        for one in self._known:
            if _same(matrix, one.matrix, context):
                return one, False, context
            if _same(matrix, Transpose(one.matrix), context):
                return one, True, context
        shape = extent_of(matrix, context)
        if len(shape) != 2 or shape[0] != shape[1] or free_indices(matrix):
            raise NotSupported("the inverse of something else than one square matrix")
        if len(self._known) == _MOST:
            raise NotSupported("limit:inverses")
        k = len(self._known)
        inverse, det = Sym(f"{self._mark}inv{k}", Space(shape)), Sym(f"{self._mark}det{k}")
        one = Inverted(matrix, inverse, det)
        self._known.append(one)
        if _same(matrix, Transpose(matrix), context):
            symmetric = (Transpose(inverse), inverse)
            context = replace(context, constraints=(*context.constraints, symmetric))
        return one, False, context


def _same(a: Expr, b: Expr, context: Context) -> bool:
    """Tell whether two matrices are exactly one, by what is declared alone."""
    declared = {k: d for k, d in context.domains.items() if d.declared}
    return a == b or identical(a, b, replace(context, domains=MappingProxyType(declared))) is True
