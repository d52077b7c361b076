"""Differentials of inverses, determinants and norms."""

from collections.abc import Callable

from gradproof.deriving.limits import NotDerived
from gradproof.deriving.rule import Share, Site, differential_rule
from gradproof.expr import (
    Add,
    Det,
    Div,
    Expr,
    Fn,
    Identity,
    Inverse,
    Neg,
    Norm,
    PseudoInverse,
    Space,
)

D = Callable[[Expr], Expr]
MAGNUS = "Magnus and Neudecker, Matrix Differential Calculus, chapter 8"
COOKBOOK = "Petersen and Pedersen, The Matrix Cookbook, section 2"


@differential_rule(
    "inverse", Inverse, title="differential of an inverse", formula=r"d(U^{-1}) = -U^{-1}\,dU\,U^{-1}",
    source=MAGNUS, push=lambda e, d, s: Neg(s.arrays.matmul(s.value, d(e.arg), s.value)),
)  # fmt: skip
def inverse(e: Inverse, g: Expr, s: Site) -> list[Share]:
    """Put the transposed inverse on both sides of the adjoint."""
    turned = s.arrays.transpose(s.value)
    return [(e.arg, Neg(s.arrays.matmul(turned, g, turned)))]


def _rest(left: Expr, right: Expr, s: Site) -> Expr:
    """Return ``I - left right``, the projection onto what a pseudo-inverse leaves out."""
    rows = s.arrays.shape(left)[0]
    return Add((Identity(Space((rows, rows))), Neg(s.arrays.matmul(left, right))))


def _push_pseudo_inverse(e: PseudoInverse, d: D, s: Site) -> Expr:
    a, p, du = s.arrays, s.value, d(e.arg)
    turned = a.transpose(du)
    return a.total(
        [
            Neg(a.matmul(p, du, p)),
            a.matmul(p, a.transpose(p), turned, _rest(e.arg, p, s)),
            a.matmul(_rest(p, e.arg, s), turned, a.transpose(p), p),
        ]
    )


@differential_rule(
    "pseudo-inverse", PseudoInverse, title="differential of a pseudo-inverse (constant rank)",
    formula=r"dU^+ = -U^+ dU U^+ + U^+ U^{+T} dU^T (I - U U^+) + (I - U^+ U) dU^T U^{+T} U^+",
    source="Golub and Pereyra 1973, The differentiation of pseudo-inverses", push=_push_pseudo_inverse,
)  # fmt: skip
def pseudo_inverse(e: PseudoInverse, g: Expr, s: Site) -> list[Share]:
    """Move the three terms to the adjoint."""
    a, p = s.arrays, s.value
    turned, back = a.transpose(p), a.transpose(g)
    share = a.total(
        [
            Neg(a.matmul(turned, g, turned)),
            a.matmul(_rest(e.arg, p, s), back, p, turned),
            a.matmul(turned, p, back, _rest(p, e.arg, s)),
        ]
    )
    return [(e.arg, share)]


def _push_determinant(e: Det, d: D, s: Site) -> Expr:
    return s.arrays.times(s.value, s.arrays.trace(s.arrays.matmul(Inverse(e.arg), d(e.arg))))


@differential_rule(
    "determinant", Det, title="Jacobi's formula",
    formula=r"d \det U = \det U \, \operatorname{tr}(U^{-1} dU) = \det U \; U^{-T} : dU",
    source=MAGNUS, push=_push_determinant,
)  # fmt: skip
def determinant(e: Det, g: Expr, s: Site) -> list[Share]:
    """Scale the transposed inverse."""
    return [(e.arg, s.arrays.times(g, s.value, s.arrays.transpose(Inverse(e.arg))))]


def _slope(e: Norm, s: Site) -> Expr:
    """Return the gradient of a norm by its argument."""
    shape = s.arrays.shape(e.arg)
    if not shape or e.order == "1":
        return Fn("sign", (e.arg,))
    if e.order == "inf" or (e.order == "2" and len(shape) == 2):
        raise NotDerived(f"the derivative of a norm of order {e.order}")
    return Div(e.arg, s.value)


@differential_rule(
    "norm", Norm, title="differential of a norm", formula=r"d\|u\| = u^T du / \|u\|, \quad d\|U\|_F = U : dU / \|U\|_F",
    source=COOKBOOK, push=lambda e, d, s: s.arrays.frobenius(_slope(e, s), d(e.arg)),
)  # fmt: skip
def norm(e: Norm, g: Expr, s: Site) -> list[Share]:
    """Scale the direction of the argument."""
    return [(e.arg, s.arrays.times(g, _slope(e, s)))]
