"""Edits of products of arrays: factors lost, turned, exchanged, multiplied entry by entry."""

from collections.abc import Iterator
from itertools import product as choices

from gradproof.expr import (
    Context,
    Diag,
    Expr,
    Hadamard,
    MatMul,
    Ones,
    Space,
    Transpose,
    rank,
)
from gradproof.gradcode.quantities import Quantities
from gradproof.mistakes.factors import elementwise, is_row, product, space, transposed


def product_edits(fs: tuple[Expr, ...], context: Context) -> Iterator[tuple[str, int, Expr]]:
    """Yield what is written for a matrix product."""
    for k, f in enumerate(fs):
        rest = (*fs[:k], *fs[k + 1 :])
        bare = f.arg if isinstance(f, Transpose) else f
        if isinstance(bare, Ones):
            yield "bias-gradient-not-summed", 1, product(*rest)
            yield "sum-over-wrong-axis", 1, product(Transpose(bare), *rest)
            yield "sum-over-wrong-axis", 1, product(*(transposed(r, context) for r in rest), bare)
            for other in (*_ones(rest, context), *_summed_whole(rest, context)):
                yield "sum-over-wrong-axis", 1, other
        elif isinstance(bare, Diag):
            yield "diag-missing", 1, product(*rest)
        else:
            yield "chain-linear-factor-dropped", 1, product(*rest)
        mistake = "transpose-missing" if isinstance(f, Transpose) else "transpose-spurious"
        yield mistake, 1, product(*fs[:k], transposed(f, context), *fs[k + 1 :])
    for k in range(len(fs) - 1):
        yield from _pair(fs, k, context)
    yield "factor-order-swapped", 2, MatMul(tuple(reversed(fs)))
    yield "factor-order-swapped", 1, MatMul(tuple(transposed(f, context) for f in reversed(fs)))
    yield from _unsummed(fs, context)
    for k in range(1, len(fs)):
        if rank(product(*fs[:k]), context) != rank(product(*fs[k:]), context):
            continue
        whole = elementwise(product(*fs[:k]), product(*fs[k:]), context=context)
        yield "hadamard-vs-matmul", 2, whole


def _unsummed(fs: tuple[Expr, ...], context: Context) -> Iterator[tuple[str, int, Expr]]:
    """Yield what becomes of ``Aᵀv = Σ_i v_i a_i``: no sum, a sum along the rows, a sum without the rows."""
    if len(fs) < 2 or rank(fs[-1], context) != 1:
        return
    left, v = product(*fs[:-1]), fs[-1]
    if rank(left, context) != 2 or is_row(left, context):
        return
    rows = transposed(left, context)
    own = space(rows, context)
    yield "sum-dropped", 1, product(Diag(v), rows)
    if own is not None and own.rank == 2:
        ones = Ones(Space(own.shape[1:]))
        yield "sum-over-wrong-axis", 1, elementwise(v, product(rows, ones), context=context)
        yield "chain-linear-factor-dropped", 1, product(Transpose(Ones(Space(own.shape[:1]))), v)


def _summed_whole(rest: tuple[Expr, ...], context: Context) -> Iterator[Expr]:
    """Yield the sum of all entries of a product of the other factors."""
    inner = product(*rest)
    own = space(inner, context)
    if own is not None and own.rank == 2:
        right = Ones(Space(own.shape[1:]))
        yield product(Transpose(Ones(Space(own.shape[:1]))), inner, right)


def _ones(rest: tuple[Expr, ...], context: Context) -> Iterator[Expr]:
    """Yield a product of the other factors, summed along its other axis."""
    inner = product(*rest)
    own = space(inner, context)
    if own is not None and own.rank == 2:
        yield product(inner, Ones(Space(own.shape[1:])))
        yield product(transposed(inner, context), Ones(Space(own.shape[:1])))


def _pair(fs: tuple[Expr, ...], k: int, context: Context) -> Iterator[tuple[str, int, Expr]]:
    """Yield two neighbours exchanged, with and without transposes, or multiplied entry by entry."""
    a, b = fs[k], fs[k + 1]
    vectors = rank(a, context) == 1 or rank(b, context) == 1
    head, tail = fs[:k], fs[k + 2 :]
    for left, right in choices((a, transposed(a, context)), (b, transposed(b, context))):
        moved = "inner-vs-outer" if vectors and len(fs) == 2 and rank(a, context) == 1 else ""
        new = product(right, left)
        turned = rank(new, context) != rank(MatMul((a, b)), context)
        yield moved if turned and moved else "factor-order-swapped", 1, product(*head, new, *tail)
        if left != a and right != b:
            yield "transpose-missing", 2, product(*head, left, right, *tail)
        if rank(left, context) == rank(right, context):
            both = elementwise(left, right, context=context)
            cost = 3 if rank(left, context) == 1 else 1
            yield "hadamard-vs-matmul", cost, product(*head, both, *tail) if len(fs) > 2 else both


def elementwise_edits(
    fs: tuple[Expr, ...], context: Context, known: Quantities
) -> Iterator[tuple[str, int, Expr]]:
    """Yield what is written for an elementwise product."""
    slopes = {s.expr for s in known.slopes if s.mistake is None}
    for k in range(len(fs)):
        rest = fs[:k] + fs[k + 1 :]
        lost = "chain-link-skipped" if fs[k] in slopes else "factor-lost"
        yield lost, 1, elementwise(*rest, context=context)
        yield "chain-link-repeated", 1, elementwise(*fs, fs[k], context=context)
        turned = elementwise(*fs[:k], transposed(fs[k], context), *fs[k + 1 :], context=context)
        yield "transpose-spurious", 2, turned
    for k, j in choices(range(len(fs)), repeat=2):
        if k == j:
            continue
        rest = tuple(f for n, f in enumerate(fs) if n not in (j, k))
        for a, b in choices(*((f, transposed(f, context)) for f in (fs[k], fs[j]))):
            yield "hadamard-vs-matmul", 1, elementwise(product(a, b), *rest, context=context)
        if k < j and len(fs) > 1:
            both = Hadamard((fs[k], fs[j]))
            if both in slopes:
                if rest:
                    yield "chain-link-skipped", 1, elementwise(*rest, context=context)
                yield "chain-link-repeated", 1, elementwise(*fs, *both.factors, context=context)
                for s in known.slopes:
                    if s.mistake is not None and any(
                        o.expr == both and o.of == s.of for o in known.slopes
                    ):
                        yield s.mistake, 1, elementwise(*rest, s.expr, context=context)
