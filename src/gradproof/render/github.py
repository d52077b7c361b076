"""Findings as workflow commands, which GitHub Actions shows beside the lines they are about."""

from collections.abc import Collection

from gradproof.diagnostic import FileReport, Finding, Place, Severity
from gradproof.render.tally import doubtful, unexplained
from gradproof.render.whereabouts import Whereabouts
from gradproof.source import Span

_COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "note": "notice"}


def render_file(file: FileReport, *, counted: Collection[str] = ()) -> str:
    """Return a workflow command for each finding of one file.

    Warnings, undecided and unread lines are errors where `counted` names them; undecided and unread lines
    are not told otherwise.
    """
    if file.error is not None:
        return _command("error", _file(file.path), "gradproof", file.error)
    where = Whereabouts(file)
    out: list[str] = []
    for finding in file.findings:
        command = _COMMANDS[finding.severity]
        if finding.severity == "warning" and "warning" in counted:
            command = "error"
        at = _at(where, finding.place, finding.span)
        out.append(_command(command, at, finding.mistake, _message(finding)))
    for line in unexplained(file):
        out.append(
            _command("error", _at(where, line.place, line.span), "refuted", line.reason or "wrong")
        )
    for item in doubtful(file, counted):
        told = getattr(item, "reason", None) or getattr(item, "message", "no reason was recorded")
        at = _at(where, item.place, item.span)
        out.append(_command("error", at, getattr(item, "verdict", "unread"), told))
    return "".join(out)


def _message(finding: Finding) -> str:
    expected = finding.expected_plain or finding.expected_tex
    parts = [finding.message]
    if expected:
        parts.append(f"should be  {expected}")
    if finding.why:
        parts.append(f"why  {finding.why}")
    return "\n".join(parts)


def _at(where: Whereabouts, place: Place, span: Span) -> list[tuple[str, str]]:
    """Return the properties that say where; a cell of a notebook has no line in the file."""
    properties = _file(where.path(place))
    spot = where.spot(place, span)
    if spot is not None and place.cell is None and properties:
        properties += [("line", str(spot.line)), ("col", str(spot.start + 1))]
        properties.append(("endColumn", str(max(spot.end, spot.start) + 1)))
    return properties


def _file(path: str) -> list[tuple[str, str]]:
    """Return the property for the file; standard input and formulas of the command line have none."""
    return [] if path.startswith("<") else [("file", path)]


def _command(command: str, properties: list[tuple[str, str]], title: str, message: str) -> str:
    shown = ",".join(f"{key}={_property(value)}" for key, value in [*properties, ("title", title)])
    return f"::{command} {shown}::{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
