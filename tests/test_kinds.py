"""Kinds and shapes that nothing declares are inferred scope by scope, and told."""

import re

import pytest

from gradproof import derive
from gradproof.batch import check_source
from gradproof.diagnostic import FileReport


def read(*formulas: str) -> FileReport:
    return check_source("post.md", "\n\n".join(f"$${f}$$" for f in formulas))


def told(report: FileReport, kind: str) -> list[str]:
    return [a.message for a in report.assumptions if a.kind == kind]


def verdicts(report: FileReport) -> list[str]:
    return [line.verdict for line in report.lines]


def test_shapes_come_from_definitions_and_are_told() -> None:
    report = read(r"f(w) = \|y - X w\|_2^2", r"\nabla_w f(w) = -2 X^T (y - X w)")
    assert verdicts(report) == ["given", "proved"]
    messages = told(report, "shape-inferred")
    assert any(m.startswith("X is read as an ") and "matrix" in m for m in messages)
    assert any(m.startswith("w is read as a column") for m in messages)


def test_a_trace_makes_a_matrix_square() -> None:
    report = read(r"g(X) = \operatorname{tr}(X)", r"\frac{\partial g}{\partial X} = I")
    assert any("n×n" in m for m in told(report, "shape-inferred"))


@pytest.mark.parametrize(
    ("formulas", "kind"),
    [
        ((r"Z = X W + b", r"A = \tanh(Z)", r"L = \|A - Y\|_F^2"), "broadcast"),
        ((r"y \in \mathbb{R}^m, X \in \mathbb{R}^{m \times n}, b \in \mathbb{R}^n",
          r"f(b) = (y - X b)^2 + b^2"), "norm-meant"),
        ((r"X \in \mathbb{R}^{m \times n}", r"R = X^+ X"), "full-rank"),
        ((r"X \in \mathbb{R}^{m \times n}", r"S = \operatorname{softmax}(X)"), "row-wise"),
    ],
)  # fmt: skip
def test_what_only_one_reading_fits_is_told(formulas: tuple[str, ...], kind: str) -> None:
    report = read(*formulas)
    assert len(told(report, kind)) == 1


def test_what_is_all_numbers_is_left_alone() -> None:
    report = read(r"f(x) = a x^2", r"f'(x) = 2 a x")
    assert verdicts(report) == ["given", "proved"]
    assert told(report, "shape-inferred") == []


@pytest.mark.parametrize(
    "rows",
    [
        (r"K \in \mathbb{R}^{n \times d_k}", r"S = K^T K / \sqrt{d_k}", r"S = \frac{K^T K}{\sqrt{d_k}}"),
        (r"S_{ij} = \frac{1}{d_k} \sum_{k=1}^{d_k} Q_{ik} Q_{jk}", r"S_{ij} d_k = \sum_{k=1}^{d_k} Q_{ik} Q_{jk}"),
    ],
)  # fmt: skip
def test_a_size_with_a_label_is_no_entry(rows: tuple[str, ...]) -> None:
    report = read(*rows)
    assert report.lines[-1].verdict == "proved"
    assert "index" not in " ".join(a.message for a in report.assumptions)


def test_sizes_that_bear_the_index_of_their_array_are_a_family() -> None:
    formulas = (
        r"X_i \in \mathbb{R}^{n_i \times d}",
        r"f = \sum_i n_i",
        r"\frac{\partial f}{\partial n_j} = 1",
    )
    assert verdicts(read(*formulas))[-1] == "proved"


@pytest.mark.parametrize(
    "formulas",
    [
        (r"L = \frac12\|Va + c - y\|^2", r"a = \tanh(z)", r"z = Wx + b"),
        (r"z = Wx + b", r"L = \frac12\|Va + c - y\|^2", r"a = \tanh(z)"),
        (r"L = \frac12\|V \tanh(Wx + b) + c - y\|^2",),
    ],
)
def test_sizes_meet_in_whatever_order_a_network_is_told(formulas: tuple[str, ...]) -> None:
    text = derive(formulas, wrt="W").to_text()
    sizes = dict(re.findall(r"(\w) is read as an? (\w×\w) matrix", text))
    assert sizes["V"][-1] == sizes["W"][0]
    assert len({*sizes["V"], *sizes["W"]} - {"×"}) == 3


def test_a_capital_before_a_function_of_a_map_is_a_matrix_only_among_arrays() -> None:
    report = read(r"f(x) = A \sin(Bx + C)", r"f'(x) = AB \cos(Bx + C)")
    assert verdicts(report) == ["given", "proved"]
    assert told(report, "shape-inferred") == []
