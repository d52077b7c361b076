"""The other ways to show a report: for editors, for GitHub, in numbers, as a picture, in a notebook."""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import gradproof
from gradproof.cli import main
from gradproof.diagnostic import (
    Assumption,
    Evidence,
    FileReport,
    Finding,
    LineReport,
    Place,
    Work,
)
from gradproof.notation.elaborate.symbols import HABIT_INDICES
from gradproof.notation.grammar import HABIT_CALLABLES
from gradproof.render import concise, github, habits, picture
from gradproof.render.full import render_file
from gradproof.render.statistics import counts, render
from gradproof.render.tally import doubtful, errors, failing, unread_parts
from gradproof.source import Source, Span

VALIDATOR = Draft202012Validator(gradproof.json_schema())
TEXT = "$$f = x^2$$\n\n$$\\frac{df}{dx} = 3x$$\n"
START = TEXT.index("3x")


def line(verdict, **other):
    return LineReport(Place(1, 0), Span(START - 2, START + 2), "= 3x", "", "step", verdict, **other)


def sample(**other):
    finding = Finding("term-lost", "error", Place(1, 0), Span(START, START + 2), "a term is lost")
    options = {
        "lines": (line("refuted", evidence=Evidence("ball", 24)),),
        "first_wrong": Place(1, 0),
        "findings": (finding,),
        "sources": ((None, Source("a.md", TEXT)),),
        "work": Work(2, 3, 1),
    }
    return FileReport("a.md", **{**options, **other})


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.md").write_text(TEXT, encoding="utf-8")
    (tmp_path / "good.md").write_text("$$f = x$$\n", encoding="utf-8")
    return tmp_path


def test_concise_is_one_line_for_a_finding():
    assert concise.render_file(sample()) == "a.md:3:19: error[term-lost] a term is lost\n"
    assert concise.render_file(FileReport("b.md", error="no such\nfile")) == (
        "b.md: error: no such file\n"
    )
    assert concise.render_file(sample(findings=())) == "a.md:3:17: error the line is refuted\n"
    assert "\x1b[1;31merror[term-lost]" in concise.render_file(sample(), colour=True)


def test_doubts_are_told_where_they_count():
    unread = line("unread", reason="why not")
    part = Assumption(Place(None, 0), Span(0, 2), "include", "one is not read: there is no file")
    file = sample(findings=(), lines=(unread,), first_wrong=None, assumptions=(part,))
    assert concise.render_file(file) == ""
    assert concise.render_file(file, counted=("undecided",)) == ""
    assert concise.render_file(file, counted=("unread",)) == (
        "a.md:1:1: unread one is not read: there is no file\na.md:3:17: unread why not\n"
    )
    assert github.render_file(file, counted=("unread",)).count("::error ") == 2
    assert failing([file], ("unread",))
    assert not failing([file], ("undecided", "warning"))
    assert unread_parts(file) == (part,)
    assert doubtful(file, ("unread",)) == (unread, part)
    full = Assumption(Place(None, 0), Span(0, 2), "limit:formulas", "the rest is not read")
    note = Assumption(Place(None, 0), Span(0, 2), "limit:notes", "further notes are left out")
    assert unread_parts(sample(assumptions=(full, note))) == (full,)


