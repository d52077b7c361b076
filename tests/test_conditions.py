"""What holds from a line on only: values, cases, signs; equations being solved; names that nothing explains."""

import pytest

from gradproof.batch import check_source
from gradproof.diagnostic import FileReport

RIGHT = ("proved", "agrees")
BCE = r"$L=-y\log a-(1-y)\log(1-a)$."
SOFTMAX = r"$p_i=\frac{e^{z_i}}{\sum_ke^{z_k}}$."


def run(text: str) -> FileReport:
    return check_source("case.md", text)


def verdicts(text: str) -> list[str]:
    return [line.verdict for line in run(text).lines]


def test_a_value_given_later_does_not_reach_back():
    got = verdicts(
        BCE
        + r" $\frac{dL}{da}=-\frac ya-\frac{1-y}{1-a}$. Let $y=1$. Then $\frac{dL}{da}=-\frac1a$."
    )
    assert got[1] == "refuted"
    assert got[-1] in RIGHT


def test_two_cases_of_a_label():
    got = verdicts(
        BCE + r" If $y=1$, $\frac{dL}{da}=-\frac1a$. If $y=0$, $\frac{dL}{da}=\frac1{1-a}$."
    )
    assert "refuted" not in got


def test_two_cases_of_indices():
    got = verdicts(
        SOFTMAX
        + r" If $i=j$, $\frac{\partial p_i}{\partial z_j}=p_i(1-p_i)$; if $i\ne j$, "
        + r"$\frac{\partial p_i}{\partial z_j}=-p_ip_j$."
    )
    assert "refuted" not in got
    assert sum(v in RIGHT for v in got) == 2


def test_the_other_case_does_not_excuse_a_line():
    got = verdicts(SOFTMAX + r" If $i=j$, $\frac{\partial p_i}{\partial z_j}=-p_ip_j$.")
    assert got[-1] == "refuted"


def test_a_condition_ends_with_its_heading():
    got = verdicts(
        f"# a\n\n{BCE} If $y=1$, $\\frac{{dL}}{{da}}=-\\frac1a$.\n\n# b\n\n"
        r"$\frac{dL}{da}=-\frac ya-\frac{1-y}{1-a}$"
    )
    assert got[-1] == "refuted"


QUADRATIC = r"Let $A\in\mathbb{R}^{n\times n}$, $x\in\mathbb{R}^n$, $f = x^TAx$."
SLOPE = "$$\\nabla_x f = 2Ax$$"
SYMMETRIC = "Here $A^T = A$."


def test_a_fact_holds_under_its_own_heading():
    first, second = f"{QUADRATIC}\n\n{SLOPE}\n\n", f"{QUADRATIC} {SYMMETRIC}\n\n{SLOPE}\n\n"
    got = verdicts(f"# One\n\n{first}# Two\n\n{second}")
    assert (got[3], got[-1]) == ("undecided", "proved")
    got = verdicts(f"# One\n\n{second}# Two\n\n{first}")
    assert (got[4], got[-1]) == ("proved", "undecided")


def test_a_fact_reaches_later_headings_that_use_its_names_as_they_are():
    for start in ("", "# Setting\n\n"):
        text = f"{start}{QUADRATIC} {SYMMETRIC}\n\n# One\n\n{SLOPE}\n\n# Two\n\n{SLOPE}\n"
        assert verdicts(text)[-2:] == ["proved", "proved"]


def test_a_fact_of_another_heading_excuses_nothing_else():
    wrong = SLOPE.replace("2Ax", "3Ax")
    text = f"# One\n\n{QUADRATIC}\n\n{wrong}\n\n# Two\n\n{QUADRATIC} {SYMMETRIC}\n\n{SLOPE}\n"
    assert verdicts(text)[3] == "refuted"


def test_a_second_definition_counts_from_where_it_stands():
    got = verdicts(r"$f(x)=x^2$, $f'(x)=2x$. Now take $f(x)=x^3$. Then $f'(x)=3x^2$.")
    assert "refuted" not in got
    assert got[1] in RIGHT
    assert got[-1] in RIGHT


@pytest.mark.parametrize(
    "text",
    [
        "$$2x-4=0$$\n$$2x=4$$",
        r"$$\ell=\sum_{i=1}^n(x_i-\mu)^2$$ $$\frac{d\ell}{d\mu}=-2\sum_{i=1}^n(x_i-\mu)=0$$ $$n\mu=\sum_{i=1}^nx_i$$",
        r"$$J=(w-3)^2$$ $$\frac{dJ}{dw}=2(w-3)=0 \Rightarrow w=3$$",
    ],
)
def test_equations_being_solved_are_not_claims(text: str):
    assert "refuted" not in verdicts(text)


