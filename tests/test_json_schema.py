"""The machine output keeps its contract, and the schema refuses what breaks it."""

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import gradproof
from gradproof.diagnostic import (
    Assumption,
    Counterexample,
    Evidence,
    EvidenceKind,
    FileReport,
    Finding,
    LineReport,
    Place,
    Report,
    Role,
    Severity,
    Verdict,
)
from gradproof.render.json import render, to_data
from gradproof.source import Span

SCHEMA = gradproof.json_schema()
VALIDATOR = Draft202012Validator(SCHEMA)


def errors(data):
    return [error.message for error in VALIDATOR.iter_errors(data)]


def sample():
    line = LineReport(Place(0, 0), Span(2, 9), r"\hat y = 1", "ŷ = 1", "definition", "given")
    wrong = replace(
        line,
        place=Place(1, 2, cell=4),
        role="step",
        verdict="refuted",
        truth=False,
        evidence=Evidence("ball"),
        rules=("sum-rule",),
    )
    example = Counterexample(((r"\hat y_i", "3/10"),), "1.4", "-1.4", True)
    finding = Finding(
        "chain-inner-dropped",
        "error",
        Place(1, 2, cell=4),
        Span(3, 5),
        "the inner derivative is missing",
        expected_tex="-x",
        also_consistent_with=("sign-lost",),
        counterexample=example,
    )
    note = Assumption(Place(None, 0, inline=3), Span(0, 1), "bracket-unbalanced", "read as closed")
    good = FileReport("post.md", None, (line, wrong), Place(1, 2, cell=4), (finding,), (note,))
    return Report((good, FileReport("gone.md", error="no such file")))


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"].endswith("2020-12/schema")


def test_a_report_keeps_the_contract():
    assert errors(to_data(sample())) == []
    assert errors(to_data(Report(()))) == []


def test_the_text_is_the_data_with_unicode_as_it_is():
    text = render(sample())
    assert json.loads(text) == to_data(sample())
    assert "ŷ = 1" in text
    assert text == gradproof.to_json(sample())
    assert text.endswith("}\n")


def test_keys_stand_in_the_order_of_the_contract():
    data = to_data(sample())
    assert list(data) == ["schema", "tool", "version", "files"]
    file = data["files"][0]
    for value, name in (
        (file, "file"),
        (file["lines"][0], "line"),
        (file["findings"][0], "finding"),
        (file["findings"][0]["counterexample"], "counterexample"),
        (file["assumptions"][0], "assumption"),
        (file["first_wrong"], "place"),
    ):
        required = SCHEMA["$defs"][name]["required"]
        assert [key for key in value if key in required] == required
        assert set(value) - set(required) <= {"cell"}


def test_schema_and_types_name_the_same_values():
    line = SCHEMA["$defs"]["line"]["properties"]
    assert set(line["role"]["enum"]) == set(get_args(Role))
    assert set(line["verdict"]["enum"]) == set(get_args(Verdict))
    kinds = SCHEMA["$defs"]["evidence"]["properties"]["kind"]["enum"]
    assert set(kinds) == set(get_args(EvidenceKind))
    severities = SCHEMA["$defs"]["finding"]["properties"]["severity"]["enum"]
    assert set(severities) == set(get_args(Severity))


