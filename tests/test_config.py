"""The table [tool.gradproof]: what it can say, where it is found, and what the command line makes of it."""

import json
from pathlib import Path

import pytest

from gradproof.cli import main
from gradproof.cli.parser import make_parser
from gradproof.settings import (
    DOUBTS,
    FORMATS,
    KEYS,
    BadSettings,
    Settings,
    find_settings,
    read_settings,
)

BAD = "$$f = x^2 \\log(1-x)$$\n\n$$\\frac{df}{dx} = 2x\\log(1-x) + \\frac{x^2}{1-x}$$\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    inner = tmp_path / "notes"
    inner.mkdir()
    (inner / "bad.md").write_text(BAD, encoding="utf-8")
    monkeypatch.chdir(inner)
    return tmp_path


def write(folder, text):
    path = folder / "pyproject.toml"
    path.write_text(text, encoding="utf-8")
    return path


def table(text):
    return f"[project]\nname = 'x'\n\n[tool.gradproof]\n{text}\n"


def test_every_key_is_read(folder):
    path = write(
        folder,
        table(
            "declare = ['x > 0']\nselect = ['signs']\nignore = ['term-lost']\n"
            "fail-on = ['warning', 'unread']\nformat = 'json'\ndialect = 'tex'\nexit-zero = true"
        ),
    )
    assert read_settings(path) == Settings(
        ("x > 0",), ("signs",), ("term-lost",), ("warning", "unread"), "json", "tex", True
    )
    assert len(KEYS) == 7


def test_the_nearest_table_counts(folder):
    outer = write(folder, table("format = 'json'"))
    inner = folder / "notes"
    assert find_settings(inner).format == "json"
    write(inner, "[project]\nname = 'without the table'\n")
    assert find_settings(inner).format == "json"
    write(inner, table("format = 'concise'"))
    assert find_settings(inner) == Settings(format="concise")
    write(inner, table(""))
    assert find_settings(inner) == Settings()
    assert read_settings(outer) == Settings(format="json")


