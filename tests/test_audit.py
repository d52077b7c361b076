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
