"""What of a report counts: errors, doubts, and what makes a run fail."""

from collections.abc import Collection, Iterable
from typing import Final, Literal

from gradproof.diagnostic import Assumption, FileReport, Finding, LineReport, Place

Doubt = Literal["warning", "undecided", "unread"]
DOUBTS: Final[tuple[Doubt, ...]] = ("warning", "undecided", "unread")

_UNREAD_KINDS: Final = ("include", "macro-unread")


def unexplained(file: FileReport) -> tuple[LineReport, ...]:
    """Return the wrong lines that no finding stands for, neither one that counts nor one that is ignored."""
    told = {f.place for f in file.findings if f.severity == "error"}
    told |= {i.finding.place for i in file.ignored}
    return tuple(line for line in file.lines if _accused(line) and line.place not in told)


def excused(file: FileReport) -> frozenset[Place]:
    """Return the places of wrong lines all of whose errors are ignored."""
    told = {f.place for f in file.findings if f.severity == "error"}
    return frozenset(i.finding.place for i in file.ignored) - told


def errors(file: FileReport) -> int:
    """Count the errors; a wrong line that no finding explains is one."""
    found = sum(finding.severity == "error" for finding in file.findings)
    return found + len(unexplained(file))


def unread_parts(file: FileReport) -> tuple[Assumption, ...]:
    """Return the assumptions that tell of a part of the document that was not read at all."""
    return tuple(
        a
        for a in file.assumptions
        if a.kind in _UNREAD_KINDS or (a.kind.startswith("limit:") and a.kind != "limit:notes")
    )


def doubtful(file: FileReport, counted: Collection[str]) -> tuple[LineReport | Assumption, ...]:
    """Return the lines and parts that are undecided or unread, where these count as errors."""
    lines: tuple[LineReport | Assumption, ...] = tuple(
        line for line in file.lines if line.verdict in counted
    )
    return (*lines, *(unread_parts(file) if "unread" in counted else ()))


def failing(files: Iterable[FileReport], counted: Collection[str]) -> bool:
    """Tell whether a run over `files` fails: an error, or something that `counted` makes one."""
    return any(
        errors(file) or ("warning" in counted and _warned(file.findings)) or doubtful(file, counted)
        for file in files
    )


def _warned(findings: Iterable[Finding]) -> bool:
    return any(finding.severity == "warning" for finding in findings)


def _accused(line: LineReport) -> bool:
    return line.verdict == "refuted" and not line.follows_from_wrong and not line.cancels
