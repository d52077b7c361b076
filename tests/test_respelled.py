"""A right line that is written in another way is not accused; a rewrite that changes the value is."""

import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

from respelled import KINDS, Page, accusations, applied, checked, opened, pages, rewritten  # noqa: E402

NORM = Page(
    "norm",
    r"""Let $w, x\in\mathbb{R}^n$ and $b, y\in\mathbb{R}$.

$$\hat y = w^T x + \frac{b}{2}$$

$$L = \frac12(\hat y-y)^2 + \sum_{i=1}^n w_i^2$$

$$\frac{\partial L}{\partial w} = (\hat y-y)x + 2(w)$$
""",
    "norm.md",
)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("letter", r"w^T u + \frac{b}{2}"),
        ("bound index", r"\sum_{k=1}^n w_k^2"),
        ("order", r"\frac{b}{2} + w^T x"),
        ("slash", r"w^T x + \left((b)/(2)\right)"),
        ("inner", r"x^T w + \frac{b}{2}"),
        ("brackets", r"\left(\hat y-y\right)^2"),
        ("top", r"w^\top  x"),
        ("dot", r"2\cdot (w)"),
        ("bold", r"\mathbf{w}^T \mathbf{x}"),
        ("accent", r"\bar y ="),
    ],
)
def test_each_rewrite_is_made_and_keeps_what_was_said(kind: str, text: str) -> None:
    ((_, written),) = rewritten(opened(NORM), [kind])
    assert text in written
    before, after = checked(NORM, NORM.text), checked(NORM, written)
    assert [x.verdict for x in after.lines] == [x.verdict for x in before.lines]


CASES = [
    p for n in ("derivations", "lectures", "posts", "right_arrays") for p in list(pages(n))[::24]
]


@pytest.mark.parametrize("page", CASES, ids=lambda p: p.id)
def test_no_rewrite_of_a_right_line_is_accused(page: Page) -> None:
    before = checked(page, page.text)
    chosen = list(rewritten(opened(page), tuple(KINDS)))[::3]
    assert [accusations(before, checked(page, text)) for _, text in chosen] == [[] for _ in chosen]


def test_a_rewrite_that_changes_the_value_is_seen() -> None:
    at = NORM.text.index("2(w)")
    wrong = applied(NORM.text, [(at, at + 1, "3")])
    assert accusations(checked(NORM, NORM.text), checked(NORM, wrong))


FACTORS = r"""$$J = \sum_{l=1}^k\left(\sum_{i=1}^n v_{il}x_i\right)^2$$

$$\frac{\partial J}{\partial v_{if}} = 2x_i\sum_{l=1}^n v_{lf}x_l$$
"""


def test_a_letter_runs_over_what_its_own_sum_says() -> None:
    page = Page("factors", FACTORS, "factors.md")
    assert [x.verdict for x in checked(page, FACTORS).lines] == ["given", "proved"]
    wrong = FACTORS.replace("2x_i", "3x_i")
    assert checked(page, wrong).lines[-1].verdict == "refuted"
