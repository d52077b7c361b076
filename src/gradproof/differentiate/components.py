"""Arrays in components: shapes, entries of array expressions, scalars as sums over indices."""

from collections.abc import Callable
from typing import assert_never

from gradproof.differentiate.rule import NotSupported
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
from gradproof.rewrite import (
    ONE,
    TWO,
    add,
    div,
    free_names,
    fresh_index,
    like_sum,
    mul,
    neg,
    num,
    power,
    rename_bound,
    size_expr,
    tidy_root,
)  # fmt: skip

Shape = tuple[Size, ...]


def extent_of(e: Expr, context: Context) -> Shape:
    """Return the shape of an expression: () a scalar, (n,) a column, (m, n) a matrix.

    Raises:
        NotSupported: the shape cannot be told.
    """
    match e:
        case Sym(_, space) | Ones(space) | Identity(space):
            return space.shape
        case Num() | Const() | Idx() | Frobenius() | Trace() | Det() | Norm() | Delta():
            return ()
        case Compare() | Indicator():
            return ()
        case Neg(x) | Pow(x, _) | Root(x, _) | Div(x, _) | Inverse(x):
            return extent_of(x, context)
        case Sum(x) | Prod(x) | At(x) | Let(_, _, x) | Branch(x):
            return extent_of(x, context)
        case Add(xs) | Mul(xs) | Hadamard(xs):
            return max((extent_of(x, context) for x in xs), key=len)
        case HadamardDiv(a, b):
            return max((extent_of(a, context), extent_of(b, context)), key=len)
        case Fn("mean" | "var"):
            return ()
        case Fn("logsumexp", (x,)):
            return extent_of(x, context)[:-1]
        case Fn(_, xs):
            return max((extent_of(x, context) for x in xs), key=len)
        case Entry(array, indices):
            shape = extent_of(array, context)
            return shape[len(indices) :]
        case Transpose(x):
            rows, cols = _matrix(extent_of(x, context))
            return matrix_shape(cols, rows)
        case MatMul(xs):
            return matrix_shape(
                _matrix(extent_of(xs[0], context))[0], _matrix(extent_of(xs[-1], context))[1]
            )
        case Diag(x):
            inner = extent_of(x, context)
            return inner * 2 if len(inner) == 1 else inner[:1]
        case Cases(branches):
            return extent_of(branches[0].value, context)
        case Apply(name):
            found = context.definitions.get(name, ())
            if found and not found[0].indices:
                return extent_of(found[0].body, context)
            return ()
        case PseudoInverse(x):
            return tuple(reversed(extent_of(x, context)))
        case Vec():
            raise NotSupported("the length of a vec is not known here")
        case Kron() | Derivative() | Gradient() | Differential() | Row() | Stack() | Opaque():
            raise NotSupported(f"the shape of {type(e).__name__} is not known here")
        case _:
            assert_never(e)


def fresh_sum(
    size: Size, taken: frozenset[str], lower: int = 1
) -> tuple[Idx, Callable[[Expr, Context], Expr]]:
    """Return a new index over `size` values and a function that sums a body over it."""
    k = fresh_index(taken)
    upper = size_expr(Size(size.name, size.offset + lower - 1))

    def close(body: Expr, context: Context) -> Expr:
        return like_sum(Sum(body, k, num(lower), upper), body, context)

    return k, close


def component(e: Expr, indices: tuple[Expr, ...], context: Context, taken: frozenset[str]) -> Expr:
    """Return the entry of an array expression, written with the entries of its arrays."""
    shape = extent_of(e, context)
    match len(indices), len(shape):
        case 0, 0:
            return e
        case 1, 1:
            return _entry(e, indices[0], ONE, context, taken)
        case 2, 2:
            return _entry(e, indices[0], indices[1], context, taken)
        case 1, 2 if SINGLE in shape:
            row = shape[0] == SINGLE
            first, second = (ONE, indices[0]) if row else (indices[0], ONE)
            return _entry(e, first, second, context, taken)
        case _:
            raise NotSupported(
                f"{len(indices)} indices on an array with {len(shape)} axes: a slice of it"
            )


def is_squared_norm(e: Pow) -> bool:
    """Tell whether `e` is the square of a Euclidean or Frobenius norm."""
    return isinstance(e.base, Norm) and e.base.order in ("2", "F") and e.exponent == TWO


def squared_norm(e: Norm, context: Context, taken: frozenset[str]) -> Expr:
    """Return the sum of the squares of all entries."""
    if e.order == "2" and len(extent_of(e.arg, context)) > 1:
        raise NotSupported("the spectral norm of a matrix")

    def square(x: Expr, r: Expr, c: Expr, names: frozenset[str]) -> Expr:
        return power(_entry(x, r, c, context, names), TWO)

    return _summed(e.arg, square, context, taken)


