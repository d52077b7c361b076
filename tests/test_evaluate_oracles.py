"""The float route against independent oracles: a plain loop in mpmath, SymPy, JAX."""

from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import (
    ANYWHERE,
    CONTEXT,
    A,
    B,
    J,
    K,
    U,
    V,
    X,
    Y,
    array_scalars,
    indexed_exprs,
    num,
    scalar_exprs,
    vector_exprs,
)

from gradproof.evaluate import evaluate, make_samples
from gradproof.expr import (
    Add,
    Const,
    Delta,
    Derivative,
    Diag,
    Div,
    Entry,
    Expr,
    Fn,
    Frobenius,
    Gradient,
    Hadamard,
    Idx,
    Inverse,
    MatMul,
    Mul,
    Neg,
    Num,
    Pow,
    Sum,
    Sym,
    Trace,
    Transpose,
    children,
)

RELAXED = settings(derandomize=True, deadline=None, max_examples=150)
SIZES = {"m": 3, "n": 2}


def _softplus(a):
    return mpmath.log1p(mpmath.exp(a))


def _sigmoid(a):
    return 1 / (1 + mpmath.exp(-a))


MP = {
    "exp": mpmath.exp, "log": mpmath.log, "sqrt": mpmath.sqrt, "sin": mpmath.sin, "cos": mpmath.cos,
    "tan": mpmath.tan, "sinh": mpmath.sinh, "cosh": mpmath.cosh, "tanh": mpmath.tanh,
    "sec": mpmath.sec, "csc": mpmath.csc, "cot": mpmath.cot, "arcsin": mpmath.asin,
    "arccos": mpmath.acos, "arctan": mpmath.atan, "sigmoid": _sigmoid, "softplus": _softplus,
    "erf": mpmath.erf, "abs": abs, "sign": mpmath.sign, "relu": lambda a: max(a, mpmath.mpf(0)),
    "max": max, "min": min,
}  # fmt: skip


def plain(e: Expr, values: dict, idx: dict):
    """Evaluate by the most naive recursion; `values` maps names to numbers or nested lists."""
    match e:
        case Num(v):
            return mpmath.mpf(v.numerator) / v.denominator
        case Const("pi"):
            return mpmath.pi()
        case Const("e"):
            return mpmath.e()
        case Sym(name):
            return mpmath.mpf(SIZES[name]) if name in SIZES else values[name]
        case Idx(name):
            return idx[name]
        case Neg(a):
            return -plain(a, values, idx)
        case Add(ts):
            return sum(plain(t, values, idx) for t in ts)
        case Mul(fs):
            return mpmath.fprod(plain(f, values, idx) for f in fs)
        case Div(a, b):
            return plain(a, values, idx) / plain(b, values, idx)
        case Pow(a, b):
            return plain(a, values, idx) ** plain(b, values, idx)
        case Fn(name, args):
            return MP[name](*(plain(a, values, idx) for a in args))
        case Entry(Sym(name), indices):
            array = values[name]
            for i in indices:
                array = array[int(plain(i, values, idx)) - 1]
            return array
        case Delta(a, b):
            return mpmath.mpf(plain(a, values, idx) == plain(b, values, idx))
        case Sum(body, Idx(name), None, None, None):
            upper = SIZES["m"] if name == "i" else SIZES["n"]
            return sum(plain(body, values, {**idx, name: k}) for k in range(1, upper + 1))
        case _:
            raise TypeError(type(e))


def lists(array):
    """Turn an object array of fractions into nested lists of mpmath numbers."""
    if isinstance(array, Fraction):
        return mpmath.mpf(array.numerator) / array.denominator
    return [lists(a) for a in array]


def free(e: Expr) -> set[str]:
    match e:
        case Idx(name):
            return {name}
        case Sum(body, Idx(name)):
            return free(body) - {name}
        case _:
            return set().union(*(free(c) for c in children(e)))


def at_points(samples):
    for p in range(samples.points):
        yield p, {n: lists(a[p]) for n, a in samples.values.items()}


SIZED = replace(CONTEXT, sizes=SIZES)


@RELAXED
@given(indexed_exprs())
def test_values_agree_with_a_plain_loop(e):
    samples = make_samples([e], SIZED, points=3)
    found = evaluate(e, samples, SIZED)
    assert set(found.indices) == free(e)
    for p, values in at_points(samples):
        for spot in np.ndindex(found.values.shape[1:]):
            idx = {n: 1 + k for n, k in zip(found.indices, spot, strict=True)}
            want = float(plain(e, values, idx))
            assert found.values[(p, *spot)] == pytest.approx(want, rel=1e-9, abs=1e-12)


