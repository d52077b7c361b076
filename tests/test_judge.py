"""Verdicts of whole derivations: steps, truth, lines that follow, slips that cancel, what is never accused."""

import pytest

from gradproof.batch import check_source
from gradproof.diagnostic import FileReport


def run(*rows: str, declare: tuple[str, ...] = ()) -> FileReport:
    text = "\n".join(f"$$\n{row}\n$$\n" for row in rows)
    return check_source("case.md", text, declarations=declare)


def verdicts(*rows: str, declare: tuple[str, ...] = ()) -> list[str]:
    return [line.verdict for line in run(*rows, declare=declare).lines]


RIGHT = ("proved", "agrees")


def test_a_right_derivation_has_no_error() -> None:
    got = verdicts(
        r"L = -y\log(p) - (1-y)\log(1-p)",
        r"\frac{dL}{dp} = -\frac{y}{p} + \frac{1-y}{1-p}",
        r"= \frac{p-y}{p(1-p)}",
        declare=(r"0 < p < 1", r"y \in \{0,1\}"),
    )
    assert got[0] == "given"
    assert all(v in RIGHT for v in got[1:])


def test_lines_after_a_wrong_one_follow_from_it() -> None:
    report = run(
        r"f = (3x+1)^2",
        r"\frac{df}{dx} = 2(3x+1)",
        r"= 6x + 2",
        declare=(r"x \in \mathbb{R}",),
    )
    lines = report.lines
    assert [x.verdict for x in lines] == ["given", "refuted", "refuted"]
    assert not lines[1].follows_from_wrong
    assert lines[2].follows_from_wrong
    assert report.first_wrong == lines[1].place
    assert len([f for f in report.findings if f.severity == "error"]) == 1


def test_slips_that_cancel_are_told() -> None:
    report = run(
        r"f = x^2",
        r"\frac{df}{dx} = 2 x^2",
        r"= 2x",
        declare=(r"x \in \mathbb{R}",),
    )
    lines = report.lines
    assert lines[1].verdict == "refuted"
    assert lines[2].cancels
    assert lines[2].truth is True


def test_softmax_jacobian() -> None:
    got = verdicts(
        r"p_i = \frac{e^{z_i}}{\sum_{k=1}^n e^{z_k}}",
        r"\frac{\partial p_i}{\partial z_j} = p_i(\delta_{ij} - p_j)",
        declare=(r"z \in \mathbb{R}^n", r"i = 1, \dots, n", r"j = 1, \dots, n"),
    )
    assert got[1] in RIGHT


def test_the_case_of_unequal_indices_is_not_accused() -> None:
    report = run(
        r"p_i = \frac{e^{z_i}}{\sum_{k=1}^n e^{z_k}}",
        r"\frac{\partial p_i}{\partial z_j} = -p_i p_j",
        declare=(r"z \in \mathbb{R}^n", r"i = 1, \dots, n", r"j = 1, \dots, n"),
    )
    assert report.lines[1].verdict in RIGHT
    assert any(a.kind == "index-case" for a in report.assumptions)


def test_chain_rule_through_definitions() -> None:
    got = verdicts(
        r"h = w x + b",
        r"z = \frac{1}{1+e^{-h}}",
        r"J = -(y\log z + (1-y)\log(1-z))",
        r"\frac{\partial J}{\partial w} = \frac{\partial J}{\partial z}"
        r"\frac{\partial z}{\partial h}\frac{\partial h}{\partial w}",
        r"\frac{\partial J}{\partial z} = \frac{z-y}{z(1-z)}",
        r"\frac{\partial z}{\partial h} = z(1-z)",
        r"\frac{\partial J}{\partial w} = (z-y)x",
        declare=(r"y \in \{0,1\}", r"x \in \mathbb{R}", r"w \in \mathbb{R}", r"b \in \mathbb{R}"),
    )
    assert got[:3] == ["given"] * 3
    assert all(v in RIGHT for v in got[3:])


def test_an_update_is_not_an_equation() -> None:
    report = run(
        r"J = (w-1)^2", r"w = w - \alpha \frac{dJ}{dw}", r"w := w - 2\alpha(w-1)",
        declare=(r"w \in \mathbb{R}",),
    )  # fmt: skip
    assert [x.role for x in report.lines[1:]] == ["update", "update"]
    assert [x.verdict for x in report.lines[1:]] == ["given", "given"]


