"""The grammar on hostile, random and mutilated input: it never raises, never loops, and its trees stay sound."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradproof.notation.grammar import Options, parse_rows
from gradproof.notation.surface import HEADS, FormulaRow, Surface
from gradproof.notation.tex import parse_layout

TEXTS = [
    json.loads(line)["tex"]
    for line in (Path(__file__).parent / "formulas" / "reading.jsonl")
    .read_text("utf-8")
    .splitlines()
]

PIECES = [
    "x", "y_i", r"\hat y", "W^T", "2", "0.5", "+", "-", "*", "/", "=", "(", ")", "[", "]", r"\{", r"\}", "|", r"\|",
    ",", ";", ".", ":", "!", "&", r"\\", r"\quad ", r"\frac{d}{dx}", r"\frac{a}{b}", r"\frac{\partial L}{\partial w}",
    r"\sum_{i=1}^n ", r"\sum ", r"\int ", "d", r"\partial ", r"\nabla_w ", r"\log ", r"\exp", "f", "J",
    r"\sigma",
    r"\left(", r"\right)", r"\left.", r"\right|_{x=0}", "'", "^2", "_i", r"\odot ", r"\circ ", r"\cdot ", r"\in ",
    r"\mathbb{R}^n", r"\text{ where }", r"\text{if}", r"\to ", r"\Rightarrow ", r"\begin{cases}", r"\end{cases}",
    r"\begin{aligned}", r"\end{aligned}", r"\delta_{ij}", r"\mathbf 1", r"\mathbb E", r"\max", r"\arg", r"\min_w ",
    r"\dots ", "<", "{", "}", r"\Delta ", "e^{x}", r"\unknown", "log", "loss", r"\langle ", r"\rangle ", r"\mid ",
]  # fmt: skip


def rows_of(
    text: str, options: Options | None = None, *, plain: bool = False
) -> tuple[FormulaRow, ...]:
    layout = parse_layout(text, plain=plain)
    return parse_rows(layout.nodes, options, notes=layout.notes)


def check_sound(text: str, rows: tuple[FormulaRow, ...]) -> None:
    for row in rows:
        assert 0 <= row.span.start <= row.span.end <= len(text)
        for note in row.notes:
            assert 0 <= note.span.start <= note.span.end <= len(text)
            assert note.message
        assert len({choice.key for choice in row.choices}) == len(row.choices)
        for choice in row.choices:
            assert choice.alternatives
            assert choice.taken not in choice.alternatives
        for label, span in row.labels:
            assert label
            assert 0 <= span.start <= span.end <= len(text)
        assert row.where is None or 0 <= row.where < len(row.statements)
        assert all(0 <= at < len(row.statements) for at in row.conditions)
        fatal = any(note.fatal for note in row.notes)
        for statement in row.statements:
            assert len(statement.sides) == len(statement.relations) + 1
            stack: list[Surface] = list(statement.sides)
            while stack:
                node = stack.pop()
                assert node.head in HEADS
                assert 0 <= node.span.start <= node.span.end <= len(text)
                assert node.head != "unknown" or fatal
                stack += node.args
                for arg in node.args:
                    assert (
                        fatal or node.span.start <= arg.span.start <= arg.span.end <= node.span.end
                    )
                if node.name is not None:
                    stack += (*node.name.sub, *node.name.sup)


@settings(derandomize=True, deadline=None, max_examples=1000)
@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_any_sequence_of_pieces(pieces: list[str]) -> None:
    text = "".join(pieces)
    check_sound(text, rows_of(text))


@settings(derandomize=True, deadline=None, max_examples=500)
@given(st.text(max_size=60), st.booleans())
def test_any_text(text: str, plain: bool) -> None:
    check_sound(text, rows_of(text, plain=plain))


@settings(derandomize=True, deadline=None, max_examples=500)
@given(
    st.sampled_from(TEXTS), st.integers(0, 200), st.integers(0, 30), st.sampled_from(["", *PIECES])
)
def test_mutilated_formulas(text: str, at: int, size: int, piece: str) -> None:
    mutilated = text[:at] + piece + text[at + size :]
    check_sound(mutilated, rows_of(mutilated))


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.sampled_from(TEXTS), st.data())
def test_every_choice_can_be_turned(text: str, data: st.DataObject) -> None:
    choices = [choice for row in rows_of(text) for choice in row.choices]
    overrides = {c.key: data.draw(st.sampled_from(c.alternatives)) for c in choices}
    turned = rows_of(text, Options(overrides=overrides))
    check_sound(text, turned)
    for row in turned:
        for choice in row.choices:
            assert choice.key not in overrides or choice.taken == overrides[choice.key]


def test_overrides_that_name_nothing_are_ignored() -> None:
    assert rows_of("h(x)", Options(overrides={3: "nonsense", 0: "nonsense"})) == rows_of("h(x)")


LIMITS = [
    ("x+" * 1999 + "x", "limit:tokens"),
    ("x" * 4500, "limit:row"),
    ("(" * 400 + "x" + ")" * 400, "limit:nesting"),
    (r"\sum_i " * 200 + "x", "limit:nesting"),
    (r"\log " * 300 + "x", "limit:nesting"),
    (r"\frac{d}{dx} " * 100 + "x", "limit:nesting"),
    (r"\nabla " * 300 + "x", "limit:nesting"),
    (r"\nabla f(" * 55 + "x" + ")" * 55, "limit:nesting"),
    ("x" + "^{y" * 80 + "}" * 80, "limit:nesting"),
    ("a:" * 200 + "b", "limit:nesting"),
    ("a/" * 200 + "b", "limit:nesting"),
    (r"a\otimes " * 200 + "b", "limit:nesting"),
    (r"\begin{cases} x & " * 70 + "y" + r"\end{cases}" * 70, "limit:nesting"),
]


@pytest.mark.parametrize(
    ("text", "kind"), LIMITS, ids=[f"{text[:12]}-{kind}" for text, kind in LIMITS]
)
def test_limits_are_noted(text: str, kind: str) -> None:
    rows = rows_of(text)
    assert any(note.kind == kind and note.fatal for row in rows for note in row.notes)


def test_a_limit_is_fatal_for_its_row_only() -> None:
    rows = rows_of("a = b \\\\ " + "x+" * 1500 + "x \\\\ c = d")
    assert [any(note.fatal for note in row.notes) for row in rows] == [False, True, False]


WITHIN = [
    "9^{9^{9^9}}",
    "(" * 50 + "x" + ")" * 50,
    "x_i+" * 300 + "x",
    r"\frac{1}{" * 50 + "x" + "}" * 50,
    r"\sum_i " * 40 + "x",
    "f(" * 50 + "x" + ")" * 50,
    r"\frac{d}{dx} f(" * 28 + "x" + ") g" * 28,
    r"h(x + " * 50 + "y" + ")" * 50,
]


@pytest.mark.parametrize("text", WITHIN, ids=[text[:12] for text in WITHIN])
def test_deep_or_long_but_within_the_limits(text: str) -> None:
    rows = rows_of(text)
    check_sound(text, rows)
    assert not any(note.fatal for row in rows for note in row.notes)


LONG = [
    "x_i + ", r"\sum_i x_i + ", "1/2m + ", "p(x|y) ", "|x| ", r"a = b \quad ", "[0,1) ", r"x|_{x=0} ", "x, ",
    r"\delta_{ij} ",
    r"\text{a} ", "= ", "! ", "' ", "- ", "( ", ") ", "d ", ". ", r"\Delta ", r"\| ", r"a \\ ", "& ", r"\to ", "h(x + ",
]  # fmt: skip


@pytest.mark.parametrize("piece", LONG)
def test_time_grows_with_the_length_alone(piece: str) -> None:
    def seconds(count: int) -> float:
        layout = parse_layout(piece * count)
        best = float("inf")
        for _ in range(3):
            start = time.process_time()
            parse_rows(layout.nodes, notes=layout.notes)
            best = min(best, time.process_time() - start)
        return best

    short, long = seconds(40), seconds(240)
    assert long < max(24 * short, 0.05)