@RELAXED
@given(indexed_exprs(max_leaves=6), st.sampled_from(["x", "v", "A"]))
def test_derivatives_agree_with_central_differences(e, name):
    entry = {"x": (), "v": ("k",), "A": ("i", "j")}[name]
    symbol = {"x": X, "v": V, "A": A}[name]
    wrt = Entry(symbol, tuple(Idx(i) for i in entry)) if entry else symbol
    d = Derivative(Add((e, num(1))), (wrt,))
    samples = make_samples([d], SIZED, points=2)
    found = evaluate(d, samples, SIZED)
    h = mpmath.mpf(10) ** -12
    with mpmath.workdps(50):
        for p, values in at_points(samples):
            for spot in np.ndindex(found.values.shape[1:]):
                idx = {n: 1 + k for n, k in zip(found.indices, spot, strict=True)}
                place = tuple(idx[i] - 1 for i in entry)
                up, down = (
                    plain(e, {**values, name: moved(values[name], place, s)}, idx) for s in (h, -h)
                )
                want = float((up - down) / (2 * h))
                assert found.values[(p, *spot)] == pytest.approx(want, rel=1e-8, abs=1e-11)


def moved(array, place, step):
    if not place:
        return array + step
    return [moved(a, place[1:], step) if k == place[0] else a for k, a in enumerate(array)]


def to_sympy(e: Expr, sp):
    """Build the SymPy tree of a scalar expression by hand."""
    names = {"arctan": sp.atan, "arcsin": sp.asin, "arccos": sp.acos, "abs": sp.Abs}
    match e:
        case Num(v):
            return sp.Rational(v.numerator, v.denominator)
        case Sym(name):
            return sp.Symbol(name, real=True)
        case Neg(a):
            return -to_sympy(a, sp)
        case Add(ts):
            return sp.Add(*(to_sympy(t, sp) for t in ts))
        case Mul(fs):
            return sp.Mul(*(to_sympy(f, sp) for f in fs))
        case Div(a, b):
            return to_sympy(a, sp) / to_sympy(b, sp)
        case Pow(a, b):
            return to_sympy(a, sp) ** to_sympy(b, sp)
        case Fn("sigmoid", (a,)):
            return 1 / (1 + sp.exp(-to_sympy(a, sp)))
        case Fn("softplus", (a,)):
            return sp.log(1 + sp.exp(to_sympy(a, sp)))
        case Fn(name, (a,)):
            return names.get(name, getattr(sp, name, None))(to_sympy(a, sp))
        case _:
            raise TypeError(type(e))


@settings(derandomize=True, deadline=None, max_examples=60)
@given(scalar_exprs(max_leaves=5), st.sampled_from([(X,), (X, X), (X, Y), (X, X, Y)]))
def test_higher_derivatives_agree_with_sympy(e, wrt):
    sp = pytest.importorskip("sympy")
    d = Derivative(Add((e, num(1))), wrt)
    samples = make_samples([d, X, Y], CONTEXT, points=3)
    found = evaluate(d, samples, CONTEXT)
    tree = sp.diff(to_sympy(e, sp), *(sp.Symbol(w.name, real=True) for w in wrt))
    for p in range(samples.points):
        point = {
            sp.Symbol(n, real=True): sp.Rational(a[p].numerator, a[p].denominator)
            for n, a in samples.values.items()
        }
        want = complex(tree.evalf(30, subs=point))
        assert want.imag == pytest.approx(0, abs=1e-20)
        assert found.values[p] == pytest.approx(want.real, rel=1e-8, abs=1e-10)


@pytest.mark.parametrize("name", [*ANYWHERE, "cosh", "erf", "tan", "sec", "csc", "cot"])
@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_every_function_and_order_agrees_with_sympy(name, order):
    sp = pytest.importorskip("sympy")
    e = Fn(name, (X,))
    d = Derivative(e, (X,) * order)
    samples = make_samples([d], CONTEXT, points=6)
    found = evaluate(d, samples, CONTEXT)
    tree = sp.diff(to_sympy(e, sp), sp.Symbol("x", real=True), order)
    assert samples.points == 6
    for p in range(samples.points):
        v = samples.values["x"][p]
        want = float(
            tree.evalf(
                30, subs={sp.Symbol("x", real=True): sp.Rational(v.numerator, v.denominator)}
            )
        )
        assert found.values[p] == pytest.approx(want, rel=1e-7, abs=1e-11)


