import contextlib
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradproof.notation.documents import (
    MAX_DOCUMENT,
    Document,
    UnreadableDocument,
    read_document,
)
from gradproof.notation.documents.model import MAX_FORMULAS, Dialect

DIALECTS: list[Dialect] = ["tex", "markdown", "plain"]


def texts(document: Document) -> list[str]:
    return [document.text(region) for region in document.regions]


def assert_sound(document: Document) -> None:
    """Every span lies in its source, regions do not overlap, numbers run on."""
    counts = {"display": 0, "inline": 0}
    last: dict[int, int] = {}
    for region in document.regions:
        source = document.sources[region.source][1]
        body = source.slice(region.span)
        assert body.strip()
        assert (
            0
            <= last.get(region.source, 0)
            <= region.span.start
            < region.span.end
            <= len(source.text)
        )
        last[region.source] = region.span.end
        assert region.number == counts[region.kind]
        counts[region.kind] += 1
        assert len(document.text(region)) == len(body)
        at = region.span.start
        for _, skip in region.skips:
            assert at <= skip.start <= skip.end <= region.span.end
            at = skip.end
    for item in (*document.prose, *document.macros, *document.pragmas):
        text = document.sources[item.source][1].text
        assert 0 <= item.span.start < item.span.end <= len(text)
    for remark in document.remarks:
        assert 0 <= remark.note.span.start <= remark.note.span.end
        assert remark.note.span.end <= len(document.sources[remark.source][1].text)
        assert remark.region is None or remark.region < len(document.regions)


# what cannot be read


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"a\nb \xff c", "byte 4 (line 2)"),
        (b"\xc3", "byte 0 (line 1)"),
        (b"x\n\ny\xed\xa0\x80", "byte 4 (line 3)"),
        (b"a\n$x\0$", "line 2"),
        ("a\n\ud800", "line 2"),
        (b"%PDF-1.4 \x00", "PDF"),
        (b"\x89PNG\r\n", "PNG"),
        (b"\xff\xfea\x00", "UTF-16"),
        (b"\x1f\x8b\x08", "gzip"),
    ],
)
def test_unreadable_bytes_say_where(data: bytes | str, place: str) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        read_document("a.md", data)
    assert place in str(caught.value)


@pytest.mark.parametrize("name", ["a.md", "a.tex", "a.txt", "-", "a.ipynb"])
def test_too_large(name: str) -> None:
    with pytest.raises(UnreadableDocument, match=r"20\.0 MiB .*limit.*limit:document"):
        read_document(name, b"a" * (20 << 20))