BREAKAGES = {
    "unknown schema": lambda d: d.update(schema=2),
    "extra key": lambda d: d.update(time="12:00"),
    "missing key": lambda d: d.pop("version"),
    "extra key in a line": lambda d: d["files"][0]["lines"][0].update(note=""),
    "unknown verdict": lambda d: d["files"][0]["lines"][0].update(verdict="probably"),
    "unknown role": lambda d: d["files"][0]["lines"][0].update(role="claim"),
    "span of three": lambda d: d["files"][0]["lines"][0].update(span=[1, 2, 3]),
    "span of one": lambda d: d["files"][0]["lines"][0].update(span=[1]),
    "negative span": lambda d: d["files"][0]["lines"][0].update(span=[-1, 2]),
    "block and inline": lambda d: d["files"][0]["lines"][0].update(inline=0),
    "neither block nor inline": lambda d: d["files"][0]["lines"][0].update(block=None),
    "truth in words": lambda d: d["files"][0]["lines"][0].update(truth="yes"),
    "proved by nothing": lambda d: d["files"][0]["lines"][0].update(verdict="proved"),
    "agrees at no point": lambda d: d["files"][0]["lines"][0].update(
        verdict="agrees", evidence={"kind": "sampling", "points": 0}
    ),
    "refuted by nothing": lambda d: d["files"][0]["lines"][1].update(evidence=None),
    "refuted by samples": lambda d: d["files"][0]["lines"][1].update(
        evidence={"kind": "sampling", "points": 24}
    ),
    "undecided without a reason": lambda d: d["files"][0]["lines"][0].update(verdict="undecided"),
    "unread without a reason": lambda d: d["files"][0]["lines"][0].update(
        verdict="unread", reason=""
    ),
    "error that is not certified": lambda d: d["files"][0]["findings"][0]["counterexample"].update(
        certified=False
    ),
    "name that is no name": lambda d: d["files"][0]["findings"][0].update(mistake="Sign lost"),
    "finding without a message": lambda d: d["files"][0]["findings"][0].update(message=""),
    "inexact assignment": lambda d: d["files"][0]["findings"][0]["counterexample"].update(
        assignment={"p": 0.3}
    ),
    "place without a row": lambda d: d["files"][0]["first_wrong"].pop("row"),
    "unreadable file with lines": lambda d: d["files"][0].update(error="no such file"),
    "empty error": lambda d: d["files"][1].update(error=""),
}


@pytest.mark.parametrize("name", sorted(BREAKAGES))
def test_a_broken_report_is_refused(name):
    data = copy.deepcopy(to_data(sample()))
    BREAKAGES[name](data)
    assert errors(data) != []


def test_an_empty_file_and_an_unpaired_surrogate_are_valid():
    file = FileReport("\udcff.md", error="not UTF-8: \ud800")
    text = render(Report((file,)))
    shown = text.encode("utf-8", "backslashreplace").decode("utf-8")
    assert json.loads(shown) == to_data(Report((file,)))


places = st.builds(Place, st.integers(0, 9), st.integers(0, 9)) | st.builds(
    Place, st.none(), st.just(0), st.integers(0, 9), st.none() | st.integers(0, 5)
)
words = st.text(min_size=1, max_size=12)
spans = st.tuples(st.integers(0, 99), st.integers(0, 99)).map(lambda p: Span(min(p), max(p)))
lines = st.builds(
    LineReport,
    place=places,
    span=spans,
    tex=st.text(max_size=9),
    read_as=st.text(max_size=9),
    role=st.sampled_from(get_args(Role)),
    verdict=st.just("proved"),
    reason=st.none() | words,
    truth=st.none() | st.booleans(),
    rules=st.lists(words, max_size=3).map(tuple),
    evidence=st.builds(Evidence, st.sampled_from(get_args(EvidenceKind)), st.integers(0, 99)),
)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(lines, max_size=4).map(tuple), st.none() | places)
def test_whatever_a_report_holds_its_json_keeps_the_contract(some_lines, first_wrong):
    report = Report((FileReport("a.md", lines=some_lines, first_wrong=first_wrong),))
    assert errors(json.loads(render(report))) == []
    assert render(report) == render(report)


EXAMPLES = sorted((Path(__file__).resolve().parents[1] / "examples").glob("*.md"))
TEXTS = {
    "empty.md": "",
    "prose.md": "No formula here.",
    "right.md": "$$f = x^2$$\n\n$$\\frac{df}{dx} = 2x$$\n",
    "wrong.md": "$$f = x^2$$\n\n$$\\frac{df}{dx} = 3x$$\n",
    "broken.md": "$$\\frac{1}{$$ and $$= = )($$",
    "plain.txt": "f = log(1 - x)\n\ndf/dx = 1/(1 - x)\n",
    "nul.md": "a\0b",
}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_end_to_end(path):
    data = json.loads(gradproof.to_json(gradproof.check_files([path])))
    assert errors(data) == []
    assert data["files"][0]["error"] is None
    assert data["files"][0]["lines"] != []


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_documents_end_to_end(name):
    report = gradproof.check(TEXTS[name], path=name)
    data = json.loads(gradproof.to_json(report))
    assert errors(data) == []
    assert "internal error" not in (data["files"][0]["error"] or "")
    assert (data["files"][0]["error"] is None) == (name != "nul.md")
    for line in data["files"][0]["lines"]:
        assert 0 <= line["span"][0] <= line["span"][1] <= len(TEXTS[name])
    assert gradproof.to_json(gradproof.check(TEXTS[name], path=name)) == gradproof.to_json(report)
    assert gradproof.to_text(report).startswith(name)
