"""Numbers: a decimal point or comma, and thousands set apart by thin spaces."""

from gradproof.notation.tex.cursor import Cursor
from gradproof.notation.tex.layout import Layout
from gradproof.notation.tex.tokens import (
    BEGIN,
    COMMAND,
    END,
    LETTER,
    NUMBER,
    OTHER,
    PRIME,
    SPACE,
    Token,
)
from gradproof.source import Span


def read_number(cursor: Cursor, text: str, start: int, end: int) -> Layout:
    r"""Read the rest of a number that starts with the digits `text`.

    ``0.5``, ``10\,000`` and ``0{,}5`` are one number each; ``1{,}000`` may be either, and the note is fatal.
    """
    at, token = cursor.at, cursor.token
    kind, sign, *_ = token(at)
    if kind == OTHER and sign == "." and token(at + 1)[0] == NUMBER:
        text, cursor.at = f"{text}.{token(at + 1)[1]}", at + 2
    elif kind == COMMAND and sign == "," and len(text) <= 3:
        parts = [text]
        while token(cursor.at)[:2] == (COMMAND, ",") and _is_thousand(token(cursor.at + 1)):
            parts.append(token(cursor.at + 1)[1])
            cursor.at += 2
        text = "".join(parts)
    elif (
        kind == BEGIN
        and token(at + 1)[:2] == (OTHER, ",")
        and token(at + 2)[0] == END
        and token(at + 3)[0] == NUMBER
    ):
        part = token(at + 3)[1]
        cursor.at = at + 4
        if text != "0" and len(part) == 3:
            cursor.note(
                "number-ambiguous",
                f"{text}{{,}}{part} may be {text}.{part} or {text}{part}; write it without a comma",
                start,
                cursor.end(),
                fatal=True,
            )
        text = f"{text}.{part}"
    if cursor.at > at:
        end = max(end, cursor.end())
    return Layout("number", Span(start, end), text)


def read_point(cursor: Cursor) -> Layout | None:
    """Read ``.5`` after a point that was taken, where the point cannot stand for a product."""
    at = cursor.at
    following = cursor.token(at)
    if following[0] != NUMBER:
        return None
    kind, sign, *_ = cursor.token(at - 2) if at > 1 else (SPACE, "", 0, 0)
    if kind in (LETTER, NUMBER, END, PRIME, COMMAND) or sign in (")", "]", "|"):
        return None
    cursor.at += 1
    start = min(cursor.token(at - 1)[2], following[2])
    return Layout("number", Span(start, following[3]), f"0.{following[1]}")


def _is_thousand(token: Token) -> bool:
    return token[0] == NUMBER and len(token[1]) == 3
