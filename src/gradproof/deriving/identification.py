"""Identification: the matrix J of ``df = J dx``, the Kronecker product of ``vec dF = (Bᵀ ⊗ A) vec dX``."""

from gradproof.deriving.arrays import Arrays
from gradproof.deriving.limits import NotDerived
from gradproof.expr import (
    Add,
    Differential,
    Div,
    Expr,
    Fn,
    Frobenius,
    Hadamard,
    HadamardDiv,
    Identity,
    Kron,
    MatMul,
    Mul,
    Neg,
    Space,
    Sum,
    walk,
)  # fmt: skip
from gradproof.rewrite import ONE, size_expr


def coefficient(arrays: Arrays, e: Expr, wrt: Expr) -> Expr:
    """Return the matrix that takes ``d wrt`` to `e`; of a scalar `e`, the column that it is the product with.

    Raises:
        NotDerived: `e` is not linear in the differential, or not written as a matrix times it.
    """
    d = Differential(wrt)
    if e == d:
        return _identity(arrays, wrt)
    if not _holds(e, d):
        raise NotDerived("a term without the differential")
    scalar = not arrays.shape(e)
    if not arrays.shape(wrt):
        return _by_scalar(arrays, e, d)
    match e:
        case Neg(x):
            return Neg(coefficient(arrays, x, wrt))
        case Add(xs):
            return arrays.total(
                [coefficient(arrays, arrays.filled(x, arrays.shape(e)), wrt) for x in xs]
            )
        case Div(x, den) if not _holds(den, d):
            return arrays.times(Div(ONE, den), coefficient(arrays, x, wrt))
        case Mul(xs):
            return _product(arrays, xs, wrt)
        case Hadamard(xs):
            moving = [x for x in xs if _holds(x, d)]
            rest = [x for x in xs if not _holds(x, d)]
            if len(moving) != 1:
                raise NotDerived("a product of differentials")
            return arrays.matmul(
                arrays.diagonal(arrays.hadamard(*rest)), coefficient(arrays, moving[0], wrt)
            )
        case HadamardDiv(x, den) if not _holds(den, d):
            inverse = arrays.diagonal(HadamardDiv(ONE, den))
            return arrays.matmul(
                inverse, coefficient(arrays, arrays.filled(x, arrays.shape(e)), wrt)
            )
        case Frobenius(a, b):
            column, moving = (b, a) if _holds(a, d) else (a, b)
            if len(arrays.shape(column)) != 1:
                raise NotDerived("a Frobenius product of matrices is no matrix times a vector")
            return arrays.matmul(arrays.transpose(coefficient(arrays, moving, wrt)), column)
        case Fn("mean", (x,)):
            (n,) = arrays.shape(x)
            column = arrays.matmul(arrays.transpose(coefficient(arrays, x, wrt)), arrays.ones((n,)))
            return arrays.times(Div(ONE, size_expr(n)), column)
        case Sum(body, index, lower, upper, condition):
            return Sum(coefficient(arrays, body, wrt), index, lower, upper, condition)
        case MatMul(xs):
            return _chain(arrays, xs, wrt, scalar=scalar)
        case _:
            raise NotDerived(f"{type(e).__name__} around a differential is no matrix times it")


def _identity(arrays: Arrays, wrt: Expr) -> Expr:
    shape = arrays.shape(wrt)
    if not shape:
        return ONE
    if len(shape) != 1:
        raise NotDerived("the Jacobian by a matrix; ask for the differential")
    return Identity(Space((*shape, *shape)))


def _by_scalar(arrays: Arrays, e: Expr, d: Differential) -> Expr:
    """Return the factor of the differential of a scalar."""
    match e:
        case Differential():
            return ONE
        case Neg(x):
            return Neg(_by_scalar(arrays, x, d))
        case Add(xs):
            return arrays.total([_by_scalar(arrays, x, d) for x in xs])
        case Div(x, den) if not _holds(den, d):
            return Div(_by_scalar(arrays, x, d), den)
        case HadamardDiv(x, den) if not _holds(den, d):
            return HadamardDiv(_by_scalar(arrays, x, d), den)
        case Mul(xs) | Hadamard(xs):
            return arrays.hadamard(*(_by_scalar(arrays, x, d) if _holds(x, d) else x for x in xs))
        case MatMul(xs):
            return arrays.matmul(*(_by_scalar(arrays, x, d) if _holds(x, d) else x for x in xs))
        case _:
            raise NotDerived(f"{type(e).__name__} around a differential is no multiple of it")


def _product(arrays: Arrays, xs: tuple[Expr, ...], wrt: Expr) -> Expr:
    """Identify a product of scalars and at most one array: ``(aᵀdx) v = v aᵀ dx``."""
    d = Differential(wrt)
    moving = [x for x in xs if _holds(x, d)]
    rest = [x for x in xs if not _holds(x, d)]
    if len(moving) != 1:
        raise NotDerived("a product of differentials")
    inner = coefficient(arrays, moving[0], wrt)
    spread = [x for x in rest if arrays.shape(x)]
    scalars = [x for x in rest if not arrays.shape(x)]
    if arrays.shape(moving[0]) or not spread:
        return arrays.times(*scalars, inner)
    return arrays.times(*scalars, arrays.matmul(*spread, arrays.transpose(inner)))


def _chain(arrays: Arrays, xs: tuple[Expr, ...], wrt: Expr, *, scalar: bool) -> Expr:
    """Identify a matrix product; the differential must stand at its end, or (of a scalar) at its start."""
    d = Differential(wrt)
    if scalar and _holds(xs[0], d):
        xs = tuple(arrays.transpose(x) for x in reversed(xs))
    if _holds(xs[-1], d) and not any(_holds(x, d) for x in xs[:-1]):
        inner = coefficient(arrays, xs[-1], wrt)
        whole = arrays.matmul(*xs[:-1], inner)
        return arrays.transpose(whole) if scalar else whole
    raise NotDerived("a differential inside a matrix product")


def linear_map(arrays: Arrays, e: Expr, wrt: Expr) -> Expr | None:
    """Return the Kronecker product with which ``vec d wrt`` gives ``vec e``, None where it is none."""
    d = Differential(wrt)
    m, n = arrays.shape(wrt)
    match e:
        case Add(xs):
            parts = [linear_map(arrays, x, wrt) for x in xs]
            found = [p for p in parts if p is not None]
            return arrays.total(found) if len(found) == len(parts) else None
        case _:
            pass
    c, body = arrays.split(e)
    if _holds(c, d):
        return None
    factors = body.factors if isinstance(body, MatMul) else (body,)
    at = [k for k, x in enumerate(factors) if x == d]
    if len(at) != 1 or any(_holds(x, d) for k, x in enumerate(factors) if k != at[0]):
        return None
    left: tuple[Expr, ...] = factors[: at[0]] or (Identity(Space((m, m))),)
    right: tuple[Expr, ...] = factors[at[0] + 1 :] or (Identity(Space((n, n))),)
    return arrays.times(c, Kron(arrays.transpose(arrays.matmul(*right)), arrays.matmul(*left)))


def _holds(e: Expr, d: Differential) -> bool:
    return any(node == d for _, node in walk(e))
