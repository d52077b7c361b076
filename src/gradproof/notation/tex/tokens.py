r"""The token: a plain tuple ``(kind, text, start, end)``, because a formula is read in microseconds.

The text of a command is its name without the backslash; ``\\`` is the command named ``\``. A number
token is a run of digits. `BOUND_OPEN` and `BOUND_CLOSE` are spaces that mark where a macro's expansion
begins and ends, so that an expansion of several tokens can be one argument, as TeX has it.
"""

import re

Token = tuple[str, str, int, int]
Piece = tuple[str, str]
"""Kind and text of a token in a macro body, which has no place of its own."""

EOF = ""
SPACE = " "
COMMAND = "\\"
PRIMITIVE = "!"
"""A command that is not expanded again (what ``\\let`` captured); becomes a COMMAND when put out."""
BEGIN = "{"
END = "}"
SUP = "^"
SUB = "_"
ALIGN = "&"
LETTER = "a"
NUMBER = "0"
OTHER = "."
PRIME = "'"
PARAMETER = "#"

BOUND_OPEN = "\x0e"
BOUND_CLOSE = "\x0f"

RUN = re.compile(r"\s+")


def plain_text(tokens: list[Token]) -> str:
    r"""Return the words that tokens of a text argument stand for.

    >>> plain_text([("a", "i", 0, 1), (" ", "\n ", 1, 3), ("\\", ",", 3, 5), ("a", "f", 5, 6)])
    'i f'
    """
    parts: list[str] = []
    for kind, text, _, _ in tokens:
        if kind == SPACE:
            parts.append("" if text in (BOUND_OPEN, BOUND_CLOSE) else " ")
        elif kind == COMMAND:
            if not text or not text[0].isalpha():
                parts.append(text if text in tuple("%&_#$") else " ")
            elif text in ("quad", "qquad"):
                parts.append(" ")
        elif kind not in (BEGIN, END):
            parts.append(text)
    return RUN.sub(" ", "".join(parts))
