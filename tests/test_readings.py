"""Kinds of notation in whole documents, right and wrong: what each line is judged as.

One letter a display line: ``g`` given, ``p`` proved or agrees, ``x`` refuted, ``u`` undecided, ``-`` unread.
"""

import pytest

from gradproof.api import check

LETTERS = {
    "given": "g",
    "proved": "p",
    "agrees": "p",
    "refuted": "x",
    "undecided": "u",
    "unread": "-",
}


def judged(text: str) -> str:
    """Return one letter for each display line of a document."""
    (report,) = check(text).files
    return "".join(LETTERS[x.verdict] for x in report.lines if x.place.block is not None)


SOLVED = [
    # a name is given by an equation with one that is defined
    (r"""Let $y \in [0,1]^m$, $\hat y \in (0,1)^m$.
$$ L = y^T \log(\hat y) + (1-y)^T \log(1-\hat y) $$
$$ L = -mJ $$
$$ \frac{\partial J}{\partial \hat y} = \frac1m\left(\frac{1-y}{1-\hat y} - \frac{y}{\hat y}\right) $$
$$ \frac{\partial J}{\partial \hat y} = \frac1m\left(\frac{y}{\hat y} - \frac{1-y}{1-\hat y}\right) $$""", "ggpx"),
    # the equation stands before what it is about
    (r"""Let $y \in [0,1]^m$, $\hat y \in (0,1)^m$.
$$ L = -mJ $$
$$ L = y^T \log(\hat y) + (1-y)^T \log(1-\hat y) $$
$$ \frac{\partial J}{\partial \hat y} = \frac1m \frac{\hat y - y}{\hat y\odot(1-\hat y)} $$
$$ \frac{\partial J}{\partial \hat y} = \frac1m \frac{\hat y + y}{\hat y\odot(1-\hat y)} $$""", "ggpx"),
    # under a sum and a factor
    (r"""Let $x \in \mathbb{R}$.
$$ f = x^2 $$
$$ f = 3 g + 1 $$
$$ \frac{dg}{dx} = \frac{2x}{3} $$
$$ \frac{dg}{dx} = 2x $$""", "ggpx"),
    # names in use are not given anew: a term is lost
    (r"""Let $x, w, b \in \mathbb{R}$.
$$ z = w x + b $$
$$ z = w x $$""", "gx"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), SOLVED)
def test_an_equation_gives_the_name_that_it_can_be_solved_for(text: str, expected: str) -> None:
    assert judged(text) == expected


DOTS = [
    # the Jacobian of the softmax written out; then with another sign beside the diagonal
    (r"""Let $z \in \mathbb{R}^n$.
$$ s_i = \frac{e^{z_i}}{\sum_{k=1}^n e^{z_k}} $$
$$ \frac{\partial s}{\partial z} = \begin{pmatrix} s_1(1-s_1) & -s_1 s_2 & \cdots & -s_1 s_n \\
-s_2 s_1 & s_2(1-s_2) & \cdots & -s_2 s_n\\ \vdots & \vdots & \ddots & \vdots \\
-s_n s_1 & -s_n s_2 & \cdots & s_n(1-s_n)\end{pmatrix} $$
$$ \frac{\partial s}{\partial z} = \begin{pmatrix} s_1(1-s_1) &  \cdots & s_1 s_n \\ \vdots & \ddots & \vdots \\
s_n s_1 & \cdots & s_n(1-s_n)\end{pmatrix} $$""", "gpx"),
    # entries that count from 0
    (r"""Let $z \in \mathbb{R}^{n+1}$, $i = 0, \dots, n$.
$$ A_i = \frac{e^{z_i}}{\sum_{k=0}^n e^{z_k}} $$
$$ \frac{\partial A}{\partial z} = \begin{pmatrix} A_0(1-A_0) & \cdots & -A_0 A_n \\ \vdots & & \vdots \\
-A_n A_0 & \cdots & A_n(1-A_n)\end{pmatrix} $$
$$ \frac{\partial A}{\partial z} = \begin{pmatrix} z_0(1-z_0) & \cdots & -z_0 z_n \\ \vdots & & \vdots \\
-z_n z_0 & \cdots & z_n(1-z_n)\end{pmatrix} $$""", "gpx"),
    # the rows of a design matrix
    (r"""Let $x_i \in \mathbb{R}^d$, $w \in \mathbb{R}^d$, $y \in \mathbb{R}^m$, $i = 1, \dots, m$.
$$ X = \begin{bmatrix} x_1^T \\ \vdots \\ x_m^T \end{bmatrix} $$
$$ f = \frac12 \sum_{i=1}^m (w^T x_i - y_i)^2 $$
$$ f = \frac12 \|Xw - y\|^2 $$
$$ \nabla_w f = X^T(Xw - y)$$
$$ \nabla_w f = X(Xw - y)$$
$$ \nabla_w f = X^T(Xw + y)$$""", "ggppxx"),
    # columns in a list, sums with dots
    (r"""Let $u_j \in \mathbb{R}^D$, $v \in \mathbb{R}^D$, $j = 1, \dots, W$.
$$ U = [u_1, u_2, \dots, u_W] $$
$$ U^T v = \begin{bmatrix} u_1^T v \\ u_2^T v \\ \vdots \\ u_W^T v\end{bmatrix}$$
$$ f = u_1^T v + u_2^Tv + \dots + u_W^T v$$
$$ \frac{\partial f}{\partial v} = u_1 + u_2 + \cdots + u_W $$
$$ \frac{\partial f}{\partial v} = U \mathbf{1} $$
$$ \frac{\partial f}{\partial v} = U^T \mathbf{1} $$""", "gpgppx"),
    # a diagonal matrix with empty cells; a vector written out by its entries
    (r"""Let $a \in \mathbb{R}^n$.
$$ a = (a_1, \dots, a_n)^T $$
$$ y = a \odot a $$
$$ \frac{\partial y}{\partial a} = \begin{pmatrix} 2 a_1 & & \\ & \ddots & \\ & & 2a_n\end{pmatrix} $$
$$ \frac{\partial y}{\partial a} = \begin{pmatrix} a_1 & & 0 \\ & \ddots & \\ 0 & & a_n\end{pmatrix} $$""", "ggpx"),
    # a matrix that is not square, and a product
    (r"""Let $W \in \mathbb{R}^{m \times n}$, $x \in \mathbb{R}^n$, $\delta \in \mathbb{R}^m$.
$$ L = \delta^T W x $$
$$ \frac{\partial L}{\partial W} = \begin{pmatrix} \delta_1 x_1 & \cdots & \delta_1 x_n \\ \vdots & & \vdots \\
\delta_m x_1 & \cdots & \delta_m x_n \end{pmatrix} = \delta x^T $$
$$ \frac{\partial L}{\partial W} = \begin{pmatrix} \delta_1 x_1 & \cdots & \delta_1 x_n \\ \vdots & & \vdots \\
\delta_m x_1 & \cdots & \delta_m x_n \end{pmatrix} + W $$""", "gpx"),
    # what does not say how it goes on stays unread or undecided
    (r"""Let $x \in \mathbb{R}^n$.
$$ f = x_1 + x_3 + \dots + x_n $$
$$ \frac{\partial f}{\partial x_2} = 1 $$""", "gu"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), DOTS)
def test_dots_are_filled_in_as_what_stands_around_them_goes_on(text: str, expected: str) -> None:
    assert judged(text) == expected


