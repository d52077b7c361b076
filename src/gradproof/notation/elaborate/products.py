"""Products of arrays: which product is meant, told by what fits."""

from collections.abc import Sequence
from typing import Final

from gradproof.expr import Size, Sym
from gradproof.notation.elaborate import build
from gradproof.notation.elaborate.build import ONE, Built
from gradproof.notation.elaborate.converter import Converter
from gradproof.notation.elaborate.sizes import UNKNOWN
from gradproof.notation.surface import Surface

NUMBER: Final = (ONE, ONE)
"""Shape of a number as a matrix."""


def product(c: Converter, factors: Sequence[Built], gaps: str, node: Surface) -> Built:
    r"""Build a product of factors in order; `gaps` has one letter per gap (``c`` for ``\cdot``).

    Numbers may stand anywhere. Arrays multiply as matrices where their sizes allow it, and entry by entry where
    only that fits.
    """
    arrays = [k for k, f in enumerate(factors) if f.shape != ()]
    if len(arrays) < 2:
        return build.product(factors, gaps, node.span)
    starred = _starred(c, factors, gaps, node) if "s" in gaps else None
    if starred is not None:
        return starred
    if len(arrays) > 2 and not _multiply(factors):
        factors, gaps = _with_inner(c, factors, gaps, node)
    merged, marks = _merged(c, factors, gaps, node)
    return build.product(
        merged,
        marks,
        node.span,
        elementwise=c.reads_as("dot"),
        row=_row if c.reads_as("row") else None,
    )


def row_by_column(c: Converter, factors: Sequence[Built], node: Surface) -> Built | None:
    r"""Read ``x_i \theta`` of a row of ``x_{i,j}`` and a column as their inner product; None for other products."""
    arrays = [f for f in factors if f.shape != ()]
    if len(arrays) != 2 or set(node.text) - {"j"}:
        return None
    row, column = arrays
    of = row.kids[0].shape if row.kids else None
    if (
        isinstance(row.expr, Sym) or of is None or len(of) != 2 or row.shape != of[1:]
        or not isinstance(column.expr, Sym) or column.shape != row.shape
    ):  # fmt: skip
        return None
    c.note("row-meant", "a row of a matrix before a column is read as their inner product", node)
    made = build.frobenius(row, column, node.span)
    numbers = [f for f in factors if f.shape == ()]
    return build.product([*numbers, made], "j" * len(numbers), node.span) if numbers else made


def _with_inner(
    c: Converter, factors: Sequence[Built], gaps: str, node: Surface
) -> tuple[Sequence[Built], str]:
    """Take one inner product as a number where the rest multiplies then: ``u^T A v^T v`` is ``(v^T v) u^T A``."""
    for i, first in enumerate(factors):
        if first.shape is None or len(first.shape) != 2 or first.shape[0] != ONE:
            continue
        for j in range(i + 1, len(factors)):
            part, rest = factors[i : j + 1], (*factors[:i], *factors[j + 1 :])
            if _multiply(part) == NUMBER and _multiply(rest):
                c.note("inner-product", "a row times a column is taken as a number", node)
                whole = build.product(part, gaps[i:j], first.span.cover(factors[j].span))
                return (*factors[:i], whole, *factors[j + 1 :]), gaps[:i] + gaps[j:]
    return factors, gaps


def _multiply(factors: Sequence[Built]) -> tuple[Size, ...]:
    """Return the shape of a product of matrices from left to right, vectors as columns; empty where it has none."""
    found: tuple[Size, ...] = NUMBER
    for shape in (f.shape for f in factors):
        if shape is None or len(shape) > 2:
            return ()
        if not shape:
            continue
        own = shape if len(shape) == 2 else (shape[0], ONE)
        if found != NUMBER and own != NUMBER and found[1] != own[0]:
            return ()
        if own != NUMBER:
            found = own if found == NUMBER else (found[0], own[1])
    return found


def _row(x: Built) -> Built:
    return build.transpose(x, x.span)


def _merged(
    c: Converter, factors: Sequence[Built], gaps: str, node: Surface
) -> tuple[list[Built], str]:
    """Join neighbours of one shape that do not multiply as matrices: ``Xᵀ z (1-z)`` is ``Xᵀ (z ⊙ (1-z))``.

    Matrices are not joined where the document writes ``⊙``: what stands there without it is a matrix product.
    """
    out, marks = [factors[0]], ""
    several = sum(f.shape != () for f in factors) > 2
    for gap, nxt in zip(gaps, factors[1:], strict=True):
        last = out[-1]
        vectors = _axes(last) == 1 and _axes(nxt) == 1
        written = _axes(last) == 2 and (c.matrices or c.table.hadamard)
        if (
            not written
            and _only_entrywise(last, nxt)
            and (not vectors or (several and gap not in "cd"))
        ):
            c.note(
                "entrywise-product",
                "arrays of one shape that cannot be multiplied as matrices are multiplied entry by entry",
                node,
            )
            out[-1] = build.hadamard([last, nxt], last.span.cover(nxt.span))
        else:
            out.append(nxt)
            marks += gap
    return out, marks


def _axes(x: Built) -> int:
    return -1 if x.shape is None else len(x.shape)


def _starred(c: Converter, factors: Sequence[Built], gaps: str, node: Surface) -> Built | None:
    """Multiply entry by entry at stars between matrices that do not multiply: a star binds less than no sign."""
    groups: list[tuple[list[Built], str]] = [([factors[0]], "")]
    for gap, factor in zip(gaps, factors[1:], strict=True):
        if gap == "s":
            groups.append(([factor], ""))
        else:
            groups[-1][0].append(factor)
            groups[-1] = (groups[-1][0], groups[-1][1] + gap)
    parts = [product(c, fs, inner, node) for fs, inner in groups]
    arrays = [p for p in parts if p.shape != ()]
    if len(arrays) < 2 or not all(_side_by_side(arrays[0], p) for p in arrays[1:]):
        return None
    message = "a star between matrices that do not multiply is the product entry by entry"
    c.note("entrywise-product", message, node)
    out = build.hadamard(arrays, node.span)
    numbers = [p for p in parts if p.shape == ()]
    return build.product([*numbers, out], "j" * len(numbers), node.span) if numbers else out


def _side_by_side(a: Built, b: Built) -> bool:
    """Tell whether two matrices that a star stands between have as many columns, and do not multiply."""
    if a.shape is None or b.shape is None or len(a.shape) != 2 or len(b.shape) != 2:
        return False
    return a.shape[1] == b.shape[1] and a.shape[1] != b.shape[0]


def _only_entrywise(a: Built, b: Built) -> bool:
    """Tell whether two arrays are of one shape and do not multiply as matrices."""
    if not a.shape or a.shape != b.shape or any(s.name.startswith(UNKNOWN) for s in a.shape):
        return False
    return len(a.shape) == 1 or a.shape[0] != a.shape[1]
