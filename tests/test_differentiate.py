"""Differentiation rules against SymPy, JAX and finite differences; none of them shares code with the rules."""

import math
from collections import defaultdict
from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace
from typing import get_args

import mpmath
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from gradproof.differentiate import (
    CONSTANT,
    VARIABLE,
    NotSupported,
    catalogue,
    differentiate,
    evaluate_derivatives,
)
from gradproof.expr import (
    Add,
    Apply,
    At,
    Branch,
    Cases,
    Compare,
    Const,
    Context,
    Definition,
    Delta,
    Derivative,
    Div,
    Entry,
    Expr,
    Fn,
    Frobenius,
    Gradient,
    Hadamard,
    Idx,
    IndexRange,
    Indicator,
    Let,
    MatMul,
    Mul,
    Neg,
    Norm,
    Num,
    Pow,
    Prod,
    Root,
    Size,
    Space,
    Sum,
    Sym,
    Trace,
    Transpose,
    replace_at,
    walk,
)  # fmt: skip

M, N = 2, 3
VECTOR, MATRIX = Space((Size("n"),)), Space((Size("m"), Size("n")))
X, Y, A, B = Sym("x"), Sym("y"), Sym("a"), Sym("b")
W, Z, T, V = (Sym(name, VECTOR) for name in ("w", "z", "t", "v"))
K = Sym("K", MATRIX)
II, J, L = Idx("i"), Idx("j"), Idx("l")
RANGES = {
    "i": IndexRange(Size("m")), "j": IndexRange(Size("n")), "l": IndexRange(Size("n")),
}  # fmt: skip
CONTEXT = Context(ranges=RANGES)


def n(value) -> Num:
    return Num(Fraction(value))


def fn(name: str, *args: Expr) -> Fn:
    return Fn(name, args)


def at(array: Expr, *indices: Expr) -> Entry:
    return Entry(array, indices)


ONE = n(1)
SIZES = {"m": M, "n": N}


def math_library(base) -> SimpleNamespace:
    """The functions of the tree in terms of a library that has the elementary ones."""
    lib = SimpleNamespace(
        exp=base.exp, log=base.log, sin=base.sin, cos=base.cos, tan=base.tan, sinh=base.sinh,
        cosh=base.cosh, tanh=base.tanh, sqrt=base.sqrt, erf=base.erf, pi=base.pi, e=base.e,
        arcsin=base.asin, arccos=base.acos, arctan=base.atan,
    )  # fmt: skip
    lib.relu = lambda u: u if u > 0 else 0 * u
    lib.sign = lambda u: (u > 0) - (u < 0)
    lib.abs, lib.max, lib.min = abs, max, min
    lib.truth = bool
    return lib


MPMATH = math_library(mpmath)
SYMPY = math_library(
    SimpleNamespace(**{k: getattr(sympy, k) for k in (
        "exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sqrt", "erf", "pi", "asin",
        "acos", "atan")}, e=sympy.E)
)  # fmt: skip
SYMPY.abs, SYMPY.sign, SYMPY.max, SYMPY.min = sympy.Abs, sympy.sign, sympy.Max, sympy.Min
SYMPY.relu = lambda u: sympy.Max(u, 0)


