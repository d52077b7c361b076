"""The TeX layer on hostile and random input: no exception, no hang, a clear note."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradproof.notation.tex import Layout, LayoutResult, Macros, parse_layout
from gradproof.notation.tex.limits import MAX_CHARACTERS, MAX_NESTING, ROW_EXPANSIONS

SECONDS = 2.0
"""Far beyond what any input may take, so that a slow machine does not fail."""


def timed(text: str, *, plain: bool = False) -> LayoutResult:
    before = time.process_time()
    result = parse_layout(text, plain=plain)
    assert time.process_time() - before < SECONDS
    return result


def fatal(result: LayoutResult) -> list[str]:
    return [note.kind for note in result.notes if note.fatal]


def everything(nodes: tuple[Layout, ...]) -> Iterator[Layout]:
    for node in nodes:
        yield node
        yield from everything(node.args)
        yield from everything(
            tuple(script for script in (node.sub, node.sup) if script is not None)
        )


DOUBLING = "".join(
    rf"\def\m{chr(97 + i)}{{\m{chr(98 + i)}\m{chr(98 + i)}}}" for i in range(25)
) + r"\ma"  # fmt: skip

LIMITS = [
    (DOUBLING, "limit:macros"),
    (r"\def\a{\a\a}\a", "limit:macros"),
    (r"\def\a{\a}\a", "limit:macros"),
    (r"\def\a{x\a}\a", "limit:macros"),
    (r"\def\a#1{\a{#1#1}}\a{x}", "limit:macros"),
    (r"\def\a{\b\b}\def\b{\a\a} x = \a", "limit:macros"),
    (r"\newcommand{\a}[1][\a]{#1#1#1}\a", "limit:macros"),
    (r"\def\s#1{}\def\a{\s{" + "x" * 5000 + "}}" + r"\a\\" * 5000, "limit:macros"),
    (r"\def\b{}\def\a{" + r"\b" * 500 + "}" + r"\a\\" * 3000, "limit:macros"),
    ("{" * 2000 + "x" + "}" * 2000, "limit:nesting"),
    ("(" * 400 + "x" + ")" * 400, "limit:nesting"),
    (r"\{[" * 40 + "x" + r"]\}" * 40, "limit:nesting"),
    (r"\frac{" * 300 + "x" + "}{y}" * 300, "limit:nesting"),
    (r"\frac" * 5000, "limit:nesting"),
    (r"\hat" * 5000, "limit:nesting"),
    (r"\sqrt[" * 5000, "limit:nesting"),
    (r"\left(" * 3000, "limit:nesting"),
    (r"\begin{a}" * 3000, "limit:nesting"),
    (r"\mathrm{" * 5000, "limit:nesting"),
    ("x" + "^{x" * 2000, "limit:nesting"),
    ("Σ_" * 3000, "limit:nesting"),
    ("√(" * 3000, "limit:nesting"),
    ("x " * (MAX_CHARACTERS // 2), "limit:tokens"),
    ("x" * (MAX_CHARACTERS + 1), "limit:row"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind"), LIMITS, ids=[text[:24] for text, _ in LIMITS])
def test_limits(text: str, kind: str) -> None:
    result = timed(text)
    assert fatal(result) == [kind]
    note = next(note for note in result.notes if note.fatal)
    assert 0 <= note.span.start <= note.span.end <= len(text)
    assert result.nodes == ()


def test_just_within_the_limits() -> None:
    depth = MAX_NESTING - 1
    assert parse_layout("{" * depth + "x" + "}" * depth).notes == ()
    assert parse_layout("(" * MAX_NESTING + ")" * MAX_NESTING).notes == ()
    assert parse_layout(r"\def\a{x}" + r"\a" * ROW_EXPANSIONS).notes == ()
    assert fatal(parse_layout(r"\def\a{x}" + r"\a" * (ROW_EXPANSIONS + 1))) == ["limit:macros"]


def test_the_macro_limit_is_one_of_rows() -> None:
    rows = (r"\a" * 600 + r"\\") * 5
    result = parse_layout(r"\def\a{x}" + rows)
    assert result.notes == ()
    assert len(result.nodes) == 3005


SLOW = [
    "#" * 9000, r"\\[" * 9000, r"\newcommand{\b}[2][x]{#1}" + r"\b[" * 9000, r"\newcommand{\a}[" * 3000,
    "x" + "_a" * 9000, "x" + "'" * 19000, r"\bf x" * 6000, r"a\over " * 5000, r"\text{" * 5000,
    r"\text{" + "$x" * 9000 + "}", r"\hat" + r"\," * 9000, r"\def\a{x{}y}" + r"\frac\a" * 900,
    r"\def\b#1{}\def\a{x\b}" + r"\frac\a" * 900, "%\n" * 20000, "ŷ" * 9000, "²" * 9000, "x" + "\u0302" * 20000,
    "1{,}" * 4000, r"1\,000" + r"\,000" * 4000, "x_1234567890" * 900, "_" + "1" * 60000, r"\big" * 9000,
    r"\begin{a}\end{b}" * 3000, r"\right)" * 5000, r"\end{b}" * 5000, r"\kern" * 9000, r"\eqno " * 9000,
    r"\def" * 9000, r"\def\a" * 5000, r"\let\a\b" * 5000, r"\let\a\a\a", "\\" * 9001, "\0" * 9000, "x^-" * 5000,
    "(_" * 5000, "√(x " * 3000, r"\underset" * 50 + "x", "{" * 50 + "}" * 5000, "&" * 9000, "$" * 9000,
]  # fmt: skip


@pytest.mark.parametrize("text", SLOW, ids=[text[:16] for text in SLOW])
@pytest.mark.parametrize("plain", [False, True])
def test_nothing_is_slow(text: str, plain: bool) -> None:
    result = timed(text, plain=plain)
    for node in result.nodes:
        assert 0 <= node.span.start <= node.span.end <= len(text)
    before = time.process_time()
    Macros.read(text)
    assert time.process_time() - before < SECONDS


def test_the_stack_stays_shallow() -> None:
    """Sixty levels of the deepest construct leave most of the interpreter's stack to the caller."""
    deep = r"x^{\left(\hat{\frac{" * 12 + "x" + r"}{y}}\right)}" * 12
    frame, used = sys._getframe(), 0
    while frame is not None:
        used, frame = used + 1, frame.f_back  # type: ignore[assignment]
    limit = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(used + 400)
        assert parse_layout(deep).notes == ()
    finally:
        sys.setrecursionlimit(limit)


