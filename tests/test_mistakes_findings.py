"""What is said about a wrong line in a document: the cause, the right part, in the author's own names."""

import re

import pytest

from gradproof.api import check

SOFTMAX = r"$p_i=\frac{e^{z_i}}{\sum_ke^{z_k}}$ and $L=-\sum_iy_i\log p_i$. "
BATCH = r"$$J=\frac1m\sum_{i=1}^m(wx_i-y_i)^2$$ "

WRONG = {
    "size-in-the-factor": (
        BATCH + r"$$\frac{dJ}{dw}=2\sum_{i=1}^m(wx_i-y_i)x_i$$",
        "mean-factor-dropped", r"\frac{2}{m}\sum_{i=1}^m (w x_i - y_i) x_i"),
    "sum-without-limits": (
        r"$$L=\sum_i\sum_j(r_{ij}-\sum_kp_{ik}q_{jk})^2$$ "
        r"$$\frac{\partial L}{\partial p_{ik}}=-2(r_{ij}-\sum_lp_{il}q_{jl})q_{jk}$$",
        "sum-dropped", None),
    "labels-sum-to-one": (
        SOFTMAX + r"$$\frac{\partial L}{\partial z_i}=y_i-p_i$$",
        "sign-outer-lost", "-(y_i - p_i)"),
    "labels-and-temperature": (
        r"$q_i=\frac{e^{z_i/T}}{\sum_je^{z_j/T}}$ and $C=-\sum_ip_i\log q_i$. "
        r"$$\frac{\partial C}{\partial z_i}=q_i-p_i$$",
        "factor-lost", r"\frac{1}{T}(q_i - p_i)"),
    "off-the-diagonal": (
        r"$$p_i=\frac{e^{z_i}}{\sum_ke^{z_k}}$$ For $i\ne j$: "
        r"$$\frac{\partial p_i}{\partial z_j}=p_ip_j$$",
        "jacobian-off-diagonal-sign", "-p_i p_j"),
    "kink-twice": (r"$f(x)=\max(0,x)^2$, $f'(x)=2x$", "kink-ignored", None),
    "constant-term-of-a-sum": (
        r"$$\sum_{i=1}^n(x_i-c)=\sum_{i=1}^nx_i-c$$", "constant-sum", None),
    "constant-term-of-a-derivative": (
        r"$$\ell(\lambda)=\sum_{i=1}^n(x_i\log\lambda-\lambda)$$ "
        r"$$\ell'(\lambda)=\frac{\sum_{i=1}^nx_i}\lambda-1$$",
        "constant-sum", None),
    "exponent-of-a-reciprocal": (
        r"$$\ell=-\frac n2\log v-\frac1{2v}\sum_{i=1}^n(x_i-\mu)^2$$ "
        r"$$\frac{\partial\ell}{\partial v}=-\frac n{2v}+\frac1{2v}\sum_{i=1}^n(x_i-\mu)^2$$",
        "power-exponent-wrong", None),
    "by-another-variable": (
        r"$c_t=f_tc_{t-1}+i_tg_t$, $h_t=o_t\tanh c_t$. "
        r"$\frac{\partial h_t}{\partial c_t}=o_t(1-h_t^2)$",
        "wrong-variable", r"\tanh(c_t)"),
    "factor-of-the-inside": (
        r"$E=(t-wx)^2$, $\frac{dE}{dw}=-2(t-wx)$", "chain-linear-factor-dropped", None),
    "penalty-on-the-bias": (
        r"$$J=\sum_i(wx_i+b-y_i)^2+\lambda w^2$$ "
        r"$$\frac{\partial J}{\partial b}=2\sum_i(wx_i+b-y_i)+2\lambda b$$",
        "regulariser-factor", None),
    "value-put-in-once": (
        r"$f(x)=x^3+x^2$, $f'(2)=12+2x$", "substitution-partial", None),
    "frozen-normaliser": (
        r"Let $x_n\in\mathbb R$, $\mu_k\in\mathbb R$, $w_k>0$, $n=1,\dots,N$, $k=1,\dots,K$. "
        r"$$r_{nk}=\frac{w_ke^{-(x_n-\mu_k)^2/2}}{\sum_{j=1}^Kw_je^{-(x_n-\mu_j)^2/2}},\quad "
        r"\ell=\sum_{n=1}^N\log\sum_{k=1}^Kw_ke^{-(x_n-\mu_k)^2/2}$$ "
        r"$$\frac{\partial^2\ell}{\partial\mu_k^2}=-\sum_{n=1}^Nr_{nk}$$",
        "chain-dependent-held-constant", None),
}  # fmt: skip

INVENTED = re.compile(r"n_\{?[a-z]\}?|k_\{?\d|k_1")


def findings(text):
    (report,) = check(text + "\n", path="a.md", dialect="markdown").files
    assert report.error is None
    return [f for f in report.findings if f.severity == "error"]


