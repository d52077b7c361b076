"""Bounded macro expansion: tokens in, tokens without macros out."""

from collections.abc import Mapping
from typing import final

from gradproof.notation.surface import Note
from gradproof.notation.tex.definitions import DEFINERS, define
from gradproof.notation.tex.limits import (
    MAX_EXPANSIONS,
    MAX_PRODUCED,
    ROW_EXPANSIONS,
    ROW_PRODUCED,
)
from gradproof.notation.tex.macro import Macro
from gradproof.notation.tex.stream import Stream
from gradproof.notation.tex.tokens import (
    BEGIN,
    BOUND_CLOSE,
    BOUND_OPEN,
    COMMAND,
    PARAMETER,
    PRIMITIVE,
    SPACE,
    Piece,
    Token,
)
from gradproof.source import Span

_ORDER = 9


@final
class Expander:
    """One run of expansion; `own` collects the definitions met on the way."""

    __slots__ = ("_known", "_stream", "notes", "own")

    def __init__(self, tokens: list[Token], end: int, known: Mapping[str, Macro]) -> None:
        """Prepare to expand `tokens` with the macros `known`; the text ends at `end`."""
        self._stream = Stream(tokens, end)
        self._known = known
        self.own: dict[str, Macro] = {}
        self.notes: list[Note] = []

    def run(self) -> list[Token]:
        """Return the expanded tokens; empty, with a fatal note, beyond a limit."""
        out: list[Token] = []
        stream, own, known = self._stream, self.own, self._known
        expansions = produced = 0
        all_expansions = all_produced = 0
        while (token := stream.pull()) is not None:
            kind = token[0]
            if kind == PRIMITIVE:
                out.append((COMMAND, *token[1:]))
                continue
            if kind != COMMAND:
                out.append(token)
                continue
            name = token[1]
            if name in ("\\", "cr") and not stream.in_expansion:
                expansions = produced = 0
            macro = own.get(name) or known.get(name)
            if macro is None:
                if name in DEFINERS:
                    note = define(token, stream, own, known)
                    if note is not None:
                        self.notes.append(note)
                else:
                    out.append(token)
                continue
            body = self._call(token, macro)
            expansions += 1
            all_expansions += 1
            produced += len(body)
            all_produced += len(body)
            if (
                expansions > ROW_EXPANSIONS
                or produced > ROW_PRODUCED
                or all_expansions > MAX_EXPANSIONS
                or all_produced > MAX_PRODUCED
            ):
                self.notes.append(_too_much(name, token))
                return []
            stream.push(body)
        return out

    def _call(self, token: Token, macro: Macro) -> list[Token]:
        stream = self._stream
        arguments: dict[int, list[Token]] = {}
        start, end = token[2], token[3]
        body = macro.body
        if macro.starred:
            stream.star()
            size = stream.optional()
            if size is not None and macro.ordered:
                arguments[_ORDER], end = size[0], max(end, size[1])
        if macro.bodies:
            choices = macro.ordered if _ORDER in arguments else macro.bodies
            count = 0
            while count < len(choices):
                following = stream.peek()
                if following is None or (following[0] != BEGIN and count > 0):
                    break
                taken = stream.argument()
                if taken is None:
                    break
                count += 1
                arguments[count], end = taken[0], max(end, taken[1])
            if count == 0:
                self._missing(token)
            body = choices[max(count, 1) - 1]
        else:
            first = 1
            if macro.default is not None:
                given = stream.optional()
                if given is None:
                    arguments[1] = [(k, t, start, end) for k, t in macro.default]
                else:
                    arguments[1], end = given[0], max(end, given[1])
                first = 2
            for number in range(first, macro.parameters + 1):
                taken = stream.argument()
                if taken is None:
                    self._missing(token)
                    break
                arguments[number], end = taken[0], max(end, taken[1])
        return _substitute(body, arguments, start, end)

    def _missing(self, token: Token) -> None:
        if len(self.notes) < 20:
            self.notes.append(
                Note(
                    "argument-missing",
                    f"\\{token[1]} lacks an argument; expected {{…}} after it",
                    Span(token[2], token[3]),
                    fatal=True,
                )
            )


def _substitute(
    body: tuple[Piece, ...], arguments: dict[int, list[Token]], start: int, end: int
) -> list[Token]:
    """Return the body at the place of the call, with the arguments at their own places."""
    out: list[Token] = [(SPACE, BOUND_OPEN, start, end)] if len(body) > 1 else []
    for kind, text in body:
        if kind != PARAMETER or len(text) == 1:
            out.append((kind, text, start, end))
        elif text.startswith("##"):
            out.append((PARAMETER, text[len(text) // 2 :], start, end))
        else:
            out += arguments.get(int(text[1:]), ())
            if len(out) > ROW_PRODUCED:
                return out
    if len(body) > 1:
        out.append((SPACE, BOUND_CLOSE, start, end))
    return out


def _too_much(name: str, token: Token) -> Note:
    return Note(
        "limit:macros",
        f"expanding \\{name} goes beyond {ROW_EXPANSIONS} expansions or {ROW_PRODUCED} tokens in one row; "
        "write the formula out, or define the macro without itself",
        Span(token[2], token[3]),
        fatal=True,
    )