class Naive:
    """A direct evaluator: loops over indices, definitions by substitution, values from `env`.

    `env` maps names to numbers and (name, i, …) to numbers; indices count from 1.
    """

    def __init__(self, lib, env, context=CONTEXT):
        self.lib, self.env, self.context = lib, env, context

    def number(self, value: Fraction):
        return (
            self.lib.number(value)
            if hasattr(self.lib, "number")
            else (
                sympy.Rational(value.numerator, value.denominator)
                if self.lib is SYMPY
                else mpmath.mpf(value.numerator) / value.denominator
            )
        )

    def index(self, e: Expr, idx) -> int:
        match e:
            case Num(v):
                return int(v)
            case Idx(name):
                return idx[name]
            case Sym(name):
                return SIZES[name]
            case Add(terms):
                return sum(self.index(t, idx) for t in terms)
            case Neg(u):
                return -self.index(u, idx)
        raise AssertionError(e)

    def span(self, e, idx):
        own = self.context.ranges.get(e.index.name)
        low = self.index(e.lower, idx) if e.lower is not None else own.lower
        size = own.upper if own else None
        high = (
            self.index(e.upper, idx)
            if e.upper is not None
            else SIZES.get(size.name, 0) + size.offset
        )
        for k in range(low, high + 1):
            inner = {**idx, e.index.name: k}
            if e.condition is None or self.holds(e.condition, inner):
                yield inner

    def holds(self, c: Compare, idx) -> bool:
        whole = {"Idx", "Num"} >= {type(c.left).__name__, type(c.right).__name__}
        get = self.index if whole and not isinstance(c.left, Num) else self
        left, right = get(c.left, idx), get(c.right, idx)
        return bool(
            {"=": left == right, "!=": left != right, "<": left < right, "<=": left <= right,
             ">": left > right, ">=": left >= right}[c.op]
        )  # fmt: skip

    def __call__(self, e: Expr, idx=None):
        idx, lib = idx or {}, self.lib
        match e:
            case Num(v):
                return self.number(v)
            case Const(name):
                return getattr(lib, name)
            case Sym(name) if (name, 1) in self.env:
                return [self.env[name, k] for k in range(1, N + 1)]
            case Sym(name) if name in self.context.definitions and name not in self.env:
                return self(self.context.definitions[name][0].body, {})
            case Sym(name):
                return self.env[name] if name in self.env else self.number(Fraction(SIZES[name]))
            case Idx(name):
                return idx[name]
            case Neg(u):
                return -self(u, idx)
            case Add(terms):
                total = self(terms[0], idx)
                for t in terms[1:]:
                    total = total + self(t, idx)
                return total
            case Mul(factors):
                total = self(factors[0], idx)
                for f in factors[1:]:
                    total = total * self(f, idx)
                return total
            case Div(u, v):
                return self(u, idx) / self(v, idx)
            case Pow(u, v):
                return self(u, idx) ** self(v, idx)
            case Root(u, Num(d)):
                value = self(u, idx)
                if d % 2 and lib.truth(value < 0):
                    return -((-value) ** self.number(1 / d))
                return value ** self.number(1 / d)
            case Fn("sigmoid", (u,)):
                return 1 / (1 + lib.exp(-self(u, idx)))
            case Fn("softplus", (u,)):
                return lib.log(1 + lib.exp(self(u, idx)))
            case Fn("sec" | "csc" | "cot" as name, (u,)):
                other = {"sec": lib.cos, "csc": lib.sin, "cot": lib.tan}[name]
                return 1 / other(self(u, idx))
            case Fn("log", (u, b)):
                return lib.log(self(u, idx)) / lib.log(self(b, idx))
            case Fn("logsumexp", (u,)):
                return lib.log(sum(lib.exp(v) for v in self(u, idx)))
            case Fn(name, args):
                return getattr(lib, name)(*(self(u, idx) for u in args))
            case Entry(Fn("softmax", (u,)), (i,)):
                powers = [lib.exp(v) for v in self(u, idx)]
                return powers[self.index(i, idx) - 1] / sum(powers)
            case Entry(Sym(name), indices):
                where = tuple(self.index(i, idx) for i in indices)
                if (name, *where) in self.env:
                    return self.env[(name, *where)]
                for d in self.context.definitions[name]:
                    if d.indices and all(
                        isinstance(f, Idx) or self.index(f, {}) == k
                        for f, k in zip(d.indices, where, strict=True)
                    ):
                        named = {f.name: k for f, k in zip(d.indices, where, strict=True)
                                 if isinstance(f, Idx)}  # fmt: skip
                        return self(d.body, named)
                raise AssertionError(e)
            case Sum(body):
                return sum((self(body, k) for k in self.span(e, idx)), 0 * self.number(Fraction(1)))
            case Prod(body):
                total = self.number(Fraction(1))
                for k in self.span(e, idx):
                    total = total * self(body, k)
                return total
            case Delta(u, v):
                return self.number(Fraction(self.index(u, idx) == self.index(v, idx)))
            case Indicator(c):
                return self.number(Fraction(self.holds(c, idx)))
            case Cases(branches):
                for b in branches:
                    if b.condition is None or self.holds(b.condition, idx):
                        return self(b.value, idx)
            case Apply(name, args, 0):
                d = self.context.definitions[name][0]
                env = dict(self.env)
                for p, a in zip(d.params, args, strict=True):
                    env[p.name] = self(a, idx)
                return Naive(lib, env, self.context)(d.body, idx)
        raise AssertionError(f"the naive evaluator does not know {e}")