OFF = {
    "scalar": (
        r"Let $x > 0$. $$f = x^2\log x$$ $$\frac{df}{dx} = (2x\log x + x)(1 + x)$$",
        r"(2x\log x + x)(1 + x)"),
    "term-of-indices": (
        r"Let $a, b \in \mathbb{R}^n$. $$f = \sum_{i=1}^n a_i^2 b_i + \sum_{i=1}^n b_i^3$$ "
        r"$$\frac{\partial f}{\partial b_k} = a_k^2 + 3b_k^2 \sum_{i=1}^n b_i$$",
        r"3b_k^2 \sum_{i=1}^n b_i"),
    "sum-gone": (
        r"Let $x_i, y_i, w, b \in \mathbb{R}$. $$r_i = wx_i + b - y_i$$ $$J = \frac{1}{2m}\sum_{i=1}^m r_i^2$$ "
        r"$$\frac{\partial J}{\partial b} = \frac1m$$",
        r"\frac1m"),
    "bracket-gone": (
        r"Let $q \in \mathbb{R}^d$, $k_{tj} \in \mathbb{R}$, $v_t \in \mathbb{R}$. $$s_t = \sum_{j=1}^d q_jk_{tj}$$ "
        r"$$a_t = \frac{e^{s_t}}{\sum_{l=1}^n e^{s_l}}$$ $$o = \sum_{t=1}^n a_tv_t$$ "
        r"$$\frac{\partial o}{\partial s_u} = \sum_{t=1}^n v_ta_t(\delta_{tu}-a_u)$$ $$= a_u$$",
        "a_u"),
    "term-of-arrays": (
        r"Let $X \in \mathbb{R}^{m\times n}$, $w \in \mathbb{R}^n$, $y \in \mathbb{R}^m$, $\beta > 0$. "
        r"$$f = \frac12\|Xw-y\|^2 + \beta w^Tw$$ "
        r"$$\nabla_w f = X^T(Xw-y) + 2\beta\,(w^Tw) w$$",
        r"2\beta\,(w^Tw) w"),
    "name-throughout": (
        r"Let $W \in \mathbb{R}^{h\times n}$, $X \in \mathbb{R}^{n\times m}$, $T \in \mathbb{R}^{h\times m}$. "
        r"$$Z = WX$$ $$A = \tanh(Z)$$ $$L = \frac12\|A - T\|_F^2$$ $$dA = A - T$$ $$dZ = dA \odot (1 - Z^2)$$",
        "Z^2"),
    "index": (
        r"Let $z, y \in \mathbb{R}^n$. $$L = -\sum_{k=1}^n y_kz_k + \log\sum_{k=1}^n e^{z_k}$$ "
        r"$$\frac{\partial L}{\partial z_j} = -y_k + \frac{e^{z_j}}{\sum_{k=1}^n e^{z_k}}$$",
        "y_k"),
}  # fmt: skip
"""What is off, and by what, where the line is compared term by term: a factor, a sum, a name, an index."""


@pytest.mark.parametrize("name", sorted(OFF))
def test_the_smallest_part_that_is_off_is_underlined_and_named(name):
    text, part = OFF[name]
    (found,) = findings(text)
    assert found.mistake != "unexplained-difference"
    assert text[found.span.start : found.span.end] == part


@pytest.mark.parametrize("name", sorted(WRONG))
def test_the_cause_and_the_right_part(name):
    text, cause, expected = WRONG[name]
    found = findings(text)
    assert [f.mistake for f in found][:1] == [cause]
    if expected is not None:
        assert found[0].expected_tex == expected


@pytest.mark.parametrize("name", sorted(WRONG))
def test_invented_names_and_sampled_sizes_are_not_shown(name):
    for f in findings(WRONG[name][0]):
        told = " ".join(s or "" for s in (f.expected_tex, f.expected_plain, f.message))
        assert not INVENTED.search(told), told
        assert r"\frac{2}{3}" not in told


@pytest.mark.parametrize("name", ["labels-sum-to-one", "labels-and-temperature"])
def test_an_assumption_that_the_cause_needs_is_named(name):
    (found,) = findings(WRONG[name][0])
    assert "sums to one" in found.why
    assert found.counterexample is not None
    assert found.counterexample.certified


RIGHT = {
    "labels": SOFTMAX + r"With $\sum_iy_i=1$: $$\frac{\partial L}{\partial z_i}=p_i-y_i$$",
    "batch": BATCH + r"$$\frac{dJ}{dw}=\frac2m\sum_{i=1}^m(wx_i-y_i)x_i$$",
    "bias": r"$$J=\sum_i(wx_i+b-y_i)^2+\lambda w^2$$ "
            r"$$\frac{\partial J}{\partial b}=2\sum_i(wx_i+b-y_i)$$",
    "kink": r"$f(x)=\max(0,x)^2$, $f'(x)=2\max(0,x)$",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(RIGHT))
def test_right_lines_have_no_finding(name):
    assert findings(RIGHT[name]) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (r"$$x^2 + 3x = 2x + 3$$", ["equals-between-f-and-derivative"]),
        (r"$$J = \sum_i x_i^2$$ $$\sum_i x_i^2 = 2x_k$$", ["equals-between-f-and-derivative"]),
        (r"$$x^2 + 3x = 2x + 4$$", ["unexplained-difference"]),
        (r"$$\frac{d}{dx} (x^2 + 3x) = 2x + 3$$", []),
    ],
)
def test_a_function_set_equal_to_its_derivative_is_a_warning_and_no_error(text, wanted):
    (report,) = check(text, path="a.md").files
    assert [f.mistake for f in report.findings] == wanted
    severities = {f.severity for f in report.findings}
    assert severities <= ({"error"} if "unexplained-difference" in wanted else {"warning"})


def test_a_warning_that_says_the_same_twice_is_given_once():
    text = r"""
Let $p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}$.
\begin{align*}
L &= -\sum_k y_k \log p_k \\
\frac{\partial L}{\partial z_i} &= p_i - y_i \\
-\frac{\partial L}{\partial z_i} &= y_i - p_i
\end{align*}
"""
    (report,) = check(text, path="a.tex").files
    assert [f.mistake for f in report.findings] == ["constraint-unjustified"]


def test_what_should_stand_there_has_its_numbers_carried_out():
    text = "$$ f = \\frac{1}{2}(x - y)^2 $$\n$$ \\frac{df}{dx} = 2(x - y) $$\n"
    (finding,) = check(text, path="half.md").files[0].findings
    assert finding.expected_plain == "x - y"
