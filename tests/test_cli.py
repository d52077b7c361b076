"""The command line: exit codes, streams, and files that cannot be read."""

import errno
import json
import os
import signal
import subprocess
import sys
import types
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import gradproof
from gradproof import api
from gradproof.cli import main
from gradproof.diagnostic import Evidence, FileReport, Finding, LineReport, Place
from gradproof.notation.documents.decode import decode
from gradproof.notation.documents.model import MAX_DOCUMENT, UnreadableDocument
from gradproof.source import Source, Span

VALIDATOR = Draft202012Validator(gradproof.json_schema())


def judged(path, data):
    """Stand in for the checker: a text with "wrong" in it holds one mistake, "fault" makes it fail."""
    text, _ = decode(data, MAX_DOCUMENT)
    if "fault" in text:
        message = "a fault\nof two lines"
        raise RecursionError(message)
    if "stop" in text:
        raise KeyboardInterrupt
    text = text.strip()
    sources = ((None, Source(path, text)),)
    span = Span(0, len(text))
    line = LineReport(Place(0, 0), span, text, "as read", "given", "given")
    if text in ("undecided", "unread"):
        doubt = LineReport(Place(0, 0), span, text, "", "step", text, reason="why not")
        return FileReport(path, lines=(doubt,), sources=sources)
    if text == "warning":
        finding = Finding("constraint-unjustified", "warning", Place(0, 0), span, "not said")
        return FileReport(path, lines=(line,), findings=(finding,), sources=sources)
    if "wrong" not in text:
        return FileReport(path, lines=(line,), sources=sources)
    bad = LineReport(
        Place(0, 0),
        span,
        text,
        "as read",
        "step",
        "refuted",
        truth=False,
        evidence=Evidence("ball"),
    )
    finding = Finding("sign-lost", "error", Place(0, 0), span, "a sign is lost")
    return FileReport(
        path, lines=(bad,), first_wrong=Place(0, 0), findings=(finding,), sources=sources
    )


@pytest.fixture
def calls(monkeypatch):
    """Put `judged` in the place of the checker, and keep what it was called with."""
    seen = []

    def check_source(path, data, *, dialect, declarations, loader):
        seen.append((path, data, dialect, declarations, loader))
        try:
            return judged(path, data)
        except UnreadableDocument as failure:
            return FileReport(path, error=str(failure))

    checker = types.ModuleType("gradproof.batch")
    checker.check_source = check_source
    monkeypatch.setitem(sys.modules, "gradproof.batch", checker)
    return seen


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.md").write_text("$$a = a$$\n", encoding="utf-8")
    (tmp_path / "bad.md").write_text("$$wrong$$\n", encoding="utf-8")
    return tmp_path


@pytest.mark.usefixtures("calls", "folder")
@pytest.mark.parametrize(
    ("files", "code"),
    [
        (["good.md"], 0),
        (["good.md", "good.md"], 0),
        (["bad.md"], 1),
        (["good.md", "bad.md"], 1),
        (["missing.md"], 2),
        (["missing.md", "bad.md"], 2),
    ],
)
@pytest.mark.parametrize("form", ["full", "json"])
def test_exit_codes(files, code, form, capsys):
    assert main(["check", "--format", form, *files]) == code
    out = capsys.readouterr().out
    assert all(file in out for file in files)


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize("doubt", ["warning", "undecided", "unread"])
def test_doubts_count_as_errors_when_asked_to(folder, doubt):
    (folder / "doubt.md").write_text(doubt, encoding="utf-8")
    assert main(["check", "doubt.md"]) == 0
    assert main(["check", "--fail-on", doubt, "doubt.md"]) == 1
    assert main(["check", "--fail-on", doubt, "good.md"]) == 0