def environment(seed: int) -> dict:
    """Values for all base symbols, rational, some negative, deterministic."""
    names = ["x", "y", "a", "b", "c"]
    for name in "wztv":
        names += [(name, k) for k in range(1, N + 1)]
    names += [("K", i, j) for i in range(1, M + 1) for j in range(1, N + 1)]
    values = {}
    for k, name in enumerate(names):
        values[name] = mpmath.mpf((k * 37 + seed * 101 + k * k * seed) % 89 + 5) / 97
    return values


def finite_difference(e, wrt, env, context, idx):
    h = mpmath.mpf(10) ** -12
    key = wrt.name if isinstance(wrt, Sym) else (
        wrt.array.name, *(Naive(MPMATH, env).index(i, idx) for i in wrt.indices))  # fmt: skip
    sides = [Naive(MPMATH, {**env, key: env[key] + s * h}, context)(e, idx) for s in (1, -1)]
    return (sides[0] - sides[1]) / (2 * h)


def agrees(e, wrt, context=CONTEXT, seeds=(1, 2), result=None):
    """Compare the derivative with finite differences in 40 digits, for all values of the indices."""
    derived = differentiate(e, wrt, context) if result is None else result
    with mpmath.workdps(40):
        for seed in seeds:
            env = environment(seed)
            for i in range(1, M + 1):
                for j in range(1, N + 1):
                    for other in range(1, N + 1):
                        idx = {"i": i, "j": j, "l": other}
                        want = finite_difference(e, wrt, env, context, idx)
                        got = Naive(MPMATH, env, context)(derived.expr, idx)
                        if abs(got - want) > mpmath.mpf(10) ** -9 * (1 + abs(want)):
                            return False
                    if "l" not in str(e) + str(wrt):
                        break
    return True


SCALARS = {
    "linear": Add((Mul((A, X)), B, Neg(Div(X, Y)))),
    "product": Mul((X, fn("sin", X), A, fn("exp", X))),
    "quotient": Div(fn("sin", X), Add((ONE, Pow(X, n(2))))),
    "reciprocal": Div(A, Add((X, B))),
    "power": Pow(Add((X, A)), n(3)),
    "power-symbolic": Pow(X, A),
    "power-negative": Pow(X, n(-2)),
    "power-half": Pow(X, Num(Fraction(1, 2))),
    "exponential": Pow(Const("e"), Mul((A, X))),
    "constant-base": Pow(A, Mul((B, X))),
    "general-power": Pow(Add((X, ONE)), Mul((A, X))),
    "sqrt": fn("sqrt", Add((ONE, Pow(X, n(2))))),
    "root": Root(Add((X, A)), n(3)),
    "root-of-negative": Root(Neg(Add((X, A))), n(3)),
    "square-root": Root(Add((X, A)), n(2)),
    "exp": fn("exp", Neg(Pow(X, n(2)))),
    "log": fn("log", Add((ONE, Mul((A, X))))),
    "log-base": fn("log", X, n(10)),
    "log-variable-base": fn("log", Add((X, A)), Add((X, n(2)))),
    "erf": fn("erf", Mul((A, X))),
    "sigmoid": fn("sigmoid", Mul((A, X))),
    "softplus": fn("softplus", Mul((A, X))),
    "abs": fn("abs", Add((X, Neg(n(2))))),
    "sign": Mul((X, fn("sign", Add((X, Neg(n(2))))))),
    "relu": fn("relu", Add((X, Neg(Y)))),
    "max": fn("max", Mul((X, X)), Y, Add((X, A))),
    "min": fn("min", Mul((X, X)), Add((X, A))),
    "indicator": Mul((X, Indicator(Compare(">", X, Y)))),
    "cases": Cases((Branch(Pow(X, n(2)), Compare("<", X, Y)), Branch(fn("exp", X), None))),
    "let": Let(Sym("c"), Mul((X, X)), Mul((Sym("c"), X))),
    **{
        name: fn(name, Mul((A, X)))
        for name in (
            "sin", "cos", "tan", "sec", "csc", "cot", "arcsin", "arccos", "arctan", "sinh",
            "cosh", "tanh",
        )
    },
}  # fmt: skip


