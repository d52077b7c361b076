"""A derivation with its wrong lines mended: every change is judged again before it is kept."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, final

from gradproof.batch import Examined, Loader, accused, examine
from gradproof.checking import Judged
from gradproof.correction.manuscript import Manuscript
from gradproof.diagnostic import Finding, Place
from gradproof.differentiate import NotSupported, evaluate_derivatives
from gradproof.notation.documents import Dialect, Region, UnreadableDocument
from gradproof.selection import Selection
from gradproof.source import Source, Span
from gradproof.spell import to_plain, to_tex

MAX_CHANGES: Final = 40
"""Lines of one document that are mended; the document is judged anew after each."""

_RIGHT: Final = ("proved", "agrees")
_CLOSER: Final = re.compile(r"\s*(?:\$\$?|\\\]|\\\)|\\end[ \t]*\{[A-Za-z]+\*?\})")


@final
@dataclass(frozen=True, slots=True)
class Change:
    """What was put in the place of what; `path` and `line` say where, `mistake` why.

    `new` is None where nothing could be put there that was judged right: the line has to be done again.
    """

    place: Place
    path: str
    line: int
    mistake: str | None
    old: str
    new: str | None


@final
@dataclass(frozen=True, slots=True)
class Correction:
    r"""The mended text of a document, and what was changed, in the order of the text.

    `included` holds path and text of every included file with a change; in `text` they stand in place of
    their ``\input``.
    """

    text: str
    changes: tuple[Change, ...]
    included: tuple[tuple[str, str], ...] = ()


@final
@dataclass(frozen=True, slots=True)
class _Edit:
    span: Span
    new: str


def correct_source(
    path: str,
    data: bytes | str,
    *,
    dialect: Dialect | None = None,
    declarations: Sequence[str] = (),
    loader: Loader | None = None,
    selection: Selection | None = None,
) -> Correction:
    """Mend the wrong lines of one document; arguments as for `check_source`.

    In each wrong line the smallest part is replaced that makes the line right by the judgement of the
    checker; failing that, the side is replaced by what the line before gives. Lines that followed from it are
    treated in turn. What cannot be mended gets a comment. Nothing else in the text is touched. Findings that
    are ignored are left alone.

    Raises:
        UnreadableDocument: the document cannot be read.
    """
    mender = _Mender(path, dialect, declarations, selection or Selection())
    return mender.mend(Manuscript(data, loader))


@final
class _Mender:
    __slots__ = ("changes", "dialect", "manuscript", "now", "options", "path", "selection")

    def __init__(
        self,
        path: str,
        dialect: Dialect | None,
        declarations: Sequence[str],
        selection: Selection,
    ) -> None:
        self.path = path
        self.dialect: Dialect | None = dialect
        self.options = tuple(declarations)
        self.selection = selection
        self.changes: dict[Place, Change] = {}

    def mend(self, manuscript: Manuscript) -> Correction:
        self.manuscript = manuscript
        self.now = self._examine(manuscript)
        self.dialect = self.now.document.dialect
        followed: set[Place] = set()
        while len(self.changes) < MAX_CHANGES:
            followed |= {j.line.place for j in self.now.judged if j.follows_from_wrong}
            wrong = next((j for j in self.now.judged if self._to_mend(j)), None)
            if wrong is None:
                break
            self._treat(wrong)
        for j in self.now.judged:
            doubtful = j.line.place in followed and j.verdict not in (*_RIGHT, "given")
            if self._to_mend(j) or (doubtful and j.line.place not in self.changes):
                self._give_up(j)
        changes = sorted(self.changes.values(), key=lambda c: (c.place.source, c.line))
        for source, text in sorted(self._with_comments().items()):
            self.manuscript = self.manuscript.with_text(self.now.document, source, text)
            self.now = self._examine(self.manuscript)
        text = self.manuscript.whole(self.now.document)
        return Correction(text, tuple(changes), tuple(sorted(self.manuscript.included.items())))

    def _examine(self, manuscript: Manuscript) -> Examined:
        found = examine(
            self.path,
            manuscript.data,
            dialect=self.dialect,
            declarations=self.options,
            loader=None if manuscript.loader is None else manuscript.load,
        )
        return Examined(found.document, found.judged, self.selection.apply(found.report))

    def _to_mend(self, j: Judged) -> bool:
        place = j.line.place
        if not accused(j) or place in self.changes:
            return False
        return any(f.place == place for f in self.now.report.findings if f.severity == "error")

    def _treat(self, j: Judged) -> None:
        place = j.line.place
        findings = [f for f in self.now.report.findings if f.place == place]
        if place.source < len(self.now.document.sources):
            source = self._source(place)
            text = source.text
            for edit in _edits(j, findings, source):
                changed = text[: edit.span.start] + edit.new + text[edit.span.end :]
                later = self._try(place.source, changed, j)
                if later is not None:
                    self._note(
                        j, findings[0].mistake, text[edit.span.start : edit.span.end], edit.new
                    )
                    self.manuscript, self.now = later
                    return
        self._give_up(j, findings[0].mistake)

    def _try(self, source: int, text: str, j: Judged) -> tuple[Manuscript, Examined] | None:
        """Judge the changed text; return it where the line is right now and all before it as before."""
        manuscript = self.manuscript.with_text(self.now.document, source, text)
        try:
            later = self._examine(manuscript)
        except UnreadableDocument:
            return None
        if len(later.judged) != len(self.now.judged):
            return None
        for old, new in zip(self.now.judged, later.judged, strict=True):
            if old.line.place != new.line.place:
                return None
            if old.line.place == j.line.place:
                right = new.verdict in _RIGHT and new.truth is not False
                return (manuscript, later) if right else None
            if old.verdict != new.verdict:
                return None
        return None

    def _note(self, j: Judged, mistake: str | None, old: str, new: str | None) -> None:
        source = self.now.report.sources[j.line.place.source][1]
        line = source.line_column(j.line.span.start)[0]
        self.changes[j.line.place] = Change(j.line.place, source.path, line, mistake, old, new)

    def _give_up(self, j: Judged, mistake: str | None = None) -> None:
        self._note(j, mistake, j.line.tex, None)

    def _source(self, place: Place) -> Source:
        return self.now.document.sources[place.source][1]

    def _with_comments(self) -> dict[int, str]:
        """Return the sources that have a formula that must be done again, with a comment at each."""
        left: dict[int, dict[int, list[str]]] = {}
        for j in self.now.judged:
            change = self.changes.get(j.line.place)
            place = j.line.place
            outside = place.source >= len(self.now.document.sources)
            if change is None or change.new is not None or outside:
                continue
            ends = left.setdefault(place.source, {})
            ends.setdefault(self._region(place).span.end, []).append(str(place.row + 1))
        return {
            source: self._commented(self.now.document.sources[source][1].text, ends)
            for source, ends in left.items()
        }

    def _commented(self, text: str, left: Mapping[int, list[str]]) -> str:
        """Return a text with comments behind some formulas: by their ends the rows that are meant."""
        for end, rows in sorted(left.items(), reverse=True):
            where = f"row {', '.join(rows)} of the formula before could not be mended: do it again"
            if self.dialect == "tex":
                stop = text.find("\n", end)
                stop = len(text) if stop < 0 else stop
                text = f"{text[:stop]}\n% gradproof says: {where}{text[stop:]}"
            elif self.dialect in ("markdown", "notebook"):
                closer = _CLOSER.match(text, end)
                stop = closer.end() if closer else end
                text = f"{text[:stop]} <!-- gradproof says: {where} -->{text[stop:]}"
        return text

    def _region(self, place: Place) -> Region:
        kind = "inline" if place.block is None else "display"
        number = place.inline if place.block is None else place.block
        return next(r for r in self.now.document.regions if r.kind == kind and r.number == number)


def _edits(j: Judged, findings: Sequence[Finding], source: Source) -> Iterator[_Edit]:
    """Yield ways to mend a line, the smallest first; which one is right only the judgement tells."""
    plain = "$" not in source.text and "\\" not in j.line.tex
    seen: set[_Edit] = set()
    for finding in findings:
        expected = finding.expected_plain if plain else finding.expected_tex
        if expected:
            for edit in _splices(source.text, finding.span, expected, plain=plain):
                if edit not in seen:
                    seen.add(edit)
                    yield edit
    outcome, claim = j.outcome, j.claim
    if outcome is None or claim is None:
        return
    try:
        right = evaluate_derivatives(outcome.left, outcome.context, steps=False).expr
    except NotSupported:
        return
    whole = to_plain(right) if plain else to_tex(right)
    span = claim.spans[j.side]
    yield _Edit(span, _spaced(source.text, span, whole))


def _splices(text: str, span: Span, expected: str, *, plain: bool) -> Iterator[_Edit]:
    """Yield ways to write `expected` at `span`: with its sign drawn into the one before, bare, in brackets."""
    before = text[: span.start].rstrip()
    sign = len(before) - 1
    if (
        expected.startswith("-")
        and before.endswith(("+", "-"))
        and text[sign : span.start].count("\n") < 2
    ):
        flipped = "-" if before[-1] == "+" else "+"
        rest = expected[1:].lstrip()
        gap = text[sign + 1 : span.start]
        yield _Edit(Span(sign, span.end), flipped + (gap or "") + rest)
    if expected == "0" and before.endswith(("+", "-")):
        yield _Edit(Span(len(before[:-1].rstrip()), span.end), "")
    yield _Edit(span, _spaced(text, span, expected))
    opened, closed = ("(", ")") if plain else (r"\left(", r"\right)")
    yield _Edit(span, f"{opened}{expected}{closed}")
    old = text[span.start : span.end]
    if expected.startswith("-"):
        yield _Edit(span, f"{old} - {expected[1:].lstrip()}")
    else:
        yield _Edit(span, f"{old} + {expected}")


def _spaced(text: str, span: Span, new: str) -> str:
    r"""Set `new` apart from letters at its ends, which would run together with a command (``\cdot x``)."""
    head = " " if re.search(r"\\[A-Za-z]+$", text[max(0, span.start - 40) : span.start]) else ""
    ends = re.search(r"\\[A-Za-z]+$", new) is not None
    tail = " " if ends and text[span.end : span.end + 1].isalpha() else ""
    return f"{head if new[:1].isalpha() else ''}{new}{tail}"
