"""The mended document: the wrong place and what follows from it, and not a letter more."""

import difflib
import json
import re
from pathlib import Path

import pytest

import gradproof
from gradproof.cli import main

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "first_question.md"


def clean(text, path):
    report = gradproof.check(text, path=path)
    return report.ok and not any(line.verdict == "refuted" for line in report.files[0].lines)


def changed(before, after):
    """Return the stretches that differ, as (old, new)."""
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    return [
        (before[a:b], after[c:d]) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"
    ]


CASES = {
    "one-sign.md": (
        "Ünïcode $a$\r\n$$f = x^2 \\log(1-x)$$\r\n\r\n$$\\frac{df}{dx} = 2x\\log(1-x) + \\frac{x^2}{1-x}$$ end\r\n",
        "2x\\log(1-x) - \\frac{x^2}{1 - x}",
    ),
    "follows.md": (
        "$$f = x^2 \\log(1-x)$$\n\n$$\\frac{df}{dx} = 2x \\log(1-x) + \\frac{x^2}{1-x}$$\n\n"
        "$$= \\frac{2x(1-x)\\log(1-x) + x^2}{1-x}$$\n",
        "\\frac{2x(1-x)\\log(1-x) - x^2}{1-x}",
    ),
    "rows.tex": (
        "\\begin{align}\nf &= x^3 + x^2 \\\\ % the loss\n\\frac{df}{dx} &= 3x^2 + x \\\\\n&= x(3x + 1)\n\\end{align}\n",
        "3x^2 + 2x",
    ),
    "factor.md": ("$$f = x + x^2$$\n\n$$\\frac{df}{dx} = 1 + 3x$$\n", "1 + 2x"),
}


@pytest.mark.parametrize("path", sorted(CASES))
def test_the_mended_document_is_right(path):
    text, expected = CASES[path]
    assert not clean(text, path)
    mended = gradproof.correct(text, path=path)
    assert expected in mended.text
    assert clean(mended.text, path)
    assert all(change.new is not None for change in mended.changes)
    assert gradproof.correct(mended.text, path=path).text == mended.text
    assert gradproof.correct(text, path=path) == mended


def test_nothing_outside_the_formulas_is_touched():
    text, _ = CASES["one-sign.md"]
    mended = gradproof.correct(text, path="one-sign.md").text
    start = text.index("+ \\frac")
    assert mended[:start] == text[:start]
    assert mended.endswith("$$ end\r\n")
    assert "".join(old for old, _ in changed(text, mended)) in ("+", "+-")


def test_the_first_question():
    text = EXAMPLE.read_text(encoding="utf-8")
    mended = gradproof.correct(text, path="first_question.md")
    (change,) = mended.changes
    assert change.mistake == "chain-inner-dropped"
    assert change.line == 20
    assert mended.text.splitlines()[19].endswith(
        "$$ = -1(\\frac{y_i}{\\hat y_i} - \\frac{1 - y_i}{1 - \\hat y_i})$$"
    )
    assert clean(mended.text, "first_question.md")


def test_a_right_document_stays_as_it_is():
    text = "$$f = x^2$$\n\n$$\\frac{df}{dx} = 2x$$ <b>\n"
    mended = gradproof.correct(text, path="a.md")
    assert (mended.text, mended.changes) == (text, ())


def test_what_is_ignored_is_not_mended():
    text = CASES["factor.md"][0]
    assert gradproof.correct(text, path="a.md", select=["chain-rule"]).text == text
    marked = text.replace("$$\\frac{df}", "<!-- gradproof: ignore on purpose -->$$\\frac{df}")
    assert gradproof.correct(marked, path="a.md").text == marked


def test_plain_text_is_mended_in_plain_letters():
    text = "f = x^2 * log(1 - x)\n\ndf/dx = 2x log(1 - x) + x^2/(1 - x)\n"
    assert not clean(text, "a.txt")
    mended = gradproof.correct(text, path="a.txt").text
    assert "\\" not in mended
    assert clean(mended, "a.txt")


@pytest.mark.parametrize(
    ("path", "mark"),
    [
        ("a.md", re.compile(r"\$\$ <!-- gradproof says: row 1 of the formula before .* -->\n")),
        (
            "a.tex",
            re.compile(r"\$\$\n% gradproof says: row 1 of the formula before [^\n]*\n"),
        ),
    ],
)
def test_what_cannot_be_mended_gets_a_comment(path, mark, monkeypatch):
    import gradproof.correction.mender as correction

    monkeypatch.setattr(correction, "_edits", lambda *_: iter(()))
    text = CASES["factor.md"][0]
    mended = gradproof.correct(text, path=path)
    assert mark.search(mended.text)
    assert mark.sub(lambda found: "$$\n", mended.text) == text
    assert [change.new for change in mended.changes] == [None]
    before = gradproof.check(text, path=path).files[0]
    after = gradproof.check(mended.text, path=path).files[0]
    assert [line.verdict for line in before.lines] == [line.verdict for line in after.lines]
    assert not after.assumptions


