r"""Derivatives by coordinates, second derivatives of whole arrays, sums that are lifted, expectations."""

import pytest

import gradproof
from gradproof.deriving import CannotDerive

SOFTMAX = r"s = \operatorname{softmax}(z)"


def rules(derived: object) -> set[str]:
    """Return the names of all rules of a derivation."""
    assert isinstance(derived, gradproof.Worked)
    return {name for step in derived.steps for name in (step.rule, *step.also)}


def test_the_jacobian_of_a_vector_is_written_by_coordinates_with_its_cases() -> None:
    derived = gradproof.derive(
        SOFTMAX, wrt="z", style="elementwise", declare=[r"z \in \mathbb{R}^n"]
    )
    plain = [step.plain for step in derived.steps]
    assert plain[-2].endswith("sᵢ·(δᵢⱼ - sⱼ)")
    assert "if i = j" in plain[-1]
    assert "-sᵢ sⱼ if i ≠ j" in plain[-1]
    assert all(step.verdict in ("given", "proved", "agrees") for step in derived.steps)


def test_second_derivatives_of_a_whole_array_are_by_two_entries() -> None:
    derived = gradproof.derive(r"f = \log\sum_k e^{z_k}", wrt="z", style="elementwise", order=2)
    assert "dzⱼ dzₗ" in " ".join(step.plain for step in derived.steps)
    assert "δⱼₗ" in derived.result.plain


def test_a_matrix_has_no_coordinates_and_no_axis_too_many() -> None:
    with pytest.raises(CannotDerive, match="three axes"):
        gradproof.derive(
            SOFTMAX, wrt="z", style="elementwise", order=2, declare=[r"z \in \mathbb{R}^n"]
        )


def test_a_number_added_to_a_vector_is_a_multiple_of_ones() -> None:
    formula = r"f = \sum_{i=1}^n (y_i - \beta_0 - \beta_1 x_i)^2"
    derived = gradproof.derive(formula, wrt=r"\beta_1", style="differential")
    assert r"\beta_0 \mathbf{1}" in derived.result.tex
    assert any(r"\mathbf{1} \in" in fact for fact in derived.declared)


def test_no_index_has_the_name_of_a_size() -> None:
    derived = gradproof.derive(
        r"f = \|W x - b\|^2",
        wrt="W",
        style="elementwise",
        declare=[r"W \in \mathbb{R}^{k \times j}"],
    )
    assert not any("{k=1}^{k}" in step.plain or "{j=1}^{j}" in step.plain for step in derived.steps)


def test_a_word_of_letters_is_told_as_such() -> None:
    with pytest.raises(CannotDerive, match=r"foo is read letter by letter.*operatorname\{foo\}"):
        gradproof.derive("J = foo(w)", wrt="w")


@pytest.mark.parametrize(
    ("formula", "wrt", "result", "rule"),
    [
        (r"J = \mathbb E_{x\sim p}[(y - a x)^2]", "a", r"\mathbb{E}_{x \sim p}", "expectation-linear"),
        (r"J = \mathbb E_{x\sim p_\theta}[f(x)]", r"\theta", r"\log", "score-function"),
        (r"J = \mathbb E_{x\sim p_\theta}[f(x,\theta)]", r"\theta", r"\log", "score-function"),
    ],
)  # fmt: skip
def test_expectations_are_differentiated_inside_or_with_the_score(
    formula: str, wrt: str, result: str, rule: str
) -> None:
    derived = gradproof.derive(formula, wrt=wrt)
    assert result in derived.result.tex
    assert rule in rules(derived)
    assert all(step.verdict in ("given", "proved", "agrees") for step in derived.steps)


def test_whole_arrays_pass_inside_an_expectation_too() -> None:
    derived = gradproof.derive(
        r"J = \mathbb E_{x\sim p}[(y - w^T x)^2]", wrt="w", declare=[r"w, x \in \mathbb{R}^n"]
    )
    assert derived.result.plain == "E_{x ~ p}[2(wᵀ x - y) x]"
