"""What a comparison of code with a formula says, as plain data, text and JSON."""

import json
from dataclasses import dataclass
from typing import Any, Literal, final

from gradproof._version import __version__
from gradproof.diagnostic import Severity
from gradproof.render.styled import Row, Style, clean, coloured, plain

Outcome = Literal["agrees", "differs", "undecided"]


@final
@dataclass(frozen=True, slots=True)
class Sample:
    """Numbers at which code and formula differ.

    Attributes:
        assignment: what the function was given, by parameter.
        entry: which entry of the gradient, counted from 0; empty for a scalar.
        code: what the code gives.
        formula: what the formula gives, rounded from a ball that contains it.
    """

    assignment: tuple[tuple[str, str], ...]
    entry: tuple[int, ...]
    code: str
    formula: str


@final
@dataclass(frozen=True, slots=True)
class CodeFinding:
    """One thing to say about the gradient by one variable.

    Attributes:
        mistake: the name of the mistake.
        severity: errors are mistakes, warnings trouble of numbers.
        message: what is wrong, in words.
        variable: by which variable, in plain text; None for what concerns the function.
        computed_tex: the formula that the code computes, where it is known.
        computed_plain: the same as plain text.
        expected_tex: the right gradient.
        expected_plain: the same as plain text.
        suggestion: the right line of code, in NumPy.
        counterexample: numbers at which code and formula differ.
        also_consistent_with: other mistakes that give the same numbers.
        why: the rule that was broken.
    """

    mistake: str
    severity: Severity
    message: str
    variable: str | None = None
    computed_tex: str | None = None
    computed_plain: str | None = None
    expected_tex: str | None = None
    expected_plain: str | None = None
    suggestion: str | None = None
    counterexample: Sample | None = None
    also_consistent_with: tuple[str, ...] = ()
    why: str | None = None


@final
@dataclass(frozen=True, slots=True)
class CodeReport:
    """The result of `gradproof.gradcheck`.

    Attributes:
        function: what was checked.
        verdict: ``agrees``, ``differs`` or ``undecided``.
        points: at how many points code and formula were compared.
        digits: to how many decimal digits they agree there, at the least; 0 where they do not.
        findings: errors and warnings.
        assumptions: what had to be assumed, in words.
    """

    function: str
    verdict: Outcome
    points: int
    digits: int
    findings: tuple[CodeFinding, ...]
    assumptions: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether the code computes the gradient."""
        return self.verdict == "agrees"

    def to_text(self) -> str:
        """Return what ``gradproof gradcheck`` prints."""
        return plain(self._rows())

    def to_coloured_text(self) -> str:
        """Return the same with the colours of a terminal."""
        return coloured(self._rows())

    def _rows(self) -> list[Row]:
        return report_rows(self)

    def to_json(self) -> str:
        """Return the JSON object that ``gradproof gradcheck --format json`` prints."""
        return render_json(self)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:  # pyright: ignore[reportUnusedFunction]
        """Return the report as text, for notebooks."""
        return {"text/plain": self.to_text()}


def report_rows(report: CodeReport) -> list[Row]:
    """Return what was found: the verdict, then every finding, then what was assumed."""
    rows: list[Row] = []
    rows.append(_head(report))
    for f in report.findings:
        rows += _rows_of(f)
    for note in report.assumptions:
        first, *more = note.splitlines()
        rows.append((("note ", "note"), (clean(first), "")))
        rows.extend((("  " + clean(line), "quiet"),) for line in more)
    return rows


def _head(report: CodeReport) -> Row:
    style: Style
    match report.verdict:
        case "agrees":
            style = "good"
            told = f"agrees to {report.digits} digits at {report.points} points"
        case "differs":
            style = "error"
            told = f"differs from the formula (compared at {report.points} points)"
        case "undecided":
            style = "doubt"
            told = "undecided"
    return (clean(report.function), "path"), (": ", ""), (told, style)


def _rows_of(f: CodeFinding) -> list[Row]:
    style: Style = "error" if f.severity == "error" else "warning"
    head: Row = ((f"{f.severity}[{f.mistake}]", style), (f" {clean(f.message)}", "strong"))
    rows: list[Row] = [head]
    for label, text in (
        ("computes", f.computed_plain),
        ("expected", f.expected_plain),
        ("write", f.suggestion),
        ("why", f.why),
    ):
        if text:
            rows.append(((f"  {label:<10}", "note"), (clean(text), "")))
    if f.counterexample is not None:
        c = f.counterexample
        given = ", ".join(f"{name} = {value}" for name, value in c.assignment)
        entry = "".join(f"[{k}]" for k in c.entry)
        where = f"entry {entry}: " if entry else ""
        rows.append(((f"  {'try':<10}", "note"), (clean(given), "")))
        rows.append(((" " * 12, ""), (f"{where}code {c.code}, formula {c.formula}", "")))
    if f.also_consistent_with:
        rows.append(((f"  {'also fits':<10}", "note"), (", ".join(f.also_consistent_with), "")))
    return rows


def render_json(report: CodeReport) -> str:
    """Return a report as JSON; see ``src/gradproof/schema/gradcheck.schema.json``."""
    data = {
        "schema": 1,
        "tool": "gradproof",
        "version": __version__,
        "function": report.function,
        "verdict": report.verdict,
        "agrees": report.agrees,
        "points": report.points,
        "digits": report.digits,
        "findings": [_finding(f) for f in report.findings],
        "assumptions": list(report.assumptions),
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _finding(f: CodeFinding) -> dict[str, Any]:
    c = f.counterexample
    return {
        "mistake": f.mistake,
        "severity": f.severity,
        "message": f.message,
        "variable": f.variable,
        "computed_tex": f.computed_tex,
        "expected_tex": f.expected_tex,
        "suggestion": f.suggestion,
        "also_consistent_with": list(f.also_consistent_with),
        "counterexample": None
        if c is None
        else {
            "assignment": dict(c.assignment),
            "entry": list(c.entry),
            "code": c.code,
            "formula": c.formula,
            "certified": True,
        },
    }
