"""A stream of tokens with expansions pushed in front of it; every step costs the same, however deep."""

from typing import final

from gradproof.notation.tex.limits import LOOKAHEAD
from gradproof.notation.tex.tokens import BEGIN, COMMAND, END, OTHER, SPACE, Token


@final
class Stream:
    """Tokens to come: a stack of lists, each with the position reached in it."""

    __slots__ = ("_at", "_frames", "_tokens", "end")

    def __init__(self, tokens: list[Token], end: int = 0) -> None:
        """Start at the first of `tokens`; `end` is the place where the text ends."""
        self._tokens = tokens
        self._at = 0
        self._frames: list[tuple[list[Token], int]] = []
        self.end = end

    @property
    def in_expansion(self) -> bool:
        """Whether the next token comes from an expansion."""
        return bool(self._frames)

    def pull(self) -> Token | None:
        """Take the next token, None at the end."""
        while self._at >= len(self._tokens):
            if not self._frames:
                return None
            self._tokens, self._at = self._frames.pop()
        token = self._tokens[self._at]
        self._at += 1
        return token

    def push(self, tokens: list[Token]) -> None:
        """Put `tokens` in front."""
        if not tokens:
            return
        if self._at < len(self._tokens):
            self._frames.append((self._tokens, self._at))
        self._tokens = tokens
        self._at = 0

    def peek(self) -> Token | None:
        """Return the next token that is no space, None at the end; spaces before it are taken."""
        token = self.pull()
        while token is not None and token[0] == SPACE:
            token = self.pull()
        if token is not None:
            self._at -= 1
        return token

    def argument(self) -> tuple[list[Token], int] | None:
        """Take a macro argument: the inside of braces or one token, and the place where it ends.

        None where there is none: at the end, or before a closing brace.
        """
        token = self.peek()
        if token is None or token[0] == END:
            return None
        self._at += 1
        if token[0] != BEGIN:
            return [token], token[3]
        inside: list[Token] = []
        depth = 0
        end = token[3]
        while (token := self.pull()) is not None:
            kind = token[0]
            if kind == BEGIN:
                depth += 1
            elif kind == END:
                if depth == 0:
                    return inside, token[3]
                depth -= 1
            inside.append(token)
            end = token[3]
        return inside, end

    def optional(self) -> tuple[list[Token], int] | None:
        """Take an argument in square brackets, if one is next and ends within a bounded distance."""
        token = self.peek()
        if token is None or token[0] != OTHER or token[1] != "[":
            return None
        self._at += 1
        first = token
        inside: list[Token] = []
        depth = 0
        while len(inside) < LOOKAHEAD and (token := self.pull()) is not None:
            kind = token[0]
            if kind == BEGIN:
                depth += 1
            elif kind == END:
                if depth == 0:
                    inside.append(token)
                    break
                depth -= 1
            elif depth == 0 and kind == OTHER and token[1] == "]":
                return inside, token[3]
            inside.append(token)
        self.push([first, *inside])
        return None

    def star(self) -> bool:
        """Take a star, if one is next."""
        token = self.peek()
        if token is not None and token[0] == OTHER and token[1] == "*":
            self._at += 1
            return True
        return False

    def name(self) -> str | None:
        r"""Take the name of a command, bare or in braces: ``\R`` or ``{\R}``."""
        taken = self.argument()
        if taken is None:
            return None
        names = [token for token in taken[0] if token[0] != SPACE]
        if len(names) == 1 and names[0][0] == COMMAND and names[0][1]:
            return names[0][1]
        return None
