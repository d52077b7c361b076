"""Whole arrays lowered: products of matrices, sums of arrays, traces, diagonals, norms, blocks."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from gradproof.codegen.algebra import (
    UNIT,
    apply,
    arranged,
    constant,
    eye,
    number,
    product,
    times,
    total,
)
from gradproof.codegen.dims import ONE, Dim
from gradproof.codegen.graph import Label, Value
from gradproof.codegen.limits import CannotCompile
from gradproof.codegen.lower.low import Low, Work
from gradproof.codegen.ops import Along, Determinant, Inverse, Pad, Reshape
from gradproof.codegen.powers import power


def aligned(work: Work, parts: Sequence[Low], what: str) -> tuple[list[Low], Low]:
    """Lay arrays of one shape on each other; scalars go along.

    Returns:
        The parts with common labels, and one of those of full rank.
    """
    most = max(parts, key=lambda x: x.rank)
    out: list[Low] = []
    for x in parts:
        if x is most or not x.rank:
            out.append(x)
        elif x.rank == most.rank:
            if x.rank == 1 and x.row != most.row and not work.context.layout.mixed:
                raise CannotCompile(f"{what}: a row and a column; transpose one of them")
            for a, b in zip(x.axes, most.axes, strict=True):
                work.same(a, b, what)
            out.append(work.placed(x, most.axes))
        else:
            raise CannotCompile(
                f"{what}: an array with {x.rank} axes and one with {most.rank}; write the missing axis with a vector "
                r"of ones, such as X W + \mathbf{1} b^T"
            )
    return out, most


def summed(work: Work, parts: Sequence[Low], signs: Sequence[int] | None = None) -> Low:
    """Return the sum of arrays."""
    out, most = aligned(work, parts, "a sum")
    weights = signs or [1] * len(parts)
    terms = ((Fraction(c), x.value) for c, x in zip(weights, out, strict=True))
    return replace(most, value=total(work.graph, terms))


def multiplied(work: Work, parts: Sequence[Low]) -> Low:
    """Return the product entry by entry."""
    out, most = aligned(work, parts, "a product entry by entry")
    return replace(most, value=times(work.graph, *(x.value for x in out)))


def scaled(x: Low, work: Work, factor: Fraction) -> Low:
    """Return a multiple."""
    return replace(x, value=times(work.graph, x.value, coef=factor))


def mapped(work: Work, fn: str, *parts: Low) -> Low:
    """Return a function of numbers, entry by entry."""
    out, most = aligned(work, parts, f"the arguments of {fn}")
    return replace(most, value=apply(work.graph, fn, *(x.value for x in out)))


def raised(work: Work, x: Low, exponent: Fraction) -> Low:
    """Return a fixed power, entry by entry."""
    return replace(x, value=power(work.graph, x.value, exponent))


def chained(work: Work, parts: Sequence[Low]) -> Low:
    """Return the product of matrices, columns and rows: one contraction over all inner axes."""
    factors: list[Value] = []
    over: list[Label] = []
    left: Label | None = None
    right: Label | None = None
    begun = False
    for x in parts:
        if x.rank > 2:
            raise CannotCompile("a matrix product of an array with more than two axes")
        if not x.rank:
            factors.append(x.value)
            continue
        first = None if x.row else x.axes[0]
        last = x.axes[-1] if x.row or x.rank == 2 else None
        if not begun:
            left, right, begun = first, last, True
            factors.append(x.value)
            continue
        if (right is None) != (first is None):
            if work.context.layout.loose and len(parts) == 2:
                return multiplied(work, parts)
            single = first if right is None else right
            if single is None or work.graph.sizes[single] != ONE:
                raise CannotCompile(
                    "a matrix product of a column and what is no row (or of a row with a row); "
                    r"transpose one, or write \odot for a product entry by entry"
                )
            factors.append(x.value)
            over.append(single)
            right = last
            continue
        if right is not None and first is not None:
            if (
                work.graph.sizes[right] != work.graph.sizes[first]
                and work.context.layout.loose
                and len(parts) == 2
            ):
                return multiplied(work, parts)
            work.same(right, first, "a matrix product")
            x = work.placed(x, tuple(right if a == first else a for a in x.axes))
            over.append(right)
        factors.append(x.value)
        right = last
    axes = tuple(a for a in (left, right) if a is not None)
    value = product(work.graph, factors, over=over)
    return Low(value, axes, row=left is None and right is not None)


def transposed(x: Low) -> Low:
    """Return the transpose; a column becomes a row."""
    if x.rank == 1:
        return replace(x, row=not x.row)
    if x.rank > 2:
        raise CannotCompile("the transpose of an array with more than two axes")
    return replace(x, axes=tuple(reversed(x.axes)))


def inner(work: Work, x: Low, y: Low) -> Low:
    """Return the sum of the products of all entries."""
    (a, b), most = aligned(work, (x, y), "a Frobenius product")
    return Low(product(work.graph, (a.value, b.value), over=most.axes))


def all_summed(work: Work, x: Low) -> Low:
    """Return the sum of all entries."""
    return Low(product(work.graph, (x.value,), over=x.axes))


def square(work: Work, x: Low, what: str) -> None:
    """Refuse what is no square matrix."""
    if x.rank != 2:
        raise CannotCompile(f"the {what} of something that is no matrix")
    work.same(x.axes[0], x.axes[1], f"the {what}")


def traced(work: Work, x: Low) -> Low:
    """Return the trace."""
    if not x.rank:
        return x
    square(work, x, "trace")
    a, b = x.axes
    return Low(product(work.graph, (x.value, eye(work.graph, a, b)), over=(a, b)))


def diagonal(work: Work, x: Low) -> Low:
    """Return the diagonal matrix of a vector, or the vector of a diagonal."""
    if not x.rank:
        return x
    if x.rank == 1:
        (a,) = x.axes
        b = work.graph.label(work.graph.sizes[a])
        return Low(times(work.graph, x.value, eye(work.graph, a, b)), (a, b))
    square(work, x, "diagonal")
    a, b = x.axes
    return Low(product(work.graph, (x.value, eye(work.graph, a, b)), over=(b,)), (a,))


def along(work: Work, fn: str, x: Low) -> Low:
    """Return softmax, its logarithm or logsumexp along the last axis."""
    if not x.rank:
        raise CannotCompile(f"{fn} of a number; expected a vector")
    whole = work.whole(x)
    graph = work.graph
    match fn:
        case "softmax" | "logsoftmax":
            ref = graph.node(Along(fn, whole.ref, graph.shapes[whole.ref]))
            return replace(x, value=Value(ref, whole.labels))
        case "logsumexp" | "maximum" | "minimum" | "product":
            ref = graph.node(Along(fn, whole.ref, graph.shapes[whole.ref][:-1]))
            return Low(Value(ref, whole.labels[:-1]), x.axes[:-1], row=False)
        case _:
            raise CannotCompile(f"{fn} along an axis")


def mean(work: Work, x: Low) -> Low:
    """Return the mean of all entries."""
    graph = work.graph
    count = number(graph, 1)
    for a in x.axes:
        count = times(graph, count, product(graph, (), over=(a,)))
    return multiplied(work, (all_summed(work, x), Low(power(graph, count, Fraction(-1)))))


def variance(work: Work, x: Low) -> Low:
    """Return the mean squared distance from the mean."""
    gap = summed(work, (x, mean(work, x)), (1, -1))
    return mean(work, multiplied(work, (gap, gap)))


def norm(work: Work, x: Low, order: str) -> Low:
    """Return a norm of a vector, or the Frobenius norm of a matrix."""
    if not x.rank:
        return mapped(work, "abs", x)
    if order == "F" or (order == "2" and x.rank == 1):
        return raised(work, inner(work, x, x), Fraction(1, 2))
    if x.rank > 1:
        raise CannotCompile(
            f"the {order}-norm of a matrix; write \\|X\\|_F for the root of the sum of all squares"
        )
    sizes = mapped(work, "abs", x)
    return all_summed(work, sizes) if order == "1" else along(work, "maximum", sizes)


def inverted(work: Work, x: Low) -> Low:
    """Return the inverse of a matrix."""
    if not x.rank:
        return raised(work, x, Fraction(-1))
    square(work, x, "inverse")
    whole = work.whole(x)
    ref = work.graph.node(Inverse(whole.ref, work.graph.shapes[whole.ref]))
    return replace(x, value=Value(ref, whole.labels))


def determinant(work: Work, x: Low, *, log: bool = False) -> Low:
    """Return the determinant, or its logarithm."""
    if not x.rank:
        return mapped(work, "log", x) if log else x
    square(work, x, "determinant")
    whole = work.whole(x)
    shape = work.graph.shapes[whole.ref][:-2]
    return Low(Value(work.graph.node(Determinant(whole.ref, shape, log)), whole.labels[:-2]))


def pseudo_inverted(work: Work, x: Low, wide: bool) -> Low:
    """Return ``(AᵀA)⁻¹Aᵀ``, or ``Aᵀ(AAᵀ)⁻¹`` of a wide matrix."""
    flat = transposed(fresh(work, x))
    if wide:
        return chained(work, (flat, inverted(work, chained(work, (x, transposed(fresh(work, x)))))))
    return chained(work, (inverted(work, chained(work, (transposed(fresh(work, x)), x))), flat))


def fresh(work: Work, x: Low) -> Low:
    """Return the same with new labels for its axes, to stand beside itself."""
    return work.placed(x, tuple(work.graph.label(work.graph.sizes[a]) for a in x.axes))


def powered(work: Work, x: Low, exponent: Fraction) -> Low:
    """Return a whole power of a square matrix."""
    square(work, x, "power")
    if exponent.denominator != 1 or not 0 < abs(exponent) <= 64:
        raise CannotCompile("a power of a matrix that is no whole number from 1 to 64")
    base = inverted(work, x) if exponent < 0 else x
    out = base
    for _ in range(abs(exponent.numerator) - 1):
        out = chained(work, (out, fresh(work, base)))
    return out


def stacked_columns(work: Work, x: Low) -> Low:
    """Return the columns of a matrix in one vector."""
    if x.rank < 2:
        return replace(x, row=False)
    return _flat(work, x, tuple(reversed(x.axes)))


def _flat(work: Work, x: Low, order: tuple[Label, ...]) -> Low:
    """Lay axes into one, the last of `order` running fastest."""
    graph = work.graph
    outer = tuple(label for label in x.value.labels if label not in x.axes)
    ref = arranged(graph, x.value, (*outer, *order))
    size = graph.sizes[order[0]]
    for label in order[1:]:
        size = size * graph.sizes[label]
    axis = graph.label(size)
    made = graph.node(Reshape(ref, (*graph.dims(outer), size)))
    return Low(Value(made, (*outer, axis)), (axis,))


def kronecker(work: Work, x: Low, y: Low) -> Low:
    """Return the Kronecker product; of two vectors the outer product."""
    if not x.rank or not y.rank:
        return multiplied(work, (x, y))
    y = fresh(work, y)
    value = times(work.graph, x.value, y.value)
    if x.rank == 1 and y.rank == 1:
        return Low(value, (x.axes[0], y.axes[0]))
    rows = [] if x.row else [x.axes[0]]
    rows += [] if y.row else [y.axes[0]]
    columns = [x.axes[-1]] if x.row or x.rank == 2 else []
    columns += [y.axes[-1]] if y.row or y.rank == 2 else []
    graph = work.graph
    outer = tuple(label for label in value.labels if label not in (*rows, *columns))
    ref = arranged(graph, value, (*outer, *rows, *columns))
    height, width = ONE, ONE
    for label in rows:
        height = height * graph.sizes[label]
    for label in columns:
        width = width * graph.sizes[label]
    sides = [graph.label(size) for size, some in ((height, rows), (width, columns)) if some]
    made = graph.node(Reshape(ref, (*graph.dims(outer), *graph.dims(sides))))
    return Low(Value(made, (*outer, *sides)), tuple(sides), row=not rows)


def blocks(work: Work, rows: Sequence[Sequence[Low]]) -> Low:
    """Return a matrix from its cells, each laid at its place with zeros around; one column is a vector."""
    graph = work.graph
    heights = [_extent_of(work, row, 0) for row in rows]
    widths = [
        _extent_of(work, [row[k] for row in rows], 1) for k in range(max(len(r) for r in rows))
    ]
    total_height = sum(heights[1:], heights[0])
    total_width = sum(widths[1:], widths[0])
    column = total_width == ONE and all(c.rank <= 1 and not c.row for row in rows for c in row)
    flat = total_height == ONE and not column
    vertical, horizontal = graph.label(total_height), graph.label(total_width)
    terms: list[tuple[Fraction, Value]] = []
    top = Dim.number(0)
    for row, height in zip(rows, heights, strict=True):
        start = Dim.number(0)
        for cell, width in zip(row, widths, strict=False):
            at = (vertical, top, height, total_height), (horizontal, start, width, total_width)
            placed = _laid(work, cell, at[:1] if column else at[1:] if flat else at)
            terms.append((UNIT, placed))
            start = start + width
        top = top + height
    axes = (vertical,) if column else (horizontal,) if flat else (vertical, horizontal)
    return Low(total(graph, terms), axes, row=flat)


Span = tuple[Label, Dim, Dim, Dim]


def _laid(work: Work, x: Low, spans: Sequence[Span]) -> Value:
    """Lay a cell at its place: for each axis its label, first place, length, and the length of all."""
    graph = work.graph
    own = list(x.axes)
    here = (None if x.row else own[0], own[-1] if x.row or x.rank == 2 else None) if own else ()
    found = [here[k] if len(spans) == 2 and here else None for k in range(len(spans))]
    if len(spans) == 1 and own:
        found = [own[0]]
    labels: list[Label] = []
    for axis, (_, _, length, _) in zip(found, spans, strict=True):
        labels.append(axis if axis is not None else graph.label(length))
    outer = tuple(label for label in x.value.labels if label not in x.axes)
    ref = arranged(graph, x.value, (*outer, *labels))
    for k, (_, start, _, whole) in enumerate(spans):
        shape = list(graph.shapes[ref])
        if shape[len(outer) + k] == whole:
            continue
        shape[len(outer) + k] = whole
        ref = graph.node(Pad(ref, len(outer) + k, start, tuple(shape)))
    return Value(ref, (*outer, *(label for label, *_ in spans)))


def _extent_of(work: Work, cells: Sequence[Low], axis: int) -> Dim:
    """Return the common height (or width) of cells; constants and zeros fit anywhere."""
    for c in cells:
        if axis == 0 and c.rank and not c.row:
            return work.graph.sizes[c.axes[0]]
        if axis == 1 and c.rank and (c.row or c.rank == 2):
            return work.graph.sizes[c.axes[-1]]
    return ONE


def is_zero(work: Work, x: Low) -> bool:
    """Tell whether a part is zero everywhere."""
    return constant(work.graph, x.value) == 0
