"""Derivations about arrays as people write them, without declarations: right ones, and each with one slip."""

import pytest

from gradproof.batch import check_source

RIGHT = ("proved", "agrees")

RECURRENT = r"h_t = \tanh(W_h h_{t-1} + W_x x_t + b)"
SCORES = r"S = \frac{QK^T}{\sqrt{d}}"
NETWORK = r"Z_1 = XW_1,\; A_1 = \sigma(Z_1),\; Z_2 = A_1W_2,\; L = \frac12\|Z_2-Y\|_F^2"
FACTORS = r"L = \frac12\|R-UV^T\|_F^2"
QUADRATIC = r"f(x) = x^TAx+b^Tx"
GAUSS = r"f = (x-\mu)^T\Sigma^{-1}(x-\mu)"
SOFTMAX = r"P = \operatorname{softmax}(XW),\; L = -\sum_{n,k}Y_{nk}\log P_{nk}"
LAYERS = r"z_1 = W_1x+b_1,\; h = \sigma(z_1),\; z_2 = W_2h+b_2,\; L = \frac12\|z_2-y\|^2"
LOGISTIC = r"\hat y = \sigma(Xw),\; L = -y^T\log\hat y-(1-y)^T\log(1-\hat y)"
LIKELIHOOD = r"\log p(y) = -\frac12y^TK^{-1}y-\frac12\log|K|"
RESIDUAL = r"Z = XW,\; H = \tanh(Z),\; J = \frac12\|H-Y\|_F^2"
WEIGHTS = r"a_t = \frac{e^{e_t}}{\sum_s e^{e_s}},\; c = \sum_t a_th_t"
FILTER = r"J(x) = (x-\mu)^TP^{-1}(x-\mu)+(y-Hx)^TR^{-1}(y-Hx)"
CELL = r"c = f\odot c_p + i\odot g,\; h = o\odot\tanh(c)"


def last(*lines: str) -> str:
    """Return the verdict of the last of some display lines; those before must not be called wrong."""
    found = check_source("a.md", "\n".join(f"$$\n{line}\n$$\n" for line in lines)).lines
    assert all(x.verdict != "refuted" for x in found[:-1])
    return found[-1].verdict


@pytest.mark.parametrize(
    ("given", "right", "wrong"),
    [
        (
            RECURRENT,
            r"\frac{\partial h_t}{\partial h_{t-1}} = \operatorname{diag}(1-h_t^2) W_h",
            r"\frac{\partial h_t}{\partial h_{t-1}} = W_h \operatorname{diag}(1-h_t^2)",
        ),
        (SCORES, r"dK = \frac{1}{\sqrt{d}} dS^T Q", r"dK = \frac{1}{\sqrt{d}} dS\,Q"),
        (
            NETWORK,
            r"\frac{\partial L}{\partial A_1} = (Z_2-Y)W_2^T",
            r"\frac{\partial L}{\partial A_1} = W_2^T(Z_2-Y)",
        ),
        (
            FACTORS,
            r"\frac{\partial L}{\partial U} = -(R-UV^T)V",
            r"\frac{\partial L}{\partial U} = -(R-UV^T)U",
        ),
        (
            FACTORS,
            r"\frac{\partial L}{\partial V} = -(R-UV^T)^TU",
            r"\frac{\partial L}{\partial V} = -(R-UV^T)U",
        ),
        (QUADRATIC, r"\nabla f(x) = (A+A^T)x+b", r"\nabla f(x) = 2Ax+b"),
        (
            GAUSS,
            r"\frac{\partial f}{\partial x} = 2\Sigma^{-1}(x-\mu)",
            r"\frac{\partial f}{\partial x} = 2\Sigma(x-\mu)",
        ),
        (
            SOFTMAX,
            r"\frac{\partial L}{\partial W} = X^T(P-Y)",
            r"\frac{\partial L}{\partial W} = X^T(Y-P)",
        ),
        (
            LAYERS,
            r"\frac{\partial L}{\partial h} = W_2^T(z_2-y)",
            r"\frac{\partial L}{\partial h} = W_2(z_2-y)",
        ),
        (LOGISTIC, r"\nabla_w L = X^T(\hat y-y)", r"\nabla_w L = X(\hat y-y)"),
        (
            r"p = \operatorname{softmax}(z)",
            r"\frac{\partial p}{\partial z} = \operatorname{diag}(p)-pp^T",
            r"\frac{\partial p}{\partial z} = \operatorname{diag}(p)-p^Tp",
        ),
        (
            LIKELIHOOD,
            r"\frac{\partial \log p(y)}{\partial K} = \frac12(K^{-1}yy^TK^{-1}-K^{-1})",
            r"\frac{\partial \log p(y)}{\partial K} = \frac12(K^{-1}yy^TK^{-1}+K^{-1})",
        ),
        (SCORES, r"dQ = \frac{1}{\sqrt{d}} dS\,K", r"dQ = \frac{1}{\sqrt{d}} dS^TK"),
        (
            RESIDUAL,
            r"\frac{\partial J}{\partial W} = X^T((H-Y)\odot(1-H\odot H))",
            r"\frac{\partial J}{\partial W} = X^T(H-Y)(1-H\odot H)",
        ),
        (
            WEIGHTS,
            r"\frac{\partial c}{\partial e_t} = a_t(h_t-c)",
            r"\frac{\partial c}{\partial e_t} = a_th_t-c",
        ),
        (
            FILTER,
            r"\nabla J = 2P^{-1}(x-\mu)-2H^TR^{-1}(y-Hx)",
            r"\nabla J = 2P^{-1}(x-\mu)-2HR^{-1}(y-Hx)",
        ),
        (CELL, r"dc_p = dc\odot f", r"dc_p = dc\odot i"),
    ],
)
def test_what_letters_and_uses_suggest_is_enough_to_tell_right_from_wrong(
    given: str, right: str, wrong: str
) -> None:
    assert last(given, right) in RIGHT
    assert last(given, wrong) == "refuted"


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (r"L = w^TSw-\lambda(w^Tw-1)", r"\frac{\partial L}{\partial w} = 2Sw-2\lambda w"),
        (
            r"J(\alpha) = \|y-K\alpha\|^2+\lambda\alpha^TK\alpha",
            r"\nabla J = -2K(y-K\alpha)+2\lambda K\alpha",
        ),
        (r"f(x) = \frac12 x^TAx-b^Tx", r"\nabla f(x) = Ax-b"),
    ],
)
def test_a_matrix_that_is_symmetric_by_habit_is_taken_so(given: str, line: str) -> None:
    assert last(given, line) != "refuted"


