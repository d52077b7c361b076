"""Differentials of products of arrays: matrix, elementwise, Frobenius, Kronecker."""

from collections.abc import Callable

from gradproof.deriving.rule import Share, Site, differential_rule
from gradproof.expr import Expr, Frobenius, Hadamard, HadamardDiv, MatMul, Neg, Transpose

D = Callable[[Expr], Expr]
MAGNUS = "Magnus and Neudecker, Matrix Differential Calculus, chapter 8"
COOKBOOK = "Petersen and Pedersen, The Matrix Cookbook, section 2"


def _push_product(e: MatMul, d: D, s: Site) -> Expr:
    return s.in_turn(e.factors, d, s.arrays.matmul)


@differential_rule(
    "matrix-product", MatMul, title="product rule for matrices",
    formula=r"d(UV) = dU\,V + U\,dV, \quad A : BC = B^T A : C = A C^T : B", source=MAGNUS, push=_push_product,
)  # fmt: skip
def matrix_product(e: MatMul, g: Expr, s: Site) -> list[Share]:
    """Move the other factors, transposed, to the adjoint."""
    a = s.arrays
    out: list[Share] = []
    for k, x in enumerate(e.factors):
        if not s.moves(x):
            continue
        left = tuple(a.transpose(y) for y in reversed(e.factors[:k]))
        right = tuple(a.transpose(y) for y in reversed(e.factors[k + 1 :]))
        share = a.matmul(*left, g, *right)
        out.append((x.arg, a.transpose(share)) if isinstance(x, Transpose) else (x, share))
    return out


def _push_hadamard(e: Hadamard, d: D, s: Site) -> Expr:
    return s.in_turn(e.factors, d, s.by_entries)


@differential_rule(
    "hadamard-product", Hadamard, title="product rule, entry by entry",
    formula=r"d(U \odot V) = dU \odot V + U \odot dV, \quad A : (B \odot C) = (A \odot B) : C", source=COOKBOOK,
    push=_push_hadamard,
)  # fmt: skip
def hadamard_product(e: Hadamard, g: Expr, s: Site) -> list[Share]:
    """Multiply the adjoint by the other factors."""
    xs = e.factors
    return [(x, s.by_entries(g, *xs[:k], *xs[k + 1 :])) for k, x in enumerate(xs) if s.moves(x)]


def _push_quotient(e: HadamardDiv, d: D, s: Site) -> Expr:
    shape = s.arrays.shape(e)
    out: list[Expr] = []
    if s.moves(e.num):
        out.append(HadamardDiv(s.arrays.filled(d(e.num), shape), e.den))
    if s.moves(e.den):
        out.append(Neg(s.by_entries(HadamardDiv(s.value, e.den), d(e.den))))
    return s.arrays.total(out)


@differential_rule(
    "hadamard-quotient", HadamardDiv, title="quotient rule, entry by entry",
    formula=r"d(U \oslash V) = dU \oslash V - U \oslash V \oslash V \odot dV", source=COOKBOOK, push=_push_quotient,
)  # fmt: skip
def hadamard_quotient(e: HadamardDiv, g: Expr, s: Site) -> list[Share]:
    """Divide the adjoint by the denominator."""
    out: list[Share] = []
    if s.moves(e.num):
        share: Expr = HadamardDiv(g, e.den)
        if not s.arrays.shape(e.num):
            share = s.arrays.frobenius(s.arrays.ones(s.arrays.shape(e)), share)
        out.append((e.num, share))
    if s.moves(e.den):
        share = Neg(s.by_entries(HadamardDiv(g, e.den), s.value))
        if not s.arrays.shape(e.den):
            share = s.arrays.frobenius(s.arrays.ones(s.arrays.shape(e)), share)
        out.append((e.den, share))
    return out


def _push_frobenius(e: Frobenius, d: D, s: Site) -> Expr:
    out: list[Expr] = []
    if s.moves(e.left):
        out.append(s.arrays.frobenius(e.right, d(e.left)))
    if s.moves(e.right):
        out.append(s.arrays.frobenius(e.left, d(e.right)))
    return s.arrays.total(out)


@differential_rule(
    "frobenius-product", Frobenius, title="product rule for the Frobenius product",
    formula=r"d(U : V) = V : dU + U : dV", source=MAGNUS, push=_push_frobenius,
)  # fmt: skip
def frobenius_product(e: Frobenius, g: Expr, s: Site) -> list[Share]:
    """Give each side a multiple of the other."""
    return [(e.left, s.arrays.times(g, e.right)), (e.right, s.arrays.times(g, e.left))]
