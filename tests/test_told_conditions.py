"""Comparisons, laws and sets that are told beside formulas: what is said holds, and what does not hold is seen.

One letter a display line: ``g`` given, ``p`` proved or agrees, ``x`` refuted, ``u`` undecided, ``-`` unread.
"""

import pytest
from test_readings import judged

COMPARED = [
    # two quantities: only points at which it holds count
    (r"""Let $x \ge y$.
$$ |x - y| = x - y $$
$$ \frac{\partial}{\partial x} |x - y| = 1 $$
$$ |x - y| = y - x $$""", "ppx"),
    # a chain, also of what does not stand side by side
    (r"""Assume $a > b > c$ and put
$$ f = |a - b| + |b - c| + |a - c| = 2a - 2c $$
$$ \frac{\partial f}{\partial b} = 1 $$""", "px"),
    # all members of two families
    (r"""With $p_i \ge q_i$ for all $i$ we have
$$ L = \sum_i |p_i - q_i| $$
$$ \frac{\partial L}{\partial p_k} = 1 $$
$$ \frac{\partial L}{\partial q_k} = 1 $$""", "gpx"),
    # arrays, entry by entry
    (r"""Let $x, y \in \mathbb{R}^n$ with $x \ge y$ and
$$ f = \|x - y\|_1 $$
$$ \nabla_x f = \mathbf{1} $$
$$ \nabla_y f = \mathbf{1} $$""", "gpx"),
    # one way and then the other: cases, one after the other
    (r"""Assume first that $x \ge y$. Then
$$ |x - y| = x - y $$
Now assume $x < y$. Then
$$ |x - y| = y - x $$
$$ |x - y| = x + y $$""", "ppx"),
    # sizes: nothing is drawn by them
    (r"""Let $X \in \mathbb{R}^{n \times d}$, $w \in \mathbb{R}^d$, $y \in \mathbb{R}^n$ with $d > n$.
$$ J = \|Xw - y\|^2 $$
$$ \nabla_w J = 2 X^T (Xw - y) $$
$$ \nabla_w J = X^T (Xw - y) $$""", "gpx"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), COMPARED)
def test_a_comparison_of_two_quantities_holds_from_there(text: str, expected: str) -> None:
    assert judged(text) == expected


BINARY = [
    # by its law
    (r"""Let $z \sim \mathrm{Bernoulli}(p)$, so
$$ z^2 = z $$
$$ (z - p)^2 = z - 2 z p + p^2 $$
$$ (z - p)^2 = z - z p + p^2 $$""", "ppx"),
    # in words
    (r"""The $y_i$ are 0 or 1, hence
$$ y_i^2 = y_i $$
$$ y_i^3 = y_i + 1 $$""", "px"),
    (r"""Each $z_i$ is a Bernoulli($p$) mask and we get
$$ \sum_i (z_i x_i)^2 = \sum_i z_i x_i^2 $$
$$ \sum_i (z_i x_i)^2 = \sum_i z_i x_i $$""", "px"),
    # words that say it of something: nothing that it makes right is accused
    (r"""By construction the gate can be nothing but zero or one:
$$ g^2 = g $$
$$ (g + 1)^2 = g + 1 $$""", "ux"),
    # nothing says it
    (r"""$$ L = (g a - y)^2 $$
$$ L = g a^2 - 2 g a y + y^2 $$""", "gx"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), BINARY)
def test_what_is_zero_or_one(text: str, expected: str) -> None:
    assert judged(text) == expected


CHOSEN = [
    # words say what is in the set: what is made of it hangs on that
    (r"""Let $E$ be the set of pairs $(i, j)$ with $u_i = u_j$. The loss is
$$ L = \sum_{(i,j) \in E} (u_i - u_j)^2 + \sum_i u_i $$
$$ \frac{\partial L}{\partial u_k} = 1 $$""", "gu"),
    (r"""Here $P$ is the set of positive examples, and we minimise
$$ L = \sum_{i \in P} y_i \log p_i $$
$$ \frac{\partial L}{\partial p_k} = \frac{1}{p_k} $$""", "gu"),
    # they do not
    (r"""Here $K$ is the set of known ratings, and we minimise
$$ E = \sum_{(u,i) \in K} (r_{ui} - p_u q_i)^2 $$
$$ \frac{\partial E}{\partial q_j} = 1 $$""", "gx"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CHOSEN)
def test_what_words_choose_into_a_set(text: str, expected: str) -> None:
    assert judged(text) == expected