def test_github_commands():
    assert github.render_file(sample()) == (
        "::error file=a.md,line=3,col=19,endColumn=21,title=term-lost::a term is lost\n"
    )
    finding = Finding(
        "term-lost",
        "warning",
        Place(1, 0),
        Span(START, START + 2),
        "100% wrong: a,b\r\nnext",
        expected_plain="2x",
        why="because",
    )
    file = sample(findings=(finding,))
    shown = github.render_file(file)
    assert shown == (
        "::warning file=a.md,line=3,col=19,endColumn=21,title=term-lost::"
        "100%25 wrong: a,b%0D%0Anext%0Ashould be  2x%0Awhy  because\n"
        "::error file=a.md,line=3,col=17,endColumn=21,title=refuted::wrong\n"
    )
    assert github.render_file(file, counted=("warning",)).startswith("::error file=a.md,line=3")
    odd = sample(sources=((None, Source("a:b,c%.md", TEXT)),))
    assert "file=a%3Ab%2Cc%25.md," in github.render_file(odd)
    assert github.render_file(FileReport("b.md", error="no such file")) == (
        "::error file=b.md,title=gradproof::no such file\n"
    )
    stdin = sample(sources=((None, Source("<stdin>", TEXT)),))
    assert github.render_file(stdin) == "::error title=term-lost::a term is lost\n"
    cell = sample(sources=((4, Source("n.ipynb", TEXT)),))
    cell = FileReport("n.ipynb", findings=cell.findings, sources=cell.sources)
    place = Place(1, 0, None, 4)
    moved = Finding("term-lost", "note", place, Span(START, START + 2), "a term is lost")
    assert github.render_file(FileReport("n.ipynb", findings=(moved,), sources=cell.sources)) == (
        "::notice file=n.ipynb,title=term-lost::a term is lost\n"
    )


def test_a_command_is_one_line_whatever_the_text_says():
    finding = Finding("term-lost", "note", Place(1, 0), Span(0, 1), "a\n::error::b\r::set-output")
    shown = github.render_file(sample(findings=(finding,), lines=()))
    assert len(re.split(r"[\r\n]", shown.rstrip("\n"))) == 1


def test_statistics_are_counts():
    told = counts([sample(), FileReport("b.md", error="no such file")])
    assert told == {
        "files": 2,
        "formulas": 2,
        "lines": 1,
        "readings": 3,
        "contexts": 1,
        "candidates": 0,
        "verdicts": {"refuted": 1},
        "evidence": {"ball": 1},
        "points": 24,
        "findings": {"term-lost": 1},
        "ignored": 0,
    }
    assert render([sample()]) == (
        "statistics of a.md\n"
        "  read      2 formulas, 1 line, 3 readings, 1 context\n"
        "  verdicts  1 refuted\n"
        "  evidence  1 ball, 24 points\n"
        "  findings  1 term-lost\n"
    )
    assert "statistics of 2 files\n" in render([sample(), sample()])
    assert "2 term-lost\n" in render([sample(), sample()])


@pytest.mark.usefixtures("folder")
def test_statistics_of_a_run(capsys):
    outputs = set()
    for _ in range(2):
        main(["check", "--statistics", "bad.md", "good.md"])
        captured = capsys.readouterr()
        outputs.add(captured.out)
        assert re.fullmatch(r"time \d+\.\d\d s\n", captured.err)
    (out,) = outputs
    assert "\nstatistics of bad.md\n  read      2 formulas, 2 lines, " in out
    assert "\nstatistics of 2 files\n" in out
    main(["check", "--statistics", "--format", "json", "bad.md", "good.md"])
    data = json.loads(capsys.readouterr().out)
    assert not list(VALIDATOR.iter_errors(data))
    assert data["statistics"]["lines"] == 3
    assert [file["statistics"]["lines"] for file in data["files"]] == [2, 1]
    assert data["statistics"]["verdicts"]["refuted"] == 1
    main(["check", "--format", "json", "bad.md"])
    assert "statistics" not in capsys.readouterr().out
    main(["check", "--format", "svg", "--statistics", "bad.md"])
    captured = capsys.readouterr()
    ET.fromstring(captured.out)
    assert captured.err.startswith("statistics of bad.md\n")


@pytest.mark.usefixtures("folder")
def test_formats_of_a_run(capsys):
    assert main(["check", "--format", "concise", "good.md", "bad.md", "missing.md"]) == 2
    first, second = capsys.readouterr().out.splitlines()
    assert re.match(r"bad\.md:3:\d+: error\[[a-z-]+\] ", first)
    assert second.startswith("missing.md: error: no such file")
    assert main(["check", "--format", "github", "good.md", "bad.md"]) == 1
    (only,) = capsys.readouterr().out.splitlines()
    assert re.match(r"::error file=bad\.md,line=3,col=\d+,endColumn=\d+,title=[a-z-]+::", only)
    assert main(["check", "--format", "svg", "bad.md"]) == 1
    out = capsys.readouterr().out
    words = "".join(ET.fromstring(out).itertext()).replace("\xa0", " ")
    assert "gradproof check bad.md" in words
    assert "1 error; 2 lines" in words


