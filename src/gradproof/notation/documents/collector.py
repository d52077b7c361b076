"""Gathers what a scanner finds, in order, and numbers it."""

import re
from collections.abc import Callable
from typing import final

from gradproof.notation.documents.model import (
    MAX_FORMULAS,
    Dialect,
    Document,
    Include,
    Kind,
    MacroText,
    Pragma,
    Prose,
    Region,
    Remark,
)
from gradproof.notation.surface import Note
from gradproof.source import Source, Span

Skips = tuple[tuple[str, Span], ...]

_MAX_REMARKS = 100
_PRAGMA = re.compile(
    r"\s*gradproof:[ \t]*(?P<kind>[A-Za-z-]+)[ \t]*(?:\[(?P<names>[^\[\]]*)\])?[ \t:]*(?P<reason>.*)",
    re.S,
)
_KNOWN_PRAGMAS = ("ignore",)


class FormulaLimit(Exception):
    """More than `MAX_FORMULAS` regions."""


@final
class Collector:
    """Builds a `Document`; scanners call it in the order of the text."""

    def __init__(self, clean: Callable[[str], str]) -> None:
        self.clean = clean
        self.regions: list[Region] = []
        self.remarks: list[Remark] = []
        self.pragmas: list[Pragma] = []
        self._sources: list[tuple[int | None, Source]] = []
        self._prose: list[Prose] = []
        self._macros: list[MacroText] = []
        self._includes: list[Include] = []
        self._counts: dict[Kind, int] = {"display": 0, "inline": 0}
        self._heading = 0
        self._pieces: list[tuple[int, int]] = []
        self._before: list[str] = []
        self._at = -1
        self._text = ""
        self._cell: int | None = None

    # sources

    def open_source(self, cell: int | None, source: Source) -> int:
        """Add a source and make it the current one; return its position."""
        self._flush()
        self._sources.append((cell, source))
        self.resume(len(self._sources) - 1)
        return self._at

    def resume(self, position: int) -> None:
        """Make an earlier source the current one again."""
        self._flush()
        self._at = position
        self._cell, source = self._sources[position]
        self._text = source.text

    # contents

    def region(
        self,
        kind: Kind,
        start: int,
        end: int,
        environment: str = "",
        *,
        plain: bool = False,
        skips: Skips = (),
    ) -> bool:
        """Add the mathematics in ``start:end``; return whether there was any.

        White space and skips at the ends are left out. Raises `FormulaLimit`.
        """
        start, kept = _trim(self._text, start, end, skips)
        if start >= kept:
            return False
        if len(self.regions) >= MAX_FORMULAS:
            self.remark(
                "limit:formulas",
                f"more than {MAX_FORMULAS} formulas; from here on the document is not read "
                "(limit:formulas); split it into smaller files",
                start,
                kept,
                fatal=True,
            )
            raise FormulaLimit
        self._flush()
        inside = tuple(skip for skip in skips if start <= skip[1].start and skip[1].end <= kept)
        self.regions.append(
            Region(
                kind,
                Span(start, kept),
                environment,
                self._counts[kind],
                self._cell,
                plain,
                " ".join(self._before),
                self._heading,
                self._at,
                inside,
            )
        )
        self._counts[kind] += 1
        self._before.clear()
        return True

    def prose(self, start: int, end: int) -> None:
        """Add ``start:end`` to the running text."""
        if start < end:
            self._pieces.append((start, end))

    def end_paragraph(self) -> None:
        """End the current stretch of running text."""
        self._flush()

    def heading(self) -> None:
        """Begin a section, solution or the like; what follows stands under it."""
        self._flush()
        self._before.clear()
        self._heading += 1

    def new_container(self) -> None:
        """Begin a notebook cell: prose before it does not lead on to what stands in it."""
        self._flush()
        self._before.clear()

    def macro(self, command: str, start: int, end: int) -> None:
        """Add a macro definition."""
        self._macros.append(
            MacroText(command, Span(start, end), self._at, self._cell, len(self.regions))
        )

    def include(self, name: str, span: Span, resolved: int | None, reason: str = "") -> None:
        """Add an included file, or why it was not read."""
        self._includes.append(Include(name, span, self._at, resolved, reason))

    def comment(self, body: str, start: int, end: int) -> None:
        """Look at a comment: one addressed to the checker is a pragma, others are nothing."""
        if "gradproof:" not in body:
            return
        found = _PRAGMA.match(body)
        if found is None:
            return
        kind = found["kind"].lower()
        if kind not in _KNOWN_PRAGMAS:
            self.remark(
                "pragma-unknown",
                f"{found['kind']!r} is not known after 'gradproof:'; expected 'ignore[name] why'",
                start,
                end,
            )
            return
        names = tuple(name.strip() for name in (found["names"] or "").split(",") if name.strip())
        reason = " ".join(found["reason"].split())
        self.pragmas.append(
            Pragma(kind, names, reason, Span(start, end), self._at, self._cell, len(self.regions))
        )

    @property
    def has_room(self) -> bool:
        """Whether a further note would be kept."""
        return len(self.remarks) <= _MAX_REMARKS

    def remark(
        self,
        kind: str,
        message: str,
        start: int,
        end: int,
        *,
        fatal: bool = False,
        region: int | None = None,
    ) -> None:
        """Add a note; past a hundred only fatal ones are kept, and `finish` says so."""
        if fatal or len(self.remarks) <= _MAX_REMARKS:
            if len(self.remarks) == _MAX_REMARKS and not fatal:
                kind, message = "limit:notes", "further notes on the document are left out"
            note = Note(kind, message, Span(start, end), fatal)
            self.remarks.append(Remark(note, self._at, self._cell, region))

    def finish(self, dialect: Dialect) -> Document:
        """Return the document."""
        self._flush()
        return Document(
            dialect,
            tuple(self._sources),
            tuple(self.regions),
            tuple(self._prose),
            tuple(self._macros),
            tuple(self._includes),
            tuple(self.pragmas),
            tuple(self.remarks),
        )

    def _flush(self) -> None:
        if not self._pieces:
            return
        raw = " ".join([self._text[a:b] for a, b in self._pieces])
        if not raw.isspace():
            text = self.clean(raw)
            if text:
                span = Span(self._pieces[0][0], self._pieces[-1][1])
                self._prose.append(
                    Prose(span, text, self._cell, self._heading, self._at, len(self.regions))
                )
                self._before.append(text)
        self._pieces.clear()


def _trim(text: str, start: int, end: int, skips: Skips) -> tuple[int, int]:
    """Return the range without white space and skips at its ends; a control space stays whole."""
    first, last = 0, len(skips) - 1
    while start < end:
        if text[start].isspace():
            start += 1
        elif first <= last and skips[first][1].start <= start < skips[first][1].end:
            start = skips[first][1].end
            first += 1
        else:
            break
    kept = end
    while start < kept:
        if text[kept - 1].isspace():
            kept -= 1
        elif first <= last and skips[last][1].start < kept <= skips[last][1].end:
            kept = skips[last][1].start
            last -= 1
        else:
            break
    inner = text[start:kept]
    backslashes = len(inner) - len(inner.rstrip("\\"))
    return start, kept + (kept < end and backslashes % 2 == 1)
