"""What is derived is right, in the form that people expect, and every line passes the check in every format."""

from functools import cache

import pytest
from derive_examples import DATA, EXAMPLES

import gradproof
from gradproof.deriving import STYLES, derive, read_question
from gradproof.rulebook import rulebook
from gradproof.worked import work_out

RULES = rulebook()
PASSED = {"given", "proved", "agrees"}
NAMED = [pytest.param(e, id=e.name) for e in EXAMPLES]


@cache
def worked(example):
    """Work an example out, its own result compared."""
    return work_out(
        example.formulas,
        example.wrt,
        style=example.style,
        order=example.order,
        declare=example.declare,
        compare=example.result,
    )


@pytest.mark.parametrize("example", NAMED)
def test_the_result_is_the_expected_one(example):
    found = worked(example)
    assert found.comparison.verdict in ("proved", "agrees"), found.result.tex
    assert found.to_text().endswith("\n")


@pytest.mark.parametrize("example", NAMED)
def test_every_printed_line_passes_the_check(example):
    found = worked(example)
    rows = passed(found.to_latex(), "a.tex")
    assert len(rows) == len(found.steps)
    question = read_question(
        example.formulas, example.wrt, order=example.order, declare=example.declare
    )
    assert len(derive(question, example.style).lines) == len(found.steps), "a line was left out"
    for step in found.steps:
        assert {step.rule, *step.also} <= set(RULES)


@pytest.mark.parametrize("example", NAMED[::8])
def test_markdown_passes_the_check_too(example):
    found = worked(example)
    assert len(passed(found.to_markdown(), "a.md")) == len(found.steps)


def passed(text, path):
    """Return the rows of a document, all of which pass and none of which is accused of anything."""
    (report,) = gradproof.check(text, path=path).files
    rows = [line for line in report.lines if line.place.block is not None]
    assert {row.verdict for row in rows} <= PASSED
    assert [f for f in report.findings if f.severity != "note"] == []
    return rows


def test_the_three_styles_are_known():
    assert STYLES == ("elementwise", "chain", "differential")


def test_the_elementwise_solution_of_the_first_question():
    found = gradproof.derive(r"-(y \log\hat y + (1-y) \log(1-\hat y))", wrt="y_hat")
    assert found.style == "elementwise"
    assert found.result.plain == "(ŷ - y)/(ŷ·(1 - ŷ))"
    assert [step.plain for step in found.steps[1:]] == [
        "∂J/∂ŷ = -(y ∂/∂ŷ (log(ŷ)) + (1 - y) ∂/∂ŷ (log(1 - ŷ)))",
        "= -(y/ŷ + ((1 - y)/(1 - ŷ)) ∂/∂ŷ (1 - ŷ))",
        "= -(y/ŷ - (1 - y)/(1 - ŷ))",
        "= (ŷ - y)/(ŷ·(1 - ŷ))",
    ]


def test_the_chain_names_every_link():
    found = gradproof.derive(
        r"J = -(y \log z + (1-y) \log(1-z)), z = \sigma(h), h = w x + b", wrt="w", update=True
    )
    assert found.style == "chain"
    lines = [step.plain for step in found.steps]
    assert "∂J/∂w = (∂J/∂z)(∂z/∂h)(∂h/∂w)" in lines
    assert lines[-2:] == ["w := w - α·(∂J/∂w)", "w := w - α·(z - y) x"]
    assert found.result.plain == "(z - y) x"


def test_the_chain_through_arrays_ends_in_the_update():
    found = gradproof.derive(
        r"J = -(y^T \log z + (1-y)^T \log(1-z)), z = \sigma(h), h = X w",
        wrt="w",
        declare=DATA,
        update=True,
    )
    assert found.style == "chain"
    assert found.result.plain == "Xᵀ(z - y)"
    assert found.result.shape == ("n",)
    assert [step.plain for step in found.steps][-4:] == [
        "∂J/∂w = Xᵀ(∂J/∂h)",
        "= Xᵀ(z - y)",
        "w := w - α·(∂J/∂w)",
        "w := w - α Xᵀ(z - y)",
    ]


def test_the_differential_solution_of_the_first_question():
    found = gradproof.derive(
        r"J = -\frac1m (y : \log\hat y + (1-y) : \log(1-\hat y))",
        wrt="y_hat",
        declare=(r"y \in \mathbb{R}^m", r"\hat y \in (0, 1)^m"),
    )
    assert found.style == "differential"
    assert found.steps[1].plain.startswith("dJ = ")
    assert found.result.plain == "(ŷ - y)/(m·(ŷ ⊙ (1 - ŷ)))"


def test_an_index_is_no_letter_of_a_size():
    sizes = (r"W \in \mathbb{R}^{h \times d}", r"A \in \mathbb{R}^{k \times h}")
    found = gradproof.derive(r"L = \|A W x\|^2", wrt="W", declare=sizes, style="elementwise")
    assert found.steps[1].plain.startswith("∂L/∂Wⱼₗ = ")


def test_the_chosen_style_is_told():
    assert any("style chain" in a for a in gradproof.derive("J = u^2, u = 3x", wrt="x").assumptions)
    told = gradproof.derive("J = u^2, u = 3x", wrt="x", style="chain").assumptions
    assert not any("style" in a for a in told)


def test_identifiers_name_variables():
    for wrt in (r"\hat y_i", "y_hat_i", "ŷ_i"):
        assert gradproof.derive(r"J = \sum_i \hat y_i^2", wrt=wrt).result.plain == "2ŷᵢ"
    assert gradproof.derive(r"J = \lambda^2", wrt="lambda").result.plain == "2λ"
    assert gradproof.derive(r"J = (W^{[1]})^2", wrt="W_1").result.plain.startswith("2W")


def test_a_derivation_shows_itself():
    found = gradproof.derive("f = x^2", wrt="x")
    shown = found._repr_mimebundle_()
    assert shown["text/plain"] == found.to_text()
    assert shown["text/latex"] == found.to_latex()
    assert r"\begin{align*}" in shown["text/markdown"]


def test_a_wrong_line_is_an_error_and_not_printed(monkeypatch):
    from dataclasses import replace

    from gradproof import worked as module
    from gradproof.expr import Neg

    def wrong(*args, **options):
        found = derive(*args, **options)
        *lines, last = found.lines
        return replace(found, lines=(*lines, replace(last, right=Neg(last.right))))

    monkeypatch.setattr(module, "derive", wrong)
    with pytest.raises(gradproof.NotVerified, match="does not pass the check"):
        gradproof.derive("f = x^2", wrt="x")
