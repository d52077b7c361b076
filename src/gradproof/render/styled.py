"""Rows of styled words, as plain text or with terminal colours; text of the user is made harmless here."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, Literal
from unicodedata import category

if TYPE_CHECKING:
    from rich.text import Text

Style = Literal["", "path", "error", "warning", "note", "good", "doubt", "quiet", "strong"]
Piece = tuple[str, Style]
Row = tuple[Piece, ...]

TAB: Final = "    "

_COLOURS: Final[dict[Style, str]] = {
    "": "",
    "path": "bold",
    "error": "bold red",
    "warning": "bold yellow",
    "note": "cyan",
    "good": "green",
    "doubt": "yellow",
    "quiet": "dim",
    "strong": "bold",
}


def visible(character: str) -> str:
    r"""Return what is shown for one character of a document.

    A control character would move the cursor or colour the terminal, and a direction mark would show the
    text in another order than it is read, so these are shown as symbols or by their number.

    >>> visible("a"), visible("\x1b"), visible("\u202e")
    ('a', '␛', '<U+202E>')
    """
    if " " <= character <= "~":
        return character
    if character == "\t":
        return TAB
    number = ord(character)
    if number < 0x20:
        return chr(0x2400 + number)
    if number == 0x7F:
        return "␡"
    if category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
        return f"<U+{number:04X}>"
    return character


def clean(text: str) -> str:
    r"""Return `text` on one line, with nothing in it that a terminal would act upon.

    >>> clean("two\n  lines")
    'two lines'
    """
    if text.isascii() and text.isprintable():
        return text
    joined = " ".join(part.strip() for part in text.splitlines()) if "\n" in text else text
    return "".join(visible(character) for character in joined)


def plain(rows: Iterable[Row]) -> str:
    """Return `rows` as text without colours."""
    return "".join("".join(text for text, _ in row).rstrip() + "\n" for row in rows)


def coloured(rows: Iterable[Row]) -> str:
    """Return `rows` as text with ANSI colours."""
    from io import StringIO

    from rich.console import Console

    console = Console(
        file=StringIO(),
        force_terminal=True,
        color_system="standard",
        no_color=False,
        legacy_windows=False,
        markup=False,
        highlight=False,
        emoji=False,
    )
    with console.capture() as capture:
        for line in lines_of_text(rows):
            console.print(line, soft_wrap=True)
    return capture.get()


def lines_of_text(rows: Iterable[Row]) -> "list[Text]":
    """Return `rows` as styled lines of the `rich` library."""
    from rich.text import Text

    lines: list[Text] = []
    for row in rows:
        line = Text()
        for text, style in row:
            line.append(text, _COLOURS[style])
        line.rstrip()
        lines.append(line)
    return lines
