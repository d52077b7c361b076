"""A report as the JSON object of the machine contract (``schema/check.schema.json``), byte for byte repeatable."""

from json import dumps
from pathlib import PurePath
from typing import Any, Final

from gradproof._version import __version__
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
from gradproof.render.statistics import counts
from gradproof.source import Span

SCHEMA_VERSION: Final = 1


def render(report: Report, *, statistics: bool = False) -> str:
    """Return `report` as one JSON object and a line end; keys stand in the order of the contract.

    With `statistics` every file and the whole have a key of that name with counts.
    """
    data = to_data(report)
    if statistics:
        for file, told in zip(report.files, data["files"], strict=True):
            told["statistics"] = counts([file])
        data["statistics"] = counts(report.files)
    return dumps(data, ensure_ascii=False, allow_nan=False) + "\n"


def to_data(report: Report) -> dict[str, Any]:
    """Return `report` as dictionaries, lists, strings, numbers, truth values and None only."""
    return {
        "schema": SCHEMA_VERSION,
        "tool": "gradproof",
        "version": __version__,
        "files": [file_data(file) for file in report.files],
    }


def file_data(file: FileReport) -> dict[str, Any]:
    """Return the report on one file as dictionaries, lists, strings, numbers, truth values and None only."""
    data: dict[str, Any] = {
        "path": file.path,
        "error": file.error,
        "lines": [_line(file, line) for line in file.lines],
        "first_wrong": None if file.first_wrong is None else _place(file.first_wrong),
        "findings": [_finding(file, finding) for finding in file.findings],
        "assumptions": [_assumption(file, assumption) for assumption in file.assumptions],
    }
    if file.ignored:
        data["ignored"] = [
            {**_finding(file, i.finding), "by": i.by, "reason": i.reason} for i in file.ignored
        ]
    return data


def _place(place: Place) -> dict[str, Any]:
    return {"block": place.block, "row": place.row, "inline": place.inline}


def _elsewhere(file: FileReport, place: Place) -> dict[str, Any]:
    """Return the keys that are there only where spans count in another text than that of the file."""
    out: dict[str, Any] = {}
    if place.cell is not None:
        out["cell"] = place.cell
    elif 0 < place.source < len(file.sources):
        out["source"] = PurePath(file.sources[place.source][1].path).as_posix()
    return out


def _span(span: Span) -> list[int]:
    return [span.start, span.end]


def _line(file: FileReport, line: LineReport) -> dict[str, Any]:
    return {
        **_place(line.place),
        "cell": line.place.cell,
        "span": _span(line.span),
        "tex": line.tex,
        "read_as": line.read_as,
        "role": line.role,
        "verdict": line.verdict,
        "reason": line.reason,
        "truth": line.truth,
        "follows_from_wrong": line.follows_from_wrong,
        "cancels": line.cancels,
        "rules": list(line.rules),
        "evidence": _evidence(line.evidence),
        **_elsewhere(file, line.place),
    }


def _evidence(evidence: Evidence | None) -> dict[str, Any] | None:
    return None if evidence is None else {"kind": evidence.kind, "points": evidence.points}


def _finding(file: FileReport, finding: Finding) -> dict[str, Any]:
    return {
        "mistake": finding.mistake,
        "severity": finding.severity,
        **_place(finding.place),
        "link": finding.link,
        "span": _span(finding.span),
        "message": finding.message,
        "expected_tex": finding.expected_tex,
        "also_consistent_with": list(finding.also_consistent_with),
        "counterexample": _counterexample(finding.counterexample),
        **_elsewhere(file, finding.place),
    }


def _counterexample(example: Counterexample | None) -> dict[str, Any] | None:
    if example is None:
        return None
    return {
        "assignment": dict(example.assignment),
        "left": example.left,
        "right": example.right,
        "certified": example.certified,
    }


def _assumption(file: FileReport, assumption: Assumption) -> dict[str, Any]:
    return {
        **_place(assumption.place),
        "span": _span(assumption.span),
        "kind": assumption.kind,
        "message": assumption.message,
        **_elsewhere(file, assumption.place),
    }