@pytest.mark.parametrize("name", SCALARS)
def test_scalar_rules_against_finite_differences(name):
    e = SCALARS[name]
    if name == "let":
        whole = Mul((Mul((X, X)), X))
        assert agrees(whole, X, result=differentiate(e, X, CONTEXT))
    else:
        assert agrees(e, X)


SMOOTH = [k for k in SCALARS if k not in ("let", "cases", "indicator", "root-of-negative")]


@pytest.mark.parametrize("name", SMOOTH)
def test_scalar_rules_against_sympy(name):
    """The tree is rebuilt in SymPy by hand and differentiated there; values compared at rational points."""
    x, y, a, b = sympy.symbols("x y a b", positive=True)
    point = {x: sympy.Rational(3, 7), y: sympy.Rational(2, 5), a: sympy.Rational(1, 3),
             b: sympy.Rational(5, 4)}  # fmt: skip
    theirs = sympy.diff(Naive(SYMPY, {"x": x, "y": y, "a": a, "b": b})(SCALARS[name]), x)
    want = sympy.N(theirs.subs(point).doit(), 30)
    env = {str(k): mpmath.mpf(int(v.p)) / int(v.q) for k, v in point.items()}
    got = Naive(MPMATH, env)(differentiate(SCALARS[name], X, CONTEXT).expr)
    assert math.isclose(float(got), float(want), rel_tol=1e-12)


def softmax_quotient(k: Expr) -> Expr:
    return Div(fn("exp", at(Z, k)), Sum(fn("exp", at(Z, J)), J))


INDEXED = {
    "linear-model": (Sum(Mul((at(W, J), at(K, II, J))), J), at(W, L)),
    "captured": (Sum(Pow(at(W, J), n(2)), J), at(W, J)),
    "captured-twice": (Sum(Mul((at(W, J), Sum(Mul((at(W, J), at(V, J))), J))), J), at(W, J)),
    "square": (Pow(Sum(Mul((at(W, J), at(V, J))), J), n(2)), at(W, L)),
    "softmax-quotient": (softmax_quotient(L), at(Z, J)),
    "softmax-cross-entropy": (
        Neg(Sum(Mul((at(T, L), fn("log", softmax_quotient(L)))), L)), at(Z, J)),
    "softmax": (at(fn("softmax", Z), L), at(Z, J)),
    "softmax-number": (at(fn("softmax", Z), n(2)), at(Z, J)),
    "logsumexp": (fn("logsumexp", Z), at(Z, J)),
    "matrix-entry": (Sum(Sum(Pow(at(K, II, J), n(2)), J), II), at(K, II, J)),
    "number-entry": (Mul((at(W, n(1)), at(W, n(2)))), at(W, n(2))),
    "bounds": (Sum(Mul((at(W, J), at(W, J))), J, n(1), n(2)), at(W, L)),
    "condition": (
        Sum(Mul((at(W, J), at(V, J))), J, condition=Compare("!=", J, L)), at(W, L)),
    "prod": (Prod(Add((at(W, J), at(V, J))), J), at(W, L)),
    "prod-captured": (Prod(Mul((at(W, J), at(V, J))), J), at(W, J)),
    "prod-condition": (
        Prod(Add((at(W, J), ONE)), J, condition=Compare("!=", J, L)), at(W, L)),
    "mean-square": (
        Mul((Div(ONE, Sym("m")), Sum(Pow(Add((Sum(Mul((at(K, II, J), at(W, J))), J),
                                               Neg(A))), n(2)), II))), at(W, J)),
    "shadowed-scalar": (Sum(Mul((X, at(W, J), fn("exp", Mul((X, at(V, J)))))), J), X),
}  # fmt: skip


@pytest.mark.parametrize("name", INDEXED)
def test_indexed_rules_against_finite_differences(name):
    e, wrt = INDEXED[name]
    assert agrees(e, wrt)


