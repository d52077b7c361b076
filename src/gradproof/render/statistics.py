"""A report in numbers: lines by verdict, evidence, points, findings; counts only, so that they repeat."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final, get_args

from gradproof.diagnostic import EvidenceKind, FileReport
from gradproof.render.styled import Row, clean, plain
from gradproof.render.verdicts import ORDER, many

_KINDS: Final[tuple[EvidenceKind, ...]] = get_args(EvidenceKind)


def counts(files: Sequence[FileReport]) -> dict[str, Any]:
    """Return the counts over `files` as dictionaries and numbers; what does not occur is left out."""
    lines = [line for file in files for line in file.lines]
    evidence = [line.evidence for line in lines if line.evidence is not None]
    return {
        "files": len(files),
        "formulas": sum(file.work.formulas for file in files),
        "lines": len(lines),
        "readings": sum(file.work.readings for file in files),
        "contexts": sum(file.work.contexts for file in files),
        "candidates": sum(file.work.candidates for file in files),
        "verdicts": _count((line.verdict for line in lines), ORDER),
        "evidence": _count((e.kind for e in evidence), _KINDS),
        "points": sum(e.points for e in evidence),
        "findings": _count(f.mistake for file in files for f in file.findings),
        "ignored": sum(len(file.ignored) for file in files),
    }


def render(files: Sequence[FileReport]) -> str:
    """Return the counts of every file, and of all where there are several, as text."""
    rows: list[Row] = []
    for file in files:
        rows += _rows(clean(file.path), counts([file]))
    if len(files) != 1:
        rows += _rows(many(len(files), "file"), counts(files))
    return plain(rows)


def _rows(name: str, told: dict[str, Any]) -> list[Row]:
    read = [many(told["formulas"], "formula"), many(told["lines"], "line")]
    read += [many(told["readings"], "reading"), many(told["contexts"], "context")]
    points = f", {many(told['points'], 'point')}" if told["points"] else ""
    findings = _words(told["findings"])
    if told["candidates"]:
        findings += f"; {many(told['candidates'], 'candidate')} tried"
    if told["ignored"]:
        findings += f", {told['ignored']} ignored"
    return [
        ((f"statistics of {name}", ""),),
        ((f"  read      {', '.join(read)}", ""),),
        ((f"  verdicts  {_words(told['verdicts'])}", ""),),
        ((f"  evidence  {_words(told['evidence'])}{points}", ""),),
        ((f"  findings  {findings}", ""),),
    ]


def _words(numbers: dict[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in numbers.items()) or "none"


def _count(names: Iterable[str], order: Sequence[str] = ()) -> dict[str, int]:
    """Count names, in the given order or the alphabet's."""
    found = Counter(names)
    return {name: found[name] for name in order or sorted(found) if found[name]}
