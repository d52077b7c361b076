"""Derivatives of whole arrays entry by entry: the values that the jets give, and identities proved by them."""

from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from strategies import CONTEXT, A, B, U, V, array_scalars, vector_exprs

from gradproof.batch import check_source
from gradproof.checking import entrywise as module
from gradproof.differentiate import NotSupported
from gradproof.evaluate import Unsupported, compare, make_samples
from gradproof.expr import (
    Add,
    Context,
    Derivative,
    Det,
    Diag,
    Differential,
    Expr,
    Fn,
    Gradient,
    Inverse,
    MatMul,
    Sym,
    Trace,
    Transpose,
)  # fmt: skip
from gradproof.rewrite import substitute

STEPS: dict[Expr, Expr] = {Sym(f"d∂{s.name}", s.space): Differential(s) for s in (U, V, A)}
MOVING = frozenset({"u", "v", "A"})


def differs(e: Expr) -> bool:
    """Tell whether what stands for the derivatives differs from them, in value or in shape."""
    try:
        named = module.entrywise(e, e, CONTEXT, MOVING)
    except NotSupported:
        reject()
    table = dict(STEPS)
    for one in named.inverted:
        matrix = substitute(one.matrix, table, named.context)
        table |= {one.inverse: Inverse(matrix), one.det: Det(matrix)}
    definitions = {
        name: tuple(replace(d, body=substitute(d.body, table, named.context)) for d in found)
        for name, found in named.context.definitions.items()
    }
    context = replace(named.context, definitions=MappingProxyType(definitions))
    left = substitute(named.left, table, context)
    assert left != e
    samples = make_samples((e,), CONTEXT, points=6, moving=MOVING)
    try:
        found = compare(e, left, samples, context)
    except Unsupported as unsupported:
        if not str(unsupported).startswith("limit:"):
            raise
        reject()
    assert found.points >= 3
    return bool(found.differ) or found.shapes is not None


@settings(max_examples=20, deadline=None)
@given(array_scalars(max_leaves=4), st.sampled_from([V, A, B]))
def test_entries_of_gradients_have_the_values_of_the_jets(body: Expr, wrt: Sym) -> None:
    assert not differs(Gradient(body, wrt))


@settings(max_examples=20, deadline=None)
@given(vector_exprs(max_leaves=3))
def test_entries_of_jacobians_have_the_values_of_the_jets(body: Expr) -> None:
    assert not differs(Derivative(body, (V,)))


@settings(max_examples=10, deadline=None)
@given(array_scalars(max_leaves=2))
def test_entries_of_hessians_have_the_values_of_the_jets(body: Expr) -> None:
    assert not differs(Gradient(body, V, 2))


@settings(max_examples=20, deadline=None)
@given(st.one_of(array_scalars(max_leaves=3), vector_exprs(max_leaves=3)))
def test_differentials_have_the_values_of_the_jets(body: Expr) -> None:
    assert not differs(Differential(body))


def regular(inner: Expr) -> Expr:
    """Return a matrix that certainly is regular."""
    return Add((MatMul((Transpose(B), B)), Diag(Fn("exp", (inner,)))))


@pytest.mark.parametrize(
    ("body", "wrt"),
    [
        (Fn("log", (Det(regular(U)),)), U),
        (Fn("log", (Det(regular(U)),)), B),
        (Trace(MatMul((Inverse(regular(MatMul((B, U)))), B))), U),
        (Trace(MatMul((Inverse(regular(U)), B))), B),
        (MatMul((Transpose(V), Inverse(Transpose(regular(U))), U)), U),
        (MatMul((Transpose(V), Inverse(Transpose(regular(V))), U)), B),
        (Det(Inverse(regular(U))), U),
    ],
)
def test_inverses_and_determinants_have_the_derivatives_of_the_jets(body: Expr, wrt: Sym) -> None:
    assert not differs(Gradient(body, wrt))


def test_a_rule_that_takes_rows_for_columns_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    product = MatMul((B, V))
    assert not differs(Derivative(product, (V,)))
    right = module.component

    def wrong(e: Expr, indices: tuple[Expr, ...], context: Context, taken: frozenset[str]) -> Expr:
        turned = MatMul((Transpose(B), V)) if e == product else e
        return right(turned, indices, context, taken)

    monkeypatch.setattr(module, "component", wrong)
    assert differs(Derivative(product, (V,)))


X = r"X \in \mathbb{R}^{m \times n}"
x = r"A \in \mathbb{R}^{m \times n}, x \in \mathbb{R}^n, b \in \mathbb{R}^m"
S = r"S \in \mathbb{R}^{n \times n}, a \in \mathbb{R}^n, \det(S) > 0"


@pytest.mark.parametrize(
    ("declared", "claim", "verdict"),
    [
        (S, r"\frac{\partial \log\det(S)}{\partial S} = S^{-T}", "proved"),
        (S, r"\frac{\partial a^T S^{-1} a}{\partial S} = -S^{-T} a a^T S^{-T}", "proved"),
        (S, r"\frac{\partial a^T S^{-1} a}{\partial S} = S^{-T} a a^T S^{-T}", "refuted"),
        (S, r"d(S^{-1}) = -S^{-1} (dS) S^{-1}", "proved"),
        (X, r"\frac{\partial \operatorname{tr}(X^T X)}{\partial X} = 2 X", "proved"),
        (X, r"\frac{\partial \|X\|_F}{\partial X} = \frac{X}{\|X\|_F}", "proved"),
        (X, r"d(\|X\|_F^2) = 2 X : dX", "proved"),
        (X, r"d(X^T X) = (dX)^T X + X^T dX", "proved"),
        (x, r"\nabla_x \|A x - b\|^2 = 2 A^T (A x - b)", "proved"),
        (x, r"\nabla_x^2 \frac12 \|A x - b\|^2 = A^T A", "proved"),
        (x, r"\frac{\partial \exp(A x)}{\partial x} = \operatorname{diag}(\exp(A x)) A", "proved"),
        (X, r"\frac{\partial \operatorname{tr}(X^T X)}{\partial X} = X", "refuted"),
        (x, r"\nabla_x \|A x - b\|^2 = 2 A^T (A x + b)", "refuted"),
        (X, r"d(X^T X) = 2 X^T dX", "refuted"),
    ],
)
def test_lines_of_whole_arrays_are_proved(declared: str, claim: str, verdict: str) -> None:
    report = check_source("a.md", f"Let ${declared.replace(', ', '$, $')}$.\n\n$$\n{claim}\n$$\n")
    assert report.lines[-1].verdict == verdict
