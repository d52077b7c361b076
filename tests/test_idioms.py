"""What people leave out or abbreviate: sums of the convention, densities by name, labels as indices.

One letter a display line: ``g`` given, ``p`` proved or agrees, ``x`` refuted, ``u`` undecided, ``-`` unread.
"""

import pytest
from test_readings import judged

CONVENTION = [
    (r"""With Einstein's summation convention, let $A \in \mathbb{R}^{n \times n}$ and $x \in \mathbb{R}^n$:
$$ f = x_i A_{ij} x_j $$
$$ \frac{\partial f}{\partial x_k} = A_{kj} x_j + x_i A_{ik} $$
$$ \nabla f = (A + A^T) x $$
$$ \frac{\partial f}{\partial x_k} = 2 A_{kj} x_j $$""", "gppx"),
    # a trace, and squares in brackets
    (r"""Repeated indices are summed over. Let $B \in \mathbb{R}^{n \times n}$, $u, v \in \mathbb{R}^n$:
$$ g = B_{ii} + (u_i - v_i)(u_i - v_i) $$
$$ \frac{\partial g}{\partial B_{kl}} = \delta_{kl} $$
$$ \frac{\partial g}{\partial u_k} = 2 (u_k - v_k) $$
$$ \frac{\partial g}{\partial v_k} = 2 (u_k - v_k) $$""", "gppx"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CONVENTION)
def test_repeated_indices_are_summed_where_words_say_so(text: str, expected: str) -> None:
    assert judged(text) == expected


DENSITIES = [
    (r"""$$ \ell = \sum_{n=1}^N \log \sum_{k=1}^K \pi_k \mathcal{N}(x_n \mid \mu_k, \sigma_k^2) $$
$$ r_{nk} = \frac{\pi_k \mathcal{N}(x_n \mid \mu_k, \sigma_k^2)}{\sum_j \pi_j \mathcal{N}(x_n | \mu_j, \sigma_j^2)} $$
$$ \frac{\partial \ell}{\partial \mu_k} = \sum_n r_{nk} \frac{x_n - \mu_k}{\sigma_k^2} $$
$$ \frac{\partial \ell}{\partial \mu_k} = \sum_n r_{nk} \frac{x_n - \mu_k}{\sigma_k} $$""", "ggpx"),
    (r"""Let $x, \mu \in \mathbb{R}^d$ and let $\Sigma$ be a covariance matrix.
$$ L = \log \mathcal{N}(x; \mu, \Sigma) $$
$$ \nabla_\mu L = \Sigma^{-1} (x - \mu) $$
$$ \nabla_\mu L = -\Sigma^{-1} (x - \mu) $$""", "gpx"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), DENSITIES)
def test_a_gaussian_density_is_its_formula(text: str, expected: str) -> None:
    assert judged(text) == expected


LABELS = [
    # the number of the right class, compared with an index
    (r"""Let $z \in \mathbb{R}^C$.
$$ p_k = \frac{e^{z_k}}{\sum_j e^{z_j}} $$
$$ L = -\log p_c $$
$$ \frac{\partial L}{\partial z_k} = p_k - \mathbb{1}[k = c] $$
$$ \frac{\partial L}{\partial z_k} = p_k + \mathbb{1}[k = c] $$""", "ggpx"),
    (r"""$$ L_i = -f_{y_i} + \log \sum_j e^{f_j} $$
$$ \frac{\partial L_i}{\partial f_k} = \frac{e^{f_k}}{\sum_j e^{f_j}} - \mathbb{1}(y_i = k) $$
$$ \frac{\partial L_i}{\partial f_k} = \frac{e^{f_k}}{\sum_j e^{f_j}} - 1 $$""", "gpx"),
    # all classes but the right one
    (r"""Let $w_j, x_i \in \mathbb{R}^d$ and $y_i \in \{1, \dots, K\}$.
$$ L_i = \sum_{j \ne y_i} \max(0, w_j^T x_i - w_{y_i}^T x_i + 1) $$
$$ \nabla_{w_{y_i}} L_i = -\sum_{j \ne y_i} \mathbb{1}(w_j^T x_i - w_{y_i}^T x_i + 1 > 0) x_i $$
$$ \nabla_{w_{y_i}} L_i = \sum_{j \ne y_i} \mathbb{1}(w_j^T x_i - w_{y_i}^T x_i + 1 > 0) x_i $$""", "gpx"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), LABELS)
def test_a_label_says_which_member_is_meant(text: str, expected: str) -> None:
    assert judged(text) == expected


PAIRS = [
    (r"""$$ Z = \sum_{k \ne l} a_k b_l $$
$$ \frac{\partial Z}{\partial a_i} = \sum_l b_l - b_i $$
$$ \frac{\partial Z}{\partial a_i} = \sum_l b_l $$""", "gpx"),
    (r"""$$ E = \sum_{i<j} (x_i - x_j)^2 $$
$$ \frac{\partial E}{\partial x_k} = 2 \sum_j (x_k - x_j) $$
$$ \frac{\partial E}{\partial x_k} = \sum_j (x_k - x_j) $$""", "gpx"),
    # members of one family, of which one is declared
    (r"""Let $y_i \in \mathbb{R}^2$ and $w_{ij} = \|y_i - y_j\|^2$.
$$ Z = \sum_{k \ne l} \|y_k - y_l\|^2 $$
$$ Z = \sum_{k \ne l} w_{kl} $$
$$ Z = 2 \sum_{k \ne l} w_{kl} $$""", "gpx"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), PAIRS)
def test_a_sum_over_pairs_runs_over_both_letters(text: str, expected: str) -> None:
    assert judged(text) == expected


SECOND = [
    (r"""Let $A$ be a symmetric $n \times n$ matrix and $x, b \in \mathbb{R}^n$.
$$ f(x) = \frac12 x^T A x - b^T x $$
$$ df = (A x - b)^T dx $$
$$ d^2 f = dx^T A\, dx $$
$$ \mathrm{d}^2 f = 2\, \mathrm{d}x^T A\, \mathrm{d}x $$""", "gppx"),
    # a quantity d: its square
    (r"""Let $d > 0$ and $h = d^2 f$ for numbers $d$ and $f$.
$$ \frac{\partial h}{\partial d} = 2 d f $$""", "p"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), SECOND)
def test_a_second_differential(text: str, expected: str) -> None:
    assert judged(text) == expected


def test_what_holds_where_words_set_a_gradient_to_zero_is_not_accused() -> None:
    text = r"""Let $S$ be a symmetric $d \times d$ matrix, $u \in \mathbb{R}^d$ with $u^T u = 1$.
$$ \mathcal{L} = u^T S u - \lambda (u^T u - 1) $$
$$ \nabla_u \mathcal{L} = 2 S u - 2 \lambda u $$
Setting this to zero we see that $S u = \lambda u$, and the variance is
$$ u^T S u = \lambda $$"""
    assert judged(text) == "gpp"


ENTRIES = [
    # of a matrix, the digits side by side; of a vector that is declared with its label
    (r"""Let $A \in \mathbb{R}^{2 \times 2}$ and $x_k \in \mathbb{R}^2$ and $z = A x_k$.
$$ z_1 = A_{11} x_{k,1} + A_{12} x_{k,2} $$
$$ \frac{\partial \det A}{\partial A_{11}} = A_{22} $$
$$ \frac{\partial \det A}{\partial A_{12}} = A_{21} $$""", "ppx"),
    # members declared with dots, of which one stands alone
    (r"""Let $q \in \mathbb{R}^d$ and $v_0, \ldots, v_K \in \mathbb{R}^d$.
$$ L = \log \sum_{i=0}^K \exp(q^T v_i) - q^T v_0 $$
$$ p_i = \frac{\exp(q^T v_i)}{\sum_{j=0}^K \exp(q^T v_j)} $$
$$ \nabla_q L = \sum_{i=0}^K p_i v_i - v_0 $$
$$ \nabla_q L = \sum_{i=0}^K p_i v_i $$""", "ggpx"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), ENTRIES)
def test_entries_and_members_as_they_are_written(text: str, expected: str) -> None:
    assert judged(text) == expected


def test_a_comparison_of_the_same_name_begins_another_case() -> None:
    text = r"""Let $f = \max(u, v) + u^2$. For $u > v$ we get
$$ \frac{\partial f}{\partial u} = 1 + 2 u $$
and for $v > u$
$$ \frac{\partial f}{\partial u} = 2 u $$
$$ \frac{\partial f}{\partial u} = 3 u $$"""
    assert judged(text) == "ppx"
