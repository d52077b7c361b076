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
