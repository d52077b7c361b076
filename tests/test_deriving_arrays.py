"""Gradients, Jacobians and Hessians of arrays: their form, their value, and every line on the way."""

from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType

import pytest
from deriving_problems import OTHERS, TWELVE, Problem, posed, read
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import CONTEXT, VECTOR, A, B, U, V, scalar_exprs, vector_exprs

from gradproof.deriving import (
    NotDerived,
    adjoints,
    differential_rules,
    gradient,
    hessian,
    jacobian,
    readable,
)
from gradproof.deriving.catalogue import rule_for
from gradproof.deriving.derivation import Line
from gradproof.evaluate import Comparison, compare, make_samples
from gradproof.expr import (
    Add,
    Apply,
    Context,
    Derivative,
    Det,
    Diag,
    Div,
    Entry,
    Expr,
    Fn,
    Frobenius,
    Gradient,
    Hadamard,
    HadamardDiv,
    Identity,
    Inverse,
    Kron,
    MatMul,
    Mul,
    Neg,
    Norm,
    Num,
    Ones,
    Opaque,
    Pow,
    PseudoInverse,
    Root,
    Sym,
    Trace,
    Transpose,
    Vec,
)
from gradproof.spell import to_plain

DERIVE = {"gradient": gradient, "jacobian": jacobian, "hessian": hessian}


def num(value: object) -> Num:
    return Num(Fraction(str(value)))


def compared(left: Expr, right: Expr, context: Context) -> Comparison:
    samples = make_samples((left, right), context, points=8, moving=context.moving or None)
    return compare(left, right, samples, context)


def assert_equal(left: Expr, right: Expr, context: Context) -> None:
    found = compared(left, right, context)
    assert found.points >= 4, found
    assert not found.differ, f"{to_plain(left)}  is not  {to_plain(right)}"
    assert found.shapes is None, found.shapes


def assert_lines_hold(lines: tuple[Line, ...], wrt: Expr, context: Context) -> None:
    assert isinstance(wrt, Sym)
    moving = replace(context, moving=frozenset((wrt.name,)))
    left: Expr | None = None
    known = differential_rules()
    for line in lines:
        left = line.left if line.left is not None else left
        assert left is not None
        assert_equal(left, line.right, moving)
        assert line.rule in known or "-identification" in line.rule or line.rule in EXTRA


EXTRA = ("definition", "sum-linear", "sum-over-paths")


@pytest.mark.parametrize("p", [*TWELVE, *OTHERS], ids=lambda p: p.expected)
def test_results_have_the_form_that_a_person_expects(p: Problem) -> None:
    body, wrt, context = posed(p)
    lines, result = DERIVE[p.kind](body, wrt, context)
    assert to_plain(result) == p.expected
    assert_lines_hold(lines, wrt, context)


def test_the_backward_pass_of_a_network_is_a_table_of_true_formulas() -> None:
    context, symbols = read(
        r"Z_1 = XW_1 + ub_1^T \\ A_1 = \sigma(Z_1) \\ Z_2 = A_1W_2 \\ A_2 = \tanh(Z_2) \\ h = A_2w_3 \\"
        r"z = \sigma(h) \\ J = -\frac1m(y^T \log z + (1-y)^T \log(1-z)) + \lambda\|W_1\|_F^2",
        (
            r"X \in \mathbb{R}^{m \times n}",
            r"y \in \{0,1\}^m",
            r"u \in \mathbb{R}^m",
            r"W_1 \in \mathbb{R}^{n \times k}",
            r"W_2 \in \mathbb{R}^{k \times p}",
            r"w_3 \in \mathbb{R}^p",
            r"b_1 \in \mathbb{R}^k",
        ),
    )
    wrt = [symbols[n] for n in ("W_1", "b_1", "W_2", "w_3")]
    lines = adjoints(symbols["J"], wrt, context)
    written = [f"{to_plain(x.left)} = {to_plain(x.right)}" for x in lines if x.left is not None]
    assert written == [
        "∂J/∂z = (z - y)/(m·(z ⊙ (1 - z)))",
        "∂J/∂h = (∂J/∂z) ⊙ z ⊙ (1 - z)",
        "∂J/∂w₃ = A₂ᵀ(∂J/∂h)",
        "∂J/∂A₂ = (∂J/∂h) w₃ᵀ",
        "∂J/∂Z₂ = (∂J/∂A₂) ⊙ (1 - A₂ ⊙ A₂)",
        "∂J/∂W₂ = A₁ᵀ(∂J/∂Z₂)",
        "∂J/∂A₁ = (∂J/∂Z₂) W₂ᵀ",
        "∂J/∂Z₁ = (∂J/∂A₁) ⊙ A₁ ⊙ (1 - A₁)",
        "∂J/∂W₁ = 2λ W₁ + Xᵀ(∂J/∂Z₁)",
        "∂J/∂b₁ = (∂J/∂Z₁)ᵀ u",
    ]
    for line in lines:
        assert line.left is not None
        assert_equal(line.left, line.right, context)


