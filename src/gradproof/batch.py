"""One document in, one file report out: reading, judging, diagnosing, and putting the report together."""

from collections.abc import Callable, Sequence

from gradproof.checking import Judged, judge
from gradproof.diagnostic import Assumption, FileReport, Finding, LineReport, Place
from gradproof.mistakes import diagnose, remarks
from gradproof.notation.documents import Dialect, UnreadableDocument, read_document
from gradproof.notation.elaborate import read_derivation
from gradproof.spell import relation_plain


def check_source(
    path: str,
    data: bytes | str,
    *,
    dialect: Dialect | None = None,
    declarations: Sequence[str] = (),
    loader: Callable[[str], bytes | None] | None = None,
) -> FileReport:
    """Check one document.

    Args:
        path: the name in reports; its suffix chooses the dialect where none is given.
        data: the file's bytes (decoded as UTF-8) or its text.
        dialect: tex, markdown, notebook or plain.
        declarations: ordinary mathematics that holds for the whole document, in TeX.
        loader: returns the bytes of an included file by its name as written, or None.

    Returns:
        The report; an unreadable document has only `error`.
    """
    try:
        document = read_document(path, data, dialect=dialect, loader=loader)
    except UnreadableDocument as e:
        return FileReport(path, error=str(e))
    derivation = read_derivation(document, declarations)
    judged = judge(derivation)
    findings = tuple(
        f for j in judged for f in (diagnose(j) if _accused(j) else remarks(j) if j.line.shown else ())
    )
    shown = [j for j in judged if j.line.shown]
    return FileReport(
        path=path,
        lines=tuple(_line_report(j) for j in shown),
        first_wrong=next((j.line.place for j in shown if _accused(j)), None),
        findings=findings,
        assumptions=_assumptions(judged),
        sources=document.sources,
    )


def _accused(j: Judged) -> bool:
    return j.verdict == "refuted" and not j.follows_from_wrong and not j.cancels


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


def _assumptions(judged: Sequence[Judged]) -> tuple[Assumption, ...]:
    seen: dict[tuple[Place, str, str], Assumption] = {}
    for j in judged:
        for a in (*j.line.assumptions, *j.assumptions):
            seen.setdefault((a.place, a.kind, a.message), a)
    return tuple(seen.values())


__all__ = ["Finding", "check_source"]