ENTRIES = [
    (r"""Let $z \in \mathbb{R}^n$, $y \in [0,1]^n$, $i = 1, \dots, n$, $j=1,\dots, n$, $\sum_i y_i = 1$.
$$ s = \operatorname{softmax}(z) $$
$$ \frac{\partial s}{\partial z} = s_i(\delta_{ij} - s_j) $$
$$ \frac{\partial s}{\partial z} = s_i(\delta_{ij} + s_j) $$
$$ L = -\sum_i y_i \log s_i $$
$$ \frac{\partial L}{\partial s} = \frac{\partial}{\partial s}(-\sum_i y_i \log s_i) = -\frac{y_i}{s_i} $$
$$ \nabla_z L = s_i - y_i $$
$$ \nabla_z L = y_i - s_i $$""", "gpxgppx"),
    # the index stands in a line that continues
    (r"""Let $z \in \mathbb{R}^n$, $y \in [0,1]^n$, $i = 1, \dots, n$, $\sum_i y_i = 1$.
$$ L = -\sum_i y_i \log \operatorname{softmax}(z) $$
$$ \frac{\partial L}{\partial z} = \frac{\partial}{\partial z}\left(-\sum_i y_i z_i + \log \sum_i e^{z_i}\right) $$
$$ = \frac{e^{z_i}}{\sum_k e^{z_k}} - y_i $$
$$ = \frac{e^{z_i}}{\sum_k e^{z_k}} + y_i $$""", "gppx"),
    # the entries of a matrix of weights
    (r"""Let $W \in \mathbb{R}^{m \times n}$, $x \in \mathbb{R}^n$, $\delta \in \mathbb{R}^m$.
Let $i = 1, \dots, m$, $j = 1, \dots, n$.
$$ L = \delta^T W x $$
$$ \frac{\partial L}{\partial W} = \delta_i x_j $$
$$ \frac{\partial L}{\partial W} = \delta_i $$
$$ \frac{\partial L}{\partial W} = 2 \delta_i x_j $$""", "gpxx"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), ENTRIES)
def test_an_array_beside_an_index_is_read_as_its_entry(text: str, expected: str) -> None:
    assert judged(text) == expected


def test_a_name_varies_under_the_heading_where_it_is_differentiated_only() -> None:
    text = r"""# one
Let $X \in \mathbb{R}^{m \times n}$, $w \in \mathbb{R}^n$, $y \in \mathbb{R}^m$.
$$ f = \frac12\|Xw - y\|^2 $$
$$ \nabla_w f = X^T(Xw - y) $$

# other
Let $a \in \mathbb{R}^n$.
$$ y = a \odot a $$
$$ \frac{\partial y}{\partial a} = 2 \operatorname{diag}(a) $$"""
    assert judged(text) == "gpgp"


