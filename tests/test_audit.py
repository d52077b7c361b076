"""The audit recomputes verdicts on its own, and sees it when a rule, a canonical step or the evaluator is wrong."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gradproof.batch import check_source
from gradproof.diagnostic import FileReport
from gradproof.expr import Expr, Fn

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

from _certificates import DISAGREES, HOLDS, Audited, audit  # noqa: E402


def document(*rows: str, declare: tuple[str, ...] = ()) -> str:
    facts = "".join(f"Let ${d}$.\n\n" for d in declare)
    return facts + "\n".join(f"$$\n{row}\n$$\n" for row in rows)


def audited(text: str) -> tuple[FileReport, list[Audited]]:
    report = check_source("audit.md", text)
    return report, audit(text, report)


@pytest.mark.parametrize(
    ("rows", "declare"),
    [
        ((r"f = \sin(3x)", r"\frac{df}{dx} = \cos(3x)"), (r"x \in \mathbb{R}",)),
        (
            (r"L = y\log p", r"dL = \frac{y}{p}\,dp", r"= \frac{p}{y}\,dp"),
            (r"p \in (0,1)", r"y \in (0,1)"),
        ),
        (
            (r"A = \log\sum_{k=1}^n e^{z_k}", r"\frac{\partial A}{\partial z_i} = e^{z_i}"),
            (r"z \in \mathbb{R}^n",),
        ),
        (
            (
                r"\mu = \frac1n\sum_{k=1}^n x_k",
                r"u_i = x_i - \mu",
                r"\frac{\partial u_i}{\partial x_j} = \frac1n - \delta_{ij}",
            ),
            (r"x \in \mathbb{R}^n",),
        ),
        (
            (r"J = \|Xw-y\|^2", r"\nabla_wJ = X^T(Xw-y)"),
            (r"X \in \mathbb{R}^{m\times n}", r"w \in \mathbb{R}^n", r"y \in \mathbb{R}^m"),
        ),
    ],
)
def test_counterexamples_are_reproduced(rows: tuple[str, ...], declare: tuple[str, ...]) -> None:
    report, found = audited(document(*rows, declare=declare))
    assert any(line.verdict == "refuted" for line in report.lines)
    assert {a.what for a in found} >= {"refutation"}
    assert {a.result for a in found} == {HOLDS}


def test_proofs_are_tried() -> None:
    _, found = audited(
        document(r"f = \tanh x", r"\frac{df}{dx} = 1-f^2", declare=(r"x \in \mathbb{R}",))
    )
    assert [(a.what, a.result) for a in found] == [("proof", HOLDS)]


def test_a_broken_rule_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    from gradproof.differentiate import engine

    true_rules = engine.rules_for

    def wrong_rules(e: Expr) -> tuple[object, ...]:
        found = true_rules(e)
        if not isinstance(e, Fn) or e.name != "cos":
            return found
        return tuple(
            replace(r, apply=lambda node, site: site.chain(Fn("sin", node.args), 0)) for r in found
        )

    text = document(r"f = \cos\xi", r"\frac{df}{d\xi} = \sin\xi", declare=(r"\xi \in \mathbb{R}",))
    monkeypatch.setattr(engine, "rules_for", wrong_rules)
    report, found = audited(text)
    assert report.lines[-1].verdict == "proved"
    assert [(a.what, a.result) for a in found] == [("proof", DISAGREES)]


def test_a_broken_canonical_step_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    from gradproof.canonical import functions

    monkeypatch.setitem(functions._TABLE, "cos", functions._odd("cos"))
    text = document(r"f = \cos(-\zeta)", r"f = -\cos\zeta", declare=(r"\zeta \in \mathbb{R}",))
    report, found = audited(text)
    assert report.lines[-1].verdict == "proved"
    assert [(a.what, a.result) for a in found] == [("proof", DISAGREES)]


def test_a_broken_evaluator_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    from gradproof.checking import ladder
    from gradproof.evaluate import functions

    true_sequence = functions._autonomous

    def wrong(a, value, coefficients, order):  # type: ignore[no-untyped-def]
        out = true_sequence(a, value, coefficients, order)
        return [out[0], *(a.neg(x) for x in out[1:])]

    monkeypatch.setattr(functions, "_autonomous", wrong)
    monkeypatch.setattr(ladder, "_exactly", lambda *_: (None, ()))
    text = document(
        r"f = \tanh\chi", r"\frac{df}{d\chi} = 1-f^2", declare=(r"\chi \in \mathbb{R}",)
    )
    report, found = audited(text)
    assert report.lines[-1].verdict == "refuted"
    assert [(a.what, a.result) for a in found] == [("refutation", DISAGREES)]


def test_a_value_for_a_number_is_seen() -> None:
    from _certificates import refutation
    from _witness_document import Text

    from gradproof.diagnostic import Counterexample

    text = Text(document(r"f = x", r"f = 2x", declare=(r"x \in \mathbb{R}",)))
    lie = Counterexample((("x", "1"), ("1_1", "3")), "1", "2", True)
    assert refutation(text, 1, lie).result == DISAGREES
    honest = Counterexample((("x", "1"),), "1", "2", True)
    assert refutation(text, 1, honest).result == HOLDS


DECLARED = (r"A \in \mathbb{R}^{n\times n}", r"x \in \mathbb{R}^n")


def test_an_assumption_is_taken_as_the_report_tells_it() -> None:
    text = document(
        r"f = x^TAx", r"\nabla_x f = 2Ax", declare=(*DECLARED, r"A \text{ is symmetric}")
    )
    report = check_source("audit.md", text)
    kinds = {a.result for a in audit(text, report)}
    assert DISAGREES not in kinds


@pytest.mark.parametrize(
    "rows",
    [
        (r"Y = XW", r"dW = X^TdY"),
        (r"Z = WX", r"A = \tanh(Z)", r"dZ = dA \odot (1 - A \odot A)", r"dW = dZX^T"),
    ],
)
def test_adjoints_are_recomputed(rows: tuple[str, ...]) -> None:
    report, found = audited(document(*rows))
    assert [line.verdict for line in report.lines if line.role == "step"]
    assert found
    assert {a.result for a in found} == {HOLDS}


def test_a_conclusion_is_tried_where_its_equations_hold() -> None:
    report, found = audited(
        document(r"L = x^TAx + c^Tx", r"\nabla_x L = 0", r"(A + A^T)x = -c", declare=DECLARED)
    )
    assert report.lines[-1].verdict in ("proved", "agrees")
    assert {a.result for a in found} == {HOLDS}


def test_a_false_proof_about_arrays_is_seen() -> None:
    text = document(r"f = x^TAx", r"\nabla_x f = (A + A^T)x", r"= 2Ax", declare=DECLARED)
    report = check_source("audit.md", text)
    lines = tuple(
        replace(line, verdict="proved", truth=True) if line.verdict == "refuted" else line
        for line in report.lines
    )
    found = audit(text, replace(report, lines=lines, findings=()))
    assert [a.result for a in found] == [HOLDS, DISAGREES]


def test_a_refutation_by_shapes_is_tried() -> None:
    declare = (r"X \in \mathbb{R}^{m\times n}", r"w \in \mathbb{R}^n", r"y \in \mathbb{R}^m")
    report, found = audited(document(r"J = \|Xw-y\|^2", r"\nabla_wJ = 2X(Xw-y)", declare=declare))
    assert report.lines[-1].verdict == "refuted"
    assert [(a.what, a.result) for a in found] == [("refutation", HOLDS)]


def test_values_of_formulas_beside_code_are_recomputed() -> None:
    from _certificates import code

    from gradproof.diagnostic import Place
    from gradproof.gradcode.report import Sample

    case = {
        "formula": r"r = Xw - y, J = r^Tr",
        "declare": [r"X \in \mathbb{R}^{m\times n}"],
        "wrt": ["w"],
    }
    point = (("w", "[1, 1]"), ("X", "[[1, 0], [2, 1], [0, 1]]"), ("y", "[0, 0, 1/2]"))
    honest = Sample(point, (0,), "7", "14")
    lie = Sample(point, (0,), "7", "15")
    place = Place(0, 0)
    assert [a.result for a in code(case, [honest, lie], place)] == [HOLDS, DISAGREES]


def test_a_part_of_every_benchmark_is_audited() -> None:
    from audit import KNOWN, POSTS, documents

    for name in (*KNOWN, *POSTS, "array_slips", "right_arrays", "cookbook", "steps"):
        one = next(documents(1, name))
        report = check_source(one.path, one.text, declarations=one.declared)
        found = audit(one.text, report, one.given, one.path, one.declared)
        assert found, name
        assert {a.result for a in found} == {HOLDS}, name


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
def test_nothing_in_the_benchmarks_disagrees(part: int) -> None:
    from itertools import islice

    from audit import documents

    for one in islice(documents(1), part, None, 8):
        report = check_source(one.path, one.text, declarations=one.declared)
        for found in audit(one.text, report, one.given, one.path, one.declared):
            assert found.result != DISAGREES, (one.id, found)
