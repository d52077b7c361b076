"""Tokens without macros to the layout tree; wrong input is repaired with a note, never an exception."""

from collections.abc import Callable, Mapping
from typing import final

from gradproof.notation.tex.cursor import Cursor
from gradproof.notation.tex.folding import gathered, joined, primed, switched
from gradproof.notation.tex.layout import Layout
from gradproof.notation.tex.limits import MAX_NESTING
from gradproof.notation.tex.numbers import read_number, read_point
from gradproof.notation.tex.tokens import (
    ALIGN,
    BEGIN,
    BOUND_CLOSE,
    BOUND_OPEN,
    COMMAND,
    END,
    EOF,
    LETTER,
    NUMBER,
    OTHER,
    PRIME,
    SPACE,
    SUB,
    SUP,
    Token,
)
from gradproof.notation.tex.vocabulary import SWITCHES
from gradproof.source import Span

Handler = Callable[["Reader", Token], Layout | None]

_SCRIPTS = frozenset({SUP, SUB, PRIME})
_ENDERS = frozenset({
    "right", "end", "\\", "cr", "newline", "tabularnewline", "over", "atop", "above",
})  # fmt: skip
_LIMITS = frozenset({"limits", "nolimits", "displaylimits"})
_EXPANSION = 500
"""Tokens of an expansion that can be one argument without braces."""
_BARE = frozenset({"space", "newrow", "ampersand", "text"})


class TooDeepError(Exception):
    """Nesting beyond the limit; carries the place."""

    def __init__(self, span: Span) -> None:
        """Remember the place."""
        super().__init__()
        self.span = span


