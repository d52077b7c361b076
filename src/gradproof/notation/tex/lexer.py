"""TeX source to tokens, in one pass of one regular expression."""

import re
from collections.abc import Container

from gradproof.notation.tex.tokens import (
    ALIGN,
    BEGIN,
    COMMAND,
    END,
    LETTER,
    NUMBER,
    OTHER,
    PARAMETER,
    PRIME,
    SPACE,
    SUB,
    SUP,
    Token,
)
from gradproof.notation.tex.unicode import add_unicode

_PIECE = re.compile(r"\\(?:[A-Za-z]+|[\s\S])?|%[^\n]*(?:\n[ \t]*)?|\s+|[0-9]+|#{1,4}[1-9]|[\s\S]")

_COMMENT = "%"
_FOREIGN = ""

_KINDS: dict[str, str] = {chr(code): OTHER for code in range(128)}
_KINDS.update(dict.fromkeys("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", LETTER))
_KINDS.update(dict.fromkeys("0123456789", NUMBER))
_KINDS.update(dict.fromkeys(" \t\n\r\v\f\x1c\x1d\x1e\x1f~$", SPACE))
_KINDS.update(
    {"\\": COMMAND, "{": BEGIN, "}": END, "^": SUP, "_": SUB, "&": ALIGN, "'": PRIME, "#": PARAMETER,
     "%": _COMMENT}
)  # fmt: skip
_KINDS.update(dict.fromkeys("\x00\x0e\x0f\x7f", SPACE))


def tokenize(text: str, offset: int, active: Container[str]) -> tuple[list[Token], bool]:
    r"""Return the tokens of `text` and whether a command named in `active` is among them.

    Comments are left out. The place of each token is `offset` plus its place in `text`.

    >>> tokenize(r"\hat y", 10, ())
    ([('\\', 'hat', 10, 14), (' ', ' ', 14, 15), ('a', 'y', 15, 16)], False)
    """
    out: list[Token] = []
    add = out.append
    kinds = _KINDS
    found = False
    at = offset
    for piece in _PIECE.findall(text):
        end = at + len(piece)
        kind = kinds.get(piece[0], _FOREIGN)
        if kind == COMMAND:
            name = piece[1:]
            if name in active:
                found = True
            if name.isascii():
                add((COMMAND, name, at, end))
            else:
                add_unicode(out, name, at, end)
        elif kind == _FOREIGN:
            if piece.isspace():
                add((SPACE, piece, at, end))
            else:
                add_unicode(out, piece, at, end)
        elif kind != _COMMENT:
            add((kind, piece, at, end))
        at = end
    return out, found
