"""Differentials of functions of all entries of a vector, or of each row of a matrix."""

from collections.abc import Callable

from gradproof.deriving.rule import Share, Site, differential_rule
from gradproof.expr import Add, Div, Expr, Fn, Hadamard, MatMul, Neg
from gradproof.rewrite import ONE, TWO, size_expr

D = Callable[[Expr], Expr]
MAGNUS = "Magnus and Neudecker, Matrix Differential Calculus, chapter 8"
BRIDLE = "Bridle 1990, Probabilistic interpretation of feedforward classification network outputs"
IOFFE = "Ioffe and Szegedy 2015, Batch normalization, section 3"


def _row_sums(s: Site, x: Expr) -> Expr:
    """Return the sums of the rows of a matrix, spread over the rows: ``X 1 1ᵀ``."""
    ones = s.arrays.ones(s.arrays.shape(x)[1:])
    return MatMul((x, ones, s.arrays.transpose(ones)))


def _less(s: Site, left: Expr, right: Expr) -> Expr:
    return s.arrays.total([left, s.arrays.times(Neg(right))])


def _push_softmax(e: Fn, d: D, s: Site) -> Expr:
    a, du = s.arrays, d(e.args[0])
    weighted = a.hadamard(s.value, du)
    if len(a.shape(e)) == 1:
        return _less(s, weighted, a.times(a.frobenius(s.value, du), s.value))
    return Hadamard((s.value, _less(s, du, _row_sums(s, weighted))))


@differential_rule(
    "softmax", Fn, title="differential of softmax (of a matrix: row by row)",
    formula=r"ds = s \odot du - s s^T du = (\operatorname{diag}(s) - s s^T) du", source=BRIDLE,
    push=_push_softmax, functions=("softmax",),
)  # fmt: skip
def softmax(e: Fn, g: Expr, s: Site) -> list[Share]:
    """Subtract the weighted mean of the adjoint and weight it."""
    return [(e.args[0], _push_softmax(e, lambda _: g, s))]  # its Jacobian is symmetric


def _push_logsoftmax(e: Fn, d: D, s: Site) -> Expr:
    a, du = s.arrays, d(e.args[0])
    weights = Fn("softmax", e.args)
    if len(a.shape(e)) == 1:
        return _less(s, du, a.times(a.frobenius(weights, du), a.ones(a.shape(e))))
    return _less(s, du, _row_sums(s, Hadamard((weights, du))))


@differential_rule(
    "logsoftmax", Fn, title="differential of log-softmax (of a matrix: row by row)",
    formula=r"d \log s = du - \mathbf{1} s^T du", source=BRIDLE, push=_push_logsoftmax, functions=("logsoftmax",),
)  # fmt: skip
def logsoftmax(e: Fn, g: Expr, s: Site) -> list[Share]:
    """Subtract the sum of the adjoint, weighted by softmax."""
    a = s.arrays
    weights = Fn("softmax", e.args)
    if len(a.shape(e)) == 1:
        total = a.frobenius(a.ones(a.shape(e)), g)
        return [(e.args[0], _less(s, g, a.times(total, weights)))]
    return [(e.args[0], _less(s, g, Hadamard((weights, _row_sums(s, g)))))]


def _push_logsumexp(e: Fn, d: D, s: Site) -> Expr:
    weights, du = Fn("softmax", e.args), d(e.args[0])
    if not s.arrays.shape(e):
        return s.arrays.frobenius(weights, du)
    return s.arrays.matmul(Hadamard((weights, du)), s.arrays.ones(s.arrays.shape(du)[1:]))


@differential_rule(
    "logsumexp", Fn, title="differential of log-sum-exp (of a matrix: row by row)",
    formula=r"d \log \sum_i e^{u_i} = \operatorname{softmax}(u)^T du", source=BRIDLE, push=_push_logsumexp,
    functions=("logsumexp",),
)  # fmt: skip
def logsumexp(e: Fn, g: Expr, s: Site) -> list[Share]:
    """Weight by softmax."""
    (x,) = e.args
    if not s.arrays.shape(e):
        return [(x, s.arrays.times(g, Fn("softmax", e.args)))]
    ones = s.arrays.transpose(s.arrays.ones(s.arrays.shape(x)[1:]))
    return [(x, s.arrays.hadamard(s.arrays.matmul(g, ones), Fn("softmax", e.args)))]


@differential_rule(
    "mean", Fn, title="the mean is linear", formula=r"d \operatorname{mean} u = \operatorname{mean} du",
    source=MAGNUS, push=lambda e, d, s: s.arrays.mean(d(e.args[0])), functions=("mean",),
)  # fmt: skip
def mean(e: Fn, g: Expr, s: Site) -> list[Share]:
    """Spread the adjoint evenly over the entries."""
    (x,) = e.args
    shape = s.arrays.shape(x)
    count = s.arrays.times(*(size_expr(n) for n in shape))
    return [(x, s.arrays.times(Div(g, count), s.arrays.ones(shape)))]


def _gap(e: Fn) -> Expr:
    (x,) = e.args
    return Add((x, Neg(Fn("mean", (x,)))))


@differential_rule(
    "variance", Fn, title="differential of the variance",
    formula=r"d \operatorname{var} u = 2 \operatorname{mean}((u - \operatorname{mean} u) \odot du)", source=IOFFE,
    push=lambda e, d, s: s.arrays.times(TWO, s.arrays.mean(s.arrays.hadamard(_gap(e), d(e.args[0])))),
    functions=("var",),
)  # fmt: skip
def variance(e: Fn, g: Expr, s: Site) -> list[Share]:
    """Give every entry its distance from the mean."""
    (x,) = e.args
    count = s.arrays.times(*(size_expr(n) for n in s.arrays.shape(x)))
    return [(x, s.arrays.times(Div(s.arrays.times(TWO, g), count or ONE), _gap(e)))]