def test_deltas_collapse():
    inner = Sum(Mul((at(V, J), at(W, J))), J)
    assert differentiate(inner, at(W, L), CONTEXT).expr == at(V, L)
    distinct = replace(CONTEXT, distinct=frozenset({("j", "l")}))
    assert differentiate(at(W, J), at(W, L), distinct).expr == n(0)
    equal = replace(CONTEXT, equal=frozenset({("l", "j")}))
    assert differentiate(at(W, J), at(W, L), equal).expr == ONE
    assert differentiate(at(W, J), at(W, L), CONTEXT).expr == Delta(J, L)


def test_a_sum_over_a_part_of_the_range_does_not_collapse():
    part = Sum(Mul((at(V, J), at(W, J))), J, n(2), n(3))
    assert differentiate(part, at(W, L), CONTEXT).expr != at(V, L)


SIGMA = Definition("\\sigma", Div(ONE, Add((ONE, fn("exp", Neg(X))))), (X,))
H = Definition("h", Add((Sum(Mul((at(W, J), at(V, J))), J), A)))
Q = Definition("q", Apply("\\sigma", (Sym("h"),)))
LOSS = Definition(
    "E", Neg(Add((Mul((Y, fn("log", Sym("q")))),
                  Mul((Add((ONE, Neg(Y))), fn("log", Add((ONE, Neg(Sym("q"))))))))))
)  # fmt: skip
P = Definition("p", softmax_quotient(J), indices=(J,))
CE = Definition("C", Neg(Sum(Mul((at(T, L), fn("log", at(Sym("p", VECTOR), L)))), L)))
TWICE = Definition("g", Mul((Sym("u"), Sym("u"), Sym("s"))), (Sym("u"), Sym("s")))
FIRST = Definition("r", Mul((A, A)), indices=(n(1),))
SECOND = Definition("r", Mul((A, B)), indices=(n(2),))
KNOWN = replace(
    CONTEXT,
    definitions={
        "\\sigma": (SIGMA,), "h": (H,), "q": (Q,), "E": (LOSS,), "p": (P,), "C": (CE,),
        "g": (TWICE,), "r": (FIRST, SECOND),
    },
)  # fmt: skip
PV = Sym("p", VECTOR)
R = Sym("r", VECTOR)

DEFINED = {
    "logistic-chain": (Sym("E"), at(W, L)),
    "call": (Apply("\\sigma", (Mul((A, A)),)), A),
    "call-twice": (Apply("\\sigma", (Apply("\\sigma", (B,)),)), B),
    "two-arguments": (Apply("g", (Mul((A, B)), fn("exp", A))), A),
    "softmax-by-definition": (at(PV, L), at(Z, J)),
    "cross-entropy-by-definition": (Sym("C"), at(Z, J)),
    "single-entries": (Mul((at(R, n(1)), at(R, n(2)))), A),
}


@pytest.mark.parametrize("name", DEFINED)
def test_definitions_against_finite_differences(name):
    e, wrt = DEFINED[name]
    if wrt in (A, B):
        with mpmath.workdps(40):
            env = {k: v for k, v in environment(1).items() if k not in ("r", "p")}
            want = finite_difference(e, wrt, env, KNOWN, {})
            got = Naive(MPMATH, env, KNOWN)(differentiate(e, wrt, KNOWN).expr, {})
            assert abs(got - want) < 1e-15
    else:
        assert agrees(e, wrt, KNOWN, seeds=(1,))


def test_a_defined_name_is_independent_when_it_is_the_variable():
    q = Sym("q")
    d = differentiate(Sym("E"), q, KNOWN)
    env = {**environment(1), "q": mpmath.mpf("0.3")}
    y = env["y"]
    assert abs(Naive(MPMATH, env, KNOWN)(d.expr) - (-(y / 0.3) + (1 - y) / (1 - 0.3))) < 1e-9
    assert "definition" in {s.rule for s in d.steps}
    assert not any(s.rule == "sigmoid-rule" for s in d.steps)


def test_names_held_constant():
    assert differentiate(Sym("E"), A, KNOWN, hold=frozenset({"q"})).expr == n(0)
    assert differentiate(Sym("E"), A, KNOWN).expr != n(0)