@pytest.mark.usefixtures("calls")
def test_a_bad_file_does_not_stop_the_others(folder, capsys):
    (folder / "binary.md").write_bytes(b"a\0b")
    (folder / "latin.tex").write_bytes("x\nµ".encode("latin-1"))
    (folder / "wide.md").write_bytes("x".encode("utf-16"))
    (folder / "big.md").write_bytes(b"a" * (MAX_DOCUMENT + 1))
    (folder / "fault.md").write_text("fault", encoding="utf-8")
    (folder / "dir").mkdir()
    names = ["missing.md", "dir", "binary.md", "latin.tex", "wide.md", "big.md", "fault.md"]
    assert main(["check", "--format", "json", *names, "bad.md"]) == 2
    captured = capsys.readouterr()
    data = json.loads(captured.out)
    assert not list(VALIDATOR.iter_errors(data))
    assert captured.err == ""
    found = {file["path"]: file["error"] for file in data["files"]}
    assert list(found) == [*names, "bad.md"]
    for name, part in {
        "missing.md": "no such file",
        "dir": "this is a directory",
        "binary.md": "line 1 holds a NUL character (offset 1)",
        "latin.tex": "byte 2 (line 2): 0xb5 is not valid UTF-8",
        "wide.md": "UTF-16",
        "big.md": "(1048577 bytes), the limit is 1.0 MiB (1048576 bytes) (limit:document)",
        "fault.md": "internal error (RecursionError: a fault",
    }.items():
        assert part in found[name]
    assert found["bad.md"] is None
    assert data["files"][-1]["first_wrong"] == {"block": 0, "row": 0, "inline": None}


@pytest.mark.usefixtures("calls")
def test_a_document_of_the_largest_size_is_read(folder):
    (folder / "big.md").write_bytes(b"a" * MAX_DOCUMENT)
    assert main(["check", "big.md"]) == 0


@pytest.mark.usefixtures("calls")
@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs /dev/zero")
def test_an_endless_file_is_not_read_to_its_end(capsys):
    assert main(["check", "/dev/zero"]) == 2
    assert "limit:document" in capsys.readouterr().out


def test_what_the_checker_is_given(calls, folder):
    (folder / "bom.md").write_bytes(b"\xef\xbb\xbf$a$\r\n")
    main(["check", "--declare", "x > 0", "--declare", "y > 0", "bom.md", str(folder / "good.md")])
    assert calls[0][:4] == ("bom.md", b"\xef\xbb\xbf$a$\r\n", None, ("x > 0", "y > 0"))
    assert calls[1][0] == str(folder / "good.md")


def test_included_files_are_read_beside_the_document_and_nowhere_else(calls, folder):
    inner = folder / "inner"
    (inner / "parts").mkdir(parents=True)
    (inner / "main.tex").write_text("$$a$$", encoding="utf-8")
    (inner / "parts" / "one.tex").write_text("one", encoding="utf-8")
    (folder / "outside.tex").write_text("outside", encoding="utf-8")
    main(["check", "inner/main.tex"])
    load = calls[0][4]
    assert load("parts/one.tex") == b"one"
    for name in ("../outside.tex", "missing.tex", "parts", str(folder / "outside.tex"), "a\0b"):
        assert load(name) is None
    gradproof.check("$$a$$")
    assert calls[1][4] is None


def test_formulas_on_the_command_line(calls, capsys):
    assert main(["check", "-e", "f = x^2", "-e", "f' = 2x"]) == 0
    assert calls[0][1] == "$$f = x^2$$\n$$f' = 2x$$\n"
    main(["check", "-e", "so $f = x$", "-e", r"\[g = x\]"])
    assert calls[1][1] == "so $f = x$\n\\[g = x\\]\n"
    assert "no error found; 1 line: 1 given" in capsys.readouterr().out


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize("arguments", [[], ["-e", "a", "b.md"], ["--format", "xml", "b.md"]])
def test_a_wrong_command_line_is_refused(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["check", *arguments])
    assert stop.value.code == 2
    assert "usage" in capsys.readouterr().err.lower()


@pytest.mark.usefixtures("calls", "folder")
def test_readings_and_colours(capsys, monkeypatch):
    main(["check", "--print-reading", "good.md"])
    assert "read as    as read" in capsys.readouterr().out
    main(["check", "--color", "always", "bad.md"])
    assert "\x1b[" in capsys.readouterr().out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    main(["check", "bad.md"])
    assert "\x1b[" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    main(["check", "bad.md"])
    assert "\x1b[" not in capsys.readouterr().out


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize("form", ["full", "json"])
def test_an_interrupt_shows_what_was_finished(folder, form, capsys):
    (folder / "stop.md").write_text("stop", encoding="utf-8")
    assert main(["check", "--format", form, "bad.md", "stop.md", "good.md"]) == 130
    captured = capsys.readouterr()
    assert "bad.md" in captured.out
    assert "good.md" not in captured.out
    assert captured.err == ""
    if form == "json":
        assert [file["path"] for file in json.loads(captured.out)["files"]] == ["bad.md"]


@pytest.mark.usefixtures("calls", "folder")
def test_the_same_input_gives_the_same_output(capsys):
    outputs = set()
    for _ in range(2):
        main(["check", "--format", "json", "good.md", "bad.md"])
        outputs.add(capsys.readouterr().out)
    assert len(outputs) == 1


