"""Whole arrays: lines that are right up to a layout, lines that shapes or numbers refute, and how that is told."""

from fractions import Fraction

import numpy as np
import pytest
from array_derivations import RIGHT, Case

from gradproof.batch import check_source
from gradproof.checking import judge_pair, layouts
from gradproof.checking.hypothesis import FACT_TOLD
from gradproof.diagnostic import FileReport
from gradproof.expr import (
    Context,
    Derivative,
    Det,
    Expr,
    Fn,
    Inverse,
    MatMul,
    Size,
    Space,
    Sym,
    Transpose,
)

N = Size("n")
SQUARE = Space((N, N))
TURNED = "layout-mix"


def run(declarations: tuple[str, ...], rows: tuple[str, ...]) -> FileReport:
    told = [f"Let ${d}$.\n" for d in declarations]
    return check_source("case.md", "\n".join([*told, *(f"$$\n{row}\n$$\n" for row in rows)]))


@pytest.mark.parametrize("case", RIGHT, ids=lambda c: c[0])
def test_a_right_line_is_never_an_error_in_any_layout(case: Case) -> None:
    report = run(case[1], case[2])
    assert [f for f in report.findings if f.severity != "note"] == []
    assert [x.tex for x in report.lines if x.verdict in ("refuted", "unread")] == []


def never(_left: Expr, _right: Expr, _context: Context) -> bool:
    return False


def test_the_guard_notices_a_missing_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = (r"f = b^T x", r"\frac{\partial f}{\partial x} = b^T")
    declared = (r"x \in \mathbb{R}^n", r"b \in \mathbb{R}^n")
    assert [a.kind for a in run(declared, rows).assumptions] == [TURNED]
    monkeypatch.setattr(layouts, "_may_be_turned", never)
    assert run(declared, rows).lines[-1].verdict == "refuted"


DECLARED = (
    r"A \in \mathbb{R}^{n \times n}",
    r"X \in \mathbb{R}^{m \times n}",
    r"x \in \mathbb{R}^n",
    r"w \in \mathbb{R}^n",
    r"y \in \mathbb{R}^m",
)


@pytest.mark.parametrize(
    "row",
    [
        r"\nabla_w \|Xw - y\|^2 = 2 X (Xw - y)",
        r"\nabla_w \|Xw - y\|^2 = 2 (Xw - y) X^T",
        r"\frac{\partial}{\partial x} (x^T A x) = A x A^T",
        r"X^T X w = X X^T w",
        r"\frac{\partial}{\partial x} (A x) = A x",
    ],
)
def test_shapes_alone_refute_and_say_so(row: str) -> None:
    report = run(DECLARED, (row,))
    (line,) = (x for x in report.lines if x.place.block is not None)
    assert line.verdict == "refuted"
    assert line.evidence is not None
    assert line.evidence.kind == "shape"
    assert line.reason is not None
    assert " is m × n" in line.reason or " is n × n" in line.reason
    assert [f.counterexample for f in report.findings] == [None]


@pytest.mark.parametrize(
    "row",
    [
        r"\nabla_w \|Xw - y\|^2 = X^T (Xw - y)",
        r"\frac{\partial}{\partial x} (x^T A x) = 2 A x",
        r"\frac{\partial}{\partial x} (x^T A x) = A^T x + x^T A",
        r"\nabla_A \operatorname{tr}(A^{-1}) = A^{-1} A^{-T}",
        r"\frac{\partial}{\partial x} (A x) = A A^T",
        r"d(A^{-1}) = -A^{-1} A^{-1} dA",
        r"(A A^T A)^T = A A^T A",
    ],
)
def test_numbers_refute_with_the_entry_that_differs(row: str) -> None:
    report = run(DECLARED, (row,))
    assert report.lines[-1].verdict == "refuted"
    (finding,) = report.findings
    assert finding.counterexample is not None
    assert finding.counterexample.certified


@pytest.mark.parametrize(
    ("declared", "row"),
    [
        ((), r"\frac{\partial}{\partial x} \frac12 x^T A x = A x"),
        ((r"W \in \mathbb{R}^{m \times n}", r"x \in \mathbb{R}^n"), r"\frac{\partial Wx}{\partial W} = x^T"),
        ((r"f : \mathbb{R}^n \to \mathbb{R}", r"x \in \mathbb{R}^n"), r"\nabla f(x) = x"),
    ],
)  # fmt: skip
def test_what_is_not_known_without_doubt_is_not_refuted(
    declared: tuple[str, ...], row: str
) -> None:
    assert all(x.verdict != "refuted" for x in run(declared, (row,)).lines)


def test_the_gradient_of_a_log_determinant_may_be_transposed_but_not_under_nabla() -> None:
    declared = (r"A \in \mathbb{R}^{n \times n}",)
    told = run(declared, (r"\frac{\partial}{\partial A} \log\det A = A^{-1}",))
    assert [a.kind for a in told.assumptions] == [TURNED]
    assert run(declared, (r"\nabla_A \log\det A = A^{-1}",)).lines[-1].verdict == "refuted"


