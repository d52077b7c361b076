r"""Documents as people write them: columns of remarks, sizes told again, braces that do not print, loose words."""

import pytest

from gradproof.api import check
from gradproof.diagnostic import LineReport


def lines_of(text: str) -> tuple[LineReport, ...]:
    (report,) = check(text).files
    assert report.error is None
    return report.lines


CONFIRMED = {
    "a remark beside a derivation is not what the next row goes on with": r"""
$$\begin{align}
f &= x^2 \sin x && (u^3)' = 3u^2 \\
  &= x \cdot x \sin x && \frac{\partial c}{\partial x} = 0 \\
  &= x \sin x \cdot x
\end{align}$$""",
    "the reason in words beside a row": r"""
$$\begin{eqnarray}
\sigma'(z) &=& \frac{e^{-z}}{(1+e^{-z})^2} & \text{since} & (1/u)' = -u'/u^2\\
&=& \sigma(z)(1-\sigma(z))
\end{eqnarray}$$""",
    "two derivations side by side": r"""
$$\begin{align}
f &= (x+1)^2 & g &= (x-1)^2 \\
  &= x^2 + 2x + 1 &  &= x^2 - 2x + 1
\end{align}$$""",
    "sizes told again hold from there on": r"""
Let $X \in \mathbb{R}^{n \times n}$.
$$\frac{\partial \operatorname{tr}(X)}{\partial X} = I$$
Let $A \in \mathbb{R}^{n \times p}$ and $X \in \mathbb{R}^{p \times n}$.
$$\frac{\partial \operatorname{tr}(A X)}{\partial X} = A^T$$
Now $A \in \mathbb{R}^{q \times p}$, $X \in \mathbb{R}^{p \times r}$, $B \in \mathbb{R}^{r \times q}$.
$$\frac{\partial \operatorname{tr}(A X B)}{\partial X} = A^T B^T$$""",
    "braces around a sign do not print": r"""
$$\frac{d}{dx} (1 + { -e }^{ -x })^{ -2 } = { -2 } (1 - e^{-x})^{-3} e^{-x}$$""",
    "braces keep what a differential acts on": r"""
Let $X \in \mathbb{R}^{n \times m}$ and $Y \in \mathbb{R}^{m \times k}$.
$$\partial \mathbf{XY} = \partial \mathbf{X}\, \mathbf{Y} + \mathbf{X}\, \partial \mathbf{Y}$$""",
    "a transpose inside a font": r"""
Let $\mathbf{A} \in \mathbb{R}^{n \times m}$ and $\mathbf{X} \in \mathbb{R}^{m \times n}$.
$$\frac{\partial}{\partial \mathbf{X}} \operatorname{tr}(\mathbf{A X}) = \mathbf{A^T}$$""",
    "a row of a matrix before a column": r"""
$$L = \sum_{i=1}^{N} \frac{1}{2} (x_i \beta - y_i)^2$$
$$\frac{\partial L}{\partial \beta_j} = \sum_{i=1}^{N} (x_i \beta - y_i) x_{i,j}$$""",
    "an arrow over nabla": r"""
Let $w, x \in \mathbb{R}^n$.
$$f(w) = (w^T x)^2$$
$$\vec{\nabla} f(w) = 2 (w^T x) x$$
$$\vec{\nabla}^2 f(w) = 2 x x^T$$""",
    "the first entry of a gradient": r"""
Let $a, b \in \mathbb{R}^n$.
$$f(a) = (a^T b)^2$$
$$\frac{\partial}{\partial a} f(a) = 2 (a^T b) b_1 + 0 \cdot a_1$$""",
    "the covariance of a density is symmetric": r"""
$$L(\mu) = \log \mathcal{N}(x \mid \mu, \Sigma)$$
$$\nabla_\mu L = \Sigma^{-1}(x - \mu)$$""",
    "a prime beside its function": r"""
$$f(z) = z^3$$
$$f\prime(z) = 3 z^2$$""",
    "delta as the sign of a derivative": r"""
$$L = (w x - y)^2$$
$$\frac{\delta L}{\delta w} = 2 x (w x - y)$$""",
}


@pytest.mark.parametrize("text", CONFIRMED.values(), ids=CONFIRMED)
def test_what_is_right_as_printed_is_confirmed(text: str) -> None:
    lines = lines_of(text)
    assert {line.verdict for line in lines} <= {"proved", "agrees", "given"}, [
        (line.verdict, line.reason) for line in lines
    ]
    assert any(line.verdict in ("proved", "agrees") for line in lines)