def test_primes_of_defined_functions():
    first = evaluate_derivatives(Apply("\\sigma", (A,), 1), KNOWN).expr
    second = evaluate_derivatives(Apply("\\sigma", (A,), 2), KNOWN).expr
    moved = differentiate(Apply("\\sigma", (Mul((A, A)),), 1), A, KNOWN).expr
    for a in (0.2, 1.5):
        env = {"a": mpmath.mpf(a)}
        s = 1 / (1 + math.exp(-a))
        assert math.isclose(Naive(MPMATH, env, KNOWN)(first), s * (1 - s))
        assert math.isclose(Naive(MPMATH, env, KNOWN)(second), s * (1 - s) * (1 - 2 * s))
        s = 1 / (1 + math.exp(-a * a))
        want = s * (1 - s) * (1 - 2 * s) * 2 * a
        assert math.isclose(Naive(MPMATH, env, KNOWN)(moved), want)


def test_unknown_dependence_stays_unevaluated():
    u, v = Sym("u"), Sym("f")
    context = replace(CONTEXT, varying=frozenset({"u", "f"}))
    product = differentiate(Mul((u, v)), X, context).expr
    assert product == Add((Mul((Derivative(u, (X,)), v)), Mul((u, Derivative(v, (X,))))))
    twice = evaluate_derivatives(Derivative(u, (X, X)), context).expr
    assert twice == Derivative(u, (X, X))
    unknown = differentiate(Apply("f", (Mul((A, X)),)), X, CONTEXT).expr
    assert unknown == Mul((Apply("f", (Mul((A, X)),), 1), A))


def test_the_derivative_of_a_bare_unknown_name_is_not_zero():
    assert evaluate_derivatives(Derivative(Y, (X,)), CONTEXT).expr == Derivative(Y, (X,))
    assert evaluate_derivatives(Derivative(Mul((Y, X)), (X,)), CONTEXT).expr == Y
    by_defined = Derivative(Mul((A, B)), (Sym("q"),))
    assert evaluate_derivatives(by_defined, KNOWN).expr == by_defined


def test_nested_derivatives_come_first():
    inner = Derivative(Pow(X, n(3)), (X,))
    d = differentiate(Mul((Y, inner)), X, CONTEXT).expr
    env = {"x": mpmath.mpf(2), "y": mpmath.mpf(5)}
    assert Naive(MPMATH, env)(d) == 60
    line = evaluate_derivatives(Neg(Derivative(Pow(X, n(4)), (X, X))), CONTEXT)
    assert Naive(MPMATH, env)(line.expr) == -48
    slope = evaluate_derivatives(Gradient(Pow(X, n(4)), X, 2), CONTEXT)
    assert Naive(MPMATH, env)(slope.expr) == 48
    point = evaluate_derivatives(At(Derivative(Pow(X, n(2)), (X,)), X, Y), CONTEXT)
    assert Naive(MPMATH, env)(point.expr) == 10
    moving = differentiate(At(Derivative(Pow(X, n(3)), (X,)), X, Mul((Y, Y))), Y, CONTEXT)
    assert Naive(MPMATH, env)(moving.expr) == 12 * 125


def test_a_value_is_put_in_through_definitions():
    d = evaluate_derivatives(At(Derivative(Sym("q"), (A,)), A, B), KNOWN).expr
    env = environment(2)
    other = Naive(MPMATH, {**env, "a": env["b"]}, KNOWN)
    assert abs(other(differentiate(Sym("q"), A, KNOWN).expr) - Naive(MPMATH, env, KNOWN)(d)) < 1e-12


