"""Identities and derivations with arrays: a selection of what `benchmarks/` measures, and its second opinion."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import cookbook  # noqa: E402
import right_arrays  # noqa: E402
import sympy_wrong  # noqa: E402
from _algebra import NotRead, Point, read, value_of  # noqa: E402
from _points import compare, mutants, truth  # noqa: E402
from _problems import PROBLEMS  # noqa: E402

from gradproof.batch import check_source  # noqa: E402

IDENTITIES = {c["id"]: c for c in cookbook.read_cases(BENCHMARKS / "cookbook.jsonl")}
DOCUMENTS = right_arrays.read_documents(BENCHMARKS / "right_arrays.jsonl")
CONFIRMED = (
    "d-product", "det", "inverse-bilinear", "linear-bilinear", "linear-entry", "quad-form", "trace-axbx",
    "norm-frobenius-residual",
)  # fmt: skip


def test_every_identity_of_the_cookbook_holds_by_finite_differences():
    assert len(IDENTITIES) >= 100
    wrong = [
        c["id"] for c in IDENTITIES.values() if compare(truth(c), c["right"]).outcome != "same"
    ]
    assert wrong == []


def test_accepted_spellings_of_a_problem_have_one_value():
    for problem in PROBLEMS:
        point = problem.point(1)
        want = value_of(read(problem.accepted[0]), point)
        for spelling in problem.accepted[1:]:
            assert np.allclose(value_of(read(spelling), point), want), spelling


def test_a_mutant_changes_one_factor_where_it_stands():
    case = IDENTITIES["trace-axb"]
    made = dict(mutants(case["right"], truth(case)[0][0]))
    assert made == {
        "A B^T": "transposed A^T",
        "B^T": "dropped A^T",
        "B^T A^T": "exchanged A^T and B^T",
        "A^T B": "transposed B^T",
        "A^T": "dropped B^T",
    }


def test_the_second_opinion_tells_layouts_shapes_and_values_apart():
    det, square = truth(IDENTITIES["det"]), truth(IDENTITIES["trace-xa"])
    assert compare(det, r"\det(X) X^{-1}").outcome == "transposed"
    assert compare(det, r"2 \det(X) X^{-T}").outcome == "different"
    assert compare(square, "A").outcome == "transposed"
    assert compare(square, "A A").outcome == "shapes"


@pytest.mark.parametrize("text", ["A +", r"\frac{A}{", r"\foo(A)", "A ^ ^"])
def test_the_second_opinion_refuses_what_it_does_not_read(text):
    with pytest.raises(NotRead):
        value_of(read(text), Point({"A": np.eye(2)}))


@pytest.mark.parametrize("name", CONFIRMED)
def test_identities_are_confirmed_and_wrong_versions_are_not(name):
    case = IDENTITIES[name]
    assert cookbook.ask(case).verdict in cookbook.HELD
    known = truth(case)
    for side, what in mutants(case["right"], known[0][0])[::4]:
        verdict = cookbook.ask(case, side).verdict
        if compare(known, side).outcome == "same":
            assert verdict != "refuted", what
        else:
            assert verdict not in cookbook.HELD, what


@pytest.mark.parametrize("document", DOCUMENTS[::8], ids=lambda d: d["id"])
def test_right_derivations_with_arrays_are_not_accused(document):
    assert right_arrays.examine(document).accusations == []


def test_the_documents_are_named_once_and_vary_in_style():
    assert len({d["id"] for d in DOCUMENTS}) == len(DOCUMENTS) >= 60
    assert {Path(d["path"]).suffix for d in DOCUMENTS} == {".md", ".tex", ".ipynb", ".txt"}
    assert all(json.loads(d["text"]) for d in DOCUMENTS if d["path"].endswith(".ipynb"))


@pytest.mark.parametrize("case", sympy_wrong.CASES, ids=lambda c: c.name)
def test_what_sympy_gets_wrong_is_judged_rightly(case):
    known = sympy_wrong.known(case, truth)
    assert compare(known, case.right).outcome == "same"
    assert compare(known, case.wrong).outcome != "same"
    assert sympy_wrong.verdict(case, case.right) != "refuted"
    assert sympy_wrong.verdict(case, case.wrong) not in sympy_wrong.HELD


@pytest.mark.parametrize(
    "facts",
    [
        r"Let $A \in \mathbb{R}^{n \times n}$ be symmetric, $A^T = A$, and $x \in \mathbb{R}^n$.",
        r"Let $A \in \mathbb{R}^{n \times n}$ be symmetric: $A^T = A$. Let $x \in \mathbb{R}^n$.",
        r"$x \in \mathbb{R}^n$, $A \in \mathbb{R}^{n \times n}$, $A^T = A$.",
    ],
)
def test_a_fact_in_the_sentence_of_a_declaration_is_no_claim(facts):
    report = check_source(
        "a.md", f"{facts}\n\n$$\\frac{{\\partial x^T A x}}{{\\partial x}} = 2 A x$$\n"
    )
    assert [line.verdict for line in report.lines] == ["given", "given", "given", "proved"]


def test_a_primed_vector_that_is_defined_is_a_name_of_its_own():
    text = r"$z, h, n, u \in \mathbb{R}^d$" + "\n\n$$h' = (1 - z) \\odot n + z \\odot h$$\n"
    text += "\n$$L = u^T h'$$\n\n$$\\frac{\\partial L}{\\partial z} = u \\odot (h - n)$$\n"
    assert [line.verdict for line in check_source("a.md", text).lines][1:] == [
        "given",
        "given",
        "proved",
    ]


def test_a_claim_behind_a_declaration_is_judged():
    text = r"Let $x \in \mathbb{R}$. Then $(x + 1)^2 = x^2 + 1$."
    assert [line.verdict for line in check_source("a.md", text).lines] == ["given", "refuted"]