@final
class Reader(Cursor):
    """One pass over a token list.

    `closers` says what the constructs that are open wait for: ``}``, ``right`` or ``end``; `environments`
    names the open environments.
    """

    __slots__ = ("_handlers", "closers", "depth", "environments", "in_script")

    def __init__(self, tokens: list[Token], end: int, handlers: Mapping[str, Handler]) -> None:
        """Prepare to read `tokens` of a text that ends at `end`; `handlers` read the known commands."""
        super().__init__(tokens, end)
        self._handlers = handlers
        self.depth = 0
        self.in_script = 0
        self.closers: list[str] = []
        self.environments: list[str] = []

    def deeper(self, token: Token) -> None:
        """Enter one level of nesting; raise TooDeepError beyond the limit."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise TooDeepError(Span(token[2], token[3]))

    # ------------------------------------------------------------------ arguments

    def part(self, tokens: list[Token], end: int) -> tuple[Layout, ...]:
        """Read tokens taken with `raw` or `optional`, which end at `end`, on their own."""
        inner = Reader([*tokens], end, self._handlers)
        inner.depth = self.depth
        nodes = inner.sequence("")
        for note in inner.notes:
            self.note(note.kind, note.message, note.span.start, note.span.end, fatal=note.fatal)
        return nodes

    def argument(self, owner: Token, *, script: bool = False) -> Layout:
        """Read an argument of `owner` as a group: what braces hold, or one atom; a hole with a note if none."""
        tokens = self._tokens
        while True:
            while tokens[self.at][0] == SPACE:
                if tokens[self.at][1] == BOUND_OPEN and not script:
                    self._brace_expansion()
                    break
                self.at += 1
            token = tokens[self.at]
            kind, text, start, end = token
            if kind == BEGIN:
                self.at += 1
                return self.group(token)
            if (
                kind in (EOF, END, ALIGN, SUP, SUB)
                or (kind == COMMAND and text in _ENDERS)
                or (kind == PRIME and not script)
            ):
                return self._hole(owner, start)
            if kind == NUMBER and len(text) > 1:
                if script:
                    self.note(
                        "script-digit", f"only the first digit of {text} is in the script, as TeX sets it; "
                        f"write {owner[1]}{{{text}}} for all of it", start, end,
                    )  # fmt: skip
                whole = end - start == len(text)
                middle = start + 1 if whole else end
                tokens[self.at] = (NUMBER, text[1:], middle if whole else start, end)
                node = Layout("number", Span(start, middle), text[0])
            elif kind == NUMBER:
                self.at += 1
                node = Layout("number", Span(start, end), text)
            else:
                self.at += 1
                self.deeper(token)
                node = self.atom(token)
                self.depth -= 1
            if node is not None:
                return Layout("group", node.span, "", (node,))

    def _hole(self, owner: Token, at: int) -> Layout:
        what = f"\\{owner[1]}" if owner[0] == COMMAND else f"'{owner[1]}'"
        self.note(
            "argument-missing", f"{what} lacks an argument here; expected {{…}} after it",
            owner[2], owner[3], fatal=True,
        )  # fmt: skip
        return Layout("group", Span(at, at))

    def group(self, opening: Token) -> Layout:
        """Read the rest of a group whose opening brace was taken."""
        inside = self.sequence(END, opening)
        token = self._tokens[self.at]
        if token[0] == END:
            self.at += 1
            end = token[3]
        else:
            end = self.end()
            self.note(
                "brace-unbalanced", "this { is never closed; read as closed where the formula around it ends",
                opening[2], opening[3],
            )  # fmt: skip
        return Layout("group", Span(opening[2], max(end, opening[3])), "", inside)

    def _brace_expansion(self) -> None:
        """Turn the bounds of a macro's expansion into braces, where what is between is balanced."""
        tokens, bounds, depth = self._tokens, 0, 0
        for at in range(self.at, min(self.at + _EXPANSION, len(tokens))):
            kind, text, start, end = tokens[at]
            if kind == SPACE:
                bounds += (text == BOUND_OPEN) - (text == BOUND_CLOSE)
                if bounds == 0:
                    if depth == 0:
                        tokens[at] = (END, "}", start, end)
                        first = tokens[self.at]
                        tokens[self.at] = (BEGIN, "{", first[2], first[3])
                        return
                    break
            elif kind == BEGIN:
                depth += 1
            elif kind == END:
                depth -= 1
                if depth < 0:
                    break
        self.peek()

    # ------------------------------------------------------------------ atoms and scripts

    def atom(self, token: Token) -> Layout | None:
        """Read one atom that starts with `token`, which was taken, without scripts; None for what is dropped."""
        kind, text, start, end = token
        if kind == LETTER:
            return Layout("symbol", Span(start, end), text)
        if kind == COMMAND:
            handler = self._handlers.get(text)
            if handler is not None:
                return handler(self, token)
            return Layout("command", Span(start, end), text)
        if kind == NUMBER:
            return read_number(self, text, start, end)
        if kind == BEGIN:
            return self.group(token)
        if kind == PRIME:
            return Layout("prime", Span(start, end), "1")
        if kind == ALIGN:
            return Layout("ampersand", Span(start, end), "&")
        return Layout("operator", Span(start, end), text)

    def scripted(self, base: Layout) -> Layout:
        """Read the scripts that follow and return `base` with them."""
        subs = [] if base.sub is None else [base.sub]
        sups = [] if base.sup is None else [base.sup]
        end = base.span.end
        while True:
            token = self.peek()
            kind, text, start, stop = token
            if kind == PRIME:
                self.at += 1
                count = 1
                while (following := self.peek())[0] == PRIME:
                    self.at += 1
                    count += 1
                    stop = following[3]
                prime = Layout("prime", Span(start, stop), str(count))
                script = Layout("group", prime.span, "", (prime,))
                self._add_script(sups, script, token)
            elif kind in (SUP, SUB):
                self.at += 1
                self.in_script += 1
                script = self.argument(token, script=True)
                self.in_script -= 1
                if kind == SUP:
                    self._add_script(sups, primed(script), token)
                else:
                    self._add_script(subs, script, token)
            elif kind == COMMAND and text in _LIMITS:
                self.at += 1
                continue
            else:
                span = Span(base.span.start, end)
                return Layout(base.kind, span, base.text, base.args, joined(subs), joined(sups))
            end = max(end, script.span.end)

    def _add_script(self, scripts: list[Layout], script: Layout, token: Token) -> None:
        """Add a script to those of the same sort; a second one needs a note, unless the first is a prime."""
        if scripts and not (scripts[0].args and scripts[0].args[0].kind == "prime"):
            where = "subscript" if token[0] == SUB else "superscript"
            self.note(
                "double-script", f"a second {where} on the same base; put braces around what it belongs to",
                token[2], token[3], fatal=token[0] == SUP,
            )  # fmt: skip
        scripts.append(script)

    # ------------------------------------------------------------------ sequences

    def sequence(self, closer: str, opening: Token = (EOF, "", 0, 0)) -> tuple[Layout, ...]:
        """Read nodes up to what `closer` names (``}``, ``right``, ``end`` or the end), which is left standing."""
        self.deeper(opening)
        self.closers.append(closer)
        out: list[Layout] = []
        pending: list[tuple[str, int, Token]] = []
        cell = 0
        tokens, handlers = self._tokens, self._handlers
        while True:
            token = tokens[self.at]
            kind, text, start, end = token
            if kind == SPACE:
                self.at += 1
                continue
            if kind == LETTER:
                self.at += 1
                node = Layout("symbol", Span(start, end), text)
            elif kind == OTHER:
                self.at += 1
                point = read_point(self) if text == "." else None
                node = point or Layout("operator", Span(start, end), text)
            elif kind == COMMAND:
                if text in _ENDERS:
                    if text in ("right", "end"):
                        if self._closes(text, closer, token):
                            break
                        continue
                    if text in ("over", "atop", "above"):
                        self.at += 1
                        pending.append((text, len(out), token))
                        continue
                    if closer == "right":
                        break
                    if pending:
                        self._fold(out, pending, cell, start)
                    self.at += 1
                    node = handlers[text](self, token)
                    if node is not None:
                        out.append(node)
                    cell = len(out)
                    continue
                if text in SWITCHES:
                    self.at += 1
                    pending.append((text, len(out), token))
                    continue
                self.at += 1
                handler = handlers.get(text)
                if handler is None:
                    node = Layout("command", Span(start, end), text)
                else:
                    node = handler(self, token)
                    if node is None:
                        continue
                    if node.kind in _BARE:
                        out.append(node)
                        continue
            elif kind == END:
                if self._closes(END, closer, token):
                    break
                continue
            elif kind == ALIGN:
                if closer == "right":
                    break
                if pending:
                    self._fold(out, pending, cell, start)
                self.at += 1
                out.append(Layout("ampersand", Span(start, end), text))
                cell = len(out)
                continue
            elif kind in _SCRIPTS:
                if len(out) > cell and out[-1].kind not in _BARE:
                    node = out.pop()
                else:
                    node = Layout("group", Span(start, start))
            elif kind == EOF:
                break
            else:
                self.at += 1
                node = self.atom(token)
                if node is None:
                    continue
            following = tokens[self.at]
            if following[0] == SPACE:
                following = self.peek()
            if following[0] in _SCRIPTS or (following[0] == COMMAND and following[1] in _LIMITS):
                node = self.scripted(node)
            out.append(node)
        if pending:
            self._fold(out, pending, cell, tokens[self.at][2])
        self.closers.pop()
        self.depth -= 1
        return tuple(out)

    def _closes(self, text: str, closer: str, token: Token) -> bool:
        """Say whether a closing token ends the sequence; pass over it with a note where nothing waits for it."""
        if text == closer or text in self.closers:
            return True
        self.at += 1
        if text == END:
            self.note("brace-unbalanced", "this } closes nothing; passed over", token[2], token[3])
            return False
        if text == "right":
            self.note(
                "bracket-unbalanced", "this \\right has no \\left; read as a plain bracket",
                token[2], token[3],
            )  # fmt: skip
            if self.peek()[:2] == (OTHER, "."):
                self.at += 1
        else:
            self.raw()
            self.note(
                "environment-unbalanced",
                "this \\end has no \\begin; passed over",
                token[2],
                self.end(),
            )
        return False

    def _fold(
        self, out: list[Layout], pending: list[tuple[str, int, Token]], cell: int, end: int
    ) -> None:
        r"""Apply the fractions (``\over``) and fonts (``\bf``) that reach to the end of the cell."""
        over, stop = 0, len(out)
        while pending:
            name, index, token = pending.pop()
            index = max(index, cell)
            if name in SWITCHES:
                braced = self.closers[-1] == END
                out[index:stop] = switched(out[index:stop], SWITCHES[name], token, braced=braced)
                stop = index
                continue
            over += 1
            if over == 2:
                self.note(
                    "over-ambiguous", f"two \\{name} in one group; put braces around one of them",
                    token[2], token[3], fatal=True,
                )  # fmt: skip
            above = gathered(out[cell:index], token[2])
            below = gathered(out[index:], min(token[3], end))
            out[cell:] = [Layout("fraction", above.span.cover(below.span), "", (above, below))]
            stop = len(out)
