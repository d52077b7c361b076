"""Functions and quantities of which nothing is known: claims made for all of them, and properties that may be meant."""

import pytest

from gradproof.batch import check_source
from gradproof.diagnostic import FileReport

RIGHT = ("proved", "agrees")


def report(declared: str, *lines: str) -> FileReport:
    text = "\n".join([f"Let ${declared}$.\n", *(f"$$\n{line}\n$$\n" for line in lines)])
    return check_source("a.md", text)


def last(declared: str, *lines: str) -> str:
    return report(declared, *lines).lines[-1].verdict


NEURON = (r"w, x, b, t \in \mathbb{R}", r"z = w x + b", r"a = f(z)", r"L = \frac12 (a - t)^2")


@pytest.mark.parametrize(
    ("right_side", "verdict"),
    [
        ("(a - t) f'(z) x", "right"),
        ("(t - a) f'(z) x", "refuted"),
        ("(a - t) f'(z) w", "refuted"),
        ("2 (a - t) f'(z) x", "refuted"),
        ("(a - t) f'(z)^2 x", "undecided"),
        ("(a - t) x", "undecided"),
        ("(a - t) a (1 - a) x", "undecided"),
        ("(a - t) (1 - a^2) x", "undecided"),
        ("a f'(z) x", "refuted"),
    ],
)
def test_a_slip_about_any_activation_is_refuted_and_a_property_of_a_usual_one_is_not(
    right_side: str, verdict: str
) -> None:
    found = last(*NEURON, rf"\frac{{dL}}{{dw}} = {right_side}")
    assert found in RIGHT if verdict == "right" else found == verdict


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"\frac{d}{dx} (u(x) v(x)) = u'(x) v(x) + u(x) v'(x)", "right"),
        (r"\frac{d}{dx} (u(x) v(x)) = u'(x) v'(x)", "refuted"),
        (r"\frac{d}{dx} f(g(x)) = f'(g(x)) g'(x)", "right"),
        (r"\frac{d}{dx} f(g(x)) = f'(x) g'(x)", "refuted"),
        (r"f'(x) = f(x) (1 - f(x))", "given"),
        (r"f(-x) = 1 - f(x)", "undecided"),
        (r"f''(x) = -f(x)", "undecided"),
    ],
)
def test_rules_about_any_function_are_told_from_properties_of_one(line: str, verdict: str) -> None:
    found = last(r"x \in \mathbb{R}", line)
    assert found in RIGHT if verdict == "right" else found == verdict


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"\frac{d}{dx} (u v) = u \frac{dv}{dx} + v \frac{du}{dx}", "right"),
        (r"\frac{d}{dx} (u v) = \frac{du}{dx} \frac{dv}{dx}", "refuted"),
        (r"\frac{d}{dx} \frac{u}{v} = \frac{u \frac{dv}{dx} - v \frac{du}{dx}}{v^2}", "refuted"),
        (r"\frac{du}{dx} = u (1 - u)", "given"),
    ],
)
def test_quantities_that_vary_stand_for_any_function(line: str, verdict: str) -> None:
    found = last(r"x \in \mathbb{R}", line)
    assert found in RIGHT if verdict == "right" else found == verdict


LAYERS = (
    r"W \in \mathbb{R}^{m \times n}$, $x \in \mathbb{R}^n$, $t \in \mathbb{R}^m",
    r"z = W x + b",
    r"a = \phi(z)",
    r"C = \frac12 \|a - t\|^2",
    r"\delta = (a - t) \odot \phi'(z)",
)


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"\frac{\partial C}{\partial z} = \delta", "right"),
        (r"\frac{\partial C}{\partial W} = \delta x^T", "right"),
        (r"\frac{\partial C}{\partial W} = x \delta", "refuted"),
        (r"\frac{\partial C}{\partial x} = W^T \delta", "right"),
        (r"\frac{\partial C}{\partial x} = W \delta", "refuted"),
        (r"\frac{\partial C}{\partial z} = \phi'(z) \odot (t - a)", "refuted"),
    ],
)
def test_layers_with_any_activation(line: str, verdict: str) -> None:
    found = last(*LAYERS, line)
    assert found in RIGHT if verdict == "right" else found == verdict


@pytest.mark.parametrize(
    "line",
    [
        r"\frac{\partial}{\partial X} \operatorname{tr}(F(X)) = F'(X)^T",
        r"\frac{\partial}{\partial X} \operatorname{tr}(F(X)) = F'(X)",
        r"\frac{\partial}{\partial X} \operatorname{tr}(F(X)) = \operatorname{tr}(F'(X))",
    ],
)
def test_the_slope_of_a_function_of_matrices_may_be_another_than_entry_by_entry(line: str) -> None:
    declared = (
        r"X \in \mathbb{R}^{n \times n}$, $F : \mathbb{R}^{n \times n} \to \mathbb{R}^{n \times n}"
    )
    assert last(declared, line) != "refuted"


def test_steps_of_a_sequence_are_not_taken_for_entries() -> None:
    declared = (
        r"W \in \mathbb{R}^{2 \times 2}$, $x \in \mathbb{R}^2$, $\sigma : \mathbb{R} \to \mathbb{R}"
    )
    line = r"\frac{\partial x_i}{\partial x_{i-1}} = W \operatorname{diag}(\sigma'(x_{i-1}))"
    assert last(declared, line) != "refuted"


def test_the_function_of_a_counterexample_is_told() -> None:
    found = report(*NEURON, r"\frac{dL}{dw} = (a - t) f'(z) w")
    (told,) = (a.message for a in found.assumptions if a.kind == "function-tried")
    assert "f(t) = " in told


def test_a_function_called_by_a_word_means_something_in_particular() -> None:
    text = r"$$f = \operatorname{act}(x)$$ $$\frac{df}{dx} = \operatorname{act}(x)$$"
    report = check_source("case.md", text)
    assert report.lines[-1].verdict == "undecided"
