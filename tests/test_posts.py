"""How people write in posts: formulas in a row, brackets around a whole equation, arrays by their entries, remarks.

One letter a display line: ``g`` given, ``p`` proved or agrees, ``x`` refuted, ``u`` undecided, ``-`` unread.
"""

import pytest
from test_readings import judged

SET_APART = [
    # four thin spaces in a row set two equations apart; one is none
    (r"""Let $f(x) = \sin x$ and $g(x) = x^2$.
$$ f'(x) = \cos x \ \ \ \ \ \ g'(x) = 2x $$
$$ f'(x) = \cos x \;\;\;\; g'(x) = 3x $$
$$ f'(x)\,g'(x) = 2x\;\cos x $$""", "pxp"),
    # a factor behind spaces is a factor
    (r"""Let $f(x) = x^2 \sin x$.
$$ f'(x) = 2x\ \ \ \ \sin x + x^2 \cos x $$""", "p"),
    # an equation in brackets is what stands in them
    (r"""Let $g = u^T B v$ with $u, v \in \mathbb{R}^n$ and $B \in \mathbb{R}^{n \times n}$. In the case that
$(v = u)$, we get
$$ \frac{\partial g}{\partial u} = (B + B^T) u $$
$$ \frac{\partial g}{\partial u} = 2 B u $$""", "px"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), SET_APART)
def test_equations_set_apart_are_several(text: str, expected: str) -> None:
    assert judged(text) == expected


ENTRIES = [
    (r"""Write $M = (m_{ij})$ for a square matrix.
$$ \sum_i m_{ii} = \operatorname{tr}(M) $$
$$ \operatorname{tr}(M^2) = \sum_{i,j} m_{ij} m_{ji} $$
$$ \operatorname{tr}(M^2) = \sum_{i,j} m_{ij}^2 $$""", "ppx"),
    (r"""Let $N = [a_{ij}]_{i,j=1}^{n}$.
$$ \operatorname{tr}(N^T N) = \sum_{i,j} a_{ij}^2 $$""", "p"),
    # capitals with indices beside entries of another letter are something else
    (r"""Let $A = (a_{ij})$ be a square matrix, and $A_{ij}$ the cofactor of $a_{ij}$.
$$ \sum_j a_{ij} A_{ij} = \det(A) $$""", "u"),
    # a product with a bracket stays one
    (r"""Let $y = (x_i)^2$.
$$ \frac{\partial y}{\partial x_i} = 2 x_i $$""", "p"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), ENTRIES)
def test_an_array_is_given_by_its_entries(text: str, expected: str) -> None:
    assert judged(text) == expected


SUMS = [
    # a sum that says where it ends and not where it starts, and one with nothing above
    (r"""Let $L = -\sum_j^C y_j \log p_j$.
$$ \frac{\partial L}{\partial p_k} = -\frac{y_k}{p_k} $$
$$ L = -\sum_{j}^{ } y_j \log p_j $$
$$ \frac{\partial L}{\partial p_k} = -\frac{1}{p_k} $$""", "ppx"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), SUMS)
def test_a_sum_starts_at_one_where_it_does_not_say(text: str, expected: str) -> None:
    assert judged(text) == expected


REMARKS = [
    # an identity as a reason constrains nothing
    (r"""Let $u = e^{2x}$ and $v = e^{-2x}$, so that $u v = 1$. Since $e^{2x} e^{-2x} = 1$ we have
$$ \frac{d}{dx} (u v) = 0 $$
$$ \frac{d}{dx} (u + v) = 2u - 2v $$
$$ \frac{d}{dx} (u + v) = 2u + 2v $$""", "ppx"),
    # an identity told in passing does not break a chain
    (r"""Let $f(x) = (e^x + 1)^2 - (e^x - 1)^2$.
$$ f(x) = (e^x + 1)^2 - (e^x - 1)^2 $$
Using $(a + b)^2 - (a - b)^2 = 4ab$, we get
$$ = 4 e^x $$""", "pp"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), REMARKS)
def test_an_identity_in_passing_changes_nothing(text: str, expected: str) -> None:
    assert judged(text) == expected


FUNCTIONS = [
    # the parameter of a function has the shape of what it is applied to, also through another one
    (r"""We have data $x_i \in \mathbb{R}^d$ and $y_i \in \{0, 1\}$, with $f(x) = x^T \beta$ and $p(x) = s(f(x))$
where $s(z) = 1/(1 + e^{-z})$.
$$ L = \sum_{i=1}^n \left( y_i \log p(x_i) + (1 - y_i) \log (1 - p(x_i)) \right) $$
$$ \frac{\partial L}{\partial \beta} = \sum_{i=1}^n (y_i - p(x_i)) x_i $$
$$ \frac{\partial L}{\partial \beta} = \sum_{i=1}^n (y_i + p(x_i)) x_i $$""", "gpx"),
    # a label depends on nothing
    (r"""Let $y_i \in \{0, 1\}$ and $q = \log(1 + e^{w})$.
$$ \frac{\partial}{\partial w} (y_i q) = \frac{\partial y_i}{\partial w} q + y_i \frac{\partial q}{\partial w} $$
$$ \frac{\partial}{\partial w} (y_i q) = y_i \frac{e^w}{1 + e^w} $$
$$ \frac{\partial y_i}{\partial w} = 1 $$""", "ppx"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FUNCTIONS)
def test_parameters_and_labels(text: str, expected: str) -> None:
    assert judged(text) == expected
