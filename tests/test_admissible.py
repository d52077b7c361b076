"""Marks that mean two things: a right line is not called wrong for the other one.

One letter a display line: ``g`` given, ``p`` proved or agrees, ``x`` refuted, ``u`` undecided, ``-`` unread.
"""

import pytest
from test_readings import judged

DOCUMENTS = [
    # a bold 1 that is the identity
    (r"""Let $A, B \in \mathbb{R}^{n \times n}$ be invertible.
$$ (A B)(B^{-1} A^{-1}) = A A^{-1} = \mathbf{1} $$""", "u"),
    # a density given its standard deviation, or its precision
    (r"$$ \log \mathcal{N}(x \mid \mu, s) = -\frac{(x-\mu)^2}{2s^2} - \log s - \frac12 \log(2\pi) $$", "g"),
    # a sum that starts at 0; where the index only indexes, slips are found
    (r"$$ \sum_{i}^{n} x^i = \frac{1-x^{n+1}}{1-x} $$", "u"),
    (r"""$$ L = \sum_i^n (y_i - w x_i)^2 $$
$$ \frac{dL}{dw} = -2 \sum_i^n (y_i - w x_i) x_i $$
$$ \frac{dL}{dw} = 2 \sum_i^n (y_i - w x_i) x_i $$""", "gpx"),
    # parts of a matrix that are matrices
    (r"""Let $A \in \mathbb{R}^{n \times n}$ be partitioned into blocks.
$$ \det A = \det(A_{11}) \det(A_{22} - A_{21} A_{11}^{-1} A_{12}) $$""", "u"),
    # a diagonal written by its general entry
    (r"""Let $a, x \in \mathbb{R}^n$.
$$ f = \sum_i a_i x_i^2 $$
$$ \nabla^2 f = \mathrm{diag}(2 a_i) $$
$$ \nabla^2 f = \mathrm{diag}(a) $$""", "gux"),
    # the summation convention through derivatives
    (r"""With the summation convention, let $A \in \mathbb{R}^{n \times n}$, $x \in \mathbb{R}^n$, $y_j = A_{jk} x_k$.
$$ f = y_j y_j $$
$$ \frac{\partial f}{\partial x_i} = \frac{\partial f}{\partial y_j} \frac{\partial y_j}{\partial x_i} $$
$$ = 2 y_j A_{ji} $$
$$ = 2 y_j A_{ij} $$
$$ \frac{\partial}{\partial x_i} (x_j x_j) = 2 x_i $$""", "gppxp"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), DOCUMENTS)
def test_what_may_be_meant_is_not_refuted(text: str, expected: str) -> None:
    assert judged(text) == expected
