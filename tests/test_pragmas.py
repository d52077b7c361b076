"""Comments that ask for a mistake to be ignored, and findings that are selected or ignored by name."""

import json

import pytest
from jsonschema import Draft202012Validator

import gradproof
from gradproof.cli import main
from gradproof.diagnostic import FileReport, Finding, Place
from gradproof.mistakes import REMARKS, UNEXPLAINED, catalogue
from gradproof.selection import COMMENTS, Selection, UnknownName, expand, families
from gradproof.source import Span

VALIDATOR = Draft202012Validator(gradproof.json_schema())
LOSS = "$$f = x^2 \\log(1-x)$$\n\n"
WRONG = "$$\\frac{df}{dx} = 2x\\log(1-x) + \\frac{x^2}{1-x}$$"
RIGHT = "$$\\frac{df}{dx} = 2x\\log(1-x) - \\frac{x^2}{1-x}$$"
NAME = "chain-inner-dropped"


def checked(text, path="a.md", **options):
    report = gradproof.check(text, path=path, **options)
    data = json.loads(report.to_json())
    assert [error.message for error in VALIDATOR.iter_errors(data)] == []
    (file,) = report.files
    assert file.error is None
    return file


def names(file):
    return [finding.mistake for finding in file.findings]


def comment(names="", reason="it is meant to be wrong"):
    return f"<!-- gradproof: ignore{names} {reason} -->"


def test_without_a_comment_the_mistake_is_an_error():
    file = checked(LOSS + WRONG)
    assert names(file) == [NAME]
    assert file.ignored == ()


@pytest.mark.parametrize(
    "text",
    [
        LOSS + comment(f"[{NAME}]") + "\n\n" + WRONG,
        LOSS + comment(f"[{NAME}]") + " For $x$ in words: " + WRONG,
        LOSS + WRONG + comment(f"[{NAME}]"),
        LOSS + WRONG + " . " + comment(f"[{NAME}]") + "\n\n" + RIGHT,
        LOSS + comment("[chain-rule]") + WRONG,
        LOSS + comment() + WRONG,
    ],
)
def test_a_comment_stands_for_the_formula_behind_or_before_it(text):
    file = checked(text)
    assert names(file) == []
    assert [(i.finding.mistake, i.by, i.reason) for i in file.ignored] == [
        (NAME, "comment", "it is meant to be wrong")
    ]
    wrong = [line for line in file.lines if line.verdict == "refuted"]
    assert [line.place for line in wrong] == [file.first_wrong]


def test_comments_in_tex_stand_in_a_formula_too():
    text = (
        "\\begin{align}\nf &= x^2 \\log(1-x) \\\\\n"
        "\\frac{df}{dx} &= 2x\\log(1-x) + \\frac{x^2}{1-x} % gradproof: ignore[chain-inner-dropped] on purpose\n"
        "\\end{align}\n"
    )
    file = checked(text, path="a.tex")
    assert names(file) == []
    assert [i.reason for i in file.ignored] == ["on purpose"]
    behind = text.replace(" % gradproof: ignore[chain-inner-dropped] on purpose", "").rstrip("\n")
    file = checked(behind + " % gradproof: ignore[chain-inner-dropped] behind\n", path="a.tex")
    assert [i.reason for i in file.ignored] == ["behind"]


def test_a_comment_does_not_reach_further_than_one_formula():
    text = LOSS + comment(f"[{NAME}]") + RIGHT + "\n\n# Again\n\n" + LOSS + WRONG
    file = checked(text)
    assert names(file) == [NAME, "unused-ignore"]
    assert file.ignored == ()


@pytest.mark.parametrize(
    ("text", "warning", "words"),
    [
        (LOSS + comment(f"[{NAME}]", "") + WRONG, "ignore-without-reason", "no reason is given"),
        (LOSS + comment("[chain-iner-dropped]") + RIGHT, "unknown-ignore", f"did you mean {NAME}"),
        (LOSS + comment(f"[{NAME}]") + RIGHT, "unused-ignore", f"no {NAME} to ignore"),
        (LOSS + comment() + RIGHT, "unused-ignore", "there is nothing to ignore"),
        (LOSS + RIGHT + "\n\nword " + comment(), "unused-ignore", "none follows"),
    ],
)
def test_a_comment_in_vain_is_a_warning(text, warning, words):
    file = checked(text)
    assert names(file) == [warning]
    (finding,) = file.findings
    assert finding.severity == "warning"
    assert words in finding.message
    source = file.sources[finding.place.source][1]
    assert source.slice(finding.span).startswith("<!-- gradproof:")


def test_one_of_two_names_may_be_in_vain():
    file = checked(LOSS + comment(f"[{NAME}, term-lost]") + WRONG)
    assert names(file) == ["unused-ignore"]
    assert [i.finding.mistake for i in file.ignored] == [NAME]