def test_a_picture_names_nothing_from_elsewhere_and_repeats():
    made = picture.svg([sample(), FileReport("b.md", error="no such file")], title="a < b")
    assert made == picture.svg([sample(), FileReport("b.md", error="no such file")], title="a < b")
    links = set(re.findall(r"https?://[^\"\s)]+", made))
    assert links <= {"http://www.w3.org/2000/svg"}
    assert "a&#160;&lt;&#160;b" in made


def test_a_report_shows_itself_in_a_notebook():
    report = gradproof.check(TEXT + "\n<script>alert(1)</script> $$a<b$$", path="<b>.md")
    bundle = report._repr_mimebundle_()
    assert bundle["text/plain"] == report.to_text() == gradproof.to_text(report)
    assert bundle["text/html"].startswith("<pre ")
    assert "<script>" not in bundle["text/html"]
    assert "<b>" not in bundle["text/html"]
    ET.fromstring(bundle["text/html"])
    assert report.to_json() == gradproof.to_json(report)
    assert "read as" in report.to_text(readings=True)
    assert isinstance(report, gradproof.Report)
    assert not report.ok
    assert gradproof.check("$$f = x$$").ok
    assert not gradproof.check("a\0").ok


def test_habits_come_from_the_tables(capsys):
    assert main(["check", "--print-habits"]) == 0
    out = capsys.readouterr().out
    assert out == habits.render()
    for letter, reason in HABIT_CALLABLES.items():
        assert re.search(rf"^  {re.escape(letter)} +{re.escape(reason)}$", out, re.M)
    assert (
        f"Indices, without a range or a sum that says so: {' '.join(sorted(HABIT_INDICES))}" in out
    )
    assert re.search(r"^  log +is the natural logarithm$", out, re.M)
    assert max(map(len, out.splitlines())) <= 100


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("$$f = \\ln(x)$$", "f = log(x)"),
        ("$$f = \\sigma(x)$$", "f = σ(x)"),
        ("$$J(w) = w^2$$", "J(w) = w²"),
        ("$$f = m(a + b)$$", "f = m·(a + b)"),
    ],
)
def test_habits_are_told_as_they_are(text, reading):
    assert reading in gradproof.check(text).to_text(readings=True)


def test_included_files_are_named_and_quoted(folder, capsys):
    (folder / "doc" / "parts").mkdir(parents=True)
    (folder / "doc" / "parts" / "one.tex").write_text(
        "Two\nlines.\n\\[ \\frac{df}{dx} = 3x \\]\nand \\( open\n", encoding="utf-8"
    )
    (folder / "doc" / "main.tex").write_text(
        "\\[ f = x^2 \\]\n\\input{parts/one}\n\\input{gone}\n\\[ g = x \\]\n", encoding="utf-8"
    )
    assert main(["check", "doc/main.tex"]) == 1
    out = capsys.readouterr().out
    path = str(Path("doc/parts/one.tex"))
    assert re.match(rf"{re.escape(path)}:3:\d+ error\[", out)
    assert "    3 | \\[ \\frac{df}{dx} = 3x \\]\n" in out
    assert f"  note {path} line 4: \\( is opened here and not closed" in out
    assert "  note line 3: gone is not read: there is no such file" in out
    assert f"\n  {path} line 3  refuted " in out
    assert re.search(r"\n  line 4 +given ", out)
    main(["check", "--format", "json", "doc/main.tex"])
    data = json.loads(capsys.readouterr().out)
    assert not list(VALIDATOR.iter_errors(data))
    (file,) = data["files"]
    assert [found.get("source") for found in file["lines"]] == [None, "doc/parts/one.tex", None]
    assert file["findings"][0]["source"] == "doc/parts/one.tex"
    assert {(a["kind"], a.get("source")) for a in file["assumptions"]} == {
        ("unclosed", "doc/parts/one.tex"),
        ("include", None),
    }
    assert main(["check", "--fail-on", "unread", "--ignore", "algebra", "doc/main.tex"]) == 1
    capsys.readouterr()
    main(["check", "--format", "github", "doc/main.tex"])
    assert f"::error file={path},line=3,col=" in capsys.readouterr().out


