"""Comments in a document that ask for a mistake to be ignored, with a reason."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from gradproof.diagnostic import FileReport, Finding, Ignored, Place
from gradproof.notation.documents import Document, Pragma, Region
from gradproof.selection import UNKNOWN, UNREASONED, UNUSED, UnknownName, expand

Formula = tuple[int | None, int | None]
"""Block and inline number of a formula."""

_CLOSED: Final = re.compile(r"\s*(?:\$\$?|\\\]|\\\)|\\end[ \t]*\{[A-Za-z]+\*?\})[ \t.,;:]*")


def heed(document: Document, report: FileReport) -> FileReport:
    """Move the findings that a comment asks to ignore out of the way, and warn of comments in vain.

    A comment stands for the formula that it stands in, directly behind, or else before.
    """
    if not document.pragmas:
        return report
    shown = {_formula(line.place) for line in report.lines}
    kept = list(report.findings)
    ignored = list(report.ignored)
    warnings: list[Finding] = []
    for pragma in document.pragmas:
        formula = _target(document, pragma, shown)
        place = _place(pragma, formula)
        if not pragma.reason:
            message = "no reason is given; write 'gradproof: ignore[name] why'"
            warnings.append(Finding(UNREASONED, "warning", place, pragma.span, message))
        for names, label in _wanted(pragma, place, warnings):
            hits = [
                f
                for f in report.findings
                if _formula(f.place) == formula and (names is None or f.mistake in names)
            ]
            for finding in hits:
                if finding in kept:
                    kept.remove(finding)
                    ignored.append(Ignored(finding, "comment", pragma.reason))
            if not hits:
                message = _in_vain(label, formula)
                warnings.append(Finding(UNUSED, "warning", place, pragma.span, message))
    return replace(report, findings=(*kept, *warnings), ignored=tuple(ignored))


def _wanted(
    pragma: Pragma, place: Place, warnings: list[Finding]
) -> Iterable[tuple[frozenset[str] | None, str]]:
    """Yield the mistakes that each name of a comment stands for (None: all); warn of unknown names."""
    if not pragma.names:
        yield None, "nothing"
    for name in pragma.names:
        try:
            names = expand([name])
        except UnknownName as unknown:
            warnings.append(Finding(UNKNOWN, "warning", place, pragma.span, str(unknown)))
        else:
            yield names, f"no {name}"


def _in_vain(label: str, formula: Formula | None) -> str:
    if formula is None:
        return "there is no formula that this comment stands for: none follows; remove it"
    found = "there is nothing to ignore" if label == "nothing" else f"there is {label} to ignore"
    return f"{found} in this formula; remove the comment, or the name from it"


def _target(document: Document, pragma: Pragma, shown: set[Formula]) -> Formula | None:
    """Return the formula that a comment stands for: around it, directly before it, or the next with lines."""
    behind = document.regions[pragma.region - 1] if pragma.region else None
    if behind is not None and _follows(document, behind, pragma):
        return _number(behind)
    for region in document.regions[pragma.region :]:
        if (region.source, region.cell) != (pragma.source, pragma.cell):
            return None
        if _number(region) in shown:
            return _number(region)
    return None


def _follows(document: Document, region: Region, pragma: Pragma) -> bool:
    """Tell whether a comment stands right behind a formula: nothing but its closing delimiter between."""
    if region.source != pragma.source or region.span.end > pragma.span.start:
        return False
    between = document.source_of(region).text[region.span.end : pragma.span.start]
    return _CLOSED.fullmatch(between) is not None


def _number(region: Region) -> Formula:
    return (region.number, None) if region.kind == "display" else (None, region.number)


def _formula(place: Place) -> Formula:
    return place.block, place.inline


def _place(pragma: Pragma, formula: Formula | None) -> Place:
    block, inline = formula or (None, None)
    return Place(block, 0, inline, pragma.cell, pragma.source)
