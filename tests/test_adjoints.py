"""Gradients in the course convention, where dW stands for the gradient by W: no line is read as a differential."""

import pytest

from gradproof.batch import check_source
from gradproof.diagnostic import FileReport
from gradproof.notation.elaborate import usage

ATTENTION = (
    r"dV = A^T dO",
    r"dA = dO V^T",
    r"dS = A \odot (dA - \operatorname{rowsum}(A \odot dA))",
    r"dQ = \frac{1}{\sqrt d} dS K",
    r"dK = \frac{1}{\sqrt d} dS^T Q",
)
PERCEPTRON = (
    r"dW_2 = H^T dZ_2",
    r"dH = dZ_2 W_2^T",
    r"dZ_1 = dH \odot \operatorname{slope}(Z_1)",
    r"dW_1 = X^T dZ_1",
    r"db_1 = dZ_1^T \mathbf{1}",
    r"dX = (W_1 dZ_1^T)^T",
)
RECURRENT = (
    r"dV = do s^T",
    r"ds = V^T do",
    r"da = (1 - s \odot s) \odot ds",
    r"dU = da x^T",
    r"dW = da h^T",
    r"dh = (da^T W)^T",
    r"dx = (da^T U)^T",
    r"db = da",
)
NETWORKS = {
    "O": (r"S = \frac{QK^T}{\sqrt d}, \quad A = \mathrm{softmax}(S), \quad O = AV", ATTENTION),
    "Z_2": (r"Z_1 = X W_1 + b_1, \quad H = g(Z_1), \quad Z_2 = H W_2", PERCEPTRON),
    "o": (r"a = U x + W h + b, \quad s = \tanh(a), \quad o = V s", RECURRENT),
}
GIVEN = r"Given $d{0} = \frac{{\partial L}}{{\partial {0}}}$:"
SPOKEN = r"Given the gradient $d{0}$ from above:"


def run(forward: str, rows: tuple[str, ...], spoken: str = "") -> FileReport:
    displays = (f"$${row}$$" for row in (forward, *rows))
    first = next(displays)
    return check_source("case.md", "\n\n".join((first, spoken, *displays)) + "\n")


def refuted(report: FileReport) -> list[str]:
    return [x.tex for x in report.lines if x.verdict == "refuted"]


def nothing(*_: object) -> set[str]:
    return set()


@pytest.mark.parametrize("sentence", [GIVEN, SPOKEN], ids=["given", "spoken"])
@pytest.mark.parametrize("output", NETWORKS)
def test_gradients_that_run_backwards_are_not_accused(output: str, sentence: str) -> None:
    report = run(*NETWORKS[output], sentence.format(output))
    assert report.findings == ()
    assert refuted(report) == []


@pytest.mark.parametrize("turned", [r"(dS)^T Q", r"dS' Q", r"dS^\top Q + dE", r"d(S^T) Q"])
def test_one_strange_term_makes_no_differentials_of_the_others(turned: str) -> None:
    forward, rows = NETWORKS["O"]
    report = run(forward, (*rows[:-1], rf"dK = \frac{{1}}{{\sqrt d}} {turned}"), GIVEN.format("O"))
    assert refuted(report) == []


def test_the_guard_notices_a_direction_that_is_not_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage, "_upstream", nothing)
    assert refuted(run(*NETWORKS["O"], SPOKEN.format("O"))) != []


@pytest.mark.parametrize(("sign", "verdict"), [("+", "proved"), ("-", "refuted")])
def test_differentials_that_follow_their_argument_are_judged(sign: str, verdict: str) -> None:
    told = "Let $X \\in \\mathbb{R}^{n \\times n}$."
    report = run("Y = X^T X", (rf"dY = dX^T X {sign} X^T dX",), told)
    assert report.lines[-1].verdict == verdict


FORWARD = r"""Let $X \in \mathbb{R}^{n \times m}$, $Y \in [0,1]^{1 \times m}$, $W_1 \in \mathbb{R}^{h \times n}$.
Let $W_2 \in \mathbb{R}^{1 \times h}$, $b_1 \in \mathbb{R}^{h}$, $b_2 \in \mathbb{R}$.
$$ Z_1 = W_1 X + b_1, \quad A_1 = \operatorname{ReLU}(Z_1) $$
$$ Z_2 = W_2 A_1 + b_2, \quad A_2 = \sigma(Z_2) $$
$$ J = -\frac1m \sum (Y \odot \log A_2 + (1 - Y) \odot \log(1-A_2)) $$
"""
RIGHT_ROWS = (
    r"dZ_2 = A_2 - Y",
    r"dZ_2 = \frac1m (A_2 - Y)",
    r"dW_2 = \frac1m dZ_2 A_1^T",
    r"dW_2 = dZ_2 A_1^T",
    r"dA_1 = W_2^T dZ_2",
    r"dZ_1 = dA_1 \odot 1[Z_1 > 0]",
    r"dZ_1 = W_2^T dZ_2 * 1[Z_1 > 0]",
    r"dW_1 = \frac1m dZ_1 X^T",
    r"db_1 = \frac1m np.sum(dZ_1, axis=1, keepdims=True)",
    r"db_1 = \frac1m \sum dZ_1",
    r"db_2 = \frac1m \sum dZ_2",
)
WRONG_ROWS = (
    r"dZ_2 = Y - A_2",
    r"dW_2 = \frac1m dZ_2 A_2^T",
    r"dA_1 = W_2 dZ_2",
    r"dA_1 = -W_2^T dZ_2",
    r"dZ_1 = dA_1 \odot A_1",
    r"dW_1 = \frac1m X dZ_1^T",
    r"db_1 = \frac1m dZ_1",
)


@pytest.mark.parametrize("row", RIGHT_ROWS)
def test_a_gradient_of_the_course_is_judged_by_what_it_is_the_gradient_of(row: str) -> None:
    report = check_source("case.md", f"{FORWARD}$${row}$$")
    assert report.lines[-1].verdict in ("proved", "agrees")


@pytest.mark.parametrize("row", WRONG_ROWS)
def test_a_wrong_gradient_of_the_course_is_refuted(row: str) -> None:
    report = check_source("case.md", f"{FORWARD}$${row}$$")
    assert report.lines[-1].verdict == "refuted"


def test_without_a_loss_each_line_is_judged_by_the_gradient_that_reaches_it() -> None:
    forward = r"""Let $Q \in \mathbb{R}^{n \times d}$, $K \in \mathbb{R}^{n \times d}$, $V \in \mathbb{R}^{n \times d}$.
$$ S = \frac{QK^T}{\sqrt{d}}, \quad A = \operatorname{softmax}(S), \quad O = AV $$
"""
    rows = [
        r"dV = A^T dO",
        r"dA = dO V^T",
        r"dK = \frac{1}{\sqrt d} dS Q",
        r"dQ = \frac{1}{\sqrt d} dS K",
    ]
    report = check_source("case.md", forward + "\n".join(f"$${r}$$" for r in rows))
    verdicts = [x.verdict for x in report.lines[-4:]]
    assert verdicts == ["proved", "proved", "refuted", "proved"]
