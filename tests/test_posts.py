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


ARRAYS = [
    # what is declared as a square I is the identity
    (r"""Let $J = \operatorname{tr}((I - KC)(I - KC)^T)$ with $K \in \mathbb{R}^{n \times q}$,
$C \in \mathbb{R}^{q \times n}$ and $I \in \mathbb{R}^{n \times n}$ the identity.
$$ \frac{\partial J}{\partial K} = -2 (I - KC) C^T $$
$$ \frac{\partial J}{\partial K} = -2 C^T + 2 K C C^T $$
$$ \frac{\partial J}{\partial K} = -2 C^T + K C C^T $$""", "ppx"),
    # a matrix with entries that has an inverse or a trace is square
    (r"""Let $A$ be invertible, with entries $A_{ij}$.
$$ d(A^{-1}) = -A^{-1} (dA) A^{-1} $$
$$ \operatorname{tr}(A) = \sum_i A_{ii} $$
$$ \operatorname{tr}(A) = \sum_{i,j} A_{ij} $$""", "ppx"),
    # primes of matrices as derivatives, and the adjugate
    (r"""Let $A$ be an invertible matrix that depends on $t$, with entries $A_{ij}$.
$$ (A^{-1})' = -A^{-1} A' A^{-1} $$
$$ (A^{-1})' = A^{-1} A' A^{-1} $$
$$ d\det(A) = \operatorname{tr}(\operatorname{adj}(A)\, dA) $$
$$ d\det(A) = \operatorname{tr}(A\, dA) $$""", "pxpx"),
    # f' of an array is its derivative by the array
    (r"""Let $f(w) = (y - Xw)^T (y - Xw)$ with $X \in \mathbb{R}^{m \times n}$, $y \in \mathbb{R}^m$,
$w \in \mathbb{R}^n$.
$$ f'(w) = -2 (y - Xw)^T X $$
$$ f'(w) = 2 (y - Xw)^T X $$""", "px"),
    # a list of its own entries
    (r"""Take $J(w) = \frac{1}{2n} \sum_{i=1}^n (w_0 + w_1 x_i - y_i)^2$ with parameters $w = (w_0, w_1)$.
$$ \frac{\partial J(w)}{\partial w_0} = \frac{1}{n} \sum_{i=1}^n (w_0 + w_1 x_i - y_i) $$
$$ \frac{\partial J(w)}{\partial w_1} = \frac{1}{n} \sum_{i=1}^n (w_0 + w_1 x_i - y_i) $$""", "px"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), ARRAYS)
def test_arrays_as_posts_write_them(text: str, expected: str) -> None:
    assert judged(text) == expected