A_SQUARE = Sym("A", B.space)
BILINEAR = MatMul((Transpose(V), B, V))
PD = Add((MatMul((Transpose(A), A)), Identity(B.space)))
SHIFTED = Add((B, Mul((num(5), Identity(B.space)))))
POSITIVE = Add((Ones(VECTOR), Hadamard((V, V))))

SCALARS: tuple[tuple[str, Expr, Sym], ...] = (
    ("sum-rule", Add((BILINEAR, MatMul((Transpose(U), V)))), V),
    ("sum-rule", MatMul((Transpose(U), Add((BILINEAR, Neg(V))))), V),
    ("sign", Neg(BILINEAR), V),
    ("scalar-product-rule", Mul((BILINEAR, MatMul((Transpose(U), V)))), V),
    ("scalar-product-rule", MatMul((Transpose(U), Mul((BILINEAR, V)))), V),
    ("scalar-quotient-rule", Div(BILINEAR, Add((num(2), MatMul((Transpose(V), V))))), V),
    ("scalar-quotient-rule", MatMul((Transpose(U), Div(V, Add((num(2), BILINEAR))))), V),
    ("transpose", Frobenius(Transpose(Hadamard((B, B))), B), B),
    ("trace", Trace(MatMul((B, B, SHIFTED))), B),
    ("diagonal", Trace(MatMul((B, Diag(V), B))), V),
    ("diagonal", MatMul((Transpose(V), Diag(MatMul((B, B))))), B),
    ("mean", Pow(Fn("mean", (Hadamard((V, V)),)), num(2)), V),
    ("matrix-product", MatMul((Transpose(V), B, B, Transpose(B), V)), B),
    ("hadamard-product", Frobenius(A, Hadamard((A, A, A))), A),
    ("hadamard-quotient", MatMul((Transpose(U), HadamardDiv(V, POSITIVE))), V),
    ("frobenius-product", Frobenius(Hadamard((A, A)), A), A),
    ("inverse", MatMul((Transpose(V), Inverse(SHIFTED), U)), B),
    ("pseudo-inverse", MatMul((Transpose(V), PseudoInverse(A), A, U)), A),
    ("pseudo-inverse", Frobenius(Transpose(A), PseudoInverse(MatMul((A, B)))), A),
    ("determinant", Det(Add((B, Mul((num(5), Identity(B.space)))))), B),
    ("determinant", Fn("log", (Det(PD),)), A),
    ("norm", Norm(Add((V, Neg(U)))), V),
    ("norm", Norm(A, "F"), A),
    ("squared-norm", Pow(Norm(MatMul((A, V))), Num(Fraction(2))), V),
    ("squared-norm", Pow(Norm(A, "F"), Num(Fraction(2))), A),
    ("larger-of-two", Fn("max", (MatMul((Transpose(U), V)), Num(Fraction(1, 7)))), V),
    ("larger-of-two", Fn("min", (MatMul((Transpose(U), V)), Num(Fraction(1, 7)))), V),
    ("norm", Norm(MatMul((A, V)), "1"), V),
    ("elementwise-chain", MatMul((Transpose(U), Fn("tanh", (MatMul((B, V)),)))), V),
    ("power", Pow(Add((num(1), MatMul((Transpose(V), V)))), num("3/2")), V),
    ("power", MatMul((Transpose(U), Pow(V, num(3)))), V),
    ("root", Root(Add((num(1), MatMul((Transpose(V), V)))), num(3)), V),
    ("softmax", MatMul((Transpose(U), Fn("softmax", (MatMul((B, V)),)))), V),
    ("logsumexp", Fn("logsumexp", (MatMul((B, V)),)), V),
    ("softmax", Frobenius(A, Fn("softmax", (MatMul((A, B)),))), B),
    ("logsumexp", MatMul((Transpose(MatMul((A, U))), Fn("logsumexp", (MatMul((A, B)),)))), B),
    ("logsoftmax", MatMul((Transpose(U), Fn("logsoftmax", (MatMul((B, V)),)))), V),
    ("logsoftmax", Frobenius(A, Fn("logsoftmax", (MatMul((A, B)),))), B),
    ("variance", Fn("sqrt", (Fn("var", (MatMul((B, V)),)),)), V),
    ("vec", Norm(Vec(MatMul((B, B)))), B),
    ("matrix-product", MatMul((Transpose(Vec(B)), Kron(SHIFTED, B), Vec(B))), B),
    ("function-chain", MatMul((Transpose(U), Apply("tanh", (V,), 1))), V),
)


