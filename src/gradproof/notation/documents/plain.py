"""Plain and Unicode text: paragraphs of lines that look like formulas are the displays."""

import re
from dataclasses import dataclass
from typing import final

from gradproof.notation.documents.collector import Collector
from gradproof.notation.documents.plain_line import (
    RELATION,
    has_left_side,
    is_conditional,
    split_row,
    starts_with_relation,
)
from gradproof.notation.documents.words import is_label_line
from gradproof.source import Span

_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]")
_RULER = re.compile(r"[ \t]*(?:={3,}|-{3,}|~{3,})[ \t\r]*\Z")
_COMMENT = re.compile(r"[ \t]*(?:#|%|//)+(?=[ \t]*gradproof:)")
_DASH = re.compile(r"[ \t]*[-–][ \t]+(?=\S)")
_TEX = re.compile(r"\\[A-Za-z]")


@final
@dataclass(frozen=True, slots=True)
class _Row:
    """A formula line: its contents ``start:end`` and the line ``first:last`` without white space."""

    first: int
    start: int
    end: int
    last: int


def scan_plain(collector: Collector, text: str) -> None:
    """Scan `text`, already opened in `collector`."""
    _Scanner(collector, text).scan()


@final
class _Scanner:
    def __init__(self, collector: Collector, text: str) -> None:
        self.out = collector
        self.text = text
        self.rows: list[_Row] = []
        self.dash_before = False

    def scan(self) -> None:
        text = self.text
        at = 0
        while at < len(text):
            stop = text.find("\n", at)
            stop = len(text) if stop < 0 else stop
            self._line(at, stop)
            at = stop + 1
        self._end_block()
        self.out.end_paragraph()

    def _line(self, at: int, stop: int) -> None:
        out, text = self.out, self.text
        line = text[at:stop]
        if not line or line.isspace():
            self._end_block()
            out.end_paragraph()
            self.dash_before = False
            return
        comment = _COMMENT.match(line)
        if comment is not None:
            self._end_block()
            out.comment(line[comment.end() :], at, at + len(line.rstrip()))
            return
        if _RULER.match(line):
            self._end_block()
            return
        if _HEADING.match(line) or is_label_line(text, at):
            self._end_block()
            out.heading()
            if not self._labelled_formula(line, at):
                out.prose(at, stop)
            return
        dash = _DASH.match(line)
        row = self._row(line, at, stop, dash)
        self.dash_before = dash is not None
        if row is None:
            self._end_block()
            if is_conditional(line):
                out.remark(
                    "condition",
                    "this line holds only under a condition in words, so it is not read; "
                    "write the formulas of each case under a heading of their own (Case 1:)",
                    at + len(line) - len(line.lstrip()),
                    at + len(line.rstrip()),
                    fatal=True,
                )
            if _RULER.match(self._next_line(stop)):
                out.heading()
            out.prose(at, stop)
            return
        self.rows.append(row)

    def _labelled_formula(self, line: str, at: int) -> bool:
        """Read the formula behind a heading in words, as in ``Solution 1: dJ/dw = …``."""
        found = None if _HEADING.match(line) else split_row(line)
        if found is None or found[0] == 0:
            return False
        self.rows.append(_make_row(line, at, *found))
        return True

    def _row(self, line: str, at: int, stop: int, dash: re.Match[str] | None) -> _Row | None:
        whole = split_row(line, continues=bool(self.rows))
        rest = split_row(line[dash.end() :]) if dash is not None else None
        if dash is None or rest is None:
            return _make_row(line, at, *whole) if whole else None
        start, end = rest[0] + dash.end(), rest[1] + dash.end()
        body = line[start:end]
        if starts_with_relation(body) or not has_left_side(body):
            return _make_row(line, at, *whole) if whole else None
        is_list = self.dash_before or _DASH.match(self._next_line(stop)) is not None
        relations = [found[0].strip() for found in RELATION.finditer(body)]
        if is_list or rest[0] > 0 or relations == ["in"] or relations == ["∈"]:
            return _make_row(line, at, start, end)
        self.out.remark(
            "dash",
            "the dash before this formula may be a list mark or a minus sign, so it is not read; "
            "write '* ' for a list, or the minus sign without a space after it",
            at + len(line) - len(line.lstrip()),
            at + end,
            fatal=True,
        )
        return None

    def _next_line(self, stop: int) -> str:
        end = self.text.find("\n", stop + 1)
        return self.text[stop + 1 : len(self.text) if end < 0 else end]

    def _end_block(self) -> None:
        rows, out, text = self.rows, self.out, self.text
        if not rows:
            return
        self.rows = []
        head, foot = rows[0], rows[-1]
        skips: list[tuple[str, Span]] = []
        for number, row in enumerate(rows):
            if number and row.first < row.start:
                skips.append(_skip(text, row.first, row.start))
            if row is not foot and row.end < row.last:
                skips.append(_skip(text, row.end, row.last))
        out.prose(head.first, head.start)
        plain = _TEX.search(text, head.start, foot.end) is None
        out.region("display", head.start, foot.end, plain=plain, skips=tuple(skips))
        out.prose(foot.end, foot.last)


def _make_row(line: str, at: int, start: int, end: int) -> _Row:
    first = len(line) - len(line.lstrip())
    return _Row(at + first, at + start, at + end, at + len(line.rstrip()))


def _skip(text: str, start: int, end: int) -> tuple[str, Span]:
    return " ".join(text[start:end].split()), Span(start, end)
