"""Slips in lines about arrays: each is told from every other one; an edit that mends a line does so for all sizes."""

import re
from itertools import combinations
from pathlib import Path

import pytest

from gradproof.api import check
from gradproof.batch import accused, examine
from gradproof.checking import points_for
from gradproof.mistakes import catalogue
from gradproof.mistakes.bench import Bench
from gradproof.mistakes.diagnosis import texts_of
from gradproof.mistakes.mending import agree, edits
from gradproof.mistakes.scene import Scene

PAGES = Path(__file__).resolve().parents[1] / "docs" / "mistakes"
BROKEN = re.compile(r"^```latex broken\n(.*?)^```$", re.S | re.M)
MENDABLE = sorted(name for name, m in catalogue().items() if m.repairs)

DECLARED = r"""Let $X \in \mathbb{R}^{m \times n}$, $w \in \mathbb{R}^n$, $y \in \mathbb{R}^m$, $\lambda > 0$,
$A \in \mathbb{R}^{n \times n}$, $U \in \mathbb{R}^{m \times k}$ and $V \in \mathbb{R}^{n \times k}$.
"""


def explained(text):
    """Return the names of all mistakes of which an edit makes the wrong line of a document right."""
    judged = next(j for j in examine("line.tex", text, dialect="tex").judged if accused(j))
    outcome, line = judged.outcome, judged.claim.sides[judged.side]
    samples = points_for(outcome.left, line, outcome.context)
    bench = Bench(samples, outcome.context, outcome.mode)
    truth = bench.value(outcome.left)
    found = set()
    scene = Scene(outcome.left, line, outcome.context, texts_of(judged, outcome.operand))
    for edit in edits(scene):
        value = None if edit.line is None else bench.value(edit.line)
        if value is not None and agree(value, truth):
            found.add(edit.mistake.name)
    return found


def errors(*lines):
    """Return the errors of a document of displays after the declarations."""
    text = DECLARED + "\n".join(f"$$\n{line}\n$$\n" for line in lines)
    (report,) = check(text, path="line.md").files
    return text, [f for f in report.findings if f.severity == "error"]


def names(*lines):
    return [f.mistake for f in errors(*lines)[1]]


MORE = {
    "factor-lost": [r"f &= \det(A) y^TXw", r"\nabla_w f &= X^Ty"],
    "wrong-operand": [r"f &= \operatorname{tr}(U^TXV)", r"\frac{\partial f}{\partial U} &= XU"],
    "power-coefficient-dropped": [r"f &= \|Xw - y\|^2", r"\nabla_w f &= X^T(Xw - y)"],
    "sign-of-one-term": [r"f &= y^TXw + w^Tw", r"\nabla_w f &= X^Ty - 2w"],
    "sign-outer-lost": [r"f &= y^TXw", r"\nabla_w f &= -X^Ty"],
    "term-lost": [r"f &= \frac{1}{2}\|Xw - y\|^2", r"\nabla_w f &= X^TXw"],
    "chain-linear-factor-dropped": [r"f &= \frac{1}{2}\|Xw - y\|^2", r"\nabla_w f &= Xw - y"],
    "mean-factor-dropped": [r"f &= \frac{1}{m}\|Xw - y\|^2", r"\nabla_w f &= 2X^T(Xw - y)"],
    "quadratic-form-symmetrised": [r"f &= w^TAw", r"\nabla_w f &= 2Aw"],
    "product-term-dropped": [r"f &= w^TAw", r"\nabla_w f &= Aw"],
    "differential-lost": [r"f &= w^TAw", r"df &= w^TA\,dw + w^TA^T"],
    "jacobian-off-diagonal-missing": [
        r"p &= \operatorname{softmax}(w)", r"\frac{\partial p}{\partial w} &= \operatorname{diag}(p)",
    ],
    "jacobian-off-diagonal-sign": [
        r"p &= \operatorname{softmax}(w)", r"\frac{\partial p}{\partial w} &= \operatorname{diag}(p) + pp^T",
    ],
    "log-argument-derivative-missing": [r"f &= \log\det A", r"\nabla_A f &= \frac{1}{\det A}"],
    "kink-ignored": [r"f &= |y^TXw|", r"\nabla_w f &= \operatorname{sign}(|y^TXw|)X^Ty"],
    "chain-link-skipped": [r"z &= \tanh(Xw)", r"f &= y^Tz", r"\nabla_w f &= X^Ty"],
    "chain-link-repeated": [
        r"z &= \tanh(Xw)", r"f &= y^Tz",
        r"\nabla_w f &= X^T(y \odot (1 - z \odot z) \odot (1 - z \odot z))",
    ],
    "product-of-derivatives": [
        r"u &= \tanh(\lambda)", r"z &= u \lambda",
        r"\frac{\partial z}{\partial \lambda} &= \frac{\partial u}{\partial \lambda}",
    ],
    "distribute-once": [r"f &= \|w - X^Ty\|^2", r"\nabla_w f &= 2w - X^Ty"],
}  # fmt: skip
"""Lines about arrays for mistakes whose page has none, and a second one for some."""


