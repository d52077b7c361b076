"""A function set equal to its derivative: read so where that is plausible, and never to excuse a lost factor."""

import pytest

from gradproof.batch import check_source


def verdict(text: str) -> tuple[str, list[str]]:
    report = check_source("case.md", text)
    return report.lines[-1].verdict, [f.mistake for f in report.findings]


@pytest.mark.parametrize(
    "text",
    [
        r"$$z = \mu + e^{\rho/2}\epsilon$$ "
        r"$$\frac{\partial z}{\partial\rho} = \frac12 e^{\rho/2}\epsilon$$ $$= \frac12 e^{\rho/2}$$",
        r"$$J = a\max(0, 1 - wx)$$ "
        r"$$\frac{\partial J}{\partial w} = -ax\mathbf 1[1 - wx > 0] = -x\mathbf 1[1 - wx > 0]$$",
        r"$$J = w^2x$$ $$\frac{\partial J}{\partial w} = 2wx$$ $$J = w^2x$$ $$= w^2$$",
    ],
)
def test_a_lost_factor_is_no_derivative_by_that_factor(text: str) -> None:
    assert verdict(text) == ("refuted", ["factor-lost"])


@pytest.mark.parametrize(
    "text",
    [
        r"$$J = w^2x + 3wy$$ $$= 2wx + 3y$$",
        r"$$J = w^2x + bw$$ Differentiating with respect to $b$ gives $$= w$$",
        r"$$f(x) = ax + b$$ $$= a$$",
    ],
)
def test_a_derivative_by_what_the_document_names_is_a_warning(text: str) -> None:
    assert verdict(text) == ("proved", ["equals-between-f-and-derivative"])


def test_a_letter_is_no_array_because_another_one_has_entries() -> None:
    text = r"$$J = \sum_i (wx_i + b)^2$$ $$\frac{\partial J}{\partial b} = \sum_i (wx_i + b)$$"
    assert verdict(text)[0] == "refuted"
