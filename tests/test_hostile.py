"""Hostile and broken documents, end to end: each ends soon, says what is the matter, and stops no other.

Every document goes through `check_source` by itself, and all of them go through the command line in one run together
with a good one. Nothing may be called wrong that was not understood, no text of a document is ever run, and no
traceback reaches the user.
"""

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from time import process_time

import pytest

from gradproof.batch import check_source
from gradproof.diagnostic import FileReport

SECONDS = 30
"""Far above what any document here takes: a fence against runaway work, not a measurement."""

GOOD = "$$\nf = x^2\n$$\n\nso that\n\n$$\n\\frac{df}{dx} = 2x\n$$\n"
CERTAIN = ("proved", "agrees", "refuted")


def displays(*rows: str) -> str:
    return "".join(f"$$\n{row}\n$$\n\n" for row in rows)


def bomb(stages: int) -> str:
    r"""Return macros each of which stands for two of the one before, and a use of the last."""
    letters = [chr(ord("a") + k) for k in range(stages)]
    macros = [rf"\newcommand{{\x{letters[0]}}}{{xx}}"]
    for before, name in pairwise(letters):
        macros.append(rf"\newcommand{{\x{name}}}{{\x{before}\x{before}}}")
    return "\n".join(macros) + "\n" + displays(rf"\x{letters[-1]} = x")


OUT_OF_BOUNDS: dict[str, str] = {
    "brackets.md": displays("(" * 400 + "x" + ")" * 400 + " = x"),
    "open_brackets.md": displays("(" * 400 + "x = x"),
    "braces.md": displays("{" * 2000 + "x" + "}" * 2000 + " = x"),
    "fractions.md": displays(r"\frac{1}{1+" * 300 + "x" + "}" * 300 + " = x"),
    "roots.md": displays(r"\sqrt{" * 500 + "x" + "}" * 500 + " = x"),
    "scripts.md": displays("x_{" * 500 + "i" + "}" * 500 + " = x"),
    "derivatives.md": displays(r"\frac{d}{dx}\left(" * 100 + "x" + r"\right)" * 100 + " = 1"),
    "left.md": displays(r"\left(" * 300 + "x" + r"\right)" * 300 + " = x"),
    "bomb.tex": bomb(24),
    "self_macros.tex": r"\newcommand{\m}{\m\m}\newcommand{\q}{x\r}\newcommand{\r}{\q}\def\t#1{\t{#1#1}}"
    + displays(r"\m = x", r"\q = x", r"\t{x} = 1"),
    "long_sum.md": displays("x = " + " + ".join(f"x^{{{k % 7}}}" for k in range(2000))),
    "long_name.md": displays(r"\mathrm{" + "a" * 50_000 + "} = 1"),
    "rows.tex": "\\begin{align}\nf &= x^2 \\\\\n"
    + "\n".join(rf"&= x^2 + {k} - {k} \\" for k in range(5000))
    + "\n\\end{align}\n",
}
"""Documents of which every formula is beyond a limit of the reader: unread, with the limit."""

UNJUDGED: dict[str, str] = {
    "tower.md": displays(
        "9^{9^{9^9}} = 3", r"x^{9^{9^9}} = x", r"\frac{d}{dx} x^{9^{9^9}} = 1", "2^{-9^{9^9}} = 0"
    ),
    "factorials.md": displays("((9!)!)! = 3", r"\frac{9!!!!}{3!} = 2", "x!!!!!! = 1", "99999999! = 1"),
    "exponents.md": displays(
        r"x^{10^{100}} = x", r"\frac{d}{dx} x^{10^{100}} = x", "x^{" + "9" * 3000 + "} = x",
        r"x^{-10^{100}} = x", r"\sqrt[10^{100}]{x} = x",
    ),
    "sums.md": displays(
        r"\sum_{i=1}^{10^9} i = 3", r"\sum_{i=1}^{1000000000} x_i = x_1", r"\prod_{i=1}^{10^{12}} i = 0",
        r"\sum_{i=1}^{1000000000} \sum_{j=1}^{1000000000} x_i x_j = 1",
        r"\frac{\partial}{\partial x_1} \sum_{i=1}^{1000000000} x_i^2 = x_1",
        r"\sum_{i=1}^{99}\sum_{j=1}^{99}\sum_{k=1}^{99}\sum_{l=1}^{99}\sum_{r=1}^{99}\sum_{s=1}^{99} ijklrs = 1",
    ),
    "large_arrays.md": "Let $X \\in \\mathbb{R}^{99999 \\times 99999}$, $A \\in \\mathbb{R}^{500 \\times 500}$.\n\n"
    + displays(r"X_{11} = X_{12}", r"\det(A) = 1", r"A^{-1} = A"),
    "cycles.md": displays("a = b", "b = a", r"\frac{da}{dx} = 1", "c = c + 1", r"g(x) = g(g(x))", r"g'(x) = 1"),
}  # fmt: skip
"""Documents that can be read, of which nothing may be called right or wrong with certainty by brute force."""

