"""What is told in words: conditions, shapes, functions, and what a formula without a left side is.

One letter a display line: ``g`` given, ``p`` proved or agrees, ``x`` refuted, ``u`` undecided, ``-`` unread.
"""

import pytest
from test_readings import judged

CONDITIONS = [
    # a comparison of something composed, in the running text; then the other case
    (r"""Take $L = \max(0, 1 - y s)$ where $s = w x$, with $w, x, y \in \mathbb{R}$. If $y s < 1$ we have
$$ \frac{\partial L}{\partial w} = -y x, $$
Otherwise
$$ \frac{\partial L}{\partial w} = 0 $$""", "pp"),
    (r"""Take $L = \max(0, 1 - y s)$ where $s = w x$, with $w, x, y \in \mathbb{R}$. If $y s < 1$ we have
$$ \frac{\partial L}{\partial w} = y x, $$
Otherwise
$$ \frac{\partial L}{\partial w} = y $$""", "xx"),
    # the other case of a free name
    (r"""Let $f(x) = |x|$. When $x > 0$ we get
$$ f'(x) = 1 $$
and otherwise
$$ f'(x) = -1 $$
$$ f'(x) = 2 $$""", "ppx"),
    # the other case of two conditions is none that could be said
    (r"""Let $f(x, y) = |x| + |y|$ and $x > 0$. When $x > 0$ and when $y > 0$ we get
$$ \frac{\partial f}{\partial x} = 1 $$
and otherwise
$$ \frac{\partial f}{\partial y} = -1 $$""", "pu"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CONDITIONS)
def test_a_case_told_in_the_text_and_the_other_case(text: str, expected: str) -> None:
    assert judged(text) == expected


WORDS = [
    # shapes told in words: the one that fits by them alone; without them nothing says so
    (r"""Let $f = \|Xw - y\|^2$, where $X$ is a real $m \times n$ matrix, $y$ is a vector with $m$ entries and
$w$ is an $n$-dimensional column vector. Here $m$ is the number of examples.
$$ \nabla_w f = 2 X^T (Xw - y) $$
$$ \nabla_w f = 2 X (Xw - y) $$""", "px"),
    # several names at once
    (r"""Both $x_i$ and $\beta$ are vectors of length $p$.
$$ \ell = \sum_{i=1}^n \left( y_i x_i^T\beta - e^{x_i^T\beta} \right) $$
$$ \nabla_\beta \ell = \sum_{i=1}^n (y_i - e^{x_i^T\beta}) x_i $$
$$ \nabla_\beta \ell = \sum_{i=1}^n (y_i + e^{x_i^T\beta}) x_i $$""", "gpx"),
    # a function by its name
    (r"""Here $\varphi$ is the logistic function and $a = \varphi(w x)$.
$$ \frac{\partial a}{\partial w} = a (1 - a) x $$
$$ \frac{\partial a}{\partial w} = a (1 + a) x $$""", "px"),
    (r"""We use the hyperbolic tangent $g$, with $a = g(w x)$.
$$ \frac{\partial a}{\partial w} = (1 - a^2) x $$
$$ \frac{\partial a}{\partial w} = (1 - a) x $$""", "px"),
    # words that say what it is not, or perhaps is, say nothing
    (r"""Here $\varphi$ is not the logistic function, and $a = \varphi(w x)$.
$$ \frac{\partial a}{\partial w} = a (1 - a) x $$""", "u"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), WORDS)
def test_what_a_name_is_told_in_words(text: str, expected: str) -> None:
    assert judged(text) == expected


HEADS = [
    # the words call a formula the derivative of what stands before, by what
    (r"""Let $f(w) = (w x - y)^2$. The derivative of $f$ with respect to $w$ is
$$ 2 (w x - y) x $$
Differentiating the function with respect to $w$ we obtain
$$ (w x - y) x $$""", "px"),
    # of a part of it, or under a condition: not certain
    (r"""Let $f(w) = (w x - y)^2$. The derivative of the inner part with respect to $w$ is
$$ (w x - y) x $$
The derivative with respect to $w$ is
$$ 3 (w x - y) x $$
for small values. If the derivative with respect to $w$ is
$$ 4 (w x - y) x $$""", "uuu"),
    # two functions: it is not said which
    (r"""Let $f = w^2$ and $g = w^3$. The derivative with respect to $w$ is
$$ 5 w $$""", "u"),
    # an operator without what it acts on
    (r"""$$ f = w^2 x $$
$$ \frac{d}{dw} = 2 w x $$
$$ \frac{\partial}{\partial x} = w $$""", "gpx"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), HEADS)
def test_what_a_formula_is_told_in_words(text: str, expected: str) -> None:
    assert judged(text) == expected


SETS = [
    # a sum over a set of pairs, and over what one index leaves of it
    (r"""$$ E = \sum_{(u,i) \in K} (r_{ui} - p_u q_i)^2 $$
$$ \frac{\partial E}{\partial p_u} = -2 \sum_{i : (u,i) \in K} (r_{ui} - p_u q_i) q_i $$
$$ \frac{\partial E}{\partial p_u} = -2 \sum_{i \in K_u} (r_{ui} - p_u q_i) q_i $$
$$ \frac{\partial E}{\partial p_u} = -2 \sum_{i \in K_u} (r_{ui} - p_u q_i) p_u $$""", "gppu"),
    # with the number of its elements
    (r"""$$ L = \frac{1}{|B|}\sum_{i \in B} (y_i - \mu)^2 $$
$$ \frac{\partial L}{\partial \mu} = 2 \mu - \frac{2}{|B|} \sum_{i \in B} y_i $$
$$ \frac{\partial L}{\partial \mu} = \mu - \frac{2}{|B|} \sum_{i \in B} y_i $$""", "gpu"),
    # two sets, or a part beside the whole: nothing is read into them
    (r"""$$ E = \sum_{i \in A} x_i^2 + \sum_{i \in B} x_i^2 $$
$$ E = \sum_{i=1}^n x_i^2 $$""", "gu"),
    (r"""$$ E = \sum_{i \in A} x_i^2 $$
$$ E = \sum_{i=1}^n x_i^2 $$""", "gu"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), SETS)
def test_a_sum_over_a_set_is_read_over_all_values_of_its_indices(text: str, expected: str) -> None:
    assert judged(text) == expected


LAYERS = [
    # as many units as the declarations say: two arrays
    (r"""Let $w \in \mathbb{R}^{m \times n}$, $i = 1, \dots, m$, $j = 1, \dots, n$.
$$ o_j = \tanh(z_j) $$
$$ z_j = \sum_i w_{ij} o_i $$
$$ \frac{\partial o_j}{\partial w_{ij}} = (1 - o_j^2) o_i $$
$$ \frac{\partial o_j}{\partial w_{ij}} = (1 - o_j^2) o_j $$""", "ggpx"),
    # nothing says how many, and no third letter stands in it
    (r"""$$ o_j = \sigma(net_j) $$
$$ net_j = \sum_i w_{ij} o_i $$
$$ \frac{\partial o_j}{\partial w_{ij}} = o_j (1 - o_j) o_i $$
$$ \frac{\partial o_j}{\partial w_{ij}} = o_j (1 + o_j) o_i $$""", "ggpx"),
    # a third letter may be the layer behind: no line about it is accused
    (r"""$$ E = \frac12 \sum_j (t_j - o_j)^2 $$
$$ o_j = \sigma(net_j) $$
$$ net_j = \sum_i w_{ij} o_i $$
$$ \frac{\partial E}{\partial o_j} = \sum_l \frac{\partial E}{\partial net_l} w_{jl} $$
$$ \frac{\partial E}{\partial w_{ij}} = \frac{\partial E}{\partial net_j} o_i $$""", "gggup"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), LAYERS)
def test_units_that_a_sum_runs_over_are_those_of_another_layer(text: str, expected: str) -> None:
    assert judged(text) == expected


CASES = [
    # the two cases of a Jacobian, one after the other; alone the first is no case
    (r"""Let $z \in \mathbb{R}^n$, $i = 1, \dots, n$, $k = 1, \dots, n$.
$$ p_i = \frac{e^{z_i}}{\sum_j e^{z_j}} $$
$$ \frac{\partial p_i}{\partial z_k} = p_k (1 - p_k) $$
$$ \frac{\partial p_i}{\partial z_k} = -p_i p_k $$""", "gpp"),
    (r"""Let $z \in \mathbb{R}^n$, $i = 1, \dots, n$, $k = 1, \dots, n$.
$$ p_i = \frac{e^{z_i}}{\sum_j e^{z_j}} $$
$$ \frac{\partial p_i}{\partial z_k} = p_k (1 - p_k) $$
$$ \frac{\partial p_i}{\partial z_k} = p_i p_k $$""", "gux"),
    # the gradient by what stands below the function
    (r"""Let $w \in \mathbb{R}^n$, $x \in \mathbb{R}^n$, $y \in \mathbb{R}$.
$$ J = (w^T x - y)^2 $$
$$ \nabla J_w = 2 (w^Tx - y) x $$
$$ \nabla J_{w} = 2 (w^Tx - y) w $$""", "gpx"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_cases_and_variables_told_in_passing(text: str, expected: str) -> None:
    assert judged(text) == expected


LOGARITHMS = [
    # a density by its logarithm
    (r"""Let $\sigma > 0$.
$$ \log p(x) = -\log\sigma - \frac{(x - \mu)^2}{2\sigma^2} $$
$$ \frac{\partial \log p(x)}{\partial \sigma} = -\frac{1}{\sigma} + \frac{(x - \mu)^2}{\sigma^3} $$
$$ \frac{\partial \log p(x)}{\partial \sigma} = -\frac{1}{\sigma} - \frac{(x - \mu)^2}{\sigma^3} $$""", "gpx"),
    # a name that has a value already: a claim
    (r"""Let $x > 0$.
$$ y = x^x $$
$$ \log y = x \log x $$
$$ \log y = x + \log x $$""", "gpx"),
    # two letters that also stand apart are no word
    (r"""$$ f = u^T S u $$
$$ S u = \lambda u $$
$$ \frac{\partial f}{\partial u} = S u + S^T u $$""", "gup"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), LOGARITHMS)
def test_what_a_logarithm_and_letters_side_by_side_say(text: str, expected: str) -> None:
    assert judged(text) == expected


ONE_BY_ONE = [
    # a row times a column is a number, also beside other arrays
    (r"""Let $x \in \mathbb{R}^{1\times n}$, $w \in \mathbb{R}^{n\times 1}$, $y \in \mathbb{R}$.
$$ J = (x w - y)^2 $$
$$ \nabla_w J = 2 (x w - y) x^T $$
$$ \nabla_w J = (x w - y) x^T $$""", "gpx"),
    # what is defined as a row is one already
    (r"""Let $x \in \mathbb{R}^n$, $C \in \mathbb{R}^{n\times n}$.
$$ A = x^T C $$
$$ B = x $$
$$ d(AB) = (dA) B + A\,(dB) $$
$$ = d(x^T C) x + x^T C $$""", "ggpx"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), ONE_BY_ONE)
def test_a_matrix_of_one_row_and_one_column_is_its_number(text: str, expected: str) -> None:
    assert judged(text) == expected


SLOPES = [
    # a function of which only the slope is told; without it nothing is certain
    (r"""Let $f$ be the activation function, with $f'(z) = f(z)(1-f(z))$, and let $a = f(z)$ with $z = w x$.
$$ \frac{\partial a}{\partial w} = a(1-a)\,x $$
$$ \frac{\partial a}{\partial w} = a(1+a)\,x $$""", "px"),
    (r"""$$ g' = 1 - g^2 $$
$$ a = g(w x) $$
$$ \frac{\partial a}{\partial w} = (1-a^2)\,x $$
$$ \frac{\partial a}{\partial w} = (1-a)\,x $$""", "ggpx"),
    (r"""Let $f$ be the activation function, and let $a = f(z)$ with $z = w x$.
$$ \frac{\partial a}{\partial w} = a(1-a)\,x $$""", "u"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), SLOPES)
def test_a_function_by_its_slope(text: str, expected: str) -> None:
    assert judged(text) == expected
