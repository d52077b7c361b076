"""One document in, one file report out: reading, judging, diagnosing, and putting the report together."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import final

from gradproof.checking import Judged, judge
from gradproof.comments import heed
from gradproof.diagnostic import Assumption, FileReport, Finding, LineReport, Place, Work
from gradproof.mistakes import UNEXPLAINED, Diagnosis, diagnose, remarks
from gradproof.notation.derivation import Derivation
from gradproof.notation.documents import Dialect, Document, UnreadableDocument, read_document
from gradproof.notation.elaborate import read_derivation
from gradproof.source import Source
from gradproof.spell import relation_plain

Loader = Callable[[str], bytes | None]


@final
@dataclass(frozen=True, slots=True)
class Examined:
    """A document with its judged lines and the report on it."""

    document: Document
    judged: tuple[Judged, ...]
    report: FileReport


def check_source(
    path: str,
    data: bytes | str,
    *,
    dialect: Dialect | None = None,
    declarations: Sequence[str] = (),
    loader: Loader | None = None,
) -> FileReport:
    """Check one document.

    Args:
        path: the name in reports; its suffix chooses the dialect where none is given.
        data: the file's bytes (decoded as UTF-8) or its text.
        dialect: tex, markdown, notebook or plain.
        declarations: ordinary mathematics that holds for the whole document, in TeX.
        loader: returns the bytes of an included file by its name as written, or None.

    Returns:
        The report; an unreadable document, or a declaration that cannot be read, has only `error`.
    """
    try:
        return examine(path, data, dialect=dialect, declarations=declarations, loader=loader).report
    except UnreadableDocument as e:
        return FileReport(path, error=str(e))


def examine(
    path: str,
    data: bytes | str,
    *,
    dialect: Dialect | None = None,
    declarations: Sequence[str] = (),
    loader: Loader | None = None,
) -> Examined:
    """Check one document and return what the report was made of, too; arguments as for `check_source`.

    Raises:
        UnreadableDocument: the document, or a declaration, cannot be read.
    """
    document = read_document(path, data, dialect=dialect, loader=loader)
    derivation = read_derivation(document, declarations)
    judged = judge(derivation)
    _require_facts(declarations, len(document.sources), judged, derivation.contradiction)
    shown = tuple(j for j in judged if j.line.shown)
    diagnosed = [(j, diagnose(j) if accused(j) else Diagnosis()) for j in judged]
    report = FileReport(
        path=path,
        lines=tuple(_line_report(j) for j in shown),
        first_wrong=next((j.line.place for j in shown if accused(j)), None),
        findings=_once(f for j, told in diagnosed for f in _findings(j, told)),
        assumptions=(*_remarks(document), *_assumptions(judged)),
        sources=(*_sources(path, document), *_declared(declarations)),
        work=_work(document, derivation, sum(told.candidates for _, told in diagnosed)),
    )
    return Examined(document, judged, heed(document, report))


def _once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Keep of warnings that say the same at several lines the first."""
    said: set[tuple[str, str]] = set()
    out: list[Finding] = []
    for f in findings:
        if f.severity != "warning" or (f.mistake, f.message) not in said:
            out.append(f)
        if f.severity == "warning":
            said.add((f.mistake, f.message))
    return tuple(out)


def accused(j: Judged) -> bool:
    """Tell whether a line brings in an error of its own."""
    return j.verdict == "refuted" and not j.follows_from_wrong and not j.cancels


def _require_facts(
    declarations: Sequence[str], first: int, judged: Sequence[Judged], contradiction: str | None
) -> None:
    """Refuse declarations from outside that are not taken as facts; the first is source `first`."""
    if contradiction is not None:
        told = " and ".join(repr(text) for text in declarations)
        raise UnreadableDocument(
            f"the declarations {told} contradict each other: no {contradiction} satisfies them all"
        )
    for number, text in enumerate(declarations, first):
        lines = [j for j in judged if j.line.place.source == number]
        doubt = "expected mathematics, such as 'x > 0' or 'z = \\sigma(Xw)'" if not lines else None
        for j in lines:
            if j.line.role in ("label", "other"):
                doubt = j.reason or "it states no fact, such as 'x > 0' or 'z = \\sigma(Xw)'"
            elif j.verdict in ("unread", "undecided", "refuted"):
                doubt = j.reason or "it is wrong"
        if doubt is not None:
            raise UnreadableDocument(f"the declaration {text!r} cannot be used: {doubt}")


def _findings(j: Judged, told: Diagnosis) -> tuple[Finding, ...]:
    """Return the causes of a wrong line, at least one, or the remarks on a right one."""
    if not accused(j):
        return remarks(j) if j.line.shown else ()
    if told.findings:
        return told.findings
    message = f"the line does not follow from the one before: {j.reason or 'the sides differ'}"
    link = 0 if j.outcome is None else j.outcome.link
    return (Finding(UNEXPLAINED, "error", j.line.place, j.line.span, message, link),)


def _line_report(j: Judged) -> LineReport:
    outcome = j.outcome
    return LineReport(
        place=j.line.place,
        span=j.line.span,
        tex=j.line.tex,
        read_as="; ".join(relation_plain(s, r) for s, r in j.line.statements),
        role=j.line.role,
        verdict=j.verdict,
        reason=j.reason,
        truth=j.truth,
        follows_from_wrong=j.follows_from_wrong,
        cancels=j.cancels,
        rules=outcome.rules if outcome is not None else (),
        evidence=outcome.evidence if outcome is not None else None,
    )


def _remarks(document: Document) -> tuple[Assumption, ...]:
    """Return what the scanner had to say, at the region that it concerns or at none."""
    out: list[Assumption] = []
    for remark in document.remarks:
        place = Place(None, 0, None, remark.cell, remark.source)
        if remark.region is not None:
            region = document.regions[remark.region]
            block, inline = region.number, None
            if region.kind == "inline":
                block, inline = None, region.number
            place = Place(block, 0, inline, remark.cell, remark.source)
        out.append(Assumption(place, remark.note.span, remark.note.kind, remark.note.message))
    return tuple(dict.fromkeys(out))


def _assumptions(judged: Sequence[Judged]) -> tuple[Assumption, ...]:
    seen: dict[tuple[Place, str, str], Assumption] = {}
    for j in judged:
        for a in (*j.line.assumptions, *j.assumptions):
            seen.setdefault((a.place, a.kind, a.message), a)
    return tuple(seen.values())


def _sources(path: str, document: Document) -> tuple[tuple[int | None, Source], ...]:
    """Return the sources with the paths of included files as seen from where `path` is."""
    folder = PurePath(path).parent
    return tuple(
        (key, source if source.path == path else Source(str(folder / source.path), source.text))
        for key, source in document.sources
    )


def _declared(declarations: Sequence[str]) -> tuple[tuple[None, Source], ...]:
    return tuple((None, Source(f"<declaration {k}>", t)) for k, t in enumerate(declarations, 1))


def _work(document: Document, derivation: Derivation, candidates: int) -> Work:
    return Work(
        formulas=len(document.regions),
        readings=sum(len(line.readings) for line in derivation.lines),
        contexts=sum(len(contexts) for contexts in derivation.contexts),
        candidates=candidates,
    )


__all__ = ["Examined", "Finding", "accused", "check_source", "examine"]