ODD: dict[str, str] = {
    "empty.md": "",
    "blank.tex": "\n \n\t\n",
    "half.md": r"$$\frac{df}{dx} = \frac{1}{",
    "half.tex": r"\begin{align} a &= \left( b \\",
    "dollars.md": "$" * 5001,
    "backslashes.md": displays("\\" * 999),
    "bars.md": displays(
        "|" * 400 + "x" + "|" * 400 + " = x", r"\|" * 300 + "x = 2", "p(y|x|z|w|" * 50 + " = 1",
        "|a|b|c|d| = |a|",
    ),
    "right.md": displays(r"\right)" * 500, r"\left. x \right| = x", r"\left\{ x \right) = x"),
    "zero.md": "Let $n = 0$ and $i = 1, \\dots, n$ and $x \\in \\mathbb{R}^n$.\n\n"
    + displays(r"\sum_{i=1}^n x_i = 1 + n", r"x_i = x_i + 1", r"\sum_{i=1}^0 x_i = 0", r"\sum_{i=5}^{1} i = 3"),
    "division.md": displays(r"\frac{1}{0} = 2", r"\frac{x}{x-x} = 1", r"0^{-1} = 1", r"\log 0 = 1"),
    "dunder.md": displays(
        "__class__ = 1", r"x.__class__.__mro__ = 3", r"\mathrm{__init__} = x", r"x_{__dict__} = 1",
        r"\%s \%(x)s {0} {0.__class__} = x", r"\$\{x\} = 1",
    ),
    "surrogates.md": displays("\ufeffx = x\u202e", "x\u0301\u0301\u0301 = 1", "𝟙𝟚 = ①"),
    "inline.md": "where $a = b$ and " * 10_000,
}  # fmt: skip
"""Documents that are odd in other ways; whatever is said, it is said soon."""

RUNNABLE = (
    r"\_\_import\_\_('os').system('touch pwned') = 1", r"__import__('os').system('touch pwned') = x",
    r"\operatorname{exec}(open('pwned','w')) = 2", r"\mathrm{eval}(x) = \mathrm{exec}(y)",
    r"\write18{touch pwned} = 1", r"\immediate\write18{touch pwned}", r"\input{|touch pwned} = 1",
    r"\openout0=pwned x = 1", r"\catcode`\%=12 x = 1", r"`touch pwned` = $(touch pwned)",
)  # fmt: skip

BROKEN: dict[str, bytes] = {
    "latin.md": b"$$f = x^2$$\n\xff\xfe\n$$\\frac{df}{dx} = 2x$$\n",
    "nul.md": b"$$f = x\x00^2$$\n",
    "large.md": b"text $x = x$ and text\n" * 1_000_000,
    "cut.ipynb": b'{"cells": [{"cell_type": "markdown", "source": ',
    "number.ipynb": b'{"cells": 3, "nbformat": 4}',
    "list.ipynb": b"[]",
    "deep.ipynb": b"[" * 100_000,
}
"""Files that cannot be read as documents at all: an error each, and exit code 2."""

DOCUMENTS = {**OUT_OF_BOUNDS, **UNJUDGED, **ODD}


def checked(name: str, data: str | bytes) -> FileReport:
    start = process_time()
    report = check_source(name, data)
    assert process_time() - start < SECONDS
    return report


def environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}


