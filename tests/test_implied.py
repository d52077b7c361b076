"""Lines that follow from equations which the author states: stationary points, multipliers, solved for a name."""

from fractions import Fraction

import numpy as np
import pytest

from gradproof.api import check
from gradproof.evaluate import make_samples, solved_points
from gradproof.expr import Add, Context, Mul, Num, Pow, Sym

RIDGE = r"""Let $X \in \mathbb{R}^{m \times n}$, $y \in \mathbb{R}^m$, $w \in \mathbb{R}^n$.

$$J = \frac12 \|Xw - y\|^2 + \frac\lambda2 \|w\|^2$$

$$\nabla_w J = X^T(Xw - y) + \lambda w = 0$$

"""
EIGEN = r"""Let $S\in\mathbb{R}^{d\times d}$, $S=S^T$, $u\in\mathbb{R}^d$.

$$L=u^TSu+\lambda(1-u^Tu)$$

$$\frac{\partial L}{\partial u}=2Su-2\lambda u = 0$$

"""
BERNOULLI = r"""$$L(p) = k\log p + (n-k)\log(1-p)$$

$$\frac{dL}{dp} = \frac{k}{p} - \frac{n-k}{1-p} = 0$$

"""

MIXTURE = r"""Let $r_{nk}\ge0$ and $\sum_k r_{nk} = 1$.

$$L=\sum_{n=1}^N\sum_{k=1}^Kr_{nk}\log\pi_k+\lambda\left(\sum_{k=1}^K\pi_k-1\right)$$

$$\frac{\partial L}{\partial\pi_k}=\sum_{n=1}^N\frac{r_{nk}}{\pi_k}+\lambda = 0$$

"""
PENALTY = r"""$$J=(y-wx)^2+\lambda(w-1)$$

$$\frac{dJ}{dw}=-2x(y-wx)+\lambda=0$$

"""


def last(text: str) -> str:
    (report,) = check(text).files
    return report.lines[-1].verdict


@pytest.mark.parametrize(
    "text",
    [
        RIDGE + r"$$(X^TX + \lambda I) w = X^T y$$",
        RIDGE + r"$$w = (X^TX + \lambda I)^{-1} X^T y$$",
        EIGEN + r"$$Su = \lambda u$$",
        EIGEN + r"$$u^TSu = \lambda u^Tu$$",
        BERNOULLI + r"$$k(1-p) = (n-k)p$$",
        BERNOULLI + r"$$p = \frac{k}{n}$$",
    ],
)
def test_what_follows_from_an_equation_agrees(text: str) -> None:
    assert last(text) == "agrees"


@pytest.mark.parametrize(
    "text",
    [
        RIDGE + r"$$w = (X^TX + 2\lambda I)^{-1} X^T y$$",
        EIGEN + r"$$Su = 2\lambda u$$",
        BERNOULLI + r"$$p = \frac{n}{k}$$",
        # nothing was set to zero: no equation to follow from
        BERNOULLI.replace(" = 0", "") + r"$$p = \frac{k}{n}$$",
    ],
)
def test_what_does_not_follow_is_not_confirmed(text: str) -> None:
    assert last(text) not in ("proved", "agrees")


def test_points_are_moved_onto_the_solutions() -> None:
    x, y = Sym("x"), Sym("y")
    equation = (Add((Pow(x, Num(Fraction(2))), Pow(y, Num(Fraction(2))))), Num(Fraction(5)))
    samples = make_samples(equation, Context(), points=12)
    found = solved_points([equation], samples, Context(), 4)
    assert found is not None
    a, b = (np.array(found.values[n], dtype=np.float64) for n in "xy")
    assert found.points >= 4
    assert np.allclose(a * a + b * b, 5, rtol=1e-9)


def test_equations_without_a_solution_have_no_points() -> None:
    x = Sym("x")
    equation = (Mul((x, x)), Num(Fraction(-1)))
    samples = make_samples(equation, Context(), points=6)
    assert solved_points([equation], samples, Context(), 4) is None


def test_the_constraint_of_a_multiplier_is_stated_and_told() -> None:
    (report,) = check(MIXTURE + r"$$\lambda=-N$$").files
    assert report.lines[-1].verdict == "agrees"
    (told,) = (a.message for a in report.assumptions if a.kind == "equations-before")
    assert "- 1 = 0" in told, told
    assert last(MIXTURE + r"$$\lambda=-2N$$") != "agrees"


def test_only_what_is_set_to_zero_has_multipliers() -> None:
    loose = MIXTURE.replace(" = 0", "") + r"$$b^2 = c$$" + "\n\n"
    assert last(loose + r"$$\lambda=-N$$") != "agrees"


def test_a_weight_of_known_sign_states_no_constraint() -> None:
    line = r"$$\lambda = 2x(y-x)$$"
    assert last(PENALTY + line) == "agrees"
    assert last("Let $\\lambda > 0$.\n\n" + PENALTY + line) != "agrees"
