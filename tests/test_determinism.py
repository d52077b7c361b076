"""The fourth promise: the same input gives the same report, byte for byte, whatever surrounds it."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gradproof import api
from gradproof.batch import check_source

EXAMPLE = Path(__file__).parents[1] / "examples" / "first_question.md"


def displays(*rows: str) -> str:
    return "".join(f"$$\n{row}\n$$\n\n" for row in rows)


DOCUMENTS = {
    "first_question.md": EXAMPLE.read_text(encoding="utf-8"),
    "softmax.md": "Let $z \\in \\mathbb{R}^n$, $i = 1, \\dots, n$, $j = 1, \\dots, n$.\n\n"
    + displays(
        r"p_i = \frac{e^{z_i}}{\sum_{k=1}^n e^{z_k}}",
        r"L = -\sum_{i=1}^n y_i \log p_i",
        r"\frac{\partial p_i}{\partial z_j} = p_i(\delta_{ij} + p_j)",
        r"\frac{\partial L}{\partial z_j} = p_j - y_j",
        r"\frac{\partial L}{\partial z_j} = y_j - p_j",
    ),
    "names.md": displays(
        r"f = a b^2 + c q e^{g} + h \log k + \lambda \mu \nu",
        r"\frac{\partial f}{\partial b} = 2ab + c + h",
        r"\frac{\partial f}{\partial g} = c q e^{g} - \lambda",
        r"\frac{\partial f}{\partial \mu} = \lambda \nu + k + q",
    ),
    "matrices.md": "Let $X \\in \\mathbb{R}^{m \\times n}$, $w \\in \\mathbb{R}^n$, $y \\in \\mathbb{R}^m$.\n\n"
    + displays(
        r"J = \|Xw - y\|^2",
        r"\nabla_w J = 2X^T(Xw - y)",
        r"\nabla_w J = 2X(Xw - y)",
    ),
    "chain.tex": "\\begin{align}\nf &= (3x+1)^2 \\\\\n"
    "\\frac{df}{dx} &= 2(3x+1) \\\\\n&= 6x+2 \\\\\n&= 18x+6\n\\end{align}\n",
    "plain.txt": "f = log(1 - x)\n\ndf/dx = 1/(1 - x)\n",
    "broken.md": displays(r"\frac{a", "((((b", r"x^{9^{9^9}} = 1", "a = b", "b = a"),
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("documents")
    for name, text in DOCUMENTS.items():
        (made / name).write_text(text, encoding="utf-8")
    return made


def run(folder: Path, *names: str, seed: str = "0", style: str = "json", **extra: str) -> bytes:
    keep = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    done = subprocess.run(
        [sys.executable, "-m", "gradproof", "check", "--format", style, *names],
        capture_output=True,
        cwd=folder,
        env={**keep, "PYTHONHASHSEED": seed, **extra},
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == b""
    assert done.stdout
    return done.stdout


@pytest.mark.parametrize("style", ["json", "full"])
def test_the_order_of_hashes_does_not_matter(folder, style):
    reports = {run(folder, *DOCUMENTS, seed=seed, style=style) for seed in ("1", "4242")}
    assert len(reports) == 1


def test_the_report_says_something(plain):
    """…of each kind; reports without findings are equal for a poor reason."""
    files = json.loads(plain)["files"]
    assert [f["path"] for f in files] == list(DOCUMENTS)
    assert sum(len(f["findings"]) for f in files) >= 6
    verdicts = {line["verdict"] for f in files for line in f["lines"]}
    assert {"given", "refuted", "unread", "undecided"} <= verdicts
    assert verdicts & {"proved", "agrees"}
    assert any(finding["counterexample"] for f in files for finding in f["findings"])


@pytest.fixture(scope="module")
def plain(folder):
    """The report on all documents in one run."""
    return run(folder, *DOCUMENTS)


def test_neither_language_nor_place_nor_threads_matter(folder, plain):
    for extra in (
        {"LC_ALL": "C", "LANG": "C"},
        {"TZ": "Asia/Kathmandu"},
        {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        {"COLUMNS": "40", "TERM": "dumb"},
    ):
        assert run(folder, *DOCUMENTS, **extra) == plain


def test_a_report_does_not_depend_on_what_was_checked_before(folder, plain):
    """No state is left behind: alone, first or last, a document is reported on in the same words."""
    files = {f["path"]: f for f in json.loads(plain)["files"]}
    backwards = json.loads(run(folder, *reversed(DOCUMENTS)))["files"]
    assert {f["path"]: f for f in backwards} == files
    (alone,) = json.loads(run(folder, "names.md"))["files"]
    assert alone == files["names.md"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_twice_in_one_process_is_the_same(name):
    first = check_source(name, DOCUMENTS[name])
    assert check_source(name, DOCUMENTS[name]) == first
    assert check_source(name, DOCUMENTS[name].encode()) == first


def test_the_command_line_says_what_the_api_says(folder, plain):
    reports = tuple(replace(api.check_file(folder / name), path=name) for name in DOCUMENTS)
    assert api.to_json(api.Report(reports)).encode() == plain