@pytest.mark.parametrize(
    ("rule", "body", "wrt"), SCALARS, ids=lambda x: str(x) if isinstance(x, str) else ""
)
def test_every_rule_gives_the_derivative_that_jets_give(rule: str, body: Expr, wrt: Sym) -> None:
    lines, result = gradient(body, wrt, CONTEXT)
    assert any(rule in (x.rule, *x.also) for x in lines)
    assert_equal(Gradient(body, wrt), result, CONTEXT)
    if wrt.space.rank != 2:
        try:
            steps, column = jacobian(body, wrt, CONTEXT)
        except NotDerived:
            return
        assert steps
        assert_equal(Gradient(body, wrt), column, CONTEXT)


def test_every_rule_is_tested_and_says_where_it_comes_from() -> None:
    known = differential_rules()
    assert {r for r, _, _ in SCALARS} == set(known)
    for rule in known.values():
        assert rule.title
        assert rule.formula
        assert rule.source


@settings(max_examples=60, deadline=None)
@given(scalar_exprs())
def test_readable_scalars_are_equal_to_what_they_were(e: Expr) -> None:
    assert_equal(e, readable(e, CONTEXT), CONTEXT)


@settings(max_examples=60, deadline=None)
@given(vector_exprs())
def test_readable_vectors_are_equal_to_what_they_were(e: Expr) -> None:
    assert_equal(e, readable(e, CONTEXT), CONTEXT)


@settings(max_examples=40, deadline=None)
@given(vector_exprs(), st.sampled_from([V, U, A, B]))
def test_gradients_of_random_formulas_are_those_of_jets(e: Expr, wrt: Sym) -> None:
    body = MatMul((Transpose(V), e))
    lines, result = gradient(body, wrt, CONTEXT)
    if result == num(0):
        return
    assert_lines_hold(lines, wrt, CONTEXT)
    assert_equal(Gradient(body, wrt), result, CONTEXT)


@settings(max_examples=40, deadline=None)
@given(vector_exprs())
def test_jacobians_of_random_formulas_are_those_of_jets(e: Expr) -> None:
    lines, result = jacobian(e, V, CONTEXT)
    if result == num(0):
        return
    assert_lines_hold(lines[:-1], V, CONTEXT)
    assert_equal(Derivative(e, (V,), "partial"), result, CONTEXT)