@pytest.mark.parametrize("name", ["arcsin", "arccos", "log", "sqrt"])
@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_functions_of_a_restricted_domain_agree_with_sympy(name, order):
    sp = pytest.importorskip("sympy")
    p = Sym("p")
    e = Fn(name, (p,))
    d = Derivative(e, (p,) * order)
    samples = make_samples([d], CONTEXT, points=6)
    found = evaluate(d, samples, CONTEXT)
    tree = sp.diff(to_sympy(e, sp), sp.Symbol("p", real=True), order)
    for k in range(samples.points):
        v = samples.values["p"][k]
        want = float(
            tree.evalf(
                30, subs={sp.Symbol("p", real=True): sp.Rational(v.numerator, v.denominator)}
            )
        )
        assert found.values[k] == pytest.approx(want, rel=1e-8)


def to_jax(e: Expr, values: dict, jnp, jax):
    """Evaluate a whole-array expression with JAX."""

    def go(x):
        return to_jax(x, values, jnp, jax)

    match e:
        case Num(v):
            return float(v)
        case Sym(name):
            return values[name]
        case Neg(a):
            return -go(a)
        case Add(ts):
            return sum(go(t) for t in ts)
        case Mul(fs) | Hadamard(fs):
            out = go(fs[0])
            for f in fs[1:]:
                out = out * go(f)
            return out
        case Pow(a, b):
            return go(a) ** go(b)
        case MatMul(fs):
            out = go(fs[0])
            for f in fs[1:]:
                out = _matmul(out, go(f))
            return out
        case Transpose(a):
            x = go(a)
            return _Row(x) if x.ndim == 1 else x.T
        case Frobenius(a, b):
            return jnp.sum(go(a) * go(b))
        case Diag(a):
            return jnp.diag(go(a))
        case Trace(a):
            return jnp.trace(go(a))
        case Inverse(a):
            return jnp.linalg.inv(go(a))
        case Fn("softmax", (a,)):
            return jax.nn.softmax(go(a))
        case Fn("logsumexp", (a,)):
            return jax.nn.logsumexp(go(a))
        case Fn(name, (a,)):
            return getattr(jnp, name)(go(a))
        case _:
            raise TypeError(type(e))


class _Row:
    def __init__(self, vector):
        self.vector = vector


def _matmul(a, b):
    if isinstance(a, _Row):
        return a.vector @ b if not isinstance(b, _Row) else _Row(a.vector @ b.vector)
    if isinstance(b, _Row):
        return a[:, None] * b.vector[None, :]
    return a @ b


@settings(derandomize=True, deadline=None, max_examples=8)
@given(array_scalars())
def test_gradients_and_hessians_by_whole_vectors_agree_with_jax(e):
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy
    g, h = Gradient(e, V), Gradient(e, V, 2)
    samples = make_samples([g, h, V], CONTEXT, points=2)
    grad, hess = evaluate(g, samples, CONTEXT), evaluate(h, samples, CONTEXT)
    for p in range(samples.points):
        values = {n: jnp.array(a[p].astype(float)) for n, a in samples.values.items()}

        def f(v, values=values):
            return to_jax(e, {**values, "v": v}, jnp, jax)

        np.testing.assert_allclose(grad.values[p], jax.grad(f)(values["v"]), rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(
            hess.values[p], jax.hessian(f)(values["v"]), rtol=1e-6, atol=1e-8
        )


@settings(derandomize=True, deadline=None, max_examples=20)
@given(vector_exprs(max_leaves=4))
def test_jacobians_have_outputs_as_rows_as_in_jax(e):
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy
    e = Add((e, U))
    d = Derivative(e, (U,))
    samples = make_samples([d, U], CONTEXT, points=2)
    found = evaluate(d, samples, CONTEXT)
    for p in range(samples.points):
        values = {n: jnp.array(a[p].astype(float)) for n, a in samples.values.items()}

        def f(u, values=values):
            return to_jax(e, {**values, "u": u}, jnp, jax)

        want = jax.jacobian(f)(values["u"])
        np.testing.assert_allclose(found.values[p], want, rtol=1e-7, atol=1e-9)


def test_the_plain_loop_tells_a_transposed_index():
    """The oracle has teeth."""
    right, wrong = Sum(Entry(B, (J, K)), K), Sum(Entry(B, (K, J)), K)
    samples = make_samples([right], SIZED, points=2)
    found = evaluate(wrong, samples, SIZED)
    values = {n: lists(a[1]) for n, a in samples.values.items()}
    assert found.values[1, 0] != pytest.approx(float(plain(right, values, {"j": 1})))