def test_every_two_slips_are_told_apart_by_some_line():
    lines = {}
    for name in MENDABLE:
        body = BROKEN.search((PAGES / f"{name}.md").read_text("utf-8"))[1]
        lines[name] = [explained(body)]
    for name, rows in MORE.items():
        text = DECLARED + "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}\n"
        lines[name].append(explained(text))
    seen = {frozenset(found) for all_found in lines.values() for found in all_found}
    alike = [
        (a, b)
        for a, b in combinations(MENDABLE, 2)
        if not any((a in found) != (b in found) for found in seen)
    ]
    assert alike == []


@pytest.mark.parametrize("name", sorted(MORE))
def test_a_slip_in_a_line_about_arrays_is_explained(name):
    rows = MORE[name]
    text = DECLARED + "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}\n"
    (report,) = check(text, path="line.tex").files
    (finding,) = report.findings
    assert name in (finding.mistake, *finding.also_consistent_with)


def test_an_edit_that_fits_by_the_sizes_of_the_sample_alone_is_none():
    """The sampled n is 2, so that a lost factor 2 and a lost factor n look alike there."""
    _, (finding,) = errors(r"f = n\, w^Tw", r"\nabla_w f = 2w")
    assert finding.mistake in ("constant-dropped", "factor-lost")
    assert "power-coefficient-dropped" not in finding.also_consistent_with


def test_two_slips_in_one_line_are_two_errors():
    text, found = errors(
        r"f = \|Xw - y\|^2 + \lambda w^Tw", r"\nabla_w f = 2X^T(y - Xw) + \lambda w"
    )
    assert len(found) == 2
    spans = sorted(text[f.span.start : f.span.end] for f in found)
    assert spans == ["2X^T(y - Xw)", r"\lambda w"]
    assert all(f.expected_tex for f in found)


@pytest.mark.parametrize(
    ("formula", "wrong", "part", "right"),
    [
        (r"f = \|Xw - y\|^2", r"\nabla_w f = 2X(Xw - y)", "X", r"X^{\top}"),
        (r"f = w^TAw", r"\nabla_w f = 2Aw", "2Aw", r"(A + A^{\top}) w"),
        (r"f = \operatorname{tr}(U^TXV)", r"\frac{\partial f}{\partial U} = XU", "U", "V"),
        (r"f = w^TAw", r"\nabla_w^2 f = A + A", "A", r"A^{\top}"),
    ],
)
def test_the_place_is_shown_and_what_should_stand_there(formula, wrong, part, right):
    text, (finding,) = errors(formula, wrong)
    assert text[finding.span.start : finding.span.end] == part
    assert finding.expected_tex == right


@pytest.mark.parametrize(
    "line",
    [
        r"\nabla_w f = 2X^T(Xw - y) + 2\lambda w",
        r"\nabla_w f = 2(X^TX + \lambda I)w - 2X^Ty",
        r"df = 2(Xw - y)^TX\,dw + 2\lambda w^Tdw",
        r"\nabla_w f = 2(w^TX^TX - y^TX + \lambda w^T)^T",
    ],
)
def test_right_lines_that_look_unusual_are_not_accused(line):
    assert names(r"f = \|Xw - y\|^2 + \lambda w^Tw", line) == []
