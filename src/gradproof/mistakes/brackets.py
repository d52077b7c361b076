r"""A part of a line with its brackets whole: ``(Xw - y)X^T``, not ``Xw - y)X^T``."""

import re
from typing import Final

from gradproof.notation.derivation import Line
from gradproof.source import Span

_SIZE: Final = r"(?:\\(?:left|right|[bB]igg?[lrm]?)\s*)?"

_OPENER: Final = re.compile(_SIZE + r"(?:[(\[]|\\[{(\[])\s*$")
_CLOSER: Final = re.compile(r"\s*" + _SIZE + r"(?:[)\]]|\\[})\]])")


def bracketed(line: Line, span: Span) -> Span:
    """Return the span with the brackets that are opened or closed in it, but not both, taken in."""
    offset = line.span.start
    if len(line.tex) != line.span.end - offset:
        return span
    start, end = span.start - offset, span.end - offset
    closed, opened = _loose(line.tex[start:end])
    for _ in range(closed):
        found = _OPENER.search(line.tex, 0, start)
        if found is None:
            return span
        start = found.start()
    for _ in range(opened):
        found = _CLOSER.match(line.tex, end)
        if found is None:
            return span
        end = found.end()
    return Span(offset + start, offset + end)


def _loose(text: str) -> tuple[int, int]:
    """Return how many brackets are closed and not opened, and opened and not closed."""
    closed = opened = 0
    for sign in text:
        if sign in "([":
            opened += 1
        elif sign in ")]":
            if opened:
                opened -= 1
            else:
                closed += 1
    return closed, opened