def test_setting_a_gradient_to_zero_is_not_a_claim() -> None:
    got = verdicts(
        r"J = (w-3)^2", r"\frac{dJ}{dw} = 2(w-3) = 0", r"w = 3", declare=(r"w \in \mathbb{R}",)
    )
    assert "refuted" not in got


def test_an_undefined_quantity_is_undecided_never_wrong() -> None:
    got = verdicts(
        r"\frac{\partial E}{\partial w} = \frac{\partial E}{\partial o}\frac{\partial o}{\partial w}",
        r"\frac{\partial E}{\partial o} = o - t",
    )
    assert "refuted" not in got


@pytest.mark.parametrize(
    "row",
    [r"\frac{df}{dx} = 2x + 1", r"\frac{df}{dx} = x^2", r"\frac{df}{dx} = -2x"],
)
def test_wrong_claims_are_refuted_with_a_certificate(row: str) -> None:
    report = run(r"f = x^2", row, declare=(r"x \in \mathbb{R}",))
    assert report.lines[1].verdict == "refuted"
    error = next(f for f in report.findings if f.severity == "error")
    assert error.counterexample is not None
    assert error.counterexample.certified
    assert error.counterexample.left != error.counterexample.right


def test_labels_that_sum_to_one_are_assumed_with_a_note() -> None:
    report = run(
        r"p_i = \frac{e^{z_i}}{\sum_{k=1}^n e^{z_k}}",
        r"L = -\sum_{i=1}^n y_i \log p_i",
        r"\frac{\partial L}{\partial z_j} = p_j - y_j",
        declare=(r"z \in \mathbb{R}^n", r"j = 1, \dots, n"),
    )
    assert report.lines[2].verdict in RIGHT
    assert any(a.kind == "constraint-assumed" for a in report.assumptions)


def judged(text: str) -> list[str]:
    return [x.verdict for x in check_source("case.md", (text + "\n").encode()).lines]


@pytest.mark.parametrize(
    "text",
    [
        r"$g(z)=\frac{1}{1+e^{-z}}$ then $\frac{dg}{dz}=g(1-g)$ and $g'=g(1-g)$",
        r"$\sigma(z)=\frac{1}{1+e^{-z}}$ and $\sigma'(x)=\sigma(1-\sigma)$",
        r"$f(x)=\frac{1}{1+e^{-x}}$ and $f'(x)=f(1-f)$ and $f''=f'(1-2f)$",
        r"$h(x)=\tanh x$ and $h''(x)=-2h(1-h^2)$",
        r"$\frac{d\sigma(x)}{dx}=\sigma(1-\sigma)$",
        r"$y=\sin(3x)$, $y'=3\cos(3x)$",
        r"$o=\sigma(z)$, $L=\frac12(o-t)^2$, $\frac{dL}{dz}=(o-t)\,o'$",
        r"$\sigma'(x)=\sigma(x)(1-\sigma(x))$ and $\sigma'=\sigma(1-\sigma)$",
        r"$\tanh'(z)=1-\tanh^2(z)$ and $\exp'(z)=e^z$ and $\tanh'=1-\tanh^2$",
        r"$a=\sigma(z)$, $z=wx+b$, $\frac{\partial a}{\partial w}=\sigma'(z)x=\sigma' x=\sigma(1-\sigma)x$",
        r"$x'=x\cos t-y\sin t$, $y'=x\sin t+y\cos t$, $\frac{\partial x'}{\partial t}=-y'$",
        r"$\pi(a)=\frac{e^{h_a}}{\sum_b e^{h_b}}$, $\frac{\partial\pi(a)}{\partial h_a}=\pi(a)(1-\pi(a))$",
        r"$i=\sigma(a_i)$, $\frac{di}{da_i}=i(1-i)$",
        r"$e=y-wx$, $p=\frac{1}{1+e^{-z}}$, $\frac{dp}{dz}=p(1-p)$, $\frac{de}{dw}=-x$",
        r"$y=x^2$, $\Delta y=2x\Delta x+(\Delta x)^2$, $\frac{\Delta y}{\Delta x}=2x+\Delta x$",
        r"$\ell=x\log\lambda-\lambda-\log(x!)$, $\frac{d\ell}{d\lambda}=\frac{x}{\lambda}-1$",
    ],
)
def test_the_notation_of_right_lines_is_understood(text: str) -> None:
    got = judged(text)
    assert set(got) <= {"given", *RIGHT}
    assert set(got) & set(RIGHT)