def test_arrays_are_written_in_components():
    inner = MatMul((Transpose(W), V))
    assert differentiate(inner, at(W, L), CONTEXT).expr == at(V, L)
    square = Pow(Norm(W), n(2))
    d = differentiate(square, at(W, L), CONTEXT).expr
    env = environment(1)
    assert d == Mul((n(2), at(W, L)))
    length = evaluate_derivatives(Mul((Norm(W), Derivative(Norm(W), (at(W, L),)))), CONTEXT).expr
    length = replace_at(length, (0,), ONE)
    norm = mpmath.sqrt(sum(env["w", k] ** 2 for k in (1, 2, 3)))
    assert abs(Naive(MPMATH, env)(length, {"l": 2}) - env["w", 2] / norm) < 1e-12
    assert differentiate(Frobenius(V, W), at(W, L), CONTEXT).expr == at(V, L)
    image = at(MatMul((K, W)), II)
    assert differentiate(image, at(W, J), CONTEXT).expr == at(K, II, J)
    logs = at(Hadamard((fn("log", W), V)), J)
    assert differentiate(logs, at(W, J), CONTEXT).expr == Div(at(V, J), at(W, J))
    gram = MatMul((Transpose(K), K))
    wanted = differentiate(Trace(gram), at(K, II, J), CONTEXT).expr
    assert Naive(MPMATH, env)(wanted, {"i": 1, "j": 2}) == 2 * env["K", 1, 2]


def test_recurrences_unroll():
    h = Sym("h", Space((Size("m"),)))
    before = Add((II, n(-1)))
    body = fn("tanh", Mul((A, at(h, before))))
    context = replace(CONTEXT, definitions={"h": (Definition("h", body, indices=(II,)),)})
    d = differentiate(at(h, II), at(h, before), context).expr
    assert d == differentiate(fn("tanh", Mul((A, X))), X, CONTEXT).expr or "tanh" in str(d)
    assert differentiate(at(h, before), at(h, II), context).expr == n(0)


@pytest.mark.parametrize("name", [*SCALARS, *INDEXED, *DEFINED])
def test_every_step_is_true_by_itself(name):
    """The derivative before a step, evaluated, is what the step makes of it, evaluated."""
    table = {**{k: (e, X) for k, e in SCALARS.items()}, **INDEXED, **DEFINED}
    e, wrt = table[name]
    d = differentiate(e, wrt, KNOWN)
    assert d.steps
    idx = defaultdict(lambda: 1, i=1, j=2, l=3)
    env = environment(1)
    for step in d.steps:
        assert step.rule in catalogue() or step.rule in (CONSTANT, VARIABLE)
        if step.rule == CONSTANT or any(isinstance(node, Let) for _, node in walk(step.before)):
            continue
        sides = [evaluate_derivatives(s, KNOWN).expr for s in (step.before, step.after)]
        left, right = (Naive(MPMATH, env, KNOWN)(s, idx) for s in sides)
        assert abs(left - right) < 1e-9 * (1 + abs(left)), (step.rule, step.before, step.after)


def test_sites_are_stable_and_exactly_one_can_be_overridden():
    e = Add((fn("log", Add((ONE, Neg(X)))), fn("log", Add((A, X)))))
    seen = []
    differentiate(e, X, CONTEXT, choose=lambda a: seen.append((a.path, a.rule)))
    logs = [path for path, name in seen if name == "log-rule"]
    assert logs == [(0,), (1,)]
    changed = differentiate(
        e,
        X,
        CONTEXT,
        choose=lambda a: a.outer[0] if (a.path, a.rule) == ((0,), "log-rule") else None,
    )
    assert changed.expr == Add((Div(ONE, Add((ONE, Neg(X)))), Div(ONE, Add((A, X)))))


def test_a_broken_rule_is_caught():
    """The comparison that guards the rules fails when one of them is wrong."""
    e, wrt = SCALARS["tanh"], X
    wrong = differentiate(e, wrt, CONTEXT, choose=lambda a: (
        Mul((a.result, n(2))) if a.rule == "tanh-rule" else None))  # fmt: skip
    assert agrees(e, wrt)
    assert not agrees(e, wrt, result=wrong)


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_every_rule_is_used_by_an_example(name):
    """…so that breaking any rule breaks a test above; the rest are tested by name."""
    if not USED:
        table = {**{k: (e, X) for k, e in SCALARS.items()}, **INDEXED, **DEFINED}
        for e, wrt in table.values():
            USED.update(s.rule for s in differentiate(e, wrt, KNOWN).steps)
    by_name = {
        "higher-derivative", "derivative-of-gradient", "value-at-point", "unknown-dependence",
        "entry-of-unknown", "entry-of-expression", "product-in-components",
        "frobenius-product-in-components", "norm-in-components", "trace-in-components",
        "transpose-in-components", "unknown-function", "squared-norm-in-components",
        "expectation-linear", "score-function", "score",
    }  # fmt: skip
    assert (name in USED) != (name in by_name)