def test_an_unknown_function_may_depend_on_what_it_is_not_written_with() -> None:
    assert last(r"f(y) = y^Ty", r"\frac{\partial q(y)}{\partial K} = K^{-1}") != "refuted"


SHARES = r"p_i = \frac{e^{z_i}}{\sum_k e^{z_k}}"
DIAGONAL = r"\frac{\partial p_i}{\partial z_j} = p_i(1-p_j)"


def test_both_letters_on_both_sides_are_no_case_of_equal_indices() -> None:
    assert last(SHARES, DIAGONAL) == "refuted"
    assert last(SHARES, DIAGONAL, r"\frac{\partial p_i}{\partial z_j} = -p_ip_j") in RIGHT
    told = f"$$\n{SHARES}\n$$\nThere are two cases. The diagonal:\n$$\n{DIAGONAL}\n$$\n"
    assert check_source("a.md", told).lines[-1].verdict in RIGHT


def test_words_of_the_numerator_layout_settle_jacobians() -> None:
    for words, verdicts in (
        ("Here f is linear.", RIGHT),
        ("In numerator layout:", ("refuted", "undecided")),
    ):
        text = f"{words}\n$$\nf(x) = Ax+b\n$$\n$$\n\\frac{{\\partial f}}{{\\partial x}} = A^T\n$$\n"
        assert check_source("a.md", text).lines[-1].verdict in verdicts


def test_the_identity_may_stand_alone_on_a_side() -> None:
    declared = "Let $X \\in \\mathbb{R}^{n \\times n}$.\n"
    for line, verdict in (
        (r"\frac{\partial \operatorname{tr}(X)}{\partial X} = I", RIGHT),
        (r"\frac{\partial \operatorname{tr}(X)}{\partial X} = 2I", ("refuted",)),
        (
            r"\frac{\partial (X^{-1})_{kl}}{\partial X_{ij}} = -(X^{-1})_{ki} (X^{-1})_{jl}",
            RIGHT,
        ),
    ):
        assert check_source("a.md", f"{declared}$$\n{line}\n$$\n").lines[-1].verdict in verdict


STEPS = r"f(x) = \frac12\|Ax - b\|^2,\; \nabla f(x) = A^T(Ax - b),\; r_k = b - Ax_k,\; d_k = A^Tr_k"


@pytest.mark.parametrize(
    ("given", "line", "verdict"),
    [
        (STEPS, r"r_k^T(A(x_k + \alpha d_k) - b) = -r_k^Tr_k + \alpha d_k^Td_k", "agrees"),
        (STEPS, r"r_k^T(A(x_k + \alpha d_k) - b) = r_k^Tr_k + \alpha d_k^Td_k", "refuted"),
        (r"y = Ax,\; s = \sum_k x_k", r"\frac{\partial s}{\partial x_k} = 1", "proved"),
    ],
)
def test_steps_of_a_method_are_no_entries(given: str, line: str, verdict: str) -> None:
    assert last(given, line) == verdict
