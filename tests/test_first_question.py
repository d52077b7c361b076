"""The main job, end to end: the question that started the project."""

from pathlib import Path

import pytest

from gradproof.batch import check_source
from gradproof.diagnostic import FileReport, Finding

EXAMPLE = Path(__file__).parents[1] / "examples" / "first_question.md"


@pytest.fixture(scope="module")
def report() -> FileReport:
    return check_source("first_question.md", EXAMPLE.read_bytes())


def error(report: FileReport) -> Finding:
    return next(f for f in report.findings if f.severity == "error")


def test_the_product_rule_is_noted_to_be_linearity(report: FileReport) -> None:
    notes = [f for f in report.findings if f.severity == "note"]
    assert [f.mistake for f in notes] == ["rule-misnamed", "layout-mix"]
    assert "linearity" in notes[0].message


def test_the_wrong_line_is_the_first_and_only_error(report: FileReport) -> None:
    errors = [f for f in report.findings if f.severity == "error"]
    assert len(errors) == 1
    assert errors[0].mistake == "chain-inner-dropped"
    assert report.first_wrong == errors[0].place
    line = next(x for x in report.lines if x.place == errors[0].place)
    assert line.verdict == "refuted"
    assert r"\frac{y_i}{\hat y_i} + \frac{1-y_i}{1 - \hat y_i}" in line.tex


def test_the_underlined_term_is_the_second_fraction(report: FileReport) -> None:
    finding = error(report)
    source = dict(report.sources)[None]
    assert source.slice(finding.span) == r"\frac{1-y_i}{1 - \hat y_i}"
    assert finding.expected_tex is not None
    assert finding.expected_tex.startswith("-")


def test_the_counterexample_is_certified_off_y_equal_one(report: FileReport) -> None:
    example = error(report).counterexample
    assert example is not None
    assert example.certified
    values = dict(example.assignment)
    labels = [v for k, v in values.items() if k.startswith("y_")]
    assert labels
    assert all(v != "1" for v in labels)


def test_nothing_is_unread_and_nothing_else_is_wrong(report: FileReport) -> None:
    assert [x.tex for x in report.lines if x.verdict == "unread"] == []
    assert sum(x.verdict == "refuted" for x in report.lines) == 1


def test_the_repairs_are_assumptions(report: FileReport) -> None:
    kinds = {a.kind for a in report.assumptions}
    assert {"bracket-unbalanced", "index-missing", "sum-scope"} <= kinds


def test_the_expected_formula_after_it_is_true(report: FileReport) -> None:
    later = [x for x in report.lines if r"\frac{y_i}{\hat y_i} - \frac{1-y_i}" in x.tex]
    assert later
    assert all(x.truth is True and x.verdict in ("proved", "agrees") for x in later)


def test_the_same_input_gives_the_same_report(report: FileReport) -> None:
    again = check_source("first_question.md", EXAMPLE.read_bytes())
    assert again == report