@pytest.mark.parametrize(
    "text",
    [
        r"$L=\frac12(y-t)^2$ $$\frac{dL}{dy}=y-t=-e$$",
        r"$$\log p_i=z_i-\log\sum_ke^{z_k}$$",
        r"$$x^2+y^2=1$$",
        BCE + r" $a=\sigma(z)$. $$\frac{\partial L}{\partial z}=a-y=\delta$$",
    ],
)
def test_a_name_that_nothing_explains_accuses_nobody(text: str):
    assert "refuted" not in verdicts(text)


def test_a_total_derivative_is_not_excused_as_a_partial_one():
    assert verdicts(r"$u=x^2$, $f=u\sin x$, $\frac{df}{dx}=u\cos x$")[-1] == "refuted"


def test_the_number_of_terms_of_a_sum_without_limits():
    (got,) = verdicts(r"$$\sum_i(x_i-\mu)=\sum_ix_i-n\mu$$")
    assert got in RIGHT


def test_approximately_is_not_equal():
    text = "$$\\begin{aligned}p&=\\frac{e^{-x^2}}{Z}\\\\&\\propto e^{-x^2}\\end{aligned}$$"
    assert "refuted" not in verdicts(text)


def test_circular_definitions_accuse_nobody():
    report = run(r"$a = 2b$, $b = 3a$, $\frac{da}{db} = 5$")
    assert report.error is None
    assert report.lines[-1].verdict in ("given", "undecided")


def test_what_is_differentiated_is_compared_too():
    report = run(
        r"Let $\mu \in \mathbb{R}$ and $x \in \mathbb{R}$."
        "\n\n$$f = (x-\\mu)^2$$\n\n$$\\frac{df}{dx} = \\frac{d}{dx}(x-\\mu)^2$$\n\n"
        "$$= \\frac{d}{dx}(x^2 - 2x\\mu - \\mu^2)$$\n\n$$= 2x - 2\\mu$$\n"
    )
    wrong = report.lines[-2]
    assert wrong.verdict == "refuted"
    assert wrong.truth is True
    assert report.lines[-1].verdict in RIGHT


def test_leaving_out_constants_under_a_derivative_is_right():
    got = verdicts(
        r"$f = (x-\mu)^2$ $$\frac{df}{dx} = \frac{d}{dx}(x^2 - 2x\mu + \mu^2)$$ $$= \frac{d}{dx}(x^2 - 2x\mu)$$"
    )
    assert all(v in RIGHT for v in got[1:])


@pytest.mark.parametrize(
    "text",
    [
        r"$$\frac{dL}{dw} = \frac{dL}{da}\frac{da}{dw}$$ Since $L = (a-y)^2$ and $a = wx$, $$= 2(a-y)x$$",
        r"$L = n_1\log p + n_2\log(1-p)$ and $n_1+n_2 = 10$.",
        r"$L = (a-b)^2$. We know $a - b = 3$, so $L = 9$.",
        r"$f(x)=x^2-4x$, $f'(x)=2x-4$. We want $f'(x) = 6$ so $2x - 4 = 6$, $2x = 10$, $x=5$.",
        r"$\hat y = \sigma(0.3) = 0.574$ and $L = -\ln 0.574 = 0.555$.",
        r"$y = \log x$ $$\frac{dy}{dx} = \frac{1}{x\ln 10}$$",
        r"Let $y \in \mathbb{R}^n$. Assume $\sum_{i=2}^{n} y_i = 1$. $$\sum_{i=1}^n y_i = 1+y_1$$",
        r"$$\sum_{i<j} x_i x_j = \frac12[(\sum_i x_i)^2-\sum_i x_i^2]$$",
        r"$$\sum_{i\ne j} x_ix_j = (\sum_i x_i)^2-\sum_i x_i^2$$",
        r"$$\frac{d}{dx}[(x+a)^2+b] = \frac{d}{dx}[x^2+2ax+a^2]$$",
        r"Let $x \in \mathbb{R}^{3}$ and $x^Tx = 1$.",
        r"$L = -y\log p - (1-y)\log(1-p)$ $$\frac{dL}{dp} = -\frac{y}{p} + \frac{1-y}{1",
    ],
)
def test_right_lines_in_ordinary_prose_are_not_accused(text: str):
    assert "refuted" not in verdicts(text)


