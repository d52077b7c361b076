"""What the scanner hands over: regions of mathematics, the prose between them, macros and notes."""

from dataclasses import dataclass
from typing import Literal, final

from gradproof.notation.surface import Note
from gradproof.source import Source, Span

Dialect = Literal["tex", "markdown", "notebook", "plain"]
Kind = Literal["display", "inline"]

MAX_DOCUMENT = 1 << 20
"""Largest document in bytes; in a notebook, the bytes of its Markdown cells together."""

MAX_NOTEBOOK = 16 << 20
"""Largest notebook file in bytes, outputs and pictures included."""

MAX_FORMULAS = 20_000
"""Most regions of one document; what follows is not read."""

MAX_INCLUDES = 100
"""Most files that one document may include, at any depth."""

MAX_INCLUDE_DEPTH = 10
"""Deepest nesting of included files."""


class UnreadableDocument(Exception):
    """The bytes are not a document that can be read; the message says where and why."""


@final
@dataclass(frozen=True, slots=True)
class Region:
    r"""A stretch of mathematics.

    `span` holds the mathematics without delimiters and without white space at its ends, as offsets into
    `Document.sources[source]`. `environment` is ``align``, ``equation``, … without star and empty for
    ``$$ \[ $ \(``. `number` counts displays (blocks) or inline formulas over the whole document, included
    files and notebook cells too. `before` is the prose between the region before (or the last heading, or
    the start of the cell) and this one. `heading` counts headings; a change opens a new scope.
    `skips` are stretches inside `span` that are not mathematics, with their words: a comment, a quote mark,
    in plain text the label or remark of a row.
    """

    kind: Kind
    span: Span
    environment: str
    number: int
    cell: int | None
    plain: bool
    before: str
    heading: int
    source: int = 0
    skips: tuple[tuple[str, Span], ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Prose:
    """A stretch of running text: `span` as it stands, `text` without markup and with single spaces.

    `region` is the number of regions (in the order of `Document.regions`) that stand before it.
    """

    span: Span
    text: str
    cell: int | None
    heading: int
    source: int = 0
    region: int = 0


@final
@dataclass(frozen=True, slots=True)
class MacroText:
    r"""A macro definition outside mathematics, from its backslash to its last brace.

    `command` is ``newcommand``, ``renewcommand``, ``providecommand``, ``def`` (also ``gdef`` …), ``let``,
    ``DeclareMathOperator``; `region` the number of regions that stand before it.
    """

    command: str
    span: Span
    source: int
    cell: int | None
    region: int


@final
@dataclass(frozen=True, slots=True)
class Include:
    r"""An ``\input`` or ``\include``: `resolved` is the position in `Document.sources` or None.

    `reason` says why it was not read; empty where it was.
    """

    name: str
    span: Span
    source: int
    resolved: int | None
    reason: str = ""


@final
@dataclass(frozen=True, slots=True)
class Pragma:
    """A comment addressed to the checker: ``gradproof: ignore[name, other] why``.

    `names` is empty for a bare ``ignore``. `region` is the number of regions that stand before it; a comment
    inside a region (its span lies in that of the region) has the position of that region.
    """

    kind: str
    names: tuple[str, ...]
    reason: str
    span: Span
    source: int
    cell: int | None
    region: int


@final
@dataclass(frozen=True, slots=True)
class Remark:
    """A note with its place: the source, and the position of the region that it concerns (or None)."""

    note: Note
    source: int
    cell: int | None
    region: int | None


@final
@dataclass(frozen=True, slots=True)
class Document:
    """A scanned document; everything in the order of the file, included files in the place of inclusion.

    `sources` holds the decoded text under key None, or one `Source` for each Markdown cell under the number
    of the cell; included files follow the main one, under key None too.
    """

    dialect: Dialect
    sources: tuple[tuple[int | None, Source], ...]
    regions: tuple[Region, ...] = ()
    prose: tuple[Prose, ...] = ()
    macros: tuple[MacroText, ...] = ()
    includes: tuple[Include, ...] = ()
    pragmas: tuple[Pragma, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def notes(self) -> tuple[Note, ...]:
        """The notes of `remarks` without their places."""
        return tuple(remark.note for remark in self.remarks)

    def source_of(self, item: Region | Prose | MacroText | Include | Pragma | Remark) -> Source:
        """Return the source into which the span of `item` points."""
        return self.sources[item.source][1]

    def text(self, item: Region | MacroText) -> str:
        """Return the text of `item`, as long as its span, with spaces for every skipped stretch."""
        source = self.source_of(item)
        if isinstance(item, MacroText) or not item.skips:
            return source.slice(item.span)
        pieces: list[str] = []
        at = item.span.start
        for _, skip in item.skips:
            skipped = source.slice(skip).split("\n")
            pieces += (source.text[at : skip.start], "\n".join(" " * len(line) for line in skipped))
            at = skip.end
        pieces.append(source.text[at : item.span.end])
        return "".join(pieces)