def test_a_wrong_row_is_found_beside_remarks() -> None:
    lines = lines_of(r"""
$$\begin{align}
f &= (x+1)^2 && (a+b)^2 = a^2 + 2ab + b^2 \\
  &= x^2 + 2x - 1 && (a-b)^2 = a^2 - 2ab + b^2 \\
\end{align}$$""")
    assert [line.verdict for line in lines] == ["proved", "given", "proved", "refuted"]


def test_a_wrong_remark_is_found() -> None:
    lines = lines_of(r"""
$$\begin{align}
f &= (x+1)^2 && (a+b)^2 = a^2 + ab + b^2 \\
  &= x^2 + 2x + 1
\end{align}$$""")
    assert [line.verdict for line in lines] == ["refuted", "given", "proved"]


def test_names_told_again_are_printed_as_written() -> None:
    lines = lines_of(r"""
Let $X \in \mathbb{R}^{n \times n}$.
$$\frac{\partial \operatorname{tr}(X)}{\partial X} = I$$
Let $A \in \mathbb{R}^{n \times p}$ and $X \in \mathbb{R}^{p \times n}$.
$$\frac{\partial \operatorname{tr}(A X)}{\partial X} = 2 A^T$$""")
    assert [line.verdict for line in lines if line.verdict != "given"] == [
        "proved",
        "refuted",
    ]
    assert "\u2060" not in repr(lines)


@pytest.mark.parametrize(
    "text",
    [
        r"""
$$f = (x + h)^2$$
$$\begin{align}
f &= x^2 + 2xh + h^2 \\
&= x^2 + 2xh & \text{neglecting the $h^2$ term}
\end{align}$$""",
        r"""
$$L = (w x - y)^2$$
$$z = w x$$
$$\frac{L}{dw} = \frac{L}{dz} \frac{z}{dw}$$""",
        r"""
Suppose that $A(t)$ and $M(t)$ are square matrices satisfying
$$\frac{d}{dt} A(t) = M(t) A(t).$$
Write $A = (a_{ij})$ and $M = (m_{ij})$.
$$\frac{d}{dt} \operatorname{tr} A(t) = \operatorname{tr}(M(t) A(t))$$""",
        r"""
Let $x \in \mathbb{R}^{1 \times n}$ and $W \in \mathbb{R}^{n \times m}$ with columns $W_i$.
$$\frac{\partial}{\partial x} x W_i = \frac{\partial}{\partial x} 1 \cdot x W_i$$""",
        r"""
$$f(w) = \sum_{i=1}^n (\sigma(w) - 1) x_i$$
$$f(w) = \sum_{i=1}^n \sigma(w) - 1 ). x_i$$""",
        r"""
$$\ell(p) = \log \prod_{n=1}^N p_n^{x_n} (1 - p)^{1 - x_n}$$
$$\frac{d \ell}{dp} = \sum_{n=1}^N \frac{x_n}{p} - \frac{1 - x_n}{1 - p}$$""",
        r"""
Let $x_n, \mu_k \in \mathbb{R}^d$ and $\Sigma_k \in \mathbb{R}^{d \times d}$.
$$L = \sum_{n=1}^N \log \sum_{k=1}^K \pi_k \mathcal{N}(x_n | \mu_k, \Sigma_k)$$
$$\frac{\partial L}{\partial \mu_k} = \sum_{n=1}^N \frac{\pi_k \mathcal{N}(x_n | \mu_k, \Sigma_k)}
{\sum_j \pi_j \mathcal{N}(x_n | \mu_j, \Sigma_j)} \Sigma_k^{-1} (x_n - \mu_k)$$""",
    ],
    ids=[
        "what is left out is told in words",
        "a quotient by dw is no derivative",
        "what is supposed",
        "a column of a matrix",
        "a bracket that was never opened",
        "an index left out",
        "one of several covariances",
    ],
)
def test_what_is_said_loosely_is_not_refuted(text: str) -> None:
    lines = lines_of(text)
    assert "refuted" not in {line.verdict for line in lines}
    assert {line.verdict for line in lines} & {"undecided", "unread"}


def test_where_hadamard_products_are_written_so_a_product_without_the_sign_is_none() -> None:
    lines = lines_of(r"""
Let $A, H \in \mathbb{R}^{n \times n}$.
$$L = \operatorname{tr}(A (H \odot H))$$
$$L = \operatorname{tr}(A H H)$$""")
    assert lines[-1].verdict == "refuted"
    lines = lines_of(r"""
$$L = \operatorname{tr}(A (H \odot H)), \quad A \in \mathbb{R}^{n \times m}$$
$$L = \operatorname{tr}(A H H)$$""")
    assert lines[-1].verdict not in ("proved", "agrees")