def test_a_change_that_is_not_right_is_never_kept(monkeypatch):
    import gradproof.correction.mender as correction

    def wrong(j, findings, source):
        span = findings[0].span
        yield correction._Edit(span, "17")
        yield correction._Edit(span, "$$ $$")
        yield correction._Edit(span, "\\frac{")

    monkeypatch.setattr(correction, "_edits", wrong)
    mended = gradproof.correct(CASES["factor.md"][0], path="a.md")
    assert [change.new for change in mended.changes] == [None]
    assert "17" not in mended.text


def test_the_command_prints_the_document_and_tells_the_changes_apart(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    text, expected = CASES["one-sign.md"]
    Path("one-sign.md").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert main(["check", "--corrected", "one-sign.md"]) == 1
    captured = capfd.readouterr()
    assert captured.out == "\ufeff" + gradproof.correct(text, path="one-sign.md").text
    assert expected in captured.out
    assert captured.err == (
        "one-sign.md:4: mended[chain-inner-dropped]: + \\frac{x^2}{1-x} → - \\frac{x^2}{1 - x}\n"
    )
    assert main(["check", "--corrected", "--exit-zero", "one-sign.md"]) == 0
    assert main(["check", "--corrected", "--ignore", "chain-rule", "one-sign.md"]) == 0
    capfd.readouterr()
    assert main(["check", "--corrected", "missing.md"]) == 2
    assert capfd.readouterr().err.startswith("missing.md: error: no such file")
    for more in (["one-sign.md"], ["--format", "json"], ["--statistics"], ["--print-reading"]):
        with pytest.raises(SystemExit):
            main(["check", "--corrected", "one-sign.md", *more])


def test_an_included_file_is_mended_where_it_stands(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("part.tex").write_text("Then\n\\[ \\frac{df}{dx} = 3x \\]\n", encoding="utf-8")
    Path("right.tex").write_text("\\[ g = x \\]\n", encoding="utf-8")
    text = "\\[ f = x^2 \\]\n\\input{right}\n\\input{part}\nThe end.\n"
    Path("main.tex").write_text(text, encoding="utf-8")
    assert main(["check", "--corrected", "main.tex"]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("part.tex:2: mended[")
    assert "\\frac{df}{dx} = 2x \\]" in captured.out
    assert captured.out.startswith("\\[ f = x^2 \\]\n\\input{right}\n")
    assert captured.out.endswith("\nThe end.\n")
    assert Path("part.tex").read_text(encoding="utf-8").endswith("3x \\]\n")
    Path("main.tex").write_text(captured.out, encoding="utf-8")
    assert main(["check", "main.tex"]) == 0


def notebook(*cells, **layout):
    markdown = [
        {"cell_type": "markdown", "metadata": {}, "source": c.splitlines(keepends=True)}
        for c in cells
    ]
    code = {
        "cell_type": "code",
        "execution_count": 1,
        "metadata": {},
        "outputs": [],
        "source": "x = 1",
    }
    whole = {"cells": [code, *markdown], "metadata": {"a": "ü"}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, **layout) + "\n"


@pytest.mark.parametrize("layout", [{"indent": 1, "ensure_ascii": False}, {"indent": 2}, {}])
def test_a_notebook_is_mended_cell_by_cell_and_keeps_its_layout(layout):
    before = (
        "$$f = x^2 \\log(1-x)$$\n",
        "Text\n$$\\frac{df}{dx} = 2x\\log(1-x) + \\frac{x^2}{1-x}$$\nmore\n",
    )
    after = before[0], before[1].replace("+ \\frac{x^2}{1-x}", "- \\frac{x^2}{1 - x}")
    mended = gradproof.correct(notebook(*before, **layout), path="n.ipynb")
    assert mended.text == notebook(*after, **layout)
    assert [c.place.cell for c in mended.changes] == [2]
    assert clean(mended.text, "n.ipynb")


def test_a_cell_that_cannot_be_mended_gets_a_comment():
    text = notebook("$$x^2 = 2x + 1$$", indent=1)
    mended = gradproof.correct(text, path="n.ipynb")
    if mended.changes and mended.changes[0].new is None:
        assert "gradproof says" in mended.text
    assert json.loads(mended.text)["nbformat"] == 4