@pytest.mark.parametrize(
    "text",
    [
        r"$\sigma'(x)=\sigma(x)(1+\sigma(x))$",
        r"$g(z)=\frac{1}{1+e^{-z}}$ then $\frac{dg}{dz}=g(1+g)$",
        r"$y=\sin(3x)$, $y'=-3\cos(3x)$",
        r"$\tanh'=1+\tanh^2$",
    ],
)
def test_wrong_lines_in_the_same_notation_are_refuted(text: str) -> None:
    assert judged(text)[-1] == "refuted"


@pytest.mark.parametrize(
    ("definitions", "line", "right"),
    [
        (r"z = \sigma(wx), J = -(y\log z + (1-y)\log(1-z))", r"dJ = \frac{z-y}{z(1-z)} dz", True),
        (r"z = \sigma(wx), J = -(y\log z + (1-y)\log(1-z))", r"dJ = \frac{z+y}{z(1-z)} dz", False),
        (r"J = (wx-y)^2 + \lambda w^2", r"dJ = d((wx-y)^2) + d(\lambda w^2)", True),
        (r"J = (wx-y)^2 + \lambda w^2", r"dJ = d((wx-y)^2) - d(\lambda w^2)", False),
    ],
)
def test_what_moves_under_differentials_of_defined_names(definitions, line, right):
    report = check_source("a.md", f"$$ {definitions} $$\n\n$$ {line} $$")
    assert report.lines[-1].verdict in (("proved", "agrees") if right else ("refuted",))


def test_the_identity_and_the_ones_are_known_where_they_act_as_arrays():
    text = (
        r"where $A \in \mathbb{R}^{n \times n}$, $x \in \mathbb{R}^n$, $\lambda \in \mathbb{R}$:"
        r" $$J = x^T A x + \lambda x^T x$$ $$\nabla^2_x J = A + A^T + 2 \lambda I$$"
        r" $$K = \mathbf{1}^T A \mathbf{1}$$ $$\frac{\partial K}{\partial A} = \mathbf{1} \mathbf{1}^T$$"
    )
    report = check_source("a.md", text)
    steps = [line.verdict for line in report.lines if line.role == "step"]
    assert len(steps) == 2
    assert set(steps) <= {"proved", "agrees"}


def test_nothing_is_excused_by_a_reading_in_which_all_derivatives_vanish() -> None:
    declared = tuple(rf"{name} \in \mathbb{{R}}^{{n \times n}}" for name in "ZWY")
    rows = (r"H = \sigma(Z)", r"O = H W", r"L = \frac{1}{2} \|O - Y\|_F^2")
    factor = r"\frac{\partial L}{\partial Z} = \frac{\partial L}{\partial H} \odot "
    assert verdicts(*rows, factor + r"H \odot (1 - H)", declare=declared)[-1] in RIGHT
    assert verdicts(*rows, factor + r"Z \odot (1 - Z)", declare=declared)[-1] == "refuted"


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"\frac{d}{dx} x^2 \cdot e^x + x^2 \frac{d}{dx} e^x = 2x e^x + x^2 e^x", "proved"),
        (
            r"\frac{d}{dx} \sin x \cos x + \sin x \frac{d}{dx} \cos x = \cos^2 x - \sin^2 x",
            "proved",
        ),
        (r"\frac{d}{dx} x^2 e^x + \frac{d}{dx} x = 2x e^x + 1", "refuted"),
        (r"\frac{d}{dx} x^2 e^x + \frac{d}{dx} x = 2x e^x + x^2 e^x + 1", "proved"),
    ],
)
def test_an_operator_before_a_factor_of_a_product_rule(line: str, verdict: str) -> None:
    assert check_source("a.md", f"$$\n{line}\n$$\n").lines[-1].verdict == verdict
