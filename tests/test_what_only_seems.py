"""Lines that only seem to hold, and right lines that only seem wrong: neither is confirmed nor refuted."""

import pytest

from gradproof.api import check

NOT_CONFIRMED = {
    "a function with the variable as its label depends on it": r"""
$$L(\theta) = (f_\theta(x) - y)^2$$
$$\nabla_\theta L = 7 (f_\theta(x) - y) \nabla_\theta f_\theta(x)$$""",
    "derivatives of a matrix need not commute": r"""
Let $A \in \mathbb{R}^{n\times n}$ depend on $t$.
$$\frac{d}{dt} \left(\frac{dA}{dt} \frac{dA}{dt}\right) = 2 \frac{dA}{dt} \frac{d^2 A}{dt^2}$$""",
    "a factor of a sum is no multiplier": r"""
Let $f(x, c) = x^2 + c (x - 1)$.
$$\frac{\partial f}{\partial x} = 2x + c = 0$$
$$c x = -2$$""",
    "other roots may not have been met": r"""
Let $L(x) = \frac{x^3}{3} - \frac{1001 x^2}{2} + 1000 x$.
$$L'(x) = x^2 - 1001 x + 1000 = 0$$
$$x^2 = x$$""",
    "what does not follow is no premise": r"""
Let $f(x) = x^2 - 4x$.
$$f'(x) = 2x - 4 = 0$$
$$x^2 = 9$$
$$2x^2 = 18$$""",
    "a value at one point is no rule": r"""
Let $f(x) = x^2 - 4x$.
$$f'(x) = 2x - 4 = 0$$
$$f(x) = 3x - 10$$""",
    "a sign lost on the way to the solution": r"""
Let $X \in \mathbb{R}^{m \times n}$, $y \in \mathbb{R}^m$, $w \in \mathbb{R}^n$.
$$X^Ty - X^TXw = \lambda w$$
$$(X^TX - \lambda I)w = X^Ty$$
$$w = (X^TX-\lambda I)^{-1}X^Ty$$""",
    "words that take something back": r"""
Replace the sigmoid function $\phi$ by the identity.
$$\phi'(x) = \phi(x)(1-\phi(x))$$""",
}


@pytest.mark.parametrize("text", NOT_CONFIRMED.values(), ids=NOT_CONFIRMED.keys())
def test_what_only_seems_to_hold_is_not_confirmed(text: str) -> None:
    (report,) = check(text).files
    assert report.lines[-1].verdict not in ("proved", "agrees")


NOT_REFUTED = {
    "a random vector of length one": r"""
$$\|x\| = 1$$
$$E[\|x\|^4] = E[\|x\|^2]$$""",
    "a random symmetric matrix": r"""
Let $A$ be a random symmetric matrix.
$$A = A^T$$
$$E[A^T A] = E[A^2]$$""",
    "what is held constant is not said": r"""
Let $f(x) = x \sin(x)$.
$$\frac{\partial f}{\partial \sin(x)} = x$$""",
    "a set told in words": r"""
$$L = \sum_{i} \max(0, 1 - y_i f_i)$$
where $S$ holds the indices with a positive loss.
$$L = \sum_{j \in S} (1 - y_j f_j)$$""",
    "the members of a pair": r"""
$$p(o\mid c) = \frac{\exp(u_o^Tv_c)}{\sum_w\exp(u_w^Tv_c)}$$
$$J = -\log\sigma(u_o^Tv_c)$$
$$\frac{\partial J}{\partial v_c} = (\sigma(u_o^Tv_c)-1)u_o$$
$$\frac{\partial J}{\partial u_o} = (\sigma(u_o^Tv_c)-1)v_c$$""",
    "a row times a column of ones": r"""
$$Z_1 = X W_1 + b_1, \quad H = g(Z_1), \quad Z_2 = H W_2$$
Given $dZ_2 = \frac{\partial L}{\partial Z_2}$:
$$dW_2 = H^T dZ_2$$
$$db_1 = dZ_1^T \mathbf{1}$$""",
    "an expectation as a sum over a density": r"""
$$E_{x\sim p}[f(x)] = \sum_x p(x)f(x)$$""",
}


@pytest.mark.parametrize("text", NOT_REFUTED.values(), ids=NOT_REFUTED.keys())
def test_what_only_seems_wrong_is_not_refuted(text: str) -> None:
    (report,) = check(text).files
    assert report.error is None
    assert "refuted" not in {line.verdict for line in report.lines}
