"""What people see of a report, and what they must never see."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from gradproof.diagnostic import (
    Assumption,
    Counterexample,
    Evidence,
    FileReport,
    Finding,
    LineReport,
    Place,
    Report,
)
from gradproof.render.full import render, render_file
from gradproof.render.json import to_data
from gradproof.render.quote import quote
from gradproof.render.styled import clean, visible
from gradproof.render.verdicts import ground
from gradproof.source import Source, Span

POST = """The loss
$$ f(p) = \\log(1 - p) $$
and so
$$ = \\frac{1}{1 - p} $$
done
"""
WRONG = POST.index("\\frac")


def place(block, row=0, **other):
    return Place(block, row, **other)


def line(block, start, end, verdict="given", **other):
    defaults = {"tex": POST[start:end], "read_as": "f(p) = log(1 - p)", "role": "step"}
    return LineReport(place(block), Span(start, end), verdict=verdict, **{**defaults, **other})


def sample():
    first = line(0, POST.index(" f(p)"), POST.index(" $$\nand"), role="definition")
    second = line(
        1,
        POST.index(" = \\frac"),
        POST.index(" $$\ndone"),
        "refuted",
        evidence=Evidence("ball"),
        truth=False,
        read_as="f'(p) = 1/(1 - p)",
    )
    finding = Finding(
        "chain-inner-dropped",
        "error",
        place(1),
        Span(WRONG, WRONG + len("\\frac{1}{1 - p}")),
        "the inner derivative of log(1 - p) is missing",
        expected_tex="-\\frac{1}{1 - p}",
        expected_plain="-1/(1 - p)",
        why="d/dp log(1 - p) = 1/(1 - p) · d(1 - p)/dp, and d(1 - p)/dp = -1",
        also_consistent_with=("sign-lost",),
        counterexample=Counterexample(
            (("p", "3/10"),), "-1.42857", "1.42857", True, "line 2", "line 4"
        ),
        previous=place(0),
    )
    assumption = Assumption(place(0), Span(12, 16), "log-base", "log is the natural logarithm")
    return FileReport(
        "post.md",
        lines=(first, second),
        first_wrong=place(1),
        findings=(finding,),
        assumptions=(assumption,),
        sources=((None, Source("post.md", POST)),),
    )


def test_a_finding_is_shown_with_both_lines_the_reason_and_the_counterexample():
    assert render_file(sample()) == (
        "post.md:4:6 error[chain-inner-dropped] the inner derivative of log(1 - p) is missing\n"
        "    2 | $$ f(p) = \\log(1 - p) $$\n"
        "    4 | $$ = \\frac{1}{1 - p} $$\n"
        "      |      ^^^^^^^^^^^^^^^ should be  -1/(1 - p)\n"
        "  why  d/dp log(1 - p) = 1/(1 - p) · d(1 - p)/dp, and d(1 - p)/dp = -1\n"
        "  try  p = 3/10: line 2 is -1.42857, line 4 is 1.42857\n"
        "  also consistent with sign-lost\n"
        "  note line 2: log is the natural logarithm\n"
        "\n"
        "post.md\n"
        "  line 2  given      taken as it stands (definition)\n"
        "  line 4  refuted    counterexample certified in ball arithmetic\n"
        "  1 error; 2 lines: 1 given, 1 refuted\n"
    )


def test_readings_are_printed_when_asked_for():
    text = render_file(sample(), readings=True)
    assert "          read as    f(p) = log(1 - p)\n" in text
    assert "          read as    f'(p) = 1/(1 - p)\n" in text
    assert "read as" not in render_file(sample())


def test_colours_change_nothing_but_the_colours():
    import re

    coloured = render_file(sample(), colour=True)
    assert "\x1b[1;31m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render_file(sample())


def test_a_file_without_a_formula_and_one_that_cannot_be_read_say_so():
    assert "no formula found" in render_file(FileReport("empty.md"))
    assert render_file(FileReport("a.md", error="no such file")) == "a.md: error: no such file\n"


def test_a_wrong_line_that_no_finding_explains_is_an_error():
    file = replace(sample(), findings=())
    assert "  1 error; 2 lines: 1 given, 1 refuted\n" in render_file(file)
    right = replace(file, lines=file.lines[:1], first_wrong=None)
    assert "  no error found; 1 line: 1 given\n" in render_file(right)


def test_several_files_end_in_a_total():
    report = Report((sample(), FileReport("empty.md"), FileReport("a.md", error="no such file")))
    last = render(report).splitlines()[-1]
    assert last == "3 files: 1 without an error, 1 with errors, 1 could not be read"


@pytest.mark.parametrize("verdict", ["proved", "agrees", "refuted"])
def test_a_verdict_without_evidence_is_called_unsupported(verdict):
    assert ground(line(0, 0, 5, verdict)) == "unsupported: no evidence was recorded"


@pytest.mark.parametrize(
    ("verdict", "other", "words"),
    [
        ("proved", {"evidence": Evidence("canonical")}, "exact normal forms agree"),
        (
            "proved",
            {"evidence": Evidence("rule"), "rules": ("sum-rule", "constant-multiple")},
            "derived by named rules [sum-rule, constant-multiple]",
        ),
        ("agrees", {"evidence": Evidence("sampling", 24)}, "24 points sampled, none differ"),
        ("agrees", {"evidence": Evidence("sampling", 1)}, "1 point sampled, none differ"),
        ("refuted", {"evidence": Evidence("shape")}, "the shapes do not fit"),
        (
            "refuted",
            {"evidence": Evidence("ball"), "follows_from_wrong": True},
            "counterexample certified in ball arithmetic; follows from the wrong line",
        ),
        (
            "refuted",
            {"evidence": Evidence("ball"), "cancels": True, "truth": True},
            "counterexample certified in ball arithmetic; the slip cancels here; "
            "the line as it stands is true",
        ),
        (
            "proved",
            {"evidence": Evidence("canonical"), "truth": False},
            "exact normal forms agree; the step is right, the line as it stands is false",
        ),
        ("undecided", {"reason": "limit:points"}, "limit:points"),
        ("unread", {}, "no reason was recorded"),
        ("given", {"reason": "declared"}, "declared"),
    ],
)
def test_every_verdict_names_what_it_rests_on(verdict, other, words):
    assert ground(line(0, 0, 5, verdict, **other)) == words


def test_notes_and_repairs_are_told_once_for_all_lines_that_share_them():
    file = sample()
    again = replace(file.assumptions[0], place=place(1), span=Span(WRONG, WRONG + 1))
    note = replace(
        file.findings[0], severity="note", message="not the product rule", counterexample=None
    )
    text = render_file(replace(file, findings=(note,), assumptions=(*file.assumptions, again)))
    assert "  note line 2, line 4: log is the natural logarithm\n" in text
    assert "  note line 4: not the product rule\n" in text
    assert text.startswith("post.md\n  note ")
    assert "  1 error; 2 lines" in text


def test_two_lines_in_one_line_of_the_file_are_told_apart_by_their_columns():
    text = "$$a = b$$ and $$b = c$$"
    lines = (line(0, 2, 7), line(1, 16, 21))
    file = FileReport("p.md", lines=lines, sources=((None, Source("p.md", text)),))
    shown = render_file(file)
    assert "line 1:3 " in shown
    assert "line 1:17 " in shown


def test_cells_of_a_notebook_are_named():
    spot = Place(0, 0, cell=3)
    lines = (LineReport(spot, Span(3, 8), "a = b", "a = b", "step", "given"),)
    finding = Finding("sign-lost", "error", spot, Span(7, 8), "the sign is lost")
    file = FileReport(
        "n.ipynb",
        lines=lines,
        findings=(finding,),
        sources=((3, Source("n.ipynb", "\n$$a = b$$")),),
    )
    shown = render_file(file)
    assert "n.ipynb:cell 3:2:7 error[sign-lost]" in shown
    assert "cell 3 line 2" in shown


def test_a_report_without_its_sources_still_names_the_places():
    shown = render_file(replace(sample(), sources=()))
    assert "post.md:block 1 row 0 error[chain-inner-dropped]" in shown
    assert "should be  -1/(1 - p)" in shown


def test_an_uncertified_counterexample_says_so():
    file = sample()
    example = replace(file.findings[0].counterexample, certified=False)
    shown = render_file(
        replace(file, findings=(replace(file.findings[0], counterexample=example),))
    )
    assert "(not certified)" in shown


def test_long_lines_are_cut_around_the_underlined_part():
    before = "x + " * 200
    text = f"$$ {before}BAD + {'y + ' * 200}z $$"
    start = text.index("BAD")
    finding = Finding(
        "sign-lost", "error", place(0), Span(start, start + 3), "m", expected_plain="GOOD"
    )
    file = FileReport("p.md", findings=(finding,), sources=((None, Source("p.md", text)),))
    quoted, carets = render_file(file, width=80).splitlines()[1:3]
    assert len(quoted) <= 80
    assert quoted[carets.index("^") : carets.rindex("^") + 1] == "BAD"


def test_nothing_in_a_document_reaches_the_terminal_as_a_command():
    evil = "\x1b[2Ja\u202eb\x07"
    file = sample()
    finding = replace(file.findings[0], message=evil, why=evil, expected_plain=evil)
    source = Source("post.md", POST.replace("The loss", "The loss").replace("frac", "fra\x1b"))
    shown = render(
        Report((replace(file, path=evil, findings=(finding,), sources=((None, source),)),))
    )
    assert not {"\x1b", "\u202e", "\x07"} & set(shown)
    assert "␛" in shown


def test_the_same_report_gives_the_same_text():
    assert render(Report((sample(),))) == render(Report((sample(),)))
    assert to_data(Report((sample(),))) == to_data(Report((sample(),)))


text_lines = st.text(
    st.one_of(
        st.characters(blacklist_characters="\n"),
        st.sampled_from("aŷx\u0302\u0304漢字\t\x1b\u200d𝑥 "),
    ),
    max_size=120,
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(text_lines, st.integers(0, 130), st.integers(0, 130), st.integers(12, 100))
def test_carets_stand_under_the_span(text, a, b, width):
    start, end = sorted((min(a, len(text)), min(b, len(text))))
    shown = quote(text, start, end, width)
    assert cell_len(shown.text) <= width + 8
    assert shown.length >= 1
    span = "".join(map(visible, text[start:end]))
    if shown.whole:
        assert shown.text == "".join(map(visible, text))
        assert shown.indent == cell_len("".join(map(visible, text[:start])))
        assert shown.length == max(1, sum(cell_len(visible(c)) for c in text[start:end]))
    elif span and sum(cell_len(visible(c)) for c in text[start:end]) <= width - 2:
        assert span in shown.text


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text(max_size=60))
def test_clean_text_is_one_harmless_line(text):
    shown = clean(text)
    assert len(shown.splitlines()) <= 1
    assert all(
        character.isprintable() or character == " " or not character.isascii()
        for character in shown
    )
