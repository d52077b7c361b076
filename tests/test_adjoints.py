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