def test_largest_document_is_read_and_one_byte_more_is_not() -> None:
    assert read_document("a.md", b"a" * MAX_DOCUMENT).regions == ()
    for data in (b"a" * (MAX_DOCUMENT + 1), "é" * (MAX_DOCUMENT // 2 + 1)):
        with pytest.raises(UnreadableDocument, match="limit:document"):
            read_document("a.md", data)


def test_notebook_outputs_do_not_count_but_its_text_does() -> None:
    cell = {"cell_type": "markdown", "source": "$x$"}
    code = {"cell_type": "code", "source": "", "outputs": ["a" * (3 << 20)]}
    assert texts(read_document("a.ipynb", json.dumps({"cells": [code, cell]}))) == ["x"]
    large = {"cell_type": "markdown", "source": "a" * (MAX_DOCUMENT // 2 + 1)}
    with pytest.raises(UnreadableDocument, match="limit:document"):
        read_document("a.ipynb", json.dumps({"cells": [large, large]}))


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b'{"cells": [\n  {]}', "line 2, column 4"),
        (b"", "line 1"),
        (b"[" * 100_000, "nested"),
        (b'{"cells": ["a"]}', "cell 0"),
        (b'{"cells": [{"cell_type": "markdown", "source": 1}]}', "cell 0"),
        (b'{"cells": [{"cell_type": "markdown", "source": ["a", 1]}]}', "cell 0"),
        (b'{"cells": [{}, {"cell_type": "markdown", "source": "a\\n\\u0000"}]}', "cell 1, line 2"),
        (b'{"cells": 1}', "cells"),
        (b'{"cells": [], "n": ' + b"9" * 10_000 + b"}", "JSON"),
    ],
)
def test_broken_notebooks_say_where(data: bytes, place: str) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        read_document("a.ipynb", data)
    assert place in str(caught.value)


def test_lone_surrogate_in_a_notebook_is_replaced_and_said() -> None:
    document = read_document(
        "a.ipynb", b'{"cells": [{"cell_type": "markdown", "source": "\\ud800$x$"}]}'
    )
    assert texts(document) == ["x"]
    assert document.regions[0].span.start == 2
    assert [r.note.kind for r in document.remarks] == ["encoding"]


# unclosed and half-finished


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "text",
    [
        "$", "$$", "$$$", "$$$$$$", "\\", "\\[", "\\(", "\\begin", "\\begin{", "\\begin{align", "\\begin{align}",
        "\\end{align}", "`", "```", "``` math", "~~~", "<!--", "<pre>", "$`", "\\verb", "\\verb|", "%", "\\input{",
        "\\input", "\\newcommand", "\\newcommand{\\a}", "\\newcommand{\\a}{", "\\def\\a#1{", "\\let\\a",
        "\\begin{verbatim}", "\\begin{document}", "\\text{$", "[a](", "---\n", "#", "# ", ">", "> $$", "- ", "\r",
        "\r\n", "\n", " ", "\t", "\ufeff", "a = ", "= ", "\\item", "\\section{", "\\begin{alignat}{", "\\\\(", "\\\\[",
        "<!-- gradproof:", "<!-- gradproof: ignore[ -->", "% gradproof: ignore[a",
        "\\newcommand\\be{\\begin{align}}\\be",
    ],
)  # fmt: skip
def test_half_a_construct_at_the_end(text: str, dialect: Dialect) -> None:
    document = read_document("x", "before " + text, dialect=dialect)
    assert_sound(document)
    assert_sound(read_document("x", text, dialect=dialect))
    assert document.sources[0][1].text == "before " + text


@pytest.mark.parametrize("dialect", ["tex", "markdown"])
def test_half_a_formula_at_the_end_of_the_file(dialect: Dialect) -> None:
    document = read_document("x", "so $$ a = \\frac{1}{", dialect=dialect)
    assert texts(document) == ["a = \\frac{1}{"]
    assert "never closed" in document.remarks[0].note.message


@pytest.mark.parametrize("dialect", ["tex", "markdown"])
def test_an_unclosed_formula_does_not_turn_the_rest_inside_out(dialect: Dialect) -> None:
    text = "$$ a = b\n\nThe text of the proof goes on $x$ here.\n\n$$ c = d $$\n\nand $y$\n"
    assert texts(read_document("x", text, dialect=dialect)) == ["a = b", "x", "c = d", "y"]


@pytest.mark.parametrize("dialect", ["tex", "markdown"])
def test_nested_environments(dialect: Dialect) -> None:
    inner = "\\begin{cases} a & b \\\\ \\begin{array}{c} c \\end{array} \\end{cases}"
    text = f"\\begin{{align}} x &= {inner} \\end{{align}} and \\begin{{cases}} y \\end{{cases}}"
    document = read_document("x", text, dialect=dialect)
    assert texts(document) == [f"x &= {inner}", "y"]
    assert [r.environment for r in document.regions] == ["align", "cases"]


@pytest.mark.parametrize("dialect", ["tex", "markdown"])
def test_an_environment_left_open_inside_another(dialect: Dialect) -> None:
    text = "\\begin{align} a &= \\begin{cases} b \\end{align}\n\n$c$"
    assert texts(read_document("x", text, dialect=dialect)) == ["a &= \\begin{cases} b", "c"]


@pytest.mark.parametrize("dialect", ["tex", "markdown"])
def test_offsets_behind_astral_characters_and_crlf(dialect: Dialect) -> None:
    text = "🙂𝐰 é\r\n$$\r\n𝐱 = 1\r\n$$\r\n$y$"
    document = read_document("x", text.encode(), dialect=dialect)
    source = document.sources[0][1]
    assert [source.slice(r.span) for r in document.regions] == ["𝐱 = 1", "y"]
    assert source.line_column(document.regions[1].span.start) == (5, 2)