@pytest.fixture
def pages(tmp_path, monkeypatch):
    for name in ("chain-inner-dropped", "sign-lost"):
        (tmp_path / f"{name}.md").write_text(f"# {name}\n", encoding="utf-8")
    monkeypatch.setattr("gradproof.pages._pages", lambda: tmp_path)
    monkeypatch.setattr("gradproof.pages._code_pages", lambda: tmp_path / "none")
    return tmp_path


@pytest.mark.usefixtures("pages")
def test_explain(capsys):
    assert main(["explain", "sign-lost"]) == 0
    assert capsys.readouterr().out == "# sign-lost\n"
    assert main(["explain"]) == 0
    assert capsys.readouterr().out == "chain-inner-dropped\nsign-lost\n"
    assert gradproof.explain("sign-lost") == "# sign-lost\n"


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize("name", ["sign-last", "../sign-lost", "", "sign-lost.md"])
def test_explain_of_an_unknown_name_says_what_there_is(name, capsys):
    assert main(["explain", name]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "pages: chain-inner-dropped, sign-lost" in captured.err
    assert ("did you mean" in captured.err) == (
        name in ("sign-last", "../sign-lost", "sign-lost.md")
    )
    with pytest.raises(gradproof.UnknownPage, match="no page named"):
        gradproof.explain(name)


@pytest.mark.usefixtures("calls")
def test_the_functions_mirror_the_command(folder):
    report = gradproof.check("$$wrong$$", path="x.md", declare=["x > 0"])
    assert [file.path for file in report.files] == ["x.md"]
    assert report.files[0].first_wrong == Place(0, 0)
    files = gradproof.check_files([folder / "good.md", "missing.md"]).files
    assert [file.error is None for file in files] == [True, False]
    assert "limit:document" in gradproof.check("é" * (1 << 19) + "a").files[0].error
    assert "NUL character" in gradproof.check("a\0").files[0].error
    assert gradproof.to_text(report).startswith("x.md:1:1 error[sign-lost]")


def run(*arguments, **options):
    command = [sys.executable, "-m", "gradproof", *arguments]
    return subprocess.run(command, capture_output=True, timeout=60, check=False, **options)


def test_the_module_is_the_command(tmp_path):
    version = run("--version")
    assert version.stdout.decode() == f"gradproof {gradproof.__version__}\n"
    missing = run("check", "--format", "json", "missing.md", cwd=tmp_path)
    assert missing.returncode == 2
    assert missing.stderr == b""
    assert json.loads(missing.stdout)["files"][0]["error"].startswith("no such file")


def test_standard_input_is_a_document():
    done = run("check", "--format", "json", "-", input=b"caf\xe9")
    assert done.returncode == 2
    file = json.loads(done.stdout)["files"][0]
    assert file["path"] == "<stdin>"
    assert "not valid UTF-8" in file["error"]


@pytest.mark.skipif(os.name != "posix", reason="file names are not bytes here")
def test_a_path_that_is_not_unicode_is_written_as_json():
    done = run("check", "--format", "json", b"\xff.md")
    assert done.returncode == 2
    assert json.loads(done.stdout)["files"][0]["path"] == "\udcff.md"


@pytest.mark.skipif(os.name != "posix", reason="pipes break differently here")
def test_a_broken_pipe_is_quiet():
    command = [sys.executable, "-m", "gradproof", "check", *(["missing.md"] * 5000)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 141


@pytest.mark.skipif(os.name != "posix", reason="signals differ here")
def test_control_c_is_quiet():
    command = [sys.executable, "-m", "gradproof", "check", "missing.md", "-"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert first.startswith(b"missing.md: error: no such file")
    # Interrupted while a dataclass is made, CPython ends by the signal itself: 130 to a shell all the same.
    assert process.returncode in (130, -signal.SIGINT)
    assert (out, err) == (b"", b"")


def test_a_fault_of_the_program_is_no_mistake_of_the_user(monkeypatch, capsys):
    def fail():
        raise ZeroDivisionError("0")

    monkeypatch.setattr(api, "page_names", fail)
    assert main(["explain"]) == 2
    assert "internal error (ZeroDivisionError: 0)" in capsys.readouterr().err


def test_a_full_disk_is_told_as_one(monkeypatch, capsys):
    def fail():
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(api, "page_names", fail)
    assert main(["explain"]) == 2
    assert capsys.readouterr().err == (
        "gradproof: the output cannot be written: No space left on device\n"
    )