CHAINED = [
    # a name between two sides is defined there
    (r"""Let $z \in \mathbb{R}^K$, $t \in \mathbb{R}^K$.
$$ y = q = \operatorname{softmax}(z) $$
$$ L = H(t, y) = -t^T \log y $$
$$ \frac{\partial q}{\partial z} = \operatorname{diag}(q) - q q^T$$
$$ \frac{\partial L}{\partial y} = -t/y $$
$$ \frac{\partial L}{\partial y} = t/y $$""", "ggppx"),
    (r"""Let $t \in \mathbb{R}^K$, $W \in \mathbb{R}^{K \times D}$, $x \in \mathbb{R}^D$.
$$ z = Wx $$
$$ L = \frac12 \|z - t\|^2 $$
$$ \frac{\partial L}{\partial z} = \delta = z - t $$
$$ \frac{\partial L}{\partial W} = \delta x^T $$
$$ \frac{\partial L}{\partial x} = W \delta $$""", "ggppx"),
    # a function with a meaning of its own is judged, not defined
    (r"""$$ z = \sigma(h) = \frac{1}{1+e^{h}} $$""", "x"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CHAINED)
def test_a_new_name_between_the_sides_of_a_chain_is_defined_there(text: str, expected: str) -> None:
    assert judged(text) == expected


LETTERED = [
    # the numerator says over what its letter runs
    (r"""Let $v_c \in \mathbb{R}^D$, $u_w \in \mathbb{R}^D$, $w = 1, \dots, W$.
$$ p(o \mid c) = \frac{\exp(u_o^T v_c)}{\sum_{w=1}^W \exp(u_w^T v_c)} $$
$$ J = -\log p(o \mid c) $$
$$ \frac{\partial J}{\partial v_c} = -u_o + \sum_{w=1}^W p(w \mid c) u_w $$
$$ \frac{\partial J}{\partial v_c} = -u_o - \sum_{w=1}^W p(w \mid c) u_w $$
$$ \frac{\partial J}{\partial u_o} = (p(o \mid c) - 1) v_c $$
$$ \frac{\partial J}{\partial u_o} = - v_c $$""", "ggpxpx"),
    # the letter above the name, and a loss that stands before what it is made of
    (r"""Let $v \in \mathbb{R}^D$, $u_w \in \mathbb{R}^D$, $w = 1, \dots, W$, $y \in \{0,1\}^W$, $\sum_i y_i = 1$.
Let $J = CE(y, \hat y)$.
$$ \hat{y}^{o} = p(o | v) = \frac{\exp(u_{o}^{T} v)}{\sum_{w=1}^{W}\exp(u_{w}^{T} v)} $$
$$ U = [u_1,u_2, \ldots,u_W] $$
$$ CE(y, \hat{y}) = -\sum_iy_i\log(\hat{y}_i) $$
$$ \frac{\partial J}{\partial v}= U(\hat{y} - y) $$
$$ \frac{\partial J}{\partial v}= U^T(\hat{y} - y) $$
$$ \frac{\partial J}{\partial v}= U(y - \hat y) $$""", "gggpxx"),
    # a letter of a member by which another is differentiated
    (r"""Let $z \in \mathbb{R}^K$.
$$ \pi_a = \frac{e^{z_a}}{\sum_b e^{z_b}} $$
$$ \frac{\partial \log \pi_a}{\partial z_a} = 1 - \pi_a $$
$$ \frac{\partial \log \pi_a}{\partial z_c} = \delta_{ac} - \pi_c $$
$$ \frac{\partial \log \pi_a}{\partial z_c} = \delta_{ac} + \pi_c $$""", "gppx"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), LETTERED)
def test_letters_of_members_are_indices(text: str, expected: str) -> None:
    assert judged(text) == expected


PRODUCTS = [
    (r"""Let $X \in \mathbb{R}^{m \times n}$, $V \in \mathbb{R}^{n \times k}$, $Y \in \mathbb{R}^{m \times p}$.
Let $B \in \mathbb{R}^{k \times p}$.
$$ H = X V $$
$$ O = H B $$
$$ L = \frac12 \|O - Y\|_F^2 $$
$$ \frac{\partial L}{\partial B} = H^T (O - Y) $$
$$ \frac{\partial L}{\partial B} = H (O - Y) $$
$$ \frac{\partial L}{\partial H} = (O - Y) B^T $$""", "gggpxp"),
    # of numbers both readings stay open
    (r"""Let $x \in \mathbb{R}$.
$$ C = x^2 + 1 $$
$$ D = C(x + 1) $$
$$ \frac{dD}{dx} = 3x^2 + 2x + 1 $$
$$ \frac{dD}{dx} = 2(x+1) $$""", "gguu"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), PRODUCTS)
def test_a_matrix_before_a_sum_in_brackets_is_a_factor(text: str, expected: str) -> None:
    assert judged(text) == expected


UNSAID = [
    # by what a gradient is taken: the argument, the letter of habit, and what may be meant
    (r"""Let $x \in \mathbb{R}^n$, $A \in \mathbb{R}^{n \times n}$, $b \in \mathbb{R}^n$.
$$ f(x) = x^T A x + b^T x $$
$$ \nabla f = (A + A^T) x + b $$
$$ \nabla f = 2 A x + b $$
$$ \nabla^2 f = A + A^T $$
$$ \nabla f(x) = (A + A^T) x - b $$""", "gpxpx"),
    (r"""Let $x \in \mathbb{R}^n$, $b \in \mathbb{R}^n$.
$$ g = \frac12 \|x - b\|^2 $$
$$ \nabla g = x - b $$
$$ \nabla g = 2(x - b) $$
$$ \nabla g = b - x $$""", "gpxu"),
    # sums without an index: over the letter inside, over the one that stands nowhere else
    (r"""Let $y \in [0,1]^K$, $z \in \mathbb{R}^K$.
$$ p_i = \frac{e^{z_i}}{\sum e^{z_j}} $$
$$ L = -\sum y_i \log p_i $$
$$ \frac{\partial L}{\partial z_k} = -\sum \frac{y_i}{p_i} \frac{\partial p_i}{\partial z_k} $$
$$ \frac{\partial L}{\partial z_k} = p_k \sum y_i - y_k $$
$$ \frac{\partial L}{\partial z_k} = -\sum y_i + y_k $$""", "ggppx"),
    (r"""Let $\theta \in \mathbb{R}^d$, $\phi(s,a) \in \mathbb{R}^d$, $a = 1, \dots, N$.
$$ \pi_\theta(s,a) = \frac{e^{\phi(s,a)^T \theta}}{\sum e^{\phi(s,a)^T \theta}} $$
$$ \nabla_\theta \log \pi_\theta(s,a) = \phi(s,a) - \sum \phi(s,a) \pi_\theta(s,a) $$
$$ \nabla_\theta \log \pi_\theta(s,a) = \phi(s,a) + \sum \phi(s,a) \pi_\theta(s,a) $$""", "gpx"),
    # the value of a function that only a space is said of
    (r"""Let $\theta \in \mathbb{R}^d$, $y \in \mathbb{R}$, $\phi(x) \in \mathbb{R}^d$.
$$ f_\theta(x) = \theta^T \phi(x) $$
$$ \nabla_\theta f_\theta(x) = \phi(x) $$
$$ \nabla_\theta \frac12(f_\theta(x)-y)^2 = (f_\theta(x)-y)\phi(x) $$
$$ \nabla_\theta \frac12(f_\theta(x)-y)^2 = (y - f_\theta(x))\phi(x) $$""", "gppx"),
    # several letters inside; the one that stands nowhere else is summed over, in every sum
    (r"""Let $x \in \mathbb{R}^n$, $A \in \mathbb{R}^{m \times n}$, $b \in \mathbb{R}^m$.
$$ r = Ax - b $$
$$ E = \frac12 \sum r_i^2 $$
$$ \frac{\partial E}{\partial x_k} = \sum r_i \frac{\partial r_i}{\partial x_k} = \sum r_i A_{ik} $$
$$ \frac{\partial E}{\partial x_k} = \sum A_{ik} $$""", "ggpx"),
    # conditions on names claim nothing; ones written as a bold one
    (r"""Let $p \in (0,1)^n$.
$$ p \neq 0 $$
$$ H = -\sum_i p_i \log p_i $$
$$ \nabla_p H = -\log p - \mathbf{1} $$
$$ \nabla_p H = -\log p + \mathbf{1} $$""", "ggpx"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), UNSAID)
def test_what_is_left_out_is_read_as_it_must_be(text: str, expected: str) -> None:
    assert judged(text) == expected


STEPS = [
    # a step at i of what is defined at t
    (r"""Let $W \in \mathbb{R}^{n \times n}$, $x_{t-1} \in \mathbb{R}^n$, $b \in \mathbb{R}^n$.
$$ x_t = W \tanh(x_{t-1}) + b $$
$$ \frac{\partial x_k}{\partial x_{k-1}} = W \operatorname{diag}(1 - \tanh^2(x_{k-1})) $$
$$ \frac{\partial x_k}{\partial x_{k-1}} = W^T \operatorname{diag}(1 - \tanh^2(x_{k-1})) $$""", "gpx"),
    (r"""Let $U \in \mathbb{R}^{n \times n}$, $V \in \mathbb{R}^{n \times p}$, $h_{t-1} \in \mathbb{R}^n$.
Let $u_t \in \mathbb{R}^p$.
$$ h_t = U h_{t-1} + V u_t $$
$$ \frac{\partial h_j}{\partial h_{j-1}} = U $$
$$ \frac{\partial h_j}{\partial u_{j}} = V $$
$$ \frac{\partial h_j}{\partial h_{j-1}} = U + V $$""", "gppx"),
    # a function of numbers acts on the entries of a vector
    (r"""Let $g : \mathbb{R} \to \mathbb{R}$, $A \in \mathbb{R}^{m \times n}$, $x \in \mathbb{R}^n$.
Let $b \in \mathbb{R}^m$.
$$ y = A g(x) + b $$
$$ g(x) = x \odot x $$
$$ \frac{\partial y}{\partial x} = 2 A \operatorname{diag}(x) $$
$$ \frac{\partial y}{\partial x} = 2 \operatorname{diag}(x) A $$""", "ggpx"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), STEPS)
def test_a_step_of_a_recurrence_may_bear_another_letter(text: str, expected: str) -> None:
    assert judged(text) == expected


KINDS = [
    # a covariance that nothing declares: a matrix, as its inverse between vectors says
    (r"""Let $x_i \in \mathbb{R}^d$, $\mu \in \mathbb{R}^d$, $i = 1, \dots, n$.
$$ \ell(\mu, \Sigma) = -\frac n2 \log |\Sigma| - \frac12 \sum_{i=1}^n (x_i - \mu)^T \Sigma^{-1} (x_i - \mu) $$
$$ \frac{\partial \ell}{\partial \mu} = \sum_{i=1}^n \Sigma^{-1} (x_i - \mu) $$
$$ \frac{\partial \ell}{\partial \Sigma} = -\frac n2 \Sigma^{-1}
+ \frac12 \sum_{i=1}^n \Sigma^{-1} (x_i - \mu)(x_i-\mu)^T \Sigma^{-1} $$
$$ \frac{\partial \ell}{\partial \Sigma} = -\frac n2 \Sigma^{-1}
- \frac12 \sum_{i=1}^n \Sigma^{-1} (x_i - \mu)(x_i-\mu)^T \Sigma^{-1} $$""", "gppx"),
    (r"""Let $x \in \mathbb{R}^d$, $m \in \mathbb{R}^d$.
$$ q = (x - m)^T \Lambda^{-1} (x - m) $$
$$ \frac{\partial q}{\partial x} = 2 \Lambda^{-1} (x - m) $$
$$ \frac{\partial q}{\partial x} = \Lambda^{-1} (x - m) $$""", "gpx"),
    # the parameter of a loss is no index
    (r"""Let $\theta \in \mathbb{R}^d$, $r_a \in \mathbb{R}$, $\phi_a \in \mathbb{R}^d$, $a = 1, \dots, K$.
$$ J(\theta) = \sum_a r_a \log q_\theta(a) $$
$$ q_\theta(a) = \frac{e^{\theta^T \phi_a}}{\sum_b e^{\theta^T \phi_b}} $$
$$ \nabla_\theta J(\theta) = \sum_a r_a (\phi_a - \sum_b q_\theta(b) \phi_b) $$
$$ \nabla_\theta J(\theta) = \sum_a r_a (\phi_a + \sum_b q_\theta(b) \phi_b) $$""", "ggpx"),
    (r"""$$ J(\theta) = \frac{1}{2m} \sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)})^2 $$
$$ h_\theta(x) = \theta^T x $$
$$ \frac{\partial J}{\partial \theta_j} = \frac1m \sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)}) x_j^{(i)} $$
$$ \frac{\partial J}{\partial \theta_j} = \frac1m \sum_{i=1}^m (y^{(i)} - h_\theta(x^{(i)})) x_j^{(i)} $$""", "ggpx"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), KINDS)
def test_kinds_of_names_that_nothing_declares(text: str, expected: str) -> None:
    assert judged(text) == expected


UNDEFINED_LOSS = [
    # backwards through a network whose loss nobody writes
    (r"""Let $x \in \mathbb{R}^n$, $W \in \mathbb{R}^{m \times n}$, $V \in \mathbb{R}^{k \times m}$.
Let $t \in \mathbb{R}^k$.
$$ z = Wx $$
$$ h = \tanh(z) $$
$$ y = V h $$
$$ \frac{\partial L}{\partial V} = \frac{\partial L}{\partial y} h^T $$
$$ \frac{\partial L}{\partial h} = V \frac{\partial L}{\partial y} $$
$$ \frac{\partial L}{\partial z} = \frac{\partial L}{\partial h} \odot (1 - h \odot h) $$
$$ \frac{\partial L}{\partial z} = \frac{\partial L}{\partial h} \odot h $$
$$ \frac{\partial L}{\partial y} = y - t $$
$$ \frac{\partial L}{\partial V} = \frac{\partial L}{\partial y} h^T = (y - t) h^T $$
$$ \frac{\partial L}{\partial W} = \frac{\partial L}{\partial z} x^T + \lambda W $$
$$ \frac{\partial L}{\partial x} = W^T (y - t) $$""", "gggpxpxgpgg"),
    # batch normalisation: a path is lost
    (r"""$$ \mu = \frac1m \sum_{i=1}^m x_i $$
$$ \sigma^2 = \frac1m \sum_{i=1}^m (x_i - \mu)^2 $$
$$ \hat x_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}} $$
$$ \frac{\partial L}{\partial x_i} = \frac{\partial L}{\partial \hat x_i} \frac{1}{\sqrt{\sigma^2+\epsilon}}
+ \frac{\partial L}{\partial \sigma^2} \frac{2(x_i - \mu)}{m} + \frac{\partial L}{\partial \mu} \frac1m $$
$$ \frac{\partial L}{\partial x_i} = \frac{\partial L}{\partial \hat x_i} \frac{1}{\sqrt{\sigma^2+\epsilon}}
+ \frac{\partial L}{\partial \mu} \frac1m $$""", "gggpx"),
    # two quantities that nothing is made of, one of which is not spoken of: the loss may hang on both or not
    (r"""Let $x \in \mathbb{R}$, $w \in \mathbb{R}$.
$$ y = w x $$
$$ R = w^2 $$
$$ \frac{\partial L}{\partial w} = \frac{\partial L}{\partial y} x $$""", "ggg"),
    # what the loss may hang on is defined only later
    (r"""Let $h \in \mathbb{R}^d$, $W \in \mathbb{R}^{d \times d}$.
$$ q = W h $$
$$ \frac{\partial L}{\partial h} = W^T \frac{\partial L}{\partial q} $$
$$ y = q + h $$
$$ \frac{\partial L}{\partial q} = \frac{\partial L}{\partial y} $$""", "gggg"),
    # a step later in time is not defined: nothing is said
    (r"""Let $W \in \mathbb{R}^{n \times n}$, $h_{t-1} \in \mathbb{R}^n$.
$$ z_t = W h_{t-1} $$
$$ h_t = \tanh(z_t) $$
$$ \frac{\partial L}{\partial h_t} = W^T \frac{\partial L}{\partial z_{t+1}} $$""", "ggg"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), UNDEFINED_LOSS)
def test_a_loss_that_nobody_defines_may_be_any(text: str, expected: str) -> None:
    assert judged(text) == expected


DIRECTIONS = [
    (r"""Let $X \in \mathbb{R}^{n \times n}$, $H \in \mathbb{R}^{n \times n}$.
$$ i(X) = X^{-1} $$
$$ D_X i(H) = -X^{-1} H X^{-1} $$
$$ D_X i(H) = -X^{-2} H $$
$$ D_X(\operatorname{tr} \circ i)(H) = (D_{i(X)} \operatorname{tr})(D_X i(H)) = -\operatorname{tr}(X^{-2} H) $$
$$ D_X(\operatorname{tr} \circ i)(H) = \operatorname{tr}(X^{-2} H) $$""", "gpxpx"),
    (r"""Let $x \in \mathbb{R}^n$, $h \in \mathbb{R}^n$, $A \in \mathbb{R}^{n \times n}$.
$$ f(x) = x^T A x $$
$$ D_x f(h) = h^T (A + A^T) x $$
$$ D_x f(h) = 2 h^T A x $$""", "gpx"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), DIRECTIONS)
def test_derivatives_in_a_direction(text: str, expected: str) -> None:
    assert judged(text) == expected


def test_a_derivative_at_its_own_variables_is_itself() -> None:
    text = r"""Let $x, y \in \mathbb{R}$.
$$ f(x, y) = x^2 y $$
$$ \frac{\partial f}{\partial x}(x, y) = 2xy $$
$$ \frac{\partial f}{\partial x}(x, y) = x y $$"""
    assert judged(text) == "gpx"


BARE = [
    # a row without a left side is the gradient of what stands before it; then what is none
    (r"""Let $A \in \mathbb{R}^{n \times n}$, $x \in \mathbb{R}^n$.
$$ x^T A x $$
$$ (A + A^T) x $$
$$ A x $$
$$ 2 A x $$""", "gpux"),
    # terms of it are not accused: it is not said what they are
    (r"""Let $X \in \mathbb{R}^{m \times n}$, $w \in \mathbb{R}^n$, $y \in \mathbb{R}^m$.
$$ L = \|Xw - y\|^2 $$
$$ 2 X^T X w $$
$$ -2 X^T y $$
$$ 2 X^T (Xw - y) $$
$$ 2 X (Xw - y) $$""", "guupx"),
    # differentials; that of a matrix inside the trace is not one of the trace
    (r"""Let $A \in \mathbb{R}^{n \times n}$, $X \in \mathbb{R}^{n\times n}$.
$$ f = \operatorname{tr}(A X) $$
$$ A\, dX $$
$$ \operatorname{tr}(A\, dX) $$
$$ \operatorname{tr}(A^T dX) $$""", "gupx"),
    # either layout is one
    (r"""Let $A \in \mathbb{R}^{n \times n}$, $X \in \mathbb{R}^{n\times n}$.
$$ f = \operatorname{tr}(A X^{-1}) $$
$$ -X^{-1} A X^{-1} $$
$$ -X^{-2} A $$""", "gpx"),
    # sizes that are told as numbers say what an array is: nothing is certain
    (r"""Let $A \in \mathbb{R}^{2 \times 2}$, $x \in \mathbb{R}^2$.
$$ x^T A x $$
$$ 2 A x $$""", "gu"),
    # a letter above a vector that counts as many as it has entries
    (r"""Let $u \in \mathbb{R}^n$, $S \in \mathbb{R}^{n \times n}$, $t = 1, \dots, n$.
$$ \sum_{i=1}^n \sum_{j=1}^n S_{ij} u^i u^j $$
$$ \sum_{i=1}^n (S_{it} + S_{ti}) u^i $$
$$ = (S u)_t + (S^T u)_t $$
$$ = 2 (S u)_t + u^t $$""", "gppx"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), BARE)
def test_a_row_without_a_left_side_is_what_it_can_only_be(text: str, expected: str) -> None:
    assert judged(text) == expected


MEMBERS_MET = [
    # a sum over the members that fulfil a comparison
    (r"""Let $p_i \in (0,1)$ and $y_i \in \{0, 1\}$.
$$ L = -\sum_i \left(y_i \log p_i + (1-y_i)\log(1-p_i)\right) $$
$$ L = -\sum_{i: y_i = 1} \log p_i - \sum_{i: y_i = 0} \log(1-p_i) $$
$$ L = -\sum_{i: y_i = 1} \log p_i - \sum_{i: y_i = 1} \log(1-p_i) $$""", "gpx"),
    # the same with a letter that scales a sum of numbers
    (r"""Let $w,x_i\in\mathbb{R}^d$, $y_i\in\{-1,1\}$.
$$ L=\frac12\|w\|^2+C\sum_i\max(0,1-y_iw^Tx_i) $$
$$ \nabla_wL=w-C\sum_{i \mid y_iw^Tx_i<1}y_ix_i $$
$$ \nabla_wL=w-C\sum_{i\,:\,y_iw^Tx_i<1} x_i $$""", "gpx"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), MEMBERS_MET)
def test_a_sum_over_the_members_that_fulfil_a_comparison(text: str, expected: str) -> None:
    assert judged(text) == expected


ACTIONS = r"""Let $\theta\in\mathbb{R}^d$ and $\phi(s,a) \in \mathbb{R}^d$.
$$ \pi_\theta(a|s)=\frac{e^{\theta^T\phi(s,a)}}{\sum_be^{\theta^T\phi(s,b)}} $$
$$ \log\pi_\theta(a|s)=\theta^T\phi(s,a)-\log\sum_be^{\theta^T\phi(s,b)} $$
$$ \nabla_\theta\log\pi_\theta(a|s)=\phi(s,a)-\sum_b\pi_\theta(b|s)\phi(s,b) $$
$$ \nabla_\theta\log\pi_\theta(a|s)=\phi(s,a)-\sum_b\phi(s,b) $$"""


def test_letters_beside_a_sum_are_members_in_arguments_too() -> None:
    assert judged(ACTIONS) == "gppx"


COUNTS = r"""Let $y \in \mathbb{N}$, $\lambda > 0$.
$$ \ell = \log \frac{\lambda^y e^{-\lambda}}{y!} $$
$$ \ell = y\log\lambda - \lambda - \log y! $$
$$ \ell = y\log\lambda - \lambda + \log y! $$
$$ \frac{d\ell}{d\lambda} = \frac{y}{\lambda} - 1 $$
$$ \frac{d\ell}{d\lambda} = \frac{y}{\lambda} - \frac{1}{y!} $$"""


def test_a_factorial_has_a_value() -> None:
    assert judged(COUNTS) == "gpxpx"


HESSIAN = r"""Let $x_i,\theta\in\mathbb{R}^n$ and $h(x)=\frac{1}{1+e^{-\theta^Tx}}$.
$$ J(\theta)=-\frac1m\sum_{i=1}^m\left[y_i\log h(x_i)+(1-y_i)\log(1-h(x_i))\right] $$
$$ \log h(x_i) = -\log(1 + e^{-\theta^T x_i}) $$
$$ \frac{\partial^2J}{\partial\theta_j\partial\theta_k}=\frac1m\sum_{i=1}^mh(x_i)(1-h(x_i))x_{ij}x_{ik} $$
$$ \frac{\partial^2J}{\partial\theta_j\partial\theta_k}=\frac1m\sum_{i=1}^mh(x_i)x_{ij}x_{ik} $$"""


def test_what_rounding_takes_at_far_points_is_no_difference() -> None:
    assert judged(HESSIAN) == "gppx"


KERNELS = r"""Let $K \in \mathbb{R}^{n \times n}$, $K = K^T$, $y \in \mathbb{R}^n$ and $t \in \mathbb{R}$.
$$ \frac{\partial K^{-1}}{\partial t} = -K^{-1}\frac{\partial K}{\partial t}K^{-1} $$
$$ \frac{\partial K^{-1}}{\partial t} = -K^{-2}\frac{\partial K}{\partial t} $$
$$ \frac{\partial \log|K|}{\partial t} = \operatorname{tr}\left(K^{-1}\frac{\partial K}{\partial t}\right) $$
$$ \frac{\partial}{\partial t} y^TK^{-1}y = -(K^{-1}y)^T\frac{\partial K}{\partial t}K^{-1}y $$
$$ \frac{\partial}{\partial t} y^TK^{-1}y = y^TK^{-1}\frac{\partial K}{\partial t}K^{-1}y $$"""


def test_a_matrix_may_vary_with_a_number_in_any_way() -> None:
    assert judged(KERNELS) == "pxppx"


SQUARES = [
    # a quantity given by its square, which stands alone, too
    (r"""Let $\mu=\frac1n\sum_{i=1}^nx_i$.
$$ \sigma^2=\frac1n\sum_{i=1}^n(x_i-\mu)^2 $$
$$ \frac{\partial \sigma}{\partial x_j} = \frac{x_j - \mu}{n\sigma} $$
$$ \frac{\partial \sigma}{\partial x_j} = \frac{2(x_j - \mu)}{n\sigma} $$""", "gpx"),
    # what is squared is the quantity
    (r"""Let $e_{ij}^2=\left(r_{ij}-\sum_kp_{ik}q_{kj}\right)^2$.
$$ \frac{\partial e_{ij}^2}{\partial p_{ik}} = -2 e_{ij} q_{kj} $$
$$ \frac{\partial e_{ij}^2}{\partial p_{ik}} = -2 e_{ij} p_{ik} $$""", "px"),
    # a square as the parameter of a function
    (r"""Let $\sigma>0$.
$$ \ell(\mu,\sigma^2)=-\frac n2\log(2\pi\sigma^2)-\frac1{2\sigma^2}\sum_{i=1}^n(x_i-\mu)^2 $$
$$ \frac{\partial\ell}{\partial\sigma^2}=-\frac n{2\sigma^2}+\frac1{2\sigma^4}\sum_{i=1}^n(x_i-\mu)^2 $$
$$ \frac{\partial\ell}{\partial\sigma^2}=-\frac n{2\sigma^2}+\frac1{\sigma^4}\sum_{i=1}^n(x_i-\mu)^2 $$""", "gpx"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), SQUARES)
def test_a_quantity_may_be_given_by_its_square(text: str, expected: str) -> None:
    assert judged(text) == expected


WHOLE = [
    # the vector of ones, written 1; that s is a vector only its use tells
    (r"""Let $z\in\mathbb{R}^n$.
$$ s=\frac{e^z}{1^Te^z} $$
$$ ds=\frac{e^z\odot dz}{1^Te^z}-\frac{e^z(e^z)^Tdz}{(1^Te^z)^2} $$
$$ ds=s\odot dz-s^Ts\,dz $$""", "gpu"),
    # a number beside the differential of a matrix in an inner product
    (r"""Let $Y\in\mathbb{R}^{n\times q}$, $B\in\mathbb{R}^{n\times q}$.
$$ J=\frac12\|Y-B\|_F^2+\frac\lambda2\langle B, B\rangle_F $$
$$ dJ=-\langle Y-B,dB\rangle+\langle B,\lambda\,dB\rangle $$
$$ dJ=-\langle Y-B,dB\rangle+2\langle B,\lambda\,dB\rangle $$""", "gpx"),
    # probabilities with the parameter as their label
    (r"""$$ J(\theta)=\sum_x p_\theta(x)f(x) $$
$$ \nabla_\theta J=\sum_xp_\theta(x)\nabla_\theta\log p_\theta(x)f(x) $$
$$ \nabla_\theta J=\sum_x\nabla_\theta\log p_\theta(x)f(x) $$""", "gpx"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), WHOLE)
def test_ones_inner_products_and_labels_that_say_what_varies(text: str, expected: str) -> None:
    assert judged(text) == expected


STEPS = [
    # a step of a recurrence of numbers, differentiated by its weight
    (r"""$$ h_t=\tanh(wh_{t-1}+ux_t) $$
$$ \frac{\partial h_t}{\partial w}=(1-h_t^2)\left(h_{t-1}+w\frac{\partial h_{t-1}}{\partial w}\right) $$
$$ \frac{\partial h_t}{\partial w}=(1-h_t)\left(h_{t-1}+w\frac{\partial h_{t-1}}{\partial w}\right) $$""", "gpx"),
    # a member at 0 beside a sum from 1
    (r"""$$ f=w_0+\sum_{i=1}^nw_ix_i^2 $$
$$ \frac{\partial f}{\partial x_i}=2w_ix_i $$
$$ \frac{\partial f}{\partial x_i}=w_ix_i $$""", "gpx"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), STEPS)
def test_recurrences_of_numbers_and_members_at_zero(text: str, expected: str) -> None:
    assert judged(text) == expected


BY_FUNCTIONS = r"""Let $\sigma_j > 0$.
$$ D=-\frac12\sum_{j=1}^J\left(1+\log\sigma_j^2-\mu_j^2-\sigma_j^2\right) $$
$$ \frac{\partial D}{\partial\log\sigma_j^2}=\frac12(\sigma_j^2-1) $$
$$ \frac{\partial D}{\partial\log\sigma_j^2}=\sigma_j^2-1 $$
$$ \frac{\partial D}{\partial\sigma_j^2}=\frac12\left(1-\frac1{\sigma_j^2}\right) $$
$$ \frac{\partial D}{\partial\sigma_j^2}=1-\frac1{\sigma_j^2} $$"""


def test_a_derivative_by_a_function_of_one_member() -> None:
    assert judged(BY_FUNCTIONS) == "gpupu"
