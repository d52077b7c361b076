"""Differentials of linear operations: sums, multiples, transposes, traces, diagonals."""

from collections.abc import Callable

from gradproof.deriving.limits import NotDerived
from gradproof.deriving.rule import Share, Site, differential_rule
from gradproof.expr import Add, Diag, Div, Expr, Mul, Neg, Trace, Transpose, Vec
from gradproof.rewrite import ONE

D = Callable[[Expr], Expr]
MAGNUS = "Magnus and Neudecker, Matrix Differential Calculus, chapter 8"


def _push_sum(e: Add, d: D, s: Site) -> Expr:
    shape = s.arrays.shape(e)
    return s.arrays.total([s.arrays.filled(d(t), shape) for t in e.terms if s.moves(t)])


@differential_rule(
    "sum-rule", Add, title="sum rule", formula=r"d(U + V) = dU + dV", source=MAGNUS, push=_push_sum, slight=True
)  # fmt: skip
def sum_rule(e: Add, g: Expr, s: Site) -> list[Share]:
    """Pass the adjoint on to every term; a scalar that is spread gets the sum of its entries."""
    shape = s.arrays.shape(e)
    out: list[Share] = []
    for t in e.terms:
        spread = bool(shape) and not s.arrays.shape(t)
        out.append((t, s.arrays.frobenius(s.arrays.ones(shape), g) if spread else g))
    return out


@differential_rule(
    "sign", Neg, title="a sign is kept", formula=r"d(-U) = -dU", source=MAGNUS,
    push=lambda e, d, s: s.arrays.times(Neg(d(e.arg))), slight=True,
)  # fmt: skip
def sign(e: Neg, g: Expr, s: Site) -> list[Share]:
    """Turn the sign."""
    return [(e.arg, s.arrays.times(Neg(g)))]


def _push_product(e: Mul, d: D, s: Site) -> Expr:
    return s.in_turn(e.factors, d, s.by_entries)


@differential_rule(
    "scalar-product-rule", Mul, title="product rule with scalar factors",
    formula=r"d(c\,U) = dc\,U + c\,dU", source=MAGNUS, push=_push_product, slight=True,
)  # fmt: skip
def scalar_product_rule(e: Mul, g: Expr, s: Site) -> list[Share]:
    """Scale the adjoint; a scalar factor gets the scalar product with the rest."""
    shape = s.arrays.shape(e)
    out: list[Share] = []
    for k, x in enumerate(e.factors):
        rest = s.by_entries(*e.factors[:k], *e.factors[k + 1 :])
        if s.arrays.shape(x) or not shape:
            out.append((x, s.by_entries(g, rest)))
        else:
            out.append((x, s.arrays.frobenius(g, s.arrays.filled(rest, shape))))
    return out


def _push_quotient(e: Div, d: D, s: Site) -> Expr:
    out: list[Expr] = []
    if s.moves(e.num):
        out.append(s.arrays.times(Div(ONE, e.den), d(e.num)))
    if s.moves(e.den):
        out.append(s.arrays.times(Neg(Div(s.value, e.den)), d(e.den)))
    return s.arrays.total(out)


@differential_rule(
    "scalar-quotient-rule", Div, title="quotient rule with a scalar denominator",
    formula=r"d(U/c) = dU/c - U\,dc/c^2", source=MAGNUS, push=_push_quotient, slight=True,
)  # fmt: skip
def scalar_quotient_rule(e: Div, g: Expr, s: Site) -> list[Share]:
    """Divide the adjoint; the denominator gets the scalar product with the quotient."""
    out: list[Share] = [(e.num, s.arrays.times(Div(ONE, e.den), g))]
    if s.moves(e.den):
        out.append((e.den, s.arrays.times(Neg(Div(ONE, e.den)), s.arrays.frobenius(g, s.value))))
    return out


@differential_rule(
    "transpose", Transpose, title="transposes are linear", formula=r"d(U^T) = (dU)^T, \quad A : B^T = A^T : B",
    source=MAGNUS, push=lambda e, d, s: s.arrays.transpose(d(e.arg)), slight=True,
)  # fmt: skip
def transpose(e: Transpose, g: Expr, s: Site) -> list[Share]:
    """Transpose the adjoint."""
    return [(e.arg, s.arrays.transpose(g))]


@differential_rule(
    "trace", Trace, title="the trace is linear", formula=r"d \operatorname{tr} U = \operatorname{tr} dU = I : dU",
    source=MAGNUS, push=lambda e, d, s: s.arrays.trace(d(e.arg)),
)  # fmt: skip
def trace(e: Trace, g: Expr, s: Site) -> list[Share]:
    """Give the argument a multiple of the identity."""
    return [(e.arg, s.arrays.times(g, s.arrays.identity(e.arg)))]


@differential_rule(
    "diagonal", Diag, title="diagonals are linear",
    formula=r"A : \operatorname{diag}(du) = \operatorname{diag}(A) : du",
    source=MAGNUS, push=lambda e, d, s: s.arrays.diagonal(d(e.arg)),
)  # fmt: skip
def diagonal(e: Diag, g: Expr, s: Site) -> list[Share]:
    """Take the diagonal of the adjoint, or put it on one."""
    return [(e.arg, s.arrays.diagonal(g))]


@differential_rule(
    "vec", Vec, title="vec is linear", formula=r"\operatorname{vec}(A)^T \operatorname{vec}(dU) = A : dU",
    source=MAGNUS, push=lambda e, d, s: Vec(d(e.arg)),
)  # fmt: skip
def vec(e: Vec, g: Expr, s: Site) -> list[Share]:
    """Take the matrix out of the adjoint."""
    c, body = s.arrays.split(g)
    if not isinstance(body, Vec):
        raise NotDerived("vec of a matrix in a place where its adjoint is no vec")
    return [(e.arg, s.arrays.times(c, body.arg))]