def test_remarks_on_the_document_are_assumptions():
    text = (
        "\\begin{align} a &= b \\end{gather} and \\( open\n\n$$\nf = x\n\nWords that end it here.\n"
    )
    report = gradproof.check(text, path="a.tex")
    told = {(a.kind, a.place.block, a.place.inline) for a in report.files[0].assumptions}
    assert {("wrong-end", 0, None), ("unclosed", None, None), ("unclosed", 1, None)} <= told
    data = json.loads(report.to_json())
    assert not list(VALIDATOR.iter_errors(data))
    marked = gradproof.check("\ufeff$$f = x$$", path="a.md").files[0]
    assert [a.kind for a in marked.assumptions] == ["byte-order-mark"]
    empty = gradproof.check("costs \\( 5\n", path="a.tex")
    assert "note line 1: \\( is opened here" in empty.to_text()
    assert "no formula found" in empty.to_text()


def test_more_formulas_than_are_read_is_told():
    file = gradproof.check("$a$ " * 20_001, path="a.md").files[0]
    assert [a.kind for a in file.assumptions] == ["limit:formulas"]
    assert failing([file], ("unread",))


@pytest.mark.parametrize("fact", ["y \\in", "", "hello world", "= 3", "x >", "\\frac{"])
def test_a_declaration_that_states_nothing_is_refused(fact, folder, capsys):
    assert main(["check", "--declare", fact, "good.md"]) == 2
    out = capsys.readouterr().out
    assert out.startswith("good.md: error: the declaration ")
    assert (folder / "good.md").exists()


@pytest.mark.parametrize(
    "fact", ["x > 0", "y_i \\in \\{0,1\\}", "z = \\sigma(h)", "i = 1,\\dots,m", "\\sum_k y_k = 1"]
)
def test_a_declaration_that_states_something_is_taken(fact):
    assert gradproof.check("$$f = x$$", declare=[fact]).files[0].error is None


def test_a_note_on_a_declaration_names_it():
    report = gradproof.check("$$f = \\sqrt{x}$$", declare=["x > 0", "z = \\sigma(h)"])
    assert "note <declaration 2> line 1: \\sigma is read as the logistic function" in (
        report.to_text()
    )
    data = json.loads(report.to_json())
    assert not list(VALIDATOR.iter_errors(data))
    assert [a["source"] for a in data["files"][0]["assumptions"]] == ["<declaration 2>"]


def test_a_wrong_line_always_has_a_finding():
    file = sample(findings=())
    assert errors(file) == 1
    assert failing([file], ())
    assert "1 error; 1 line" in render_file(file)


def test_the_counterexample_names_the_lines():
    text = "$$f = x^2 + x$$\n\n$$\\frac{df}{dx} = \\frac{d}{dx} x^2 + 1$$\n\n$$= 3x + 1$$\n"
    shown = gradproof.check(text, path="a.md").to_text()
    assert re.search(r"  try  x = \S+: line 3 is \S+, line 5 is \S+\n", shown)


@pytest.mark.slow
def test_checking_the_example_starts_fast():
    import time

    example = Path(__file__).resolve().parents[1] / "examples" / "first_question.md"
    command = [sys.executable, "-m", "gradproof", "check", str(example)]
    times = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run(command, capture_output=True, check=False)
        times.append(time.perf_counter() - start)
    assert min(times) <= 1.0