NAMES = [
    # a function of a number whose parameter bears the letter of the data
    (r"""Let $L = -\sum_i \log s(t_i w^T x_i)$ with $x_i \in \mathbb{R}^p$, $t_i \in \{-1, 1\}$ and
$s(x) = \frac{1}{1 + e^{-x}}$.
$$ \frac{\partial L}{\partial w} = -\sum_i (1 - s(t_i w^T x_i)) t_i x_i $$
$$ \frac{\partial L}{\partial w} = -\sum_i s(t_i w^T x_i) t_i x_i $$""", "px"),
    # a function with a bar before its parameters, and one of which more is said
    (r"""The density is $f(x|\lambda) = \lambda e^{-\lambda x}$, for $x_1, \dots, x_n$.
$$ L(\lambda) = \prod_{i=1}^n f(x_i|\lambda) = \lambda^n e^{-\lambda \sum_i x_i} $$
$$ \frac{d \log L}{d\lambda} = \frac{n}{\lambda} - \sum_{i=1}^n x_i $$
$$ \frac{d \log L}{d\lambda} = \frac{n}{\lambda} + \sum_{i=1}^n x_i $$""", "ppx"),
    (r"""$$ p(x | y) p(y) = p(y | x) p(x) $$
$$ p(x | y) = \frac{p(y | x) p(x)}{p(y)} $$""", "uu"),
    # whole numbers without an end
    (r"""For $x = 0, 1, 2, \dots$ the mass is $p(x) = q (1-q)^x$ and $\ell(q) = \sum_i \log p(x_i)$.
$$ \frac{d\ell}{dq} = \frac{n}{q} - \frac{\sum_{i=1}^n x_i}{1 - q} $$
$$ \frac{d\ell}{dq} = \frac{n}{q} + \frac{\sum_{i=1}^n x_i}{1 - q} $$""", "px"),
    # a bar below a name, and a word that begins as a function does
    (r"""Here $e = y - h \hat{x}_{t|t-1}$ and $J = e^2 P_{t|t-1}$.
$$ \frac{\partial J}{\partial h} = -2 e \hat{x}_{t|t-1} P_{t|t-1} $$
$$ \frac{\partial J}{\partial h} = 2 e \hat{x}_{t|t-1} P_{t|t-1} $$""", "px"),
    (r"""$$ cossim(u, v) = \frac{u^T v}{\|u\| \|v\|} $$
$$ \frac{\partial}{\partial u} cossim(u, v) = \frac{v}{\|u\| \|v\|} - cossim(u, v) \frac{u}{\|u\|^2} $$
$$ \frac{\partial}{\partial u} cossim(u, v) = \frac{v}{\|u\| \|v\|} + cossim(u, v) \frac{u}{\|u\|^2} $$""", "gpx"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), NAMES)
def test_names_as_posts_write_them(text: str, expected: str) -> None:
    assert judged(text) == expected


PRODUCTS = [
    # an inner product inside a longer product is a number
    (r"""Let $A \in \mathbb{R}^{d \times d}$, $v \in \mathbb{R}^d$ and $G(v) = \frac{v^T A v}{v^T v}$.
$$ \frac{\partial G}{\partial v} = \frac{v^T (A + A^T) v^T v - v^T A v (2 v^T)}{\|v\|^4} $$
$$ \frac{\partial G}{\partial v} = \frac{v^T (A + A^T) v^T v + v^T A v (2 v^T)}{\|v\|^4} $$""", "px"),
    # the logarithm in a trace is that of the matrix
    (r"""Let $X \in \mathbb{R}^{n \times n}$ and $B \in \mathbb{R}^{n \times n}$.
$$ \operatorname{tr}(\log(X^T B X)) = \log \det(X^T B X) $$
$$ \frac{\partial}{\partial X} \operatorname{tr}(\log(X^T B X)) = 2X^{-T} $$
$$ \frac{\partial}{\partial X} \operatorname{tr}(\log(X^T B X)) = X^{-T} $$""", "ppx"),
    # what is set to a number at the end of a chain is a condition; what is derived or defined is none
    (r"""Let $u$ and $A$ be given, with $w = u^T A u$.
$$ \|u\|^2 = u^T u = 1 $$
$$ \frac{\partial}{\partial u} u^T u = 2u = 1 $$""", "uu"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), PRODUCTS)
def test_products_and_chains_as_posts_write_them(text: str, expected: str) -> None:
    assert judged(text) == expected


CUT_OFF = [
    # a bracket that closes before a factor and opens nowhere may open at several places
    (r"""Let $f = \sum_i (a_i - 1) b_i$.
$$ f = \sum_i a_i - 1 ) b_i $$
$$ f = \sum_i a_i b_i $$""", "ux"),
    # a sign at the end leads to the next formula
    (r"""$$ f = x^2 \quad \Rightarrow $$
$$ \frac{df}{dx} = 2x \Rightarrow $$
$$ \Rightarrow $$
$$ \frac{df}{dx} = 3x $$""", "gpgx"),
    # an average in angle brackets is not read
    (r"""$$ f = \langle x^2 \rangle - 2 m $$
$$ g = x^2 $$""", "-g"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CUT_OFF)
def test_what_is_cut_off_is_not_held_against_the_author(text: str, expected: str) -> None:
    assert judged(text) == expected