RECURRENT = r"h_0 = a \\ h_t = \tanh(Wh_{t-1} + Ux_t) \\ J = \sum_{t=1}^T \frac12\|h_t - y_t\|^2"
RECURRENT_SHAPES = (
    r"a \in \mathbb{R}^k",
    r"h_t \in \mathbb{R}^k",
    r"x_t \in \mathbb{R}^n",
    r"y_t \in \mathbb{R}^k",
    r"W \in \mathbb{R}^{k \times k}",
    r"U \in \mathbb{R}^{k \times n}",
)


def test_backpropagation_through_time_sums_over_the_steps() -> None:
    context, symbols = read(RECURRENT, RECURRENT_SHAPES)
    lines = adjoints(symbols["J"], [symbols["W"], symbols["U"]], context)
    assert [to_plain(x.right) for x in lines] == [
        "hₜ - yₜ + Wᵀ((∂J/∂hₜ₊₁) ⊙ (1 - hₜ₊₁ ⊙ hₜ₊₁))",
        "∑ₜ ((∂J/∂hₜ) ⊙ (1 - hₜ ⊙ hₜ)) hₜ₋₁ᵀ",
        "∑ₜ ((∂J/∂hₜ) ⊙ (1 - hₜ ⊙ hₜ)) xₜᵀ",
    ]
    for line in lines:
        assert line.left is not None
        assert_equal(line.left, line.right, context)
    with pytest.raises(NotDerived, match="first member"):
        adjoints(symbols["J"], [symbols["a"]], context)


def test_a_member_moves_the_members_that_are_made_of_it() -> None:
    context, symbols = read(RECURRENT, RECURRENT_SHAPES)
    first = Entry(symbols["h"], (num(1),))
    total = Derivative(symbols["J"], (first,), "partial")
    own = Add((first, Neg(Entry(symbols["y"], (num(1),)))))
    assert compared(total, own, context).differ


def test_expectations_are_linear_and_say_what_they_assume() -> None:
    context, symbols = read(
        r"J = \mathbb{E}[\log(1 + e^{-y w^T x})]", (r"w \in \mathbb{R}^n", r"x \in \mathbb{R}^n")
    )
    lines, result = gradient(symbols["J"], symbols["w"], context)
    assert to_plain(result) == "E[-y σ(-y wᵀ x) x]"
    assert any(x.note is not None and "distribution" in x.note for x in lines)


@pytest.mark.parametrize(
    ("declare", "e", "expected"),
    [
        ((r"A^T = A",), Transpose(MatMul((A_SQUARE, A_SQUARE))), "A A"),
        ((r"A^T A = I",), MatMul((Transpose(A_SQUARE), A_SQUARE, V)), "v"),
        ((r"\sum_i v_i = 1",), MatMul((Transpose(Ones(VECTOR)), V)), "1"),
        ((r"A^T = A",), Add((MatMul((A_SQUARE, V)), MatMul((Transpose(A_SQUARE), V)))), "2A v"),
    ],
)
def test_declared_facts_shorten(declare: tuple[str, ...], e: Expr, expected: str) -> None:
    shapes = (r"A \in \mathbb{R}^{n \times n}", r"v \in \mathbb{R}^n")
    context, _ = read("J = v^T A v", (*shapes, *declare))
    assert to_plain(readable(e, context)) == expected
    bare, _ = read("J = v^T A v", shapes)
    assert to_plain(readable(e, bare)) != expected


def test_a_broken_rule_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    body = MatMul((Transpose(V), B, U))
    rule = rule_for(body)
    broken = replace(rule, pull=lambda e, g, s: [(x, y) for x, y in rule.pull(e, Neg(g), s)])
    table = MappingProxyType({**differential_rules(), rule.name: broken})
    monkeypatch.setattr("gradproof.deriving.catalogue.differential_rules", lambda: table)
    _, result = gradient(body, B, CONTEXT)
    assert compared(Gradient(body, B), result, CONTEXT).differ


def test_what_has_no_rule_is_said() -> None:
    with pytest.raises(NotDerived, match="Opaque"):
        gradient(_opaque(), V, CONTEXT)


def _opaque() -> Expr:
    return Add((MatMul((Transpose(V), V)), Mul((Opaque("Var", (V,)), num(2)))))
