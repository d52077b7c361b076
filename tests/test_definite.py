"""Positive definite matrices: declared in signs and in words, drawn where lines are judged, factored in code."""

from fractions import Fraction

import numpy as np
import pytest

import gradproof
from gradproof.codegen.algebra import eye, product, times, total
from gradproof.codegen.dims import Dim
from gradproof.codegen.forms import form
from gradproof.codegen.graph import Graph
from gradproof.codegen.ops import Input
from gradproof.expr import Size

LIKELIHOOD = r"f = \log\det A + b^T A^{-1} b"


@pytest.mark.parametrize(
    "declared",
    [
        r"A \succ 0",
        r"0 \prec A",
        r"A \text{ symmetric positive definite}",
        "A is positive-definite",
        "A is a symmetric, positive definite matrix",
    ],
)
def test_a_matrix_declared_definite_is_factored_once(declared):
    made = gradproof.compile(LIKELIHOOD, wrt="b", declare=declared)
    body = made.source.partition("def value_and_gradient")[2].partition("\ndef ")[0]
    assert body.count("np.linalg.cholesky(A)") == 1
    assert "slogdet" not in body
    a, b = np.array([[2.0, 0.5], [0.5, 1.0]]), np.array([1.0, -2.0])
    value, gradient = made.value_and_gradient(A=a, b=b)
    assert np.isclose(value, np.log(np.linalg.det(a)) + b @ np.linalg.inv(a) @ b, rtol=1e-14)
    assert np.allclose(gradient, 2 * np.linalg.inv(a) @ b, rtol=1e-14)


@pytest.mark.parametrize("declared", [r"A \succeq 0", "A is symmetric", "A = A^T"])
def test_what_may_be_singular_is_not_factored(declared):
    made = gradproof.compile(LIKELIHOOD, wrt="b", declare=declared)
    assert "cholesky" not in made.source


def test_many_rows_are_solved_block_by_block():
    made = gradproof.compile(LIKELIHOOD, wrt="A", declare=r"A \succ 0")
    rng = np.random.default_rng(0)
    root = rng.normal(size=(150, 150))
    a, b = root @ root.T + np.eye(150), rng.normal(size=150)
    inverse = np.linalg.inv(a)
    want = inverse - np.outer(inverse @ b, inverse @ b)
    assert np.allclose(made.gradient(A=a, b=b), want, atol=1e-10)


def test_forms_follow_from_how_a_matrix_is_made():
    graph = Graph()
    n, m = Dim.of(Size("n")), Dim.of(Size("m"))
    i, j, k = graph.label(n), graph.label(n), graph.label(m)

    def given(name, *labels, **known):
        value = graph.labelled(graph.node(Input(name, graph.dims(labels), **known)))
        return type(value)(value.ref, labels)

    x, weight = given("x", k, i), given("d", k, sign="nonnegative")
    again = type(x)(x.ref, (k, j))
    gram = product(graph, (x, again), over=(k,))
    assert form(graph, gram.ref) == "semidefinite"
    weighted = product(graph, (x, weight, again), over=(k,))
    assert form(graph, weighted.ref) == "semidefinite"
    signed = product(graph, (x, given("e", k), again), over=(k,))
    assert form(graph, signed.ref) == "symmetric"
    step = times(graph, given("lambda", sign="positive"), eye(graph, i, j))
    ridge = total(graph, ((Fraction(1), gram), (Fraction(1), step)))
    assert form(graph, ridge.ref) == "definite"
    less = total(graph, ((Fraction(1), gram), (Fraction(-1), step)))
    assert form(graph, less.ref) == "symmetric"
    square = given("s", i, j)
    assert form(graph, square.ref) == "general"
    mirrored = total(graph, ((Fraction(1), square), (Fraction(1), type(x)(square.ref, (j, i)))))
    assert form(graph, mirrored.ref) == "symmetric"


def verdict(declared, claim):
    """Return the verdict of the last line of a document that declares a matrix."""
    (file,) = gradproof.check(f"Let ${declared}$.\n\n$$f = x^T A x$$\n\n$${claim}$$\n").files
    return file.lines[-1].verdict


def test_lines_are_judged_on_definite_matrices():
    square = r"A \in \mathbb{R}^{n \times n}, x \in \mathbb{R}^n"
    assert verdict(rf"{square}, A \succ 0", r"\sqrt{f^2} = x^T A x") == "agrees"
    assert verdict(square, r"\sqrt{f^2} = x^T A x") == "refuted"
    assert verdict(rf"{square}, A \succ 0", r"\frac{\partial f}{\partial x} = A x") == "refuted"


def test_a_sum_before_a_system_stays_whole() -> None:
    torch = pytest.importorskip("torch", reason="the extra torch is not installed")
    made = gradproof.compile(
        [r"J = \frac12 (y - \mu)^T A^{-1} (y-\mu)"],
        wrt=[r"\mu"],
        declare=[r"A \in \mathbb{R}^{n \times n}", r"A \succ 0", r"y \in \mathbb{R}^n"],
        backend="torch",
    )
    a = torch.tensor([[2.0, 0.5], [0.5, 1.0]], dtype=torch.float64)
    mu, y = (
        torch.tensor([0.0, 1.0], dtype=torch.float64),
        torch.tensor([1.0, 3.0], dtype=torch.float64),
    )
    found = made.gradient(y=y, mu=mu, A=a)
    assert torch.allclose(found, torch.linalg.solve(a, mu - y))