def test_twice_the_text_takes_about_twice_the_time() -> None:
    row = r"\frac{\partial J}{\partial w} &= \frac1m \sum_{i=1}^m (\hat y_i - \pd{L}{w}) x_i \\ "

    def seconds(count: int) -> float:
        text = row * count
        best = 1e9
        for _ in range(5):
            before = time.process_time()
            assert parse_layout(text).nodes
            best = min(best, time.process_time() - before)
        return best

    assert seconds(160) < 8 * seconds(40) + 0.02


PIECES = st.sampled_from([
    *"abxyz0123 \n{}[]()^_&#$%~.,|=+-*/<>!:;'\"\\@", "{", "}", r"\left", r"\right", r"\frac", r"\sqrt", r"\sqrt[",
    r"\hat",
    r"\text{", r"\mathrm{", r"\begin{align}", r"\end{align}", r"\begin{array}{c}", r"\begin", r"\end", r"\\",
    r"\\[2pt]",
    r"\def\a", r"\def\b#1{", r"\newcommand{\b}[2][x]{", r"\let\a", "#1", r"\a", r"\b", r"\over", r"\bf ", r"\rm ",
    r"\big",
    r"\middle", r"\not", r"\underset", r"\underbrace", r"\operatorname", r"\pdv", r"\norm", r"\inner", r"\kern",
    r"\eqno",
    r"\hspace{", r"\cases{", r"\cr", r"\tag{", r"\limits", r"\prime", r"\DeclareMathOperator", r"\mathop",
    r"\mbox{$", "1{,}",
    "∂", "ŷ", "Σ", "ᵢ", "²", "½", "√", "−", "ᵀ", "ℝ", "𝐱", "’", "⊤", "…", "ﬁ", "\u0302", "\u0338", "\u200b", "🙂",
    "\0", "\ud800",
])  # fmt: skip


@given(st.lists(PIECES, max_size=60).map("".join), st.booleans())
@settings(derandomize=True, deadline=None, max_examples=600)
def test_garbage_is_read(text: str, plain: bool) -> None:
    result = parse_layout(text, plain=plain, offset=5)
    again = parse_layout(text, plain=plain, offset=5)
    assert result.nodes == again.nodes
    assert result.notes == again.notes
    for node in everything(result.nodes):
        assert 5 <= node.span.start <= node.span.end <= 5 + len(text)
    for note in result.notes:
        assert 5 <= note.span.start <= note.span.end <= 5 + len(text)


@given(st.text(max_size=80), st.booleans())
@settings(derandomize=True, deadline=None, max_examples=300)
def test_any_text_is_read(text: str, plain: bool) -> None:
    for node in everything(parse_layout(text, plain=plain).nodes):
        assert 0 <= node.span.start <= node.span.end <= len(text)


@given(st.lists(PIECES, max_size=60).map("".join))
@settings(derandomize=True, deadline=None, max_examples=200)
def test_any_preamble_is_read(text: str) -> None:
    macros, notes = Macros.read(text, 7)
    for note in notes:
        assert 7 <= note.span.start <= note.span.end <= 7 + len(text)
    assert len(parse_layout(r"x + \b{y}", macros=macros).notes) <= 2