def test_a_display_of_comments_alone_is_none() -> None:
    assert read_document("a.tex", "$$ % a\n % b\n$$").regions == ()
    document = read_document("a.tex", "$$ % a\n x % b\n + y % c\n$$")
    assert texts(document) == ["x    \n + y"]


def test_number_of_formulas_is_limited_and_said() -> None:
    document = read_document("a.md", "$x$ " * (MAX_FORMULAS + 5))
    assert len(document.regions) == MAX_FORMULAS
    assert document.remarks[-1].note.fatal
    assert "limit:formulas" in document.remarks[-1].note.message


def test_number_of_notes_is_limited_and_said() -> None:
    document = read_document("a.tex", "$x \n\n" * 1000)
    assert len(document.remarks) == 101
    assert document.remarks[-1].note.kind == "limit:notes"


# time: linear, whatever is repeated

REPEATED = [
    "$", "\\begin{", "`", "$$", "$ ", "$5 ", "\\[", "\\(", "\\\\(", "\\[\n\n", "\\begin{align}", "\\begin{align}\n\n",
    "\\begin{align}\n\\begin{gather}\n", "\\begin{array}\nthe prose is of\n", "\\newcommand{\\a}{", "{", "}", "\\",
    "\\text{$", "$\\text{", "<!--", "<code>", "<http", "\n", "- a\n", "> a\n", "# a\n", "[a](", "](", "*", "_", "%",
    "$$ a\n\n", "a = b\n", "a ", "x", "a.", "a_", "a (b ", "; by ", "a: ", "    a\n\n", "a\n---\n", "$`", " ",
    "\\begin{verbatim}", "\\verb|", "% gradproof: ignore[a] b\n", "\\input{a}", "Solution 1:\n", "$a$$", "\t;",
    "\\text{ ", "$$ % a\n", "$$\n% a\n", "in ", "so ", "\\be ", "&amp;", "` `` ",
]  # fmt: skip


@pytest.mark.parametrize("piece", REPEATED)
def test_time_is_linear(piece: str) -> None:
    """A quadratic scan of 64 KiB would take minutes; the bound leaves room for a busy machine."""
    text = piece * ((1 << 16) // len(piece))
    for dialect in DIALECTS:
        start = time.process_time()
        document = read_document("x", text, dialect=dialect)
        assert time.process_time() - start < 1
        assert document.sources[0][1].text == text


@pytest.mark.parametrize("piece", ["$", "\\begin{", "`"])
def test_a_mebibyte_of_one_mark(piece: str) -> None:
    text = piece * (MAX_DOCUMENT // len(piece))
    for dialect in DIALECTS:
        start = time.process_time()
        assert read_document("x", text, dialect=dialect).regions == ()
        assert time.process_time() - start < 1


# anything at all

MARKS = st.sampled_from(
    ["$", "$$", "\\[", "\\]", "\\(", "\\)", "\\begin{align}", "\\end{align}", "\\begin{cases}", "\\end{cases}", "`",
     "```", "```math\n", "\n", "\n\n", "\r\n", "%", "<!--", "-->", "a = b", " ", "{", "}", "\\", "\\text{", "> ", "# ",
     "- ", "    ", "the text of it", "\\newcommand{\\a}{b}", "\\def\\be{\\begin{equation}}", "\\be", "5", "🙂", "---",
     "Solution 1:", "gradproof: ignore[x]", "\\section{A}", "\\verb", "|", "\\input{a}", "\\end{document}",
     "\\begin{verbatim}", "\\end{verbatim}", "(chain rule)", "so "],
)  # fmt: skip


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(derandomize=True, deadline=None, max_examples=300)
@given(marks=st.lists(MARKS, max_size=30))
def test_any_mixture_gives_a_sound_document(dialect: Dialect, marks: list[str]) -> None:
    text = "".join(marks)
    document = read_document("x", text, dialect=dialect, loader=lambda _: b"$x$ % \n")
    assert_sound(document)
    assert document == read_document("x", text, dialect=dialect, loader=lambda _: b"$x$ % \n")


@settings(derandomize=True, deadline=None, max_examples=200)
@given(data=st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for name in ("a.md", "a.tex", "a.ipynb", "-"):
        with contextlib.suppress(UnreadableDocument):
            assert_sound(read_document(name, data))
