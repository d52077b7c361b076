"""Shapes of expressions: () a scalar, (n,) a column, (1, n) a row, (m, n) a matrix."""

from typing import assert_never

from gradproof.deriving.limits import NotDerived
from gradproof.expr import (
    SINGLE,
    Add,
    Apply,
    At,
    Branch,
    Cases,
    Compare,
    Const,
    Context,
    Delta,
    Derivative,
    Det,
    Diag,
    Differential,
    Div,
    Entry,
    Expr,
    Fn,
    Frobenius,
    Gradient,
    Hadamard,
    HadamardDiv,
    Identity,
    Idx,
    Indicator,
    Inverse,
    Kron,
    Let,
    MatMul,
    Mul,
    Neg,
    Norm,
    Num,
    Ones,
    Opaque,
    Pow,
    Prod,
    PseudoInverse,
    Root,
    Row,
    Size,
    Stack,
    Sum,
    Sym,
    Trace,
    Transpose,
    Vec,
    matrix_shape,
)  # fmt: skip

Shape = tuple[Size, ...]
EXPECTATIONS = ("expect",)
"""Heads that are linear operators and are not evaluated."""


def shape_of(e: Expr, context: Context) -> Shape:
    """Return the shape of an expression.

    Raises:
        NotDerived: the nodes do not tell.
    """
    match e:
        case Sym(_, space) | Ones(space) | Identity(space):
            return space.shape
        case Num() | Const() | Idx() | Frobenius() | Trace() | Det() | Norm() | Delta():
            return ()
        case Compare() | Indicator() | Fn("mean" | "var"):
            return ()
        case Fn("logsumexp", (x,)):
            inner = shape_of(x, context)
            return () if is_row(inner) else inner[:-1]
        case Neg(x) | Pow(x, _) | Root(x, _) | Inverse(x) | Differential(x):
            return shape_of(x, context)
        case Sum(x) | Prod(x) | At(x) | Let(_, _, x) | Branch(x):
            return shape_of(x, context)
        case Add(xs) | Mul(xs) | Hadamard(xs) | Fn(_, xs) | Cases(xs):
            return _widest(xs, context)
        case Div(a, b) | HadamardDiv(a, b):
            return _widest((a, b), context)
        case Entry(array, indices):
            return shape_of(array, context)[len(indices) :]
        case Transpose(x) | PseudoInverse(x):
            return transposed(shape_of(x, context))
        case MatMul(xs):
            rows, cols = (
                as_matrix(shape_of(xs[0], context))[0],
                as_matrix(shape_of(xs[-1], context))[1],
            )
            return matrix_shape(rows, cols)
        case Diag(x):
            inner = shape_of(x, context)
            return (*inner, *inner) if len(inner) == 1 else inner[:1]
        case Derivative(body, wrt):
            out = shape_of(body, context)
            for w in wrt:
                out = (*out, *shape_of(w, context))
            return out
        case Gradient(body, wrt, order) if wrt is not None:
            return shape_of(body, context) + shape_of(wrt, context) * order
        case Apply(name, args):
            return _applied(name, args, context)
        case Vec(x):
            rows, cols = as_matrix(shape_of(x, context))
            return (times(rows, cols),)
        case Kron(a, b):
            return _kronecker(shape_of(a, context), shape_of(b, context))
        case Opaque(head, (x, *_)) if head in EXPECTATIONS:
            return shape_of(x, context)
        case Gradient() | Row() | Stack() | Opaque():
            raise NotDerived(f"the shape of {type(e).__name__} is not known here")
        case _:
            assert_never(e)


def as_matrix(shape: Shape) -> tuple[Size, Size]:
    """Return rows and columns; a vector is a column, a scalar a single entry.

    Raises:
        NotDerived: an array with more than two axes.
    """
    match shape:
        case ():
            return SINGLE, SINGLE
        case (n,):
            return n, SINGLE
        case (m, n):
            return m, n
        case _:
            raise NotDerived("an array with more than two axes")


def transposed(shape: Shape) -> Shape:
    """Return the shape of the transpose."""
    rows, cols = as_matrix(shape)
    return matrix_shape(cols, rows)


def times(m: Size, n: Size) -> Size:
    """Return the product of two sizes; of two names a name of its own."""
    if SINGLE in (m, n):
        return n if m == SINGLE else m
    if not m.name and not n.name:
        return Size("", m.offset * n.offset)
    return Size(f"({m})({n})")


def _kronecker(left: Shape, right: Shape) -> Shape:
    if not left or not right:
        return left or right
    if len(left) == len(right) == 1:
        return (*left, *right)
    (a, b), (c, d) = as_matrix(left), as_matrix(right)
    return times(a, c), times(b, d)


def is_row(shape: Shape) -> bool:
    """Tell whether a shape is that of a transposed vector."""
    return len(shape) == 2 and shape[0] == SINGLE


def _widest(xs: tuple[Expr, ...], context: Context) -> Shape:
    return max((shape_of(x, context) for x in xs), key=len)


def _applied(name: str, args: tuple[Expr, ...], context: Context) -> Shape:
    found = context.definitions.get(name, ())
    if found and found[0].params and len(found[0].params) == len(args):
        inside = shape_of(found[0].body, context)
        # a scalar function of scalars is applied entry by entry
        return _widest(args, context) if not inside and _scalars(found[0].params) else inside
    if found and not found[0].indices:
        return shape_of(found[0].body, context)
    return _widest(args, context) if args else ()


def _scalars(params: tuple[Expr, ...]) -> bool:
    return all(isinstance(p, Sym) and not p.space.shape for p in params)
