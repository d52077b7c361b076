"""Expressions under construction: a tree with its spans and shape, and how shapes combine."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import final

from gradproof.expr import (
    Add,
    Div,
    Entry,
    Expr,
    Fn,
    Frobenius,
    Hadamard,
    HadamardDiv,
    Idx,
    Inverse,
    MatMul,
    Mul,
    Neg,
    Num,
    Opaque,
    Path,
    Pow,
    PseudoInverse,
    Size,
    Sym,
    Trace,
    Transpose,
    rank,
    walk,
)  # fmt: skip
from gradproof.source import Span

Shape = tuple[Size, ...] | None
"""Sizes of the axes; ``()`` a scalar; None an array about which nothing is known."""

ONE = Size("", 1)


@final
@dataclass(frozen=True, slots=True)
class Built:
    """An expression with the span of every node; `kids` follow the order of `children(expr)`."""

    expr: Expr
    span: Span
    kids: tuple["Built", ...] = ()
    shape: Shape = ()

    def origins(self) -> dict[Path, Span]:
        """Return the span of every node by path."""
        out: dict[Path, Span] = {}
        todo: list[tuple[Path, Built]] = [((), self)]
        while todo:
            path, node = todo.pop()
            out[path] = node.span
            todo.extend(((*path, k), kid) for k, kid in enumerate(node.kids))
        return out


def number(value: int | Fraction, span: Span) -> Built:
    """Build a number."""
    return Built(Num(Fraction(value)), span)


def index(name: str, span: Span) -> Built:
    """Build an index variable."""
    return Built(Idx(name), span)


def opaque(head: str, span: Span, kids: Sequence[Built] = ()) -> Built:
    """Build a node that is read but not evaluated."""
    return Built(Opaque(head, tuple(k.expr for k in kids)), span, tuple(kids), None)


def entry(array: Built, indices: Sequence[Built], span: Span) -> Built:
    """Build ``array[indices]``."""
    shape = None if array.shape is None else array.shape[len(indices) :]
    return Built(Entry(array.expr, tuple(i.expr for i in indices)), span, (array, *indices), shape)


def line_entry(array: Built, indices: Sequence[Built], span: Span) -> Built:
    """Build an entry; one index on an array of one row or one column runs along it."""
    shape = array.shape
    if shape is not None and len(shape) == 2 and len(indices) == 1 and ONE in shape:
        one = number(1, span)
        indices = [one, indices[0]] if shape[0] == ONE else [indices[0], one]
    return entry(array, indices, span)


def join(shapes: Sequence[Shape]) -> Shape:
    """Return the shape of an elementwise combination: scalars stretch, one unknown makes unknown."""
    out: Shape = ()
    for shape in shapes:
        if shape is None:
            return None
        if shape and not out:
            out = shape
    return out


def add(terms: Sequence[Built], span: Span) -> Built:
    """Build a sum of terms."""
    return Built(
        Add(tuple(t.expr for t in terms)), span, tuple(terms), join([t.shape for t in terms])
    )


def times(m: Size, n: Size) -> Size:
    """Return the size of a stack of n columns of m: a number where both are, else a name of its own."""
    if m == ONE or n == ONE:
        return n if m == ONE else m
    if not m.name and not n.name:
        return Size("", m.offset * n.offset)
    return Size(f"({m})({n})")


def neg(x: Built, span: Span) -> Built:
    """Build ``-x``."""
    return Built(Neg(x.expr), span, (x,), x.shape)


def fn(node: Fn, args: Sequence[Built], span: Span) -> Built:
    """Build a function known by name."""
    shape = join([a.shape for a in args])
    if node.name in ("mean", "var"):
        shape = ()
    elif node.name == "logsumexp" and shape is not None:
        shape = shape[:-1] if len(shape) < 2 or shape[0] != ONE else ()
    return Built(node, span, tuple(args), shape)


def power(base: Built, exponent: Built, span: Span) -> Built:
    """Build a power; ``A^{-1}`` of a matrix is its inverse."""
    if (
        exponent.expr in (Num(Fraction(-1)), Neg(Num(Fraction(1))))
        and base.shape
        and len(base.shape) == 2
        and base.shape[0] != ONE
    ):
        return Built(Inverse(base.expr), span, (base,), base.shape)
    return Built(Pow(base.expr, exponent.expr), span, (base, exponent), base.shape)


def pseudo_inverse(x: Built, span: Span) -> Built:
    """Build a pseudo-inverse."""
    shape = None if x.shape is None else tuple(reversed(x.shape))
    return Built(PseudoInverse(x.expr), span, (x,), shape)


def divide(num: Built, den: Built, span: Span) -> Built:
    """Build a quotient; elementwise where the denominator is an array."""
    if den.shape == ():
        return Built(Div(num.expr, den.expr), span, (num, den), num.shape)
    shape = None if num.shape is None else (den.shape or num.shape)
    return Built(HadamardDiv(num.expr, den.expr), span, (num, den), shape)


def transpose(x: Built, span: Span) -> Built:
    """Build a transpose; of a scalar it is the scalar with the mark kept."""
    shape: Shape
    if x.shape is None:
        shape = None
    elif len(x.shape) == 1:
        shape = (ONE, x.shape[0])
    else:
        shape = tuple(reversed(x.shape))
    return Built(Transpose(x.expr), span, (x,), shape)


def frobenius(a: Built, b: Built, span: Span) -> Built:
    """Build ``a : b``."""
    return Built(Frobenius(a.expr, b.expr), span, (a, b), ())


def hadamard(factors: Sequence[Built], span: Span) -> Built:
    """Build an elementwise product."""
    return Built(
        Hadamard(tuple(f.expr for f in factors)),
        span,
        tuple(factors),
        join([f.shape for f in factors]),
    )


def product(
    factors: Sequence[Built],
    gaps: str,
    span: Span,
    *,
    elementwise: bool = False,
    row: Callable[[Built], Built] | None = None,
) -> Built:
    r"""Build a product of factors in order; `gaps` has one letter per gap (``c`` for ``\cdot``).

    Scalars may stand anywhere. Arrays multiply as matrices; two vectors of one shape with a dot
    between them are an inner product (not where `elementwise`), without anything between them elementwise.
    A vector that fits the matrix after it as a row only goes through `row`.
    """
    if len(factors) == 1:
        return factors[0]
    arrays = [f for f in factors if f.shape != ()]
    if len(arrays) <= 1:
        shape = arrays[0].shape if arrays else ()
        return Built(Mul(tuple(f.expr for f in factors)), span, tuple(factors), shape)
    if row is not None and _is_row_of(arrays[0], arrays[1]):
        arrays[0] = row(arrays[0])
    inner = _array_product(arrays, factors, "" if elementwise else gaps)
    scalars = [f for f in factors if f.shape == ()]
    if not scalars:
        return Built(inner.expr, span, inner.kids, inner.shape)
    kids = (*scalars, inner)
    return Built(Mul(tuple(k.expr for k in kids)), span, kids, inner.shape)


def _array_product(arrays: list[Built], factors: Sequence[Built], gaps: str) -> Built:
    span = arrays[0].span.cover(arrays[-1].span)
    if len(arrays) == 2:
        a, b = arrays
        gap = gaps[factors.index(b) - 1 : factors.index(b)] if gaps else ""
        vectors = a.shape is not None and b.shape is not None and len(a.shape) == len(b.shape) == 1
        if vectors and gap in ("c", "d"):
            return frobenius(a, b, span)
        if vectors:
            return hadamard(arrays, span)
    shape: Shape = arrays[0].shape
    for nxt in arrays[1:]:
        shape = _matmul_shape(shape, nxt.shape)
    made = Built(MatMul(tuple(a.expr for a in arrays)), span, tuple(arrays), shape)
    told = any(isinstance(n, Sym) and ONE in n.space.shape for _, n in walk(made.expr))
    fit = all((a.shape or ())[-1:] == (b.shape or ())[:1] for a, b in pairwise(arrays))
    if shape == () and told and fit and rank(made.expr) == 2:
        return Built(Trace(made.expr), span, (made,), ())  # the number in its one row and column
    return made


def _is_row_of(x: Built, matrix: Built) -> bool:
    """Tell whether a vector multiplies a matrix from the left as a row, and not as a column."""
    a, b = x.shape, matrix.shape
    return a is not None and b is not None and len(a) == 1 and len(b) == 2 and a[0] == b[0] != ONE


def _matmul_shape(a: Shape, b: Shape) -> Shape:
    """Shape of ``a b``; a row times a column is a scalar, a column times a row a matrix."""
    if a is None or b is None:
        return None
    if a == ():
        return b
    if b == ():
        return a
    left = a if len(a) == 2 else (a[0], ONE)
    right = b if len(b) == 2 else (b[0], ONE)
    if len(left) != 2 or len(right) != 2:
        return None
    if left[0] == ONE and right[1] == ONE and (len(b) == 1 or len(a) == 2):
        return ()
    return (left[0],) if len(b) == 1 else (left[0], right[1])
