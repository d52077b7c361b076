r"""What words call a matrix (symmetric, orthogonal), letters that count, and conditions: no accusations from them."""

import pytest

import gradproof

RATIO = r"$$J(w) = \frac{w^T A w}{w^T B w}$$"
SLOPE = r"$$\nabla_w J = \frac{2 A w (w^T B w) - 2 B w (w^T A w)}{(w^T B w)^2}$$"

RIGHT = {
    "symmetric before": "Let $A$ and $B$ be symmetric matrices.\n" + RATIO + "\n" + SLOPE,
    "symmetric behind": RATIO + "\n" + SLOPE + "\nsince $A$ and $B$ are symmetric.",
    "subscripts": r"""Let $S_B$ and $S_W$ be symmetric matrices and $w\in\mathbb{R}^n$.
$$J(w) = \frac{w^T S_B w}{w^T S_W w}$$
$$\nabla J = \frac{2 S_B w (w^T S_W w) - 2 S_W w (w^T S_B w)}{(w^T S_W w)^2}$$
$$S_B w = J S_W w$$""",
    "orthogonal": r"""Let $Q$ be orthogonal.
$$f = \|Qx - b\|^2$$
$$\nabla_x f = 2(x - Q^T b)$$""",
    "number of rows": r"""$$\bar x = \frac1m X^T\mathbf{1}$$
$$\tilde X = X - \mathbf{1}\bar x^T$$
$$S = \frac1m\tilde X^T\tilde X$$
$$S = \frac1m X^TX - \bar x\bar x^T$$""",
}

CONDITIONS = {
    "multipliers": r"""$$\mathcal{L} = a^T C b - \frac\lambda2 (a^T A a - 1) - \frac\mu2 (b^T B b - 1)$$
where $A$ and $B$ are symmetric.
$$\frac{\partial\mathcal L}{\partial a} = C b - \lambda A a$$
$$a^T C b = \lambda = \mu$$""",
    "free names": r"""Let $a\in\mathbb{R}^p$, $b\in\mathbb{R}^q$, $C\in\mathbb{R}^{p\times q}$.
$$a^T C b = \lambda = \mu$$""",
    "rows of a matrix": r"""$$D_{ij} = \|x_i-x_j\|^2$$
$$D = \operatorname{diag}(G)\mathbf1^T+\mathbf1\operatorname{diag}(G)^T-2G$$
where $G = XX^T$.""",
}

DEGENERATE = {
    "of one entry": r"$$f = \|Ax\|^2 = x^TA^TAx = x^T A A^T x$$",
    "numbers in a trace": r"""$$f = \operatorname{tr}(AXB)$$
$$\frac{\partial f}{\partial X} = AB$$""",
}

WRONG = {
    "not symmetric": r"""Let $A\in\mathbb{R}^{n\times n}$ be not symmetric, $x\in\mathbb{R}^n$.
$$f = x^T A x$$
$$\nabla_x f = 2Ax$$""",
    "a free name between": r"""Let $x\in\mathbb{R}^n$.
$$x^T x = \lambda = 2 x^T x$$""",
    "symmetric and wrong": r"Let $A\in\mathbb{R}^{n\times n}$ and $B\in\mathbb{R}^{n\times n}$ be symmetric, "
    r"$w\in\mathbb{R}^n$."
    "\n" + RATIO + "\n" + SLOPE.replace(" - ", " + "),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_lines_that_rest_on_words_are_not_accused(name: str) -> None:
    report = gradproof.check(RIGHT[name])
    verdicts = [line.verdict for line in report.files[0].lines]
    assert "refuted" not in verdicts, verdicts
    assert {"proved", "agrees"} & set(verdicts), verdicts


@pytest.mark.parametrize("name", WRONG)
def test_words_excuse_nothing_else(name: str) -> None:
    report = gradproof.check(WRONG[name])
    assert report.files[0].lines[-1].verdict == "refuted"


@pytest.mark.parametrize("name", CONDITIONS)
def test_equations_between_what_nothing_relates_are_not_refuted(name: str) -> None:
    report = gradproof.check(CONDITIONS[name])
    assert "refuted" not in [line.verdict for line in report.files[0].lines]


@pytest.mark.parametrize("name", DEGENERATE)
def test_arrays_of_one_entry_confirm_nothing(name: str) -> None:
    report = gradproof.check(DEGENERATE[name])
    assert report.files[0].lines[-1].verdict not in ("proved", "agrees")