def test_without_a_table_nothing_is_said(tmp_path):
    assert find_settings(tmp_path) == Settings()
    assert read_settings(write(tmp_path, "tool = 3")) is None


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("declares = ['x']", "declares", "this key is not known; did you mean declare?"),
        ("qqq = 1", "qqq", "known keys are declare, select, ignore, fail-on, format"),
        ("fail_on = ['warning']", "fail_on", "did you mean fail-on?"),
        ("declare = 'x > 0'", "declare", "expected a list of strings, found a string"),
        ("select = [1]", "select", "expected a list of strings, found a number in it"),
        ("ignore = {a = 1}", "ignore", "expected a list of strings, found a table"),
        (
            "fail-on = ['note']",
            "fail-on",
            "expected one of warning, undecided, unread, found 'note'",
        ),
        (
            "format = 'xml'",
            "format",
            "expected one of full, concise, json, github, svg, found 'xml'",
        ),
        ("format = true", "format", "found true or false"),
        ("dialect = ['tex']", "dialect", "found a list"),
        ("exit-zero = 1", "exit-zero", "expected true or false, found a number"),
        ("exit-zero = 2020-01-01", "exit-zero", "found a date or time"),
    ],
)
def test_a_wrong_table_names_file_and_key(text, key, words, folder, capsys):
    path = write(folder, table(text))
    with pytest.raises(BadSettings) as caught:
        find_settings(folder / "notes")
    assert str(caught.value).startswith(f"{path}: [tool.gradproof] {key}: ")
    assert words in str(caught.value)
    assert main(["check", "bad.md"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == f"gradproof check: {caught.value}\n"


@pytest.mark.parametrize("text", ["[tool", "a = \xff", "tool.gradproof = 3"])
def test_a_file_that_cannot_be_read_is_told(text, folder, capsys):
    path = folder / "pyproject.toml"
    path.write_bytes(text.encode("latin-1"))
    assert main(["check", "bad.md"]) == 2
    assert capsys.readouterr().err.startswith(f"gradproof check: {path}: ")


def test_settings_hold_and_the_command_line_wins(folder, capsys):
    write(folder, table("ignore = ['chain-rule']\nformat = 'json'"))
    assert main(["check", "bad.md"]) == 0
    assert json.loads(capsys.readouterr().out)["files"][0]["ignored"][0]["by"] == "ignore"
    assert main(["check", "--format", "concise", "--ignore", "signs", "bad.md"]) == 1
    assert capsys.readouterr().out.startswith("bad.md:3:33: error[chain-inner-dropped] ")
    write(folder, table("ignore = ['no-such']"))
    assert main(["check", "bad.md"]) == 2
    assert "named 'no-such'" in capsys.readouterr().err
    write(folder, table("select = ['signs']\nfail-on = ['undecided']"))
    assert main(["check", "bad.md"]) == 0
    assert main(["check", "--select", "chain-rule", "bad.md"]) == 1
    write(folder, table("exit-zero = true"))
    assert main(["check", "bad.md"]) == 0
    write(folder, table("dialect = 'plain'\nformat = 'concise'"))
    (folder / "notes" / "plain.md").write_text("f = x^2\n\ndf/dx = 3x\n", encoding="utf-8")
    assert main(["check", "plain.md"]) == 1
    capsys.readouterr()
    assert main(["check", "--dialect", "markdown", "plain.md"]) == 0
    assert capsys.readouterr().out == ""


def test_declarations_hold_for_every_run(folder, capsys):
    (folder / "notes" / "square.md").write_text("$$\\sqrt{x^2} = x$$\n", encoding="utf-8")
    (folder / "notes" / "other.md").write_text("$$\\sqrt{z^2} = z$$\n", encoding="utf-8")
    assert main(["check", "square.md"]) == 1
    write(folder, table("declare = ['x > 0']"))
    assert main(["check", "square.md"]) == 0
    assert main(["check", "--declare", "z > 0", "square.md"]) == 1
    assert main(["check", "--declare", "z > 0", "--declare", "x > 0", "square.md", "other.md"]) == 0
    assert capsys.readouterr().err == ""


def test_the_options_take_what_the_table_takes():
    parser = make_parser()
    for key in KEYS:
        value = {
            "declare": ["x"],
            "select": ["x"],
            "ignore": ["x"],
            "fail-on": DOUBTS[:1],
            "format": FORMATS[:1],
            "dialect": ["tex"],
        }.get(key, [])
        parsed = parser.parse_args(["check", f"--{key}", *value, "a.md"])
        assert getattr(parsed, key.replace("-", "_")) not in (None, [])


def test_the_function_reads_no_settings(folder):
    import gradproof

    write(folder, table("ignore = ['chain-rule']"))
    assert not gradproof.check(BAD).ok
    assert Path("bad.md").exists()


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        (["x > 0", "x < -1"], "x"),
        (["0 < x < 1", r"x \in \{2, 3\}"], "x"),
        ([r"A \in \mathbb{R}^{2 \times 3}", r"A \in \mathbb{R}^{3 \times 2}"], "A"),
        (["x > 0", r"x \in \mathbb{R}"], None),
        (["x \\ge 1", "x \\le 1"], None),
        (["x > 0", "y < 0"], None),
    ],
)
def test_declarations_that_exclude_each_other_are_refused(facts, name):
    import gradproof

    (report,) = gradproof.check("$$f = x^2$$", declare=facts).files
    assert (report.error is None) == (name is None)
    if name is not None:
        assert f"contradict each other: no {name}" in report.error


def test_a_single_word_may_be_given_bare():
    import gradproof

    text = "$$f = x$$\n\n$$f = |x|$$"
    assert gradproof.check(text, declare="x > 0", path=None).ok
    wrong = gradproof.check(text, declare=["x < 0"])
    assert not wrong.ok
    (finding,) = wrong.files[0].findings
    assert gradproof.check(text, ignore=finding.mistake, declare="x < 0").files[0].ignored
    with pytest.raises(ValueError, match="expected 'tex'"):
        gradproof.check(text, dialect="word")
