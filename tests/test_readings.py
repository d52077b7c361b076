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
