"""One line of a document within a given width, with the place of a span in what is shown."""

from dataclasses import dataclass
from typing import Final, final

from gradproof.render.styled import visible

CUT: Final = "…"


@final
@dataclass(frozen=True, slots=True)
class Quote:
    """What is shown of a line; `indent` and `length` are the terminal cells before and under the span."""

    text: str
    indent: int
    length: int
    whole: bool = True


def quote(line: str, start: int, end: int, width: int) -> Quote:
    """Show `line` in at most `width` cells, cut around the code points from `start` to `end`.

    The span is shown whole where it fits, else its beginning; a letter keeps the accents that follow it.

    >>> quote("a = b + c", 4, 9, 80)
    Quote(text='a = b + c', indent=4, length=5, whole=True)
    >>> quote("a" * 50 + "b" + "c" * 50, 50, 51, 11)
    Quote(text='…aaaabcccc…', indent=5, length=1, whole=False)
    """
    first = max(0, start - 4 * width)
    last = min(len(line), start + 8 * width)
    shown = [visible(character) for character in line[first:last]]
    cells = [_cells(text) for text in shown]
    start = min(max(start - first, 0), len(shown))
    end = min(max(end - first, start), len(shown))
    left, right = 0, len(shown)
    if len(shown) < len(line) or sum(cells) > width:
        left, right = _window(cells, start, end, max(width - 2, 1))
    head = CUT if first + left > 0 else ""
    tail = CUT if first + right < len(line) else ""
    return Quote(
        head + "".join(shown[left:right]) + tail,
        len(head) + sum(cells[left:start]),
        max(1, sum(cells[start : min(end, right)])),
        not head and not tail,
    )


def _window(cells: list[int], start: int, end: int, room: int) -> tuple[int, int]:
    """Return the part of the line that fits into `room` cells and holds the span, or its beginning."""
    used, right = 0, start
    while right < end and used + cells[right] <= room:
        used += cells[right]
        right += 1
    left, share = start, used + (room - used) // 2
    while left > 0 and used + cells[left - 1] <= share:
        left -= 1
        used += cells[left]
    while right < len(cells) and used + cells[right] <= room:
        used += cells[right]
        right += 1
    while left > 0 and used + cells[left - 1] <= room:
        left -= 1
        used += cells[left]
    while left < start and cells[left] == 0:
        left += 1
    return left, right


def _cells(text: str) -> int:
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