@pytest.mark.parametrize(
    "text",
    [
        r"Note that $\sum_{k=2}^{1} z_k=0$. $$x_k y_k = 2x_k y_k$$",
        r"$$\sum_{i=1}^n i = 2n$$",
        r"$$\sum_{k=3}^{0} L_k = 5$$",
        r"Let $u,v\in\mathbb R^0$. $$u+v=2u+v$$",
        r"$$x^2$$ $$= x\cdot x = x^3$$",
        r"$$\log(x) = -\max(\log x,\log x)$$",
        r"$$\log(x+b)=\log(x+|b|)$$",
    ],
)
def test_wrong_lines_are_not_confirmed_by_accident(text: str):
    assert verdicts(text)[-1] in ("refuted", "undecided")


def test_a_declared_sign_is_no_equation_to_solve():
    assert verdicts(r"Let $x > 0$. $$x^2 x = x^4$$")[-1] == "refuted"


HINGE = r"""Let $w, x \in \mathbb{R}^d$, $y \in \{-1, 1\}$.

$$\ell = \max(0, 1 - y\,w^Tx)$$

"""


@pytest.mark.parametrize(
    ("claim", "right"),
    [
        (r"\nabla_w \ell = -y x \quad \text{if } y\,w^Tx < 1", True),
        (r"\nabla_w \ell = -y x \quad (\ell > 0)", True),
        (r"\nabla_w \ell = 0 \quad \text{if } y\,w^Tx > 1", True),
        (r"\nabla_w \ell = y x \quad \text{if } y\,w^Tx < 1", False),
        (r"\nabla_w \ell = -y x \quad \text{if } y\,w^Tx > 1", False),
    ],
)
def test_a_comparison_of_anything_leaves_out_the_points_where_it_fails(claim: str, right: bool):
    verdict = verdicts(HINGE + f"$${claim}$$")[-1]
    assert verdict in RIGHT if right else verdict == "refuted"


def test_what_was_said_under_a_comparison_carries_on_until_the_next():
    first = r"$$\frac{\partial \ell}{\partial w} = -y x \quad \text{if } \ell > 0$$"
    assert verdicts(HINGE + first + r" $$\frac{\partial \ell}{\partial x} = -y w$$")[-2:] == [
        "agrees",
        "agrees",
    ]


CONTRAST = r"""Let $s_i \in \mathbb{R}$ and $p_i=\frac{\exp(s_i)}{\sum_{j=0}^K\exp(s_j)}$, $L=-\log p_0$.

"""


@pytest.mark.parametrize(
    ("claim", "right"),
    [
        (r"\frac{\partial L}{\partial s_i} = p_i \quad (i \ge 1)", True),
        (r"\frac{\partial L}{\partial s_i} = p_i \quad (i \neq 0)", True),
        (r"\frac{\partial L}{\partial s_i} = p_i - 1 \quad (i \ge 1)", False),
    ],
)
def test_a_comparison_of_an_index_with_a_number(claim: str, right: bool):
    verdict = verdicts(CONTRAST + f"$${claim}$$")[-1]
    assert verdict in RIGHT if right else verdict == "refuted"


@pytest.mark.parametrize(
    ("claim", "right"),
    [
        (r"\frac{\partial p_i}{\partial z_j} = -p_ip_j \quad (i \ne j)", True),
        (r"\frac{\partial p_i}{\partial z_j} = -p_ip_j\ (i \neq j)", True),
        (r"\frac{\partial p_i}{\partial z_j} = p_i(1-p_j) \qquad (i = j)", True),
        (r"\frac{\partial p_i}{\partial z_j} = p_i(1-p_j) \quad (i \ne j)", False),
    ],
)
def test_a_case_in_brackets_at_the_end(claim: str, right: bool):
    verdict = verdicts(SOFTMAX + f"\n\n$${claim}$$")[-1]
    assert verdict in RIGHT if right else verdict == "refuted"


def test_two_letters_in_one_number_are_two_members():
    text = r"""Let $s_i, s_j \in \mathbb{R}$ and $P = \frac{e^{s_i}}{e^{s_i}+e^{s_j}}$.

$$\frac{\partial \log P}{\partial s_i} = 1 - P$$

$$\frac{\partial \log P}{\partial s_j} = 1 - P$$
"""
    assert verdicts(text)[-2] in RIGHT
    assert verdicts(text)[-1] == "refuted"