def scalar(e: Expr, context: Context, taken: frozenset[str]) -> Expr:
    """Return a scalar made of arrays as sums over indices."""
    match e:
        case MatMul(xs) if not extent_of(e, context):
            return _product(xs, ONE, ONE, context, taken)
        case Transpose(x) if not extent_of(x, context):
            return x
        case Frobenius(a, b):
            return _summed(a, lambda x, r, c, t: mul(
                _entry(x, r, c, context, t), _entry(b, r, c, context, t)
            ), context, taken)  # fmt: skip
        case Norm(x, "1"):
            return _summed(x, lambda x, r, c, t: Fn(
                "abs", (_entry(x, r, c, context, t),)
            ), context, taken)  # fmt: skip
        case Norm(_, "2" | "F"):
            return Fn("sqrt", (squared_norm(e, context, taken),))
        case Trace(x):
            rows, _ = _matrix(extent_of(x, context))
            k, close = fresh_sum(rows, taken)
            return close(_entry(x, k, k, context, taken | {k.name}), context)
        case _:
            raise NotSupported(f"{type(e).__name__} with the shape of an array: give an entry")


def _summed(
    x: Expr,
    body: Callable[[Expr, Expr, Expr, frozenset[str]], Expr],
    context: Context,
    taken: frozenset[str],
) -> Expr:
    shape = extent_of(x, context)
    if not shape:
        return body(x, ONE, ONE, taken)
    k, close = fresh_sum(shape[0], taken)
    taken |= {k.name}
    if len(shape) == 1:
        return close(body(x, k, ONE, taken), context)
    j, close_inner = fresh_sum(shape[1], taken)
    taken |= {j.name}
    return close(close_inner(body(x, k, j, taken), context), context)


def _matrix(shape: Shape) -> tuple[Size, Size]:
    match shape:
        case ():
            return SINGLE, SINGLE
        case (n,):
            return n, SINGLE
        case (m, n):
            return m, n
        case _:
            raise NotSupported("an array with more than two axes")


def _entry(e: Expr, r: Expr, c: Expr, context: Context, taken: frozenset[str]) -> Expr:
    """Return the entry in row `r` and column `c` (1 where there is only one)."""
    shape = extent_of(e, context)
    if not shape:
        return e

    def go(x: Expr) -> Expr:
        return _entry(x, r, c, context, taken) if extent_of(x, context) else x

    match e:
        case Sym() | Apply():
            return Entry(e, (r,) if len(shape) == 1 else (r, c))
        case Fn("softmax" | "logsoftmax" | "logsumexp"):
            return Entry(e, (r,) if len(shape) == 1 else (r, c))
        case Entry(array, indices):
            return Entry(array, (*indices, r) if len(shape) == 1 else (*indices, r, c))
        case Ones():
            return ONE
        case Identity():
            return tidy_root(Delta(r, c), context)
        case Diag(x) if len(shape) == 1:
            return _entry(x, r, r, context, taken)
        case Diag(x):
            return mul(tidy_root(Delta(r, c), context), _entry(x, r, ONE, context, taken))
        case Transpose(x):
            return _entry(x, c, r, context, taken)
        case Neg(x):
            return neg(go(x))
        case Add(xs):
            return add(*(go(x) for x in xs))
        case Mul(xs) | Hadamard(xs):
            return mul(*(go(x) for x in xs))
        case Div(a, b) | HadamardDiv(a, b):
            return div(go(a), go(b))
        case Pow(a, b) if len(shape) == 1:
            return power(go(a), b)
        case Fn(name, xs):
            return Fn(name, tuple(go(x) for x in xs))
        case Sum(_, index):
            named = free_names(r) | free_names(c)
            total = rename_bound(e, fresh_index(taken), context) if index.name in named else e
            assert isinstance(total, Sum)
            inner = _entry(total.body, r, c, context, taken | {total.index.name})
            return like_sum(total, inner, context)
        case MatMul(xs):
            return _product(xs, r, c, context, taken)
        case _:
            raise NotSupported(f"entries of {type(e).__name__} are not known here")


def _product(
    xs: tuple[Expr, ...], r: Expr, c: Expr, context: Context, taken: frozenset[str]
) -> Expr:
    head, rest = xs[0], xs[1:]
    if not rest:
        return _entry(head, r, c, context, taken)
    inner = _matrix(extent_of(head, context))[1]
    tail = rest[0] if len(rest) == 1 else MatMul(rest)
    if inner == SINGLE:
        left = _entry(head, r, ONE, context, taken)
        return mul(left, _entry(tail, ONE, c, context, taken))
    k, close = fresh_sum(inner, taken)
    taken |= {k.name}
    left = _entry(head, r, k, context, taken)
    return close(mul(left, _entry(tail, k, c, context, taken)), context)
