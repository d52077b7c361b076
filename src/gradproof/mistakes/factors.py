"""Products of arrays put together as a person writes them; shared by the mistakes about vectors and matrices."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import (
    Context,
    Diag,
    Expr,
    Hadamard,
    MatMul,
    Mul,
    Neg,
    Num,
    Size,
    Space,
    Sym,
    Transpose,
    rank,
)  # fmt: skip
from gradproof.expr.nodes import (
    Add,
    Differential,
    Div,
    Fn,
    HadamardDiv,
    Identity,
    Inverse,
    Ones,
    Pow,
)
from gradproof.rewrite import mul

SINGLE: Final = Size("", 1)

ELEMENTWISE_SIGNS: Final = (
    "\\odot",
    "\\circ",
    "\\ast",
    "\\cdot",
    "\\times",
    "⊙",
    "∘",
    "*",
    "·",
    "×",
)
"""Signs that may stand between the factors of an elementwise product."""


def transposed(e: Expr, context: Context) -> Expr:
    """Return the transpose, written out: ``(AB)ᵀ = BᵀAᵀ``, ``Aᵀᵀ = A``."""
    match e:
        case Transpose(x):
            return x
        case MatMul(factors):
            return MatMul(tuple(transposed(f, context) for f in reversed(factors)))
        case Neg(x):
            return Neg(transposed(x, context))
        case Mul(factors):
            return Mul(tuple(transposed(f, context) for f in factors))
        case Div(num, den):
            return Div(transposed(num, context), den)
        case Diag():
            return e
        case _:
            return e if rank(e, context) == 0 else Transpose(e)


def product(*factors: Expr) -> Expr:
    """Return the matrix product, products in it opened; the factor itself where there is one."""
    flat: list[Expr] = []
    numbers: list[Expr] = []
    for f in factors:
        while isinstance(f, Mul):
            numbers.extend(f.factors[:-1])
            f = f.factors[-1]
        flat.extend(f.factors if isinstance(f, MatMul) else (f,))
    whole = flat[0] if len(flat) == 1 else MatMul(tuple(flat))
    return mul(*numbers, whole) if numbers else whole


def grouped(factors: tuple[Expr, ...]) -> Iterator[tuple[int, int, Expr]]:
    """Yield every product of neighbours among the factors that are two at least and not all: first, end, product."""
    for k in range(len(factors)):
        for end in range(k + 2, len(factors) + 1):
            if end - k < len(factors):
                yield k, end, product(*factors[k:end])


def elementwise(*factors: Expr, context: Context) -> Expr:
    """Return the elementwise product; of scalars the product."""
    flat: list[Expr] = []
    for f in factors:
        flat.extend(f.factors if isinstance(f, Hadamard) else (f,))
    if len(flat) == 1:
        return flat[0]
    if any(rank(f, context) == 0 for f in flat):
        return mul(*flat)
    return Hadamard(tuple(flat))


def is_vector(e: Expr, context: Context) -> bool:
    """Tell whether an expression is a column."""
    return rank(e, context) == 1


def is_row(e: Expr, context: Context) -> bool:
    """Tell whether an expression is a row: a transposed column, or a product that begins with one."""
    match e:
        case Transpose(x):
            return rank(x, context) == 1
        case Neg(x) | Div(x, _):
            return is_row(x, context)
        case Mul(factors) | Hadamard(factors) | Add(factors):
            return any(is_row(f, context) for f in factors)
        case MatMul(factors):
            return is_row(factors[0], context) and rank(e, context) != 0
        case _:
            return False


def space(e: Expr, context: Context) -> Space | None:
    """Return the shape of an expression in named sizes, None where it is not told; a row is ``(1, n)``."""
    match e:
        case Sym(_, own) | Ones(own) | Identity(own):
            return own
        case Neg(x) | Differential(x) | Inverse(x) | Pow(x, _) | Div(x, _) | Fn(_, (x,)):
            return space(x, context)
        case HadamardDiv(x, _):
            return space(x, context)
        case Mul(xs) | Hadamard(xs) | Add(xs):
            found = [s for x in xs if (s := space(x, context)) is not None]
            return max(found, key=lambda s: s.rank, default=None)
        case Transpose(x):
            inner = space(x, context)
            if inner is None or not inner.rank:
                return inner
            sizes = (SINGLE, *inner.shape) if inner.rank == 1 else tuple(reversed(inner.shape))
            return Space(sizes)
        case Diag(x):
            inner = space(x, context)
            return None if inner is None or inner.rank != 1 else Space((*inner.shape, *inner.shape))
        case MatMul(xs):
            ends = space(xs[0], context), space(xs[-1], context)
            if ends[0] is None or ends[1] is None or not ends[0].rank or not ends[1].rank:
                return None
            last = ends[1].shape[1:]
            rows = ends[0].shape[:1]
            return Space((*(() if rows == (SINGLE,) and not last else rows), *last))
        case _:
            return Space() if rank(e, context) == 0 else None


def moved(factors: tuple[Expr, ...]) -> Iterator[tuple[tuple[Expr, ...], int, int]]:
    """Yield the orders in which one factor stands elsewhere, and the range that changes."""
    for k in range(len(factors)):
        rest = factors[:k] + factors[k + 1 :]
        for j in range(len(factors)):
            if j not in (k, k - 1):
                yield (*rest[:j], factors[k], *rest[j:]), min(j, k), max(j, k)


def number(e: Expr) -> bool:
    """Tell whether an expression is a plain number."""
    return isinstance(e, Num)


def juxtaposed(text: str) -> bool:
    """Tell whether a product of arrays was written without a sign, where its text is known."""
    return bool(text) and not any(sign in text for sign in ELEMENTWISE_SIGNS)
