"""Findings, verdicts and reports as plain immutable data: what every shell renders and no shell computes."""

from dataclasses import dataclass
from typing import Literal, final

from gradproof.source import Source, Span

Severity = Literal["error", "warning", "note"]
Verdict = Literal["given", "proved", "agrees", "refuted", "undecided", "unread"]
Role = Literal["declaration", "definition", "given", "step", "update", "label", "other"]
EvidenceKind = Literal["rule", "canonical", "fingerprint", "sampling", "ball", "shape"]

WORST_FIRST: tuple[Verdict, ...] = ("refuted", "unread", "undecided", "agrees", "proved", "given")
"""Order in which the verdict of a chain is the verdict of its worst link."""


@final
@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands: `block` counts display regions, `row` rows inside; `inline` inline formulas.

    Of a line exactly one of `block` and `inline` is not None; neither is for what concerns the document and
    no formula of it. `cell` is the notebook cell or None; `source` the position in `FileReport.sources` of
    the text that spans count in: 0 the file itself, others included files or notebook cells.
    """

    block: int | None
    row: int
    inline: int | None = None
    cell: int | None = None
    source: int = 0


@final
@dataclass(frozen=True, slots=True)
class Evidence:
    """What a verdict rests on; `points` counts sampled points (0 where none were)."""

    kind: EvidenceKind
    points: int = 0


@final
@dataclass(frozen=True, slots=True)
class Counterexample:
    """Exact values at which both sides were evaluated in ball arithmetic and differ.

    `assignment` maps TeX names to exact values (``3/10``); `left` and `right` are decimals;
    `left_name` and `right_name` say what was compared (``line 12``).
    """

    assignment: tuple[tuple[str, str], ...]
    left: str
    right: str
    certified: bool
    left_name: str = "left side"
    right_name: str = "right side"


@final
@dataclass(frozen=True, slots=True)
class Assumption:
    """Something that was assumed or repaired to read a line, and what it was read as."""

    place: Place
    span: Span
    kind: str
    message: str


@final
@dataclass(frozen=True, slots=True)
class Finding:
    """A named mistake (or warning, or note) at a span of one line.

    `link` is the position of the relation within a chain; `expected_tex` what should stand at `span`;
    `why` the rule that was broken, in words; `previous` the place of the line it was derived from.
    """

    mistake: str
    severity: Severity
    place: Place
    span: Span
    message: str
    link: int = 0
    expected_tex: str | None = None
    expected_plain: str | None = None
    why: str | None = None
    also_consistent_with: tuple[str, ...] = ()
    counterexample: Counterexample | None = None
    previous: Place | None = None


@final
@dataclass(frozen=True, slots=True)
class Ignored:
    """A finding that was made and does not count.

    `by` says who asked for it: a comment in the document, the names to ignore, or the names to select (it is
    none of them). `reason` is what the comment gives, empty for the others.
    """

    finding: Finding
    by: Literal["comment", "ignore", "select"]
    reason: str = ""


@final
@dataclass(frozen=True, slots=True)
class LineReport:
    """The verdict on one line; fields as in the JSON contract."""

    place: Place
    span: Span
    tex: str
    read_as: str
    role: Role
    verdict: Verdict
    reason: str | None = None
    truth: bool | None = None
    follows_from_wrong: bool = False
    cancels: bool = False
    rules: tuple[str, ...] = ()
    evidence: Evidence | None = None


@final
@dataclass(frozen=True, slots=True)
class Work:
    """How much was read and tried: regions of mathematics, readings of their lines, contexts of the scopes.

    `candidates` counts the variants of lines that were compared with wrong ones.
    """

    formulas: int = 0
    readings: int = 0
    contexts: int = 0
    candidates: int = 0


@final
@dataclass(frozen=True, slots=True)
class FileReport:
    """Everything said about one file; `error` is set (and the rest empty) when it could not be read.

    `sources` holds the decoded text, one `Source` a notebook cell (key: cell number) or key None; included
    files and declarations from outside follow the file itself. `ignored` are findings that do not count:
    the verdict of their line stands.
    """

    path: str
    error: str | None = None
    lines: tuple[LineReport, ...] = ()
    first_wrong: Place | None = None
    findings: tuple[Finding, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    sources: tuple[tuple[int | None, Source], ...] = ()
    ignored: tuple[Ignored, ...] = ()
    work: Work = Work()


@dataclass(frozen=True, slots=True)
class Report:
    """The result of one run of `check` over some files."""

    files: tuple[FileReport, ...]