USED: set[str] = set()

WITHOUT_RULE = {
    "Num", "Const", "Idx", "Delta", "Ones", "Identity",  # never depend on the variable
    "Compare", "Branch", "Row", "Stack",  # no numbers by themselves
    "Hadamard", "HadamardDiv", "Kron", "Inverse", "PseudoInverse", "Vec", "Diag",  # arrays as a whole
    "Det", "Differential",  # not known
}  # fmt: skip


def test_every_node_kind_has_a_rule_or_is_named_here():
    kinds = {k.__name__ for k in get_args(Expr)}
    ruled = {r.on.__name__ for r in catalogue().values()}
    assert ruled | WITHOUT_RULE == kinds
    assert not ruled & WITHOUT_RULE


@pytest.mark.parametrize(
    ("e", "wrt"),
    [
        (W, at(W, J)),
        (fn("exp", W), at(W, J)),
        (Mul((X, K)), at(K, II, J)),
        (X, W),
        (X, Add((X, Y))),
        (Sum(X, J, ONE, X), X),
    ],
)
def test_what_is_not_known_is_refused(e, wrt):
    with pytest.raises(NotSupported):
        evaluate_derivatives(Derivative(e, (wrt,)), CONTEXT)


def test_formulas_and_titles_are_there():
    for rule in catalogue().values():
        assert rule.title
        assert "=" in rule.formula


LEAVES = st.sampled_from([X, Y, A, ONE, n(2), Num(Fraction(1, 2))])
SAFE = ("exp", "sin", "cos", "tanh", "sigmoid", "softplus", "arctan", "relu", "erf", "abs")


def grow(inner):
    return st.one_of(
        st.builds(lambda u, v: Add((u, v)), inner, inner),
        st.builds(lambda u, v: Mul((u, v)), inner, inner),
        st.builds(lambda u, v: Div(u, Add((n(2), Pow(v, n(2))))), inner, inner),
        st.builds(Neg, inner),
        st.builds(lambda u: Pow(u, n(2)), inner),
        st.builds(lambda f, u: fn(f, fn("tanh", u)), st.sampled_from(SAFE), inner),
        st.builds(lambda u: fn("log", Add((n(2), Pow(u, n(2))))), inner),
        st.builds(lambda u: fn("sqrt", Add((n(2), Pow(u, n(2))))), inner),
    )


EXPRESSIONS = st.recursive(LEAVES, grow, max_leaves=8)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(EXPRESSIONS)
def test_random_expressions_against_finite_differences(e):
    env = {"x": mpmath.mpf("0.37"), "y": mpmath.mpf("-0.81"), "a": mpmath.mpf("1.3")}
    with mpmath.workdps(40):
        want = finite_difference(e, X, env, CONTEXT, {})
        got = Naive(MPMATH, env)(differentiate(e, X, CONTEXT).expr)
        assert abs(got - want) < 1e-9 * (1 + abs(want))


@settings(derandomize=True, deadline=None, max_examples=25)
@given(EXPRESSIONS)
def test_random_expressions_against_jax(e):
    jax = pytest.importorskip("jax")
    from jax import numpy as jnp
    from jax.scipy.special import erf

    lib = SimpleNamespace(
        exp=jnp.exp, log=jnp.log, sin=jnp.sin, cos=jnp.cos, tanh=jnp.tanh, sqrt=jnp.sqrt,
        erf=erf, arctan=jnp.arctan, abs=jnp.abs, relu=lambda u: jnp.maximum(u, 0.0), pi=math.pi,
        sign=jnp.sign, number=float, truth=bool,
    )  # fmt: skip
    theirs = jax.grad(lambda x: Naive(lib, {"x": x, "y": -0.81, "a": 1.3})(e) * 1.0)(0.37)
    env = {"x": mpmath.mpf("0.37"), "y": mpmath.mpf("-0.81"), "a": mpmath.mpf("1.3")}
    ours = Naive(MPMATH, env)(differentiate(e, X, CONTEXT).expr)
    assert abs(float(ours) - float(theirs)) < 2e-4 * (1 + abs(float(theirs)))
