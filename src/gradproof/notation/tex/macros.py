"""The table of macros: what an author defined, over what everyone knows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import final

from gradproof.notation.surface import Note
from gradproof.notation.tex.definitions import DEFINERS, define
from gradproof.notation.tex.lexer import tokenize
from gradproof.notation.tex.macro import Macro
from gradproof.notation.tex.prelude import PRELUDE
from gradproof.notation.tex.stream import Stream
from gradproof.notation.tex.tokens import COMMAND

_EMPTY: Mapping[str, Macro] = MappingProxyType({})


@final
@dataclass(frozen=True, slots=True)
class Macros:
    """An immutable table of the author's macros by name (without backslash).

    `known` adds the predefined ones, over which the author's win; `active` are the names that expansion
    has to look at.
    """

    table: Mapping[str, Macro] = field(default_factory=lambda: _EMPTY)
    known: Mapping[str, Macro] = field(init=False, repr=False, compare=False)
    active: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out the names once; a table is used for many formulas."""
        known = MappingProxyType({**PRELUDE, **self.table}) if self.table else PRELUDE
        object.__setattr__(self, "table", MappingProxyType(dict(self.table)))
        object.__setattr__(self, "known", known)
        object.__setattr__(self, "active", frozenset({*known, *DEFINERS}))

    @staticmethod
    def read(text: str, offset: int = 0) -> tuple["Macros", tuple[Note, ...]]:
        r"""Read the definitions of a preamble; everything else in it is passed over.

        >>> macros, notes = Macros.read(r"\newcommand{\R}{\mathbb{R}} \def\w{\mathbf w}")
        >>> sorted(macros.table), notes
        (['R', 'w'], ())
        """
        tokens, found = tokenize(text, offset, DEFINERS)
        if not found:
            return Macros(), ()
        stream = Stream(tokens, offset + len(text))
        table: dict[str, Macro] = {}
        notes: list[Note] = []
        while (token := stream.pull()) is not None:
            if token[0] == COMMAND and token[1] in DEFINERS:
                note = define(token, stream, table, _EMPTY)
                if note is not None:
                    notes.append(note)
        return Macros(table), tuple(notes)

    def merge(self, later: "Macros") -> "Macros":
        """Return the macros of both; where both define a name, that of `later`."""
        if not later.table:
            return self
        if not self.table:
            return later
        return Macros({**self.table, **later.table})
