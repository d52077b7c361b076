"""From spans to line numbers: where in a file, or in which cell of a notebook, something stands."""

from dataclasses import dataclass
from typing import final

from gradproof.diagnostic import FileReport, LineReport, Place
from gradproof.render.styled import clean
from gradproof.source import Source, Span


@final
@dataclass(frozen=True, slots=True)
class Spot:
    """The part of a span that lies in its first line: code points `start` to `end` of line `line` of `source`."""

    source: Source
    line: int
    start: int
    end: int


@final
class Whereabouts:
    """Finds the places of one file's spans, and names them in words where the source is not known."""

    __slots__ = ("_lines", "_path", "_sources")

    def __init__(self, file: FileReport) -> None:
        self._path = file.path
        self._sources = file.sources
        self._lines: dict[Place, LineReport] = {line.place: line for line in file.lines}

    def spot(self, place: Place, span: Span) -> Spot | None:
        """Return where `span` begins, without the white space at its ends; None where there is no source."""
        source = self._source(place)
        if source is None or span.start > len(source.text):
            return None
        covered = source.slice(span)
        start = span.start + len(covered) - len(covered.lstrip()) if covered.strip() else span.start
        length = len(covered.strip().split("\n", 1)[0].rstrip())
        line, column = source.line_column(start)
        return Spot(source, line, column - 1, column - 1 + length)

    def line(self, place: Place | None) -> Spot | None:
        """Return where the line of the derivation at `place` stands; None where that is not known."""
        known = None if place is None else self._lines.get(place)
        return None if known is None else self.spot(known.place, known.span)

    def path(self, place: Place) -> str:
        """Return the path of the file that `place` is in: an included one has its own."""
        source = self._source(place)
        return self._path if source is None or place.cell is not None else source.path

    def header(self, place: Place, span: Span) -> str:
        """Return path and place: ``post.md:14:20``."""
        spot = self.spot(place, span)
        path = clean(self.path(place))
        if spot is None:
            return f"{path}:{_unplaced(place)}"
        return f"{path}:{_cell(place, ':')}{spot.line}:{spot.start + 1}"

    def label(self, place: Place, span: Span) -> str:
        """Return the place in words: ``line 14``, with the path where that is not the document's own."""
        spot = self.spot(place, span)
        if spot is None:
            return _unplaced(place)
        path = self.path(place)
        elsewhere = "" if path == self._path else f"{clean(path)} "
        return f"{elsewhere}{_cell(place, ' ')}line {spot.line}"

    def _source(self, place: Place) -> Source | None:
        return self._sources[place.source][1] if place.source < len(self._sources) else None


def _cell(place: Place, after: str) -> str:
    return "" if place.cell is None else f"cell {place.cell}{after}"


def _unplaced(place: Place) -> str:
    if place.block is None and place.inline is None:
        return f"{_cell(place, ' ')}document"
    if place.block is None:
        return f"{_cell(place, ' ')}inline {place.inline}"
    return f"{_cell(place, ' ')}block {place.block} row {place.row}"
