"""The second evaluator of the benchmarks: it confirms what is right, sees what is wrong, and stands alone."""

import ast
import json
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

from _witness_document import FALSE, TRUE, UNKNOWN, Text  # noqa: E402
from derivations import document, file_name, read_cases  # noqa: E402

FILES = (BENCHMARKS / "mutations" / "derivations.jsonl", BENCHMARKS / "right_unusual.jsonl")
ALLOWED = {"gradproof.notation.documents", "gradproof.notation.elaborate.rows"}
ALLOWED |= {"gradproof.notation.surface"}
OPEN = {("substitution-u", 3), ("stationary-quadratic", 2)}
"""Lines that say something else than that two written quantities are equal."""


def truths(*rows: str, declare: tuple[str, ...] = ()) -> list[str]:
    case = {"declarations": declare, "lines": rows}
    text = Text(document(case), [k == 0 for k in range(len(rows))])
    worlds = text.worlds(4)
    return [text.truth(k, worlds) for k in range(len(rows))]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (r"\frac{df}{dx} = 2xe^{x^2}", TRUE),
        (r"\frac{df}{dx} = xe^{x^2}", FALSE),
        (r"f' = 2xe^{x^2}", UNKNOWN),
        (r"\frac{d^2f}{dx^2} = (2+4x^2)f", TRUE),
        (r"df = 2xf\,dx", TRUE),
    ],
)
def test_a_scalar_line(row: str, expected: str) -> None:
    assert truths(r"f = e^{x^2}", row, declare=(r"x \in \mathbb{R}",))[1] == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (r"\nabla_w J = 2X^T(Xw-y)", TRUE),
        (r"\nabla_w J = 2(Xw-y)^TX", TRUE),
        (r"\nabla_w J = X^T(Xw-y)", FALSE),
        (r"\nabla_w J = 2X(Xw-y)", UNKNOWN),
        (r"\frac{\partial J}{\partial w_j} = 2\sum_{i=1}^m X_{ij}\left((Xw)_i-y_i\right)", TRUE),
        (r"\nabla_w^2J = 2X^TX", TRUE),
    ],
)
def test_a_line_of_arrays(row: str, expected: str) -> None:
    declared = (r"X \in \mathbb{R}^{m\times n}", r"w \in \mathbb{R}^n", r"y \in \mathbb{R}^m")
    assert truths(r"J = \|Xw-y\|^2", row, declare=declared)[1] == expected


def check_file(path: Path, every: int) -> None:
    for case in read_cases(path)[::every]:
        given = [v == "given" for v in case["verdicts"]]
        text = Text(document(case), given, file_name(case))
        worlds = text.worlds(4)
        for block in text.rows:
            if (case["id"], block) not in OPEN:
                assert text.truth(block, worlds) == TRUE, (case["id"], block, text.reason)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_what_is_written_as_right_is_right(path: Path) -> None:
    check_file(path, every=8)


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_all_that_is_written_as_right_is_right(path: Path) -> None:
    check_file(path, every=1)


def test_what_is_written_as_wrong_is_wrong() -> None:
    for case in read_cases(BENCHMARKS / "derivations.jsonl"):
        if case["first_wrong"] is None:
            continue
        given = [v == "given" for v in case["verdicts"]]
        text = Text(document(case), given)
        worlds = text.worlds(4)
        first = next(k for k in text.rows if text.truth(k, worlds) == FALSE)
        assert first == case["first_wrong"], case["id"]


def imported(path: Path) -> set[str]:
    """Return the modules of Gradproof that a file imports."""
    out: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            out |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            out |= {node.module} | {f"{node.module}.{a.name}" for a in node.names}
    return {m for m in out if m.startswith("gradproof")}


@pytest.mark.parametrize(
    "name",
    ["_witness.py", "_witness_document.py", "_witness_adjoint.py", "_witness_solutions.py"],
)
def test_the_witness_takes_surface_trees_and_nothing_else(name: str) -> None:
    modules = {m for m in imported(BENCHMARKS / name) if m.rsplit(".", 1)[0] not in ALLOWED}
    assert modules <= ALLOWED, modules


def test_the_sets_are_as_large_as_they_claim() -> None:
    for path, least in zip(FILES, (80, 100), strict=True):
        cases = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        assert len({c["id"] for c in cases}) == len(cases) >= least
        assert all(len(c["verdicts"]) == len(c["lines"]) for c in cases)
