"""Formulas as they are differentiated: sums over indices in matrix notation, functions by their names."""

from functools import lru_cache
from typing import Final

from gradproof.canonical import identical
from gradproof.deriving.arrays import Arrays, is_ones
from gradproof.deriving.lifting import lifted
from gradproof.expr import (
    At,
    Context,
    Definition,
    Derivative,
    Differential,
    Div,
    Expr,
    Fn,
    FunctionName,
    Gradient,
    HadamardDiv,
    Let,
    MatMul,
    Ones,
    Sum,
    Sym,
    Transpose,
    Vec,
    children,
    rebuild,
    walk,
)  # fmt: skip

KNOWN: Final[tuple[FunctionName, ...]] = ("sigmoid", "tanh", "softplus", "relu")
"""Functions that authors define although they have names."""


def opened(arrays: Arrays, e: Expr) -> Expr:
    """Return an expression in which sums over indices are in matrix notation, as far as there is one.

    A vector of ones that is spelled ``1`` becomes that; exponentials over their sum become softmax.
    """
    match e:
        case Sum():
            found = lifted(arrays, e)
            if found is not None:
                return opened(arrays, found)
        case Sym("1", space) if space.shape:
            return Ones(space)
        case Let() | At() | Derivative() | Gradient() | Differential():
            return e
        case _:
            pass
    kids = children(e)
    if not kids:
        return e
    new = tuple(opened(arrays, x) for x in kids)
    e = e if all(a is b for a, b in zip(kids, new, strict=True)) else rebuild(e, new)
    if isinstance(e, MatMul) and any(isinstance(n, Vec) for _, n in walk(e)):
        return arrays.matmul(*e.factors)
    return _by_name(e)


def _by_name(e: Expr) -> Expr:
    match e:
        case Div(Fn("exp", (x,)) as top, total) | HadamardDiv(Fn("exp", (x,)) as top, total):
            return Fn("softmax", (x,)) if sums_up(total, top) else e
        case _:
            return e


def sums_up(e: Expr, vector: Expr) -> bool:
    """Tell whether `e` is the sum of all entries of a vector, as a product with ones."""
    match e:
        case MatMul((Transpose(a), b)):
            return (is_ones(a) and b == vector) or (is_ones(b) and a == vector)
        case _:
            return False


def function_of(d: Definition) -> FunctionName | None:
    """Return the known function that a definition states, such as ``σ(x) = 1/(1 + e^{-x})``."""
    match d.params:
        case (Sym(_, space) as x,) if not space.shape and not d.indices:
            return _function(d.body, x)
        case _:
            return None


@lru_cache(maxsize=256)
def _function(body: Expr, x: Sym) -> FunctionName | None:
    return next((n for n in KNOWN if identical(body, Fn(n, (x,)), Context())), None)
