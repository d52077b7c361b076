"""Layouts as admissible readings: the conventions in which a line about arrays may be meant.

A line that is right in one of them is right; it gets a note where that is not the usual one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, final

from gradproof.expr import (
    SEED,
    USUAL,
    Context,
    Derivative,
    Expr,
    Gradient,
    Layout,
    MatMul,
    Num,
    Pow,
    Sym,
    Transpose,
    Vec,
    is_scalar,
    rank,
    walk,
    walk_reached,
)  # fmt: skip

MIX = "layout-mix"
"""Kind of the note on a line that is right in another layout."""
STACKED = "stacked-by-rows"
"""Kind of an arrangement that only words can tell."""
BY: Final = {
    "rows": "it holds only if vec stacks the rows of a matrix; usually it stacks the columns, and no words say rows",
    "columns": "it holds only if vec stacks the columns of a matrix: the words speak of rows that are stacked",
}
"""Why a line that holds for the other way to make a vector of a matrix is left undecided."""
LENGTHS = "square-as-length"
"""Kind of the note on a line in which the square of a vector is its squared length."""


@final
@dataclass(frozen=True, slots=True)
class Arrangement:
    """Two sides under another layout; `kind` and `message` of the note where they are equal in it."""

    left: Expr
    right: Expr
    context: Context
    message: str
    kind: str = MIX


def arrangements(
    left: Expr, right: Expr, context: Context, *, fitting: bool
) -> Iterator[Arrangement]:
    """Yield the sides in other layouts, the most likely first; the usual one is not among them.

    `fitting` tells that all shapes fit in the usual layout: then vectors are no rows, and nothing is mixed.
    """
    if _stacks(left, right, context):
        how = "columns" if context.layout.stacked == "rows" else "rows"
        under = replace(context, layout=replace(context.layout, stacked=how))
        yield Arrangement(left, right, under, BY[how], STACKED)
    turned = _may_be_turned(left, right, context)
    for layout in _layouts(left, right, context, fitting=fitting):
        own = context.layout
        under = replace(context, layout=layout.as_sure_as(own))
        if layout != USUAL:
            kind = LENGTHS if layout.lengths else MIX
            yield Arrangement(left, right, under, f"it holds where {layout}", kind)
        if turned:
            told = "" if layout == USUAL else f", where {layout}"
            yield Arrangement(
                left,
                Transpose(right),
                under,
                f"it holds up to the layout: one side is the transpose of the other{told}",
            )


def _stacks(left: Expr, right: Expr, context: Context) -> bool:
    """Tell whether a matrix is made a vector."""
    return any(isinstance(n, Vec) for e in (left, right) for n in walk_reached(e, context))


def _layouts(left: Expr, right: Expr, context: Context, *, fitting: bool) -> Iterator[Layout]:
    """Yield the layouts that could make a difference."""
    yield USUAL
    if not fitting:
        yield replace(USUAL, loose=True, mixed=True)
    if _squares(left, right, context):
        yield replace(USUAL, loose=True, mixed=True, lengths=True)
    if _by_symmetric(left, right, context):
        yield replace(USUAL, structured=True)
    gradients, jacobians = _inner_derivatives(left, right, context)
    if jacobians:
        yield replace(USUAL, entrywise=True, loose=True, mixed=True)
    lying = not fitting and _vectors_multiplied(left, right, context)
    if lying:
        yield replace(USUAL, vectors="row")
    if gradients or jacobians:
        if not context.layout.certain:
            yield replace(USUAL, gradient="numerator")
        if not context.layout.rows:
            yield replace(USUAL, jacobian="denominator")
        if lying and not context.layout.rows:
            yield replace(USUAL, vectors="row", jacobian="denominator")
        if lying:
            yield replace(USUAL, vectors="row", gradient="numerator")


def _may_be_turned(left: Expr, right: Expr, context: Context) -> bool:
    """Tell whether the transpose of a side may be meant: of vectors always, of matrices in a derivative.

    The gradient by a matrix has the shape of the matrix where ∇ is written or the document leaves no doubt, that by a
    vector where the document leaves none, or it is what reaches a declared vector; a Jacobian has the outputs as rows
    where the words say so.
    """
    if is_scalar(left, context) and is_scalar(right, context):
        return False
    derivatives = [
        n for e in (left, right) for _, n in walk(e) if isinstance(n, Derivative | Gradient)
    ]
    if context.layout.rows and any(
        isinstance(d, Derivative)
        and all(rank(x, context) == 1 for x in (d.body, *d.wrt))
        and d in (left, right)
        for d in derivatives
    ):
        return False
    if any(_by_column(d, context) for d in (left, right)):
        return False
    by_matrix = [d for d in derivatives if any(rank(w, context) == 2 for w in _variables(d))]
    if by_matrix:
        sure = context.layout.certain or any(isinstance(d, Gradient) for d in by_matrix)
        return not sure
    return bool(derivatives) or 1 in (rank(left, context), rank(right, context))


def _by_column(d: Expr, context: Context) -> bool:
    """Tell whether a side is the gradient of a number by a vector, which has the shape of the vector without doubt."""
    match d:
        case Derivative(body, (Sym(name, space),)) | Gradient(body, Sym(name, space), 1):
            reaches = any(isinstance(n, Sym) and n.name.endswith(SEED) for _, n in walk(body))
            sure = context.layout.columns or (reaches and name in context.domains)
            return sure and space.rank == 1 and is_scalar(body, context)
        case _:
            return False


def _variables(d: Derivative | Gradient) -> tuple[Expr, ...]:
    if isinstance(d, Derivative):
        return d.wrt
    return () if d.wrt is None else (d.wrt,)


def _inner_derivatives(left: Expr, right: Expr, context: Context) -> tuple[bool, bool]:
    """Tell whether gradients of scalars, and derivatives of arrays, by arrays occur."""
    gradients = jacobians = False
    for e in (left, right):
        for path, node in walk(e):
            if isinstance(node, Derivative) and not all(is_scalar(w, context) for w in node.wrt):
                scalar = is_scalar(node.body, context)
                gradients = gradients or (scalar and bool(path))
                jacobians = jacobians or not scalar
    return gradients, jacobians


def _vectors_multiplied(left: Expr, right: Expr, context: Context) -> bool:
    """Tell whether a vector takes part in a matrix product or is transposed, definitions included."""
    return any(
        isinstance(node, MatMul | Transpose)
        and any(isinstance(n, Sym) and n.space.rank == 1 for _, n in walk(node))
        for side in (left, right)
        for node in walk_reached(side, context)
    )


def _squares(left: Expr, right: Expr, context: Context) -> bool:
    """Tell whether a vector is squared, definitions included."""
    two = Num(Fraction(2))
    return any(
        isinstance(node, Pow) and node.exponent == two and rank(node.base, context) == 1
        for side in (left, right)
        for node in walk_reached(side, context)
    )


def _by_symmetric(left: Expr, right: Expr, context: Context) -> bool:
    """Tell whether something is differentiated by a matrix that is declared symmetric."""
    tied = {n for pair in context.constraints for s in pair for _, n in walk(s)}
    return any(
        w in tied and rank(w, context) == 2
        for e in (left, right)
        for _, n in walk(e)
        if isinstance(n, Derivative | Gradient)
        for w in _variables(n)
    )