def gradproof(*arguments: str, folder: Path) -> "subprocess.CompletedProcess[bytes]":
    done = subprocess.run(
        [sys.executable, "-m", "gradproof", "check", *arguments],
        capture_output=True,
        cwd=folder,
        env=environment(),
        timeout=4 * SECONDS,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    assert b"internal error" not in done.stderr + done.stdout
    return done


@pytest.mark.parametrize("name", OUT_OF_BOUNDS)
def test_what_is_beyond_a_limit_is_unread_and_names_it(name):
    report = checked(name, OUT_OF_BOUNDS[name])
    assert report.error is None
    assert report.lines
    assert {line.verdict for line in report.lines} == {"unread"}
    assert all(line.reason for line in report.lines)
    assert report.first_wrong is None
    if name not in ("open_brackets.md", "long_name.md"):
        assert all("limit" in (line.reason or "") for line in report.lines)


@pytest.mark.parametrize("name", UNJUDGED)
def test_what_cannot_be_computed_is_never_judged(name):
    report = checked(name, UNJUDGED[name])
    assert report.error is None
    assert report.lines
    assert not {line.verdict for line in report.lines} & set(CERTAIN)
    assert not [f for f in report.findings if f.severity == "error"]


@pytest.mark.parametrize("name", ODD)
def test_odd_documents_are_reported_on(name):
    report = checked(name, ODD[name])
    assert report.error is None
    for line in report.lines:
        assert line.verdict not in ("unread", "undecided") or line.reason
    if name in ("half.md", "dunder.md", "division.md"):
        assert not any(line.verdict == "proved" for line in report.lines)


def test_an_entry_of_nothing_is_no_counterexample():
    """Over an empty range a sum is zero, and what is said of every entry is said of none."""
    verdicts = [line.verdict for line in checked("zero.md", ODD["zero.md"]).lines[-4:]]
    assert verdicts[0] == "refuted"
    assert verdicts[1] != "refuted"
    assert verdicts[2] == "proved"


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_document_is_an_error_with_a_way_out(name):
    report = checked(name, BROKEN[name])
    assert report.error
    assert "internal" not in report.error
    assert report.lines == ()


@pytest.mark.parametrize("row", RUNNABLE)
@pytest.mark.parametrize("name", ["a.md", "a.tex", "a.txt"])
def test_nothing_that_looks_like_code_is_run(row, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    report = checked(name, row + "\n" if name.endswith("txt") else displays(row))
    assert list(tmp_path.iterdir()) == []
    assert not {line.verdict for line in report.lines} & set(CERTAIN)


def test_no_code_is_compiled_while_a_document_is_checked():
    """An audit hook sees every `compile`, `exec` and process that is started; warmed up, there is none."""
    script = f"""
import sys
from gradproof.batch import check_source
check_source("warm.md", {GOOD!r})
check_source("warm.md", {displays("f = x^2", "df/dx = 3x")!r})
seen = []
FORBIDDEN = ("compile", "exec", "os.system", "subprocess.Popen", "os.exec", "os.posix_spawn", "open")
sys.addaudithook(lambda event, args: seen.append(event) if event in FORBIDDEN else None)
for row in {RUNNABLE!r}:
    check_source("a.md", "$$\\n" + row + "\\n$$\\n")
    check_source("a.txt", row)
print(seen)
eval("1")
print(seen)
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        check=True,
        text=True,
        env=environment(),
    )
    before, after = done.stdout.splitlines()
    assert before == "[]"
    assert after != "[]"  # the hook does see


def test_all_in_one_run_and_the_good_one_is_still_reported(tmp_path):
    for name, text in DOCUMENTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for name, data in BROKEN.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "good.md").write_text(GOOD, encoding="utf-8")
    (tmp_path / "folder.md").mkdir()
    names = [*DOCUMENTS, *BROKEN, "missing.md", "folder.md", "good.md"]
    done = gradproof("--format", "json", *names, folder=tmp_path)
    assert done.returncode == 2
    files = {file["path"]: file for file in json.loads(done.stdout)["files"]}
    assert list(files) == names
    assert {n for n, file in files.items() if file["error"]} == {*BROKEN, "missing.md", "folder.md"}
    good = files["good.md"]
    assert good["lines"][0]["verdict"] == "given"
    assert good["lines"][1]["verdict"] in ("proved", "agrees")
    assert good["first_wrong"] is None
    assert all(line["verdict"] == "unread" for n in OUT_OF_BOUNDS for line in files[n]["lines"])


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("empty.md", b"", 0),
        ("good.md", GOOD.encode(), 0),
        ("brackets.md", OUT_OF_BOUNDS["brackets.md"].encode(), 0),
        ("wrong.md", GOOD.replace("2x", "3x").encode(), 1),
        ("latin.md", BROKEN["latin.md"], 2),
        ("cut.ipynb", BROKEN["cut.ipynb"], 2),
    ],
)
def test_exit_codes_of_one_file(name, data, code, tmp_path):
    (tmp_path / name).write_bytes(data)
    done = gradproof(name, folder=tmp_path)
    assert done.returncode == code
    assert done.stdout


NO_TEXT = pytest.param(
    "a\udc80b.md", marks=pytest.mark.skipif(os.name == "nt", reason="names are text there")
)


@pytest.mark.parametrize("name", ["missing.md", ".", "", NO_TEXT])
def test_what_is_no_file_is_told(name, tmp_path):
    done = gradproof(name, folder=tmp_path)
    assert done.returncode == 2
    assert done.stdout + done.stderr


def test_unread_counts_as_an_error_where_that_is_asked(tmp_path):
    (tmp_path / "brackets.md").write_text(OUT_OF_BOUNDS["brackets.md"], encoding="utf-8")
    assert gradproof("--fail-on", "unread", "brackets.md", folder=tmp_path).returncode == 1


def test_a_hostile_formula_on_the_command_line(tmp_path):
    done = gradproof(
        "-e", "(" * 400, "-e", "9^{9^{9^9}} = 1", "-e", "\ufffd\t\x01", folder=tmp_path
    )
    assert done.returncode == 0
    assert done.stdout


CUTS = [1, 2, 3, 5, 13, 21, 34, 45]


@pytest.mark.parametrize("missing", CUTS)
def test_a_good_document_cut_off_accuses_nothing(missing):
    """A document that ends in the middle of a formula is not wrong."""
    rows = (r"L = -y\log(p) - (1-y)\log(1-p)", r"\frac{dL}{dp} = -\frac{y}{p} + \frac{1-y}{1-p}")
    text = displays(*rows)
    report = checked("cut.md", text[: len(text) - missing])
    assert len(report.lines) == 2
    assert report.lines[1].verdict != "refuted"
    assert report.first_wrong is None
