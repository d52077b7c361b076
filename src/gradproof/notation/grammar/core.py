"""The state of one row's parse: tokens and cursor, limits, notes and choices."""

from collections.abc import Callable
from typing import Final, NoReturn

from gradproof.notation.grammar.choices import choose
from gradproof.notation.grammar.fences import balance
from gradproof.notation.grammar.lexer import Lexer
from gradproof.notation.grammar.options import Options
from gradproof.notation.grammar.tokens import Token
from gradproof.notation.surface import Choice, Head, Name, Note, Surface
from gradproof.notation.tex.layout import Layout
from gradproof.notation.tex.limits import MAX_NESTING, ROW_TOKENS
from gradproof.source import Span

MAX_NODES: Final = 5_000
"""Surface nodes of one row."""

_FENCED: Final = frozenset({"open", "close", "bar"})


class UnreadableRow(Exception):
    """A row beyond a limit; carries the fatal note."""

    def __init__(self, note: Note) -> None:
        """Keep the note."""
        super().__init__(note.message)
        self.note = note


class Core:
    """Cursor over tokens; the parts of the grammar are mixed in on top of it."""

    __slots__ = (
        "_made", "choices", "depth", "hold_at", "i", "in_index", "in_integral", "lexer", "notes", "options",
        "set_at", "tails", "tokens",
    )  # fmt: skip

    i: int
    depth: int
    in_index: int
    in_integral: int
    set_at: int
    hold_at: bool
    tokens: list[Token]
    tails: list[tuple[Surface, int]]

    def __init__(self, options: Options) -> None:
        """Start a row."""
        self.options = options
        self.notes: list[Note] = []
        self.choices: list[Choice] = []
        self.lexer = Lexer(options, self.notes, self.choices)
        self.tokens = []
        self.i = 0
        self.depth = 0
        self.in_index = 0
        self.in_integral = -1
        self.set_at = -1
        self.hold_at = False
        self.tails = []
        self._made = 0

    # ------------------------------------------------------------------ nodes

    def make(
        self,
        head: Head,
        start: int,
        end: int,
        args: tuple[Surface, ...] = (),
        text: str = "",
        name: Name | None = None,
    ) -> Surface:
        """Make a surface node; stop the row beyond the limit."""
        self._made += 1
        if self._made > MAX_NODES:
            self.stop(
                "limit:nodes", f"more than {MAX_NODES} parts in one row; split it", start, end
            )
        return Surface(head, Span(start, end), args, text, name)

    def hole(self, at: int) -> Surface:
        """Make an empty operand at a place."""
        return self.make("hole", at, at)

    # ------------------------------------------------------------------ notes and choices

    def note(self, kind: str, message: str, start: int, end: int, *, fatal: bool = False) -> None:
        """Add a note."""
        self.notes.append(Note(kind, message, Span(start, end), fatal))

    def unread(self, message: str, start: int, end: int) -> None:
        """Add a fatal note on something not understood."""
        self.notes.append(Note("unread", message, Span(start, end), fatal=True))

    def choose(self, kind: str, start: int, end: int, usual: str, *others: str) -> str:
        """Record a choice; return the reading to take."""
        return choose(self.choices, self.options, kind, Span(start, end), usual, others)

    def stop(self, kind: str, message: str, start: int, end: int) -> NoReturn:
        """Give the row up with a fatal note."""
        raise UnreadableRow(Note(kind, message, Span(start, end), fatal=True))

    def enter(self, start: int, end: int) -> None:
        """Go one level deeper; the caller goes back by ``self.depth -= 1``."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            message = f"nested deeper than {MAX_NESTING} levels here; name a part of the formula and use the name"
            self.stop("limit:nesting", message, start, end)

    # ------------------------------------------------------------------ streams

    def stream(
        self, nodes: tuple[Layout, ...], *, keep_space: bool = False, alone: bool = False
    ) -> list[Token]:
        """Return the balanced tokens of `nodes`, without an end token."""
        tokens = self.lexer.lex(nodes, keep_space=keep_space, alone=alone)
        if self.lexer.count > ROW_TOKENS:
            message = f"more than {ROW_TOKENS} tokens in one row; split it"
            self.stop("limit:tokens", message, nodes[0].span.start, nodes[-1].span.end)
        for token in tokens:
            if token.code in _FENCED:
                return balance(tokens, self.notes, self.choices, self.options)
        return tokens

    def within(
        self,
        nodes: tuple[Layout, ...],
        at: int,
        parse: Callable[[], Surface],
        *,
        alone: bool = False,
    ) -> Surface:
        """Parse `nodes` on their own with `parse`; `at` is the place of a hole where there are none."""
        tokens = self.stream(nodes, alone=alone)
        return self.over(tokens, at, parse)

    def over(self, tokens: list[Token], at: int, parse: Callable[[], Surface]) -> Surface:
        """Parse a list of balanced tokens on its own; what is left over is noted."""
        if not tokens:
            return self.hole(at)
        saved = self.tokens, self.i, self.in_integral, self.set_at, self.tails, self.hold_at
        last = tokens[-1].end
        self.enter(tokens[0].start, last)
        tokens.append(Token("end", "", last, last))
        self.tokens, self.i, self.in_integral, self.set_at, self.tails = tokens, 0, -1, -1, []
        self.hold_at = False
        result = parse()
        while self.tokens[self.i].code != "end":
            self.stray()
        self.tokens, self.i, self.in_integral, self.set_at, self.tails, self.hold_at = saved
        self.depth -= 1
        return result

    def stray(self) -> None:
        """Note and pass a token that cannot stand where it stands."""
        token = self.tokens[self.i]
        shown = token.text or token.code
        if token.code == "pm":
            message = "± stands for two formulas; write them one by one"
        else:
            message = f"{shown!r} cannot stand here; expected an operator or the end"
        self.unread(message, token.start, token.end)
        self.i += 1

    def mate(self, at: int) -> int:
        """Return the position of the bracket that closes the one at position `at`."""
        depth = 0
        tokens = self.tokens
        while True:
            code = tokens[at].code
            if code == "open":
                depth += 1
            elif code == "close":
                depth -= 1
                if depth == 0:
                    return at
            elif code == "end":
                return at
            at += 1

    # ------------------------------------------------------------------ parts mixed in later

    def expression(self) -> Surface:
        """Parse terms joined by + and -."""
        raise NotImplementedError

    def item(self) -> Surface:
        """Parse an expression, or relations between expressions."""
        raise NotImplementedError

    def term(self, first: Surface | None = None) -> Surface:
        """Parse what stands between + and -; `first` is its first factor where that was parsed already."""
        raise NotImplementedError

    def signed_term(self) -> Surface:
        """Parse a term with signs before it."""
        raise NotImplementedError

    def factor(self) -> Surface:
        """Parse one factor."""
        raise NotImplementedError

    def arguments(self) -> tuple[Surface, ...]:
        """Parse a bracket as an argument list; the cursor stands at its opening."""
        raise NotImplementedError

    def bracket(self) -> Surface:
        """Parse a bracket with its scripts."""
        raise NotImplementedError

    def applied_operator(
        self, start: int, end: int, body: Surface, variables: list[Surface], letter: str
    ) -> Surface:
        """Apply d/dx to what follows it."""
        raise NotImplementedError

    def expectation(self) -> Surface:
        """Parse an expectation."""
        raise NotImplementedError

    def table(self) -> Surface:
        """Parse a matrix or a case distinction."""
        raise NotImplementedError
