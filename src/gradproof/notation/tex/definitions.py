"""Macro definitions in their many forms."""

from collections.abc import Mapping

from gradproof.notation.surface import Note
from gradproof.notation.tex.macro import Macro, pieces
from gradproof.notation.tex.prelude import PRELUDE
from gradproof.notation.tex.stream import Stream
from gradproof.notation.tex.tokens import (
    BEGIN,
    COMMAND,
    END,
    OTHER,
    PARAMETER,
    PRIMITIVE,
    SPACE,
    Piece,
    Token,
    plain_text,
)
from gradproof.source import Span


def define(
    token: Token, stream: Stream, table: dict[str, Macro], known: Mapping[str, Macro]
) -> Note | None:
    r"""Take one definition that starts with `token` from `stream` into `table`.

    `known` are macros defined before, for ``\providecommand`` and ``\let``. A definition that is not
    understood makes its name an unknown command, so that its uses are unread and not misread; the note says so.
    """
    name, good = _DEFINERS[token[1]](token[1], stream, table, known)
    if good:
        return None
    if name is not None:
        table[name] = Macro(0, ((PRIMITIVE, name),))
    return Note(
        "macro-definition",
        f"this \\{token[1]} was not understood, so "
        + (f"\\{name} stays unread" if name is not None else "it defines nothing")
        + "; a definition with #1, #2, … as its only parameters can be read",
        Span(token[2], token[3]),
    )


_Result = tuple[str | None, bool]


def _newcommand(
    kind: str, stream: Stream, table: dict[str, Macro], known: Mapping[str, Macro]
) -> _Result:
    stream.star()
    name = stream.name()
    count = stream.optional()
    default = stream.optional() if count is not None else None
    body = stream.argument()
    if name is None or body is None:
        return name, False
    digits = "" if count is None else plain_text(count[0]).strip()
    if count is not None and not (digits.isascii() and digits.isdigit() and int(digits[:3]) <= 9):
        return name, False
    if kind == "providecommand" and (name in table or (name in known and name not in PRELUDE)):
        return name, True
    table[name] = Macro(
        int(digits or "0"),
        pieces(body[0]),
        pieces(default[0]) if default is not None and digits not in ("", "0") else None,
    )
    return name, True


def _def(kind: str, stream: Stream, table: dict[str, Macro], known: Mapping[str, Macro]) -> _Result:
    del kind, known
    token = stream.peek()
    if token is None or token[0] != COMMAND:
        return None, False
    stream.pull()
    count = 0
    delimited = False
    while (parameter := stream.peek()) is not None and parameter[0] != BEGIN:
        if parameter[0] == END:
            return token[1], False
        stream.pull()
        count += 1
        delimited = delimited or parameter[:2] != (PARAMETER, f"#{count}")
    body = stream.argument()
    if body is None or delimited:
        return token[1], False
    table[token[1]] = Macro(count, pieces(body[0]))
    return token[1], True


def _let(kind: str, stream: Stream, table: dict[str, Macro], known: Mapping[str, Macro]) -> _Result:
    del kind
    name = stream.name()
    sign = stream.peek()
    if sign is not None and sign[0] == OTHER and sign[1] == "=":
        stream.pull()
        sign = stream.peek()
    if name is None or sign is None:
        return name, False
    stream.pull()
    if sign[0] != COMMAND:
        table[name] = Macro(0, ((sign[0], sign[1]),))
        return name, sign[0] not in (BEGIN, END)
    target = table.get(sign[1]) or known.get(sign[1])
    table[name] = target or Macro(0, ((PRIMITIVE, sign[1]),))
    return name, True


def _operator(
    kind: str, stream: Stream, table: dict[str, Macro], known: Mapping[str, Macro]
) -> _Result:
    del kind, known
    star = stream.star()
    name = stream.name()
    body = stream.argument()
    if name is None or body is None:
        return name, False
    head: list[Piece] = [(COMMAND, "operatorname")]
    if star:
        head.append((OTHER, "*"))
    table[name] = Macro(0, (*head, (BEGIN, "{"), *pieces(body[0]), (END, "}")))
    return name, True


def _delimiter(
    kind: str, stream: Stream, table: dict[str, Macro], known: Mapping[str, Macro]
) -> _Result:
    del kind, known
    name = stream.name()
    left = stream.argument()
    right = stream.argument()
    if name is None or left is None or right is None:
        return name, False
    table[name] = Macro(
        1,
        (
            (COMMAND, "left"), *pieces(left[0]), (SPACE, " "), (PARAMETER, "#1"),
            (COMMAND, "right"), *pieces(right[0]), (SPACE, " "),
        ),
        starred=True,
    )  # fmt: skip
    return name, True


def _document_command(
    kind: str, stream: Stream, table: dict[str, Macro], known: Mapping[str, Macro]
) -> _Result:
    del kind, known
    name = stream.name()
    signature = stream.argument()
    body = stream.argument()
    if name is None or signature is None or body is None:
        return name, False
    letters = plain_text([token for token in signature[0] if token[0] != SPACE])
    if letters.strip("m") or len(letters) > 9:
        return name, False
    table[name] = Macro(len(letters), pieces(body[0]))
    return name, True


_DEFINERS = {
    "newcommand": _newcommand, "renewcommand": _newcommand, "providecommand": _newcommand,
    "DeclareRobustCommand": _newcommand, "def": _def, "gdef": _def, "edef": _def, "xdef": _def,
    "let": _let, "DeclareMathOperator": _operator, "DeclarePairedDelimiter": _delimiter,
    "NewDocumentCommand": _document_command, "RenewDocumentCommand": _document_command,
}  # fmt: skip

DEFINERS = frozenset(_DEFINERS)
"""Commands that define a macro."""