def test_a_cell_of_a_notebook_keeps_its_comments():
    cells = [LOSS, WRONG + "\n\nword " + comment(), RIGHT]
    notebook = {
        "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": text, "id": f"c{k}"}
            for k, text in enumerate(cells)
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    file = checked(json.dumps(notebook), path="n.ipynb")
    assert names(file) == [NAME, "unused-ignore"]
    assert [finding.place.cell for finding in file.findings] == [1, 1]
    data = json.loads(gradproof.to_json(gradproof.Report((file,))))["files"][0]
    assert [finding["cell"] for finding in data["findings"]] == [1, 1]
    assert "n.ipynb:cell 1:1:33 error" in gradproof.to_text(gradproof.Report((file,)))


def test_names_and_families():
    assert expand([NAME]) == {NAME}
    assert expand(["chain rule"]) == expand(["Chain-Rule"]) == expand(["chain-rule"])
    assert NAME in expand(["chain-rule"])
    assert expand(["comments"]) == set(COMMENTS)
    assert expand([]) == frozenset()
    known = families()
    assert set(known) == {*catalogue(), UNEXPLAINED, *REMARKS, *COMMENTS}
    assert not set(known) & set(known.values())
    with pytest.raises(UnknownName, match="did you mean signs") as caught:
        expand(["sings"])
    assert caught.value.name == "sings"
    with pytest.raises(UnknownName, match="named 'qqqqq' "):
        expand(["qqqqq"])


def test_selecting_and_ignoring():
    place = Place(0, 0)
    findings = tuple(
        Finding(name, "error", place, Span(0, 1), "m") for name in (NAME, "term-lost", "sqrt-sign")
    )
    file = FileReport("a.md", findings=findings)
    assert Selection().apply(file) is file
    kept = Selection.of(["chain-rule", "term-lost"], ["term-lost"]).apply(file)
    assert names(kept) == [NAME]
    assert [(i.finding.mistake, i.by) for i in kept.ignored] == [
        ("term-lost", "ignore"),
        ("sqrt-sign", "select"),
    ]


def test_the_functions_take_names():
    assert gradproof.check(LOSS + WRONG, ignore=[NAME]).ok
    assert gradproof.check(LOSS + WRONG, select=["signs"]).ok
    assert not gradproof.check(LOSS + WRONG, select=["chain-rule"]).ok
    with pytest.raises(gradproof.UnknownName):
        gradproof.check(LOSS, ignore=["nothing-such"])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.md").write_text(LOSS + WRONG, encoding="utf-8")
    (tmp_path / "ignored.md").write_text(LOSS + comment() + WRONG, encoding="utf-8")
    (tmp_path / "vain.md").write_text(LOSS + comment() + RIGHT, encoding="utf-8")
    return tmp_path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["bad.md"], 1),
        (["--exit-zero", "bad.md"], 0),
        (["--exit-zero", "missing.md"], 2),
        (["--ignore", NAME, "bad.md"], 0),
        (["--ignore", f"sqrt-sign,{NAME}", "bad.md"], 0),
        (["--ignore", "sqrt-sign", "--ignore", "chain-rule", "bad.md"], 0),
        (["--select", NAME, "bad.md"], 1),
        (["--select", "signs", "bad.md"], 0),
        (["--select", "chain-rule", "--ignore", NAME, "bad.md"], 0),
        (["ignored.md"], 0),
        (["vain.md"], 0),
        (["--fail-on", "warning", "vain.md"], 1),
        (["--fail-on", "warning", "--ignore", "unused-ignore", "vain.md"], 0),
    ],
)
def test_exit_codes(arguments, code, capsys):
    assert main(["check", *arguments]) == code
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("folder")
def test_an_ignored_line_stays_refuted_and_is_shown(capsys):
    main(["check", "ignored.md"])
    out = capsys.readouterr().out
    assert f"  ignored line 3: error[{NAME}] the inner derivative of log(1 - x) is missing" in out
    assert "(a comment asks for it: it is meant to be wrong)" in out
    assert "; ignored\n" in out
    assert "no error found, 1 ignored; 2 lines: 1 given, 1 refuted" in out
    main(["check", "--format", "json", "--ignore", NAME, "bad.md"])
    (file,) = json.loads(capsys.readouterr().out)["files"]
    assert file["findings"] == []
    assert file["ignored"][0]["mistake"] == NAME
    assert file["ignored"][0]["by"] == "ignore"
    assert file["first_wrong"] is not None


@pytest.mark.usefixtures("folder")
def test_an_unknown_name_is_told_before_anything_is_read(capsys):
    assert main(["check", "--ignore", "chain-iner-dropped", "bad.md"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert f"did you mean {NAME}" in captured.err
    with pytest.raises(SystemExit):
        main(["check", "--select", ",", "bad.md"])
