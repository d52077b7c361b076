"""A place in a token list, and what can be taken there as it stands."""

from gradproof.notation.surface import Note
from gradproof.notation.tex.limits import LOOKAHEAD
from gradproof.notation.tex.tokens import ALIGN, BEGIN, END, EOF, OTHER, SPACE, Token
from gradproof.source import Span

_MAX_NOTES = 50


class Cursor:
    """Tokens that end with an EOF token, the position `at` among them, and the notes made on the way."""

    __slots__ = ("_tokens", "at", "notes")

    def __init__(self, tokens: list[Token], end: int) -> None:
        """Stand at the first of `tokens`, of a text that ends at `end`; the list becomes the cursor's own."""
        tokens.append((EOF, "", end, end))
        self._tokens = tokens
        self.at: int = 0
        self.notes: list[Note] = []

    def peek(self) -> Token:
        """Return the next token that is no space, and stand at it."""
        tokens, at = self._tokens, self.at
        while tokens[at][0] == SPACE:
            at += 1
        self.at = at
        return tokens[at]

    def token(self, at: int) -> Token:
        """Return the token at position `at`."""
        return self._tokens[at]

    def previous(self) -> Token | None:
        """Return the token before the one taken last, spaces passed over."""
        at = self.at - 2
        while at >= 0 and self._tokens[at][0] == SPACE:
            at -= 1
        return self._tokens[at] if at >= 0 else None

    def take(self) -> Token:
        """Take the next token that is no space; the end is not passed."""
        token = self.peek()
        if token[0] != EOF:
            self.at += 1
        return token

    def note(self, kind: str, message: str, start: int, end: int, *, fatal: bool = False) -> None:
        """Add a note; beyond a number of them, only fatal ones."""
        if fatal or len(self.notes) < _MAX_NOTES:
            self.notes.append(Note(kind, message, Span(start, end), fatal))

    def raw(self) -> list[Token]:
        """Take an argument as tokens, braces removed; empty where there is none."""
        token = self.peek()
        kind = token[0]
        if kind in (EOF, END, ALIGN):
            return []
        self.at += 1
        if kind != BEGIN:
            return [token]
        tokens, start = self._tokens, self.at
        depth, at = 0, start
        while True:
            kind = tokens[at][0]
            if kind == BEGIN:
                depth += 1
            elif kind == END:
                if depth == 0:
                    break
                depth -= 1
            elif kind == EOF:
                self.note(
                    "brace-unbalanced", "this { is never closed; read as closed at the end",
                    token[2], token[3],
                )  # fmt: skip
                self.at = at
                return tokens[start:at]
            at += 1
        self.at = at + 1
        return tokens[start:at]

    def optional(self, most: int = LOOKAHEAD) -> list[Token] | None:
        """Take an argument in square brackets, if one is next and ends within `most` tokens."""
        token = self.peek()
        if token[0] != OTHER or token[1] != "[":
            return None
        tokens, depth = self._tokens, 0
        for at in range(self.at + 1, min(self.at + most, len(tokens))):
            kind, text = tokens[at][:2]
            if kind == BEGIN:
                depth += 1
            elif kind == END:
                depth -= 1
                if depth < 0:
                    return None
            elif depth == 0 and kind == OTHER and text == "]":
                inside = tokens[self.at + 1 : at]
                self.at = at + 1
                return inside
            elif kind == EOF:
                return None
        return None

    def bracket(self) -> list[Token] | None:
        """Take a whole round bracket with what it holds, if one is next and closes in its group."""
        if self.peek()[:2] != (OTHER, "("):
            return None
        tokens, depth, braces = self._tokens, 0, 0
        for at in range(self.at, min(self.at + LOOKAHEAD, len(tokens))):
            kind, text = tokens[at][:2]
            if kind == OTHER and text in "()" and braces == 0:
                depth += 1 if text == "(" else -1
                if depth == 0:
                    inside = tokens[self.at : at + 1]
                    self.at = at + 1
                    return inside
            elif kind in (BEGIN, END):
                braces += 1 if kind == BEGIN else -1
            if braces < 0 or kind in (EOF, ALIGN):
                return None
        return None

    def star(self) -> None:
        """Pass over a star, if one is next."""
        token = self.peek()
        if token[0] == OTHER and token[1] == "*":
            self.at += 1

    def end(self) -> int:
        """Return where the token taken last ends."""
        at = self.at - 1
        while at > 0 and self._tokens[at][0] == SPACE:
            at -= 1
        return self._tokens[at][3] if at >= 0 else self._tokens[0][2]
