"""Conventions that decide how derivatives of arrays are arranged; the same line may be right in one only."""

from dataclasses import dataclass, replace
from typing import Literal, final


@final
@dataclass(frozen=True, slots=True)
class Layout:
    """One convention.

    Attributes:
        vectors: whether a symbol with one axis is a column or a row.
        gradient: whether the derivative of a scalar by an array has the shape of the array (``denominator``)
            or that of its transpose (``numerator``).
        jacobian: whether the derivative of a vector by a vector has the outputs as rows (``numerator``) or as
            columns (``denominator``).
        entrywise: whether the derivative of an array by one of the same shape is the array of the derivatives
            of its entries, each by the entry at its place, where the others vanish (``∂σ(h)/∂h = σ'(h)``).
        loose: whether arrays of one shape that cannot be multiplied as matrices are multiplied entry by entry.
        mixed: whether a row that is added to a column, or multiplied with it entry by entry, counts as one.
        lengths: whether the square of a vector is its squared length (``(y - Xb)²``).
        structured: whether the derivative by a symmetric matrix counts its equal entries as one (G + Gᵀ - G∘I).
        stacked: whether the vec of a matrix stacks its columns or its rows.
        certain: whether the document leaves no doubt that gradients by matrices have the shape of the matrix.
        columns: whether it leaves no doubt that gradients by vectors have the shape of the vector.
        rows: whether it leaves no doubt that Jacobians have the outputs as rows.
    """

    vectors: Literal["column", "row"] = "column"
    gradient: Literal["denominator", "numerator"] = "denominator"
    jacobian: Literal["numerator", "denominator"] = "numerator"
    entrywise: bool = False
    loose: bool = False
    mixed: bool = False
    lengths: bool = False
    structured: bool = False
    stacked: Literal["columns", "rows"] = "columns"
    certain: bool = False
    columns: bool = False
    rows: bool = False

    @property
    def usual(self) -> bool:
        """Whether derivatives are arranged as the rules of `differentiate` do."""
        return self is USUAL or replace(self, certain=False, columns=False, rows=False) == USUAL

    def as_sure_as(self, other: "Layout") -> "Layout":
        """Return this convention with what is told, or beyond doubt, in another one."""
        return replace(
            self,
            stacked=other.stacked,
            certain=other.certain,
            columns=other.columns,
            rows=other.rows,
        )

    def __str__(self) -> str:
        """Say in words how the convention differs from the usual one.

        >>> str(Layout()), str(Layout(vectors="row", jacobian="denominator"))
        ('the usual layout', 'vectors are rows, Jacobians have the outputs as columns')
        """
        parts: list[str] = []
        if self.vectors == "row":
            parts.append("vectors are rows")
        if self.gradient == "numerator":
            parts.append("gradients are transposed (numerator layout)")
        if self.jacobian == "denominator":
            parts.append("Jacobians have the outputs as columns")
        if self.entrywise:
            parts.append("derivatives of arrays by arrays of the same shape are entry by entry")
        if self.mixed:
            parts.append("rows and columns are mixed, or products are entry by entry")
        elif self.loose:
            parts.append("products are entry by entry")
        if self.lengths:
            parts.append("the square of a vector is its squared length")
        if self.structured:
            parts.append("the derivative by a symmetric matrix counts equal entries as one")
        if self.stacked == "rows":
            parts.append("vec stacks the rows of a matrix")
        return ", ".join(parts) or "the usual layout"


USUAL = Layout()
"""Columns; a gradient has the shape of its variable; a Jacobian has the outputs as rows."""
