r"""Networks told for any layer l: labels above names, errors of the next layer, equations that hold for every layer."""

import pytest

from gradproof.api import check

PLAIN = r"""
$$z^{l+1}_j = \sum_k w^{l+1}_{jk} a^l_k + b^{l+1}_j, \quad a^l_k = \sigma(z^l_k)$$
Define $\delta^l_j = \frac{\partial C}{\partial z^l_j}$.
\begin{align} \delta^l_j & = \frac{\partial C}{\partial z^l_j} \\
& = \sum_k \frac{\partial C}{\partial z^{l+1}_k} \frac{\partial z^{l+1}_k}{\partial z^l_j}\\
& = \sum_k \frac{\partial z^{l+1}_k}{\partial z^l_j} \delta^{l+1}_k \\
& = \sum_k w^{l+1}_{kj} \delta^{l+1}_k \sigma'(z^l_j) \end{align}"""

WHOLE = r"""
Let $z^l = W^l a^{l-1} + b^l$ and $a^l = \sigma(z^l)$. Let $\delta^l = \frac{\partial C}{\partial z^l}$.
\begin{align}
\delta^l &= \frac{\partial C}{\partial z^l} \\
&= \left((W^{l+1})^T \delta^{l+1}\right) \odot \sigma'(z^l)
\end{align}"""


def verdicts(text: str) -> list[str]:
    (report,) = check(text).files
    assert report.error is None
    return [line.verdict for line in report.lines if line.verdict != "given"]


def in_brackets(text: str, opening: str, closing: str) -> str:
    for label in ("l+1", "l-1"):
        text = text.replace(f"^{{{label}}}", f"^{{{opening}{label}{closing}}}")
    return text.replace("^l", f"^{{{opening}l{closing}}}")


@pytest.mark.parametrize("brackets", ["", "()", "[]"])
@pytest.mark.parametrize("text", [PLAIN, WHOLE], ids=["entries", "whole"])
def test_the_error_of_a_layer_is_told_by_that_of_the_next(text: str, brackets: str) -> None:
    text = in_brackets(text, *brackets) if brackets else text
    found = verdicts(text)
    assert len(found) >= 2
    assert set(found) <= {"proved", "agrees"}


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (r"\sum_k w^{l+1}_{kj}", r"\sum_k w^{l+1}_{jk}"),
        (r"\delta^{l+1}_k \sigma'(z^l_j)", r"\delta^l_k \sigma'(z^l_j)"),
        (r"\sigma'(z^l_j)", r"\sigma(z^l_j)"),
    ],
    ids=["weights the wrong way round", "the error of the same layer", "no derivative"],
)
def test_a_slip_between_layers_is_found(right: str, wrong: str) -> None:
    assert right in PLAIN
    assert verdicts(PLAIN.replace(right, wrong))[-1] == "refuted"


def test_a_power_stays_a_power() -> None:
    assert verdicts(r"$$\frac{d}{dx} x^l = l x^{l-1}$$") == ["proved"]
    found = verdicts(r"""
$$f(x) = x^l$$
$$f'(x) = x^{l-1}$$""")
    assert found == ["refuted"]


def test_samples_in_brackets_stay_samples() -> None:
    found = verdicts(r"""
$$J = \sum_{i=1}^m (w x^{(i)} - y^{(i)})^2$$
$$\frac{\partial J}{\partial w} = 2 \sum_{i=1}^m (w x^{(i)} - y^{(i)}) x^{(i)}$$
$$\frac{\partial J}{\partial w} = 2 \sum_{i=1}^m (w x^{(i)} - y^{(i)}) y^{(i)}$$""")
    assert found == ["proved", "refuted"]