def test_what_the_words_call_a_matrix_comes_before_another_layout() -> None:
    row = r"\frac{\partial}{\partial \Sigma} \log\det \Sigma = \Sigma^{-1}"
    told = check_source("post.md", f"$${row}$$\nwhere $\\Sigma$ is symmetric")
    assert [line.verdict for line in told.lines] == ["proved"]
    assert [a.kind for a in told.assumptions if a.kind in (TURNED, FACT_TOLD)] == [FACT_TOLD]


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (r"\frac{\partial}{\partial x} (x^T A x) = A x + x^T A", "undecided"),
        (r"\frac{\partial}{\partial x} (x^T A x + w^T x) = (A + A^T) x + w^T", "undecided"),
        (r"\frac{\partial}{\partial x} (x^T A x + w^T x) = x^T (A + A^T) + w^T", "agrees"),
    ],
)
def test_a_layout_turns_whole_sides_never_one_term(row: str, verdict: str) -> None:
    assert run(DECLARED, (row,)).lines[-1].verdict == verdict


@pytest.mark.parametrize(
    ("right", "verdict"),
    [
        (r"\det(PXQ)\, P^T Q^T", "refuted"),
        (r"\det(PXQ)\, P^T (PXQ)^{-T} Q^T", "proved"),
    ],
)
def test_a_determinant_that_vanishes_at_some_sizes_proves_nothing(right: str, verdict: str) -> None:
    declared = (
        r"P \in \mathbb{R}^{n \times m}",
        r"X \in \mathbb{R}^{m \times k}",
        r"Q \in \mathbb{R}^{k \times n}",
    )
    row = r"\frac{\partial \det(PXQ)}{\partial X} = " + right
    assert run(declared, (row,)).lines[-1].verdict == verdict


def test_a_certificate_of_arrays_holds_in_plain_numbers() -> None:
    x = Sym("X", SQUARE)
    left = Derivative(Fn("log", (Det(x),)), (x,))
    right = Inverse(MatMul((x, x)))
    outcome = judge_pair(left, right, Context())
    assert outcome.certificate is not None
    values = {
        spot: v for _, spot, v in (*outcome.certificate.assignment, *outcome.certificate.others)
    }
    n = max(i for i, _ in values)
    a = np.array(
        [[float(values.get((i, j), Fraction(0))) for j in range(1, n + 1)] for i in range(1, n + 1)]
    )
    step = 1e-6
    numeric = np.zeros_like(a)
    for i, j in np.ndindex(n, n):
        moved = np.zeros_like(a)
        moved[i, j] = step
        numeric[i, j] = (np.log(np.linalg.det(a + moved)) - np.log(np.linalg.det(a - moved))) / (
            2 * step
        )
    i, j = outcome.certificate.entry
    assert numeric[i - 1, j - 1] == pytest.approx(float(outcome.certificate.left), rel=1e-4)
    other = np.linalg.inv(a @ a)[i - 1, j - 1]
    assert other == pytest.approx(float(outcome.certificate.right), rel=1e-4)


def test_a_transpose_is_not_a_layout_where_nothing_is_differentiated() -> None:
    x = Sym("X", SQUARE)
    assert judge_pair(Transpose(x), x, Context()).verdict == "refuted"


@pytest.mark.parametrize(
    ("declared", "rows"),
    [
        (
            (r"A \in \mathbb{R}^{n \times n}", r"x \in \mathbb{R}^n"),
            (r"A^T = A", r"f = x^T A x", r"\nabla_x f = 2 A x"),
        ),
        (
            (r"A \in \mathbb{R}^{n \times n}", r"A^T = A"),
            (r"f = \operatorname{tr}(A A)", r"df = 2 \operatorname{tr}(A\, dA)"),
        ),
        (
            (r"z \in \mathbb{R}^n", r"y \in \mathbb{R}^n"),
            (
                r"s = \operatorname{softmax}(z)",
                r"L = -y^T \log s",
                r"\frac{\partial L}{\partial z} = s - y",
            ),
        ),
        (
            (
                r"\Sigma \in \mathbb{R}^{n \times n}",
                r"x \in \mathbb{R}^n",
                r"\mu \in \mathbb{R}^n",
            ),
            (
                r"f = (x - \mu)^T \Sigma^{-1} (x - \mu)",
                r"\nabla_x f = 2 \Sigma^{-1} (x - \mu)",
            ),
        ),
        ((r"A \in \mathbb{R}^{n \times n}", r"B \in \mathbb{R}^{n \times n}"), (r"A B = B A",)),
        ((r"h \in \mathbb{R}^n", r"z \in \mathbb{R}^n"), (r"h' = z \odot h",)),
    ],
)
def test_facts_and_conditions_are_no_claims(
    declared: tuple[str, ...], rows: tuple[str, ...]
) -> None:
    report = run(declared, rows)
    assert [f for f in report.findings if f.severity == "error"] == []
    assert all(x.verdict != "refuted" for x in report.lines)


def test_what_holds_for_every_function_agrees_and_one_that_differs_is_enough() -> None:
    declared = (r"\ell : \mathbb{R}^n \to \mathbb{R}", r"x \in \mathbb{R}^n", r"b \in \mathbb{R}^n")
    rows = (
        r"z = x + b",
        r"L = \ell(z)",
        r"\frac{\partial L}{\partial x} = \frac{\partial L}{\partial z}",
        r"\frac{\partial L}{\partial x} = 2 \frac{\partial L}{\partial z}",
    )
    assert [x.verdict for x in run(declared, rows).lines[-2:]] == ["agrees", "refuted"]
