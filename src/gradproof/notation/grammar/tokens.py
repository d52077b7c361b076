"""Tokens of the grammar."""

from typing import final

from gradproof.notation.grammar.vocabulary import Code
from gradproof.notation.tex.layout import Layout


@final
class Token:
    """One token: its part in the grammar, its text, place, scripts and layout node.

    `text` of a name is its key (see `name_key`); of a bracket its character; of a relation its canonical
    spelling. `mate` is the other bracket of a pair that the layout joined already.
    """

    __slots__ = ("code", "end", "mate", "node", "start", "sub", "sup", "text")

    def __init__(
        self,
        code: Code,
        text: str,
        start: int,
        end: int,
        node: Layout | None = None,
        sub: Layout | None = None,
        sup: Layout | None = None,
    ) -> None:
        """Make a token."""
        self.code: Code = code
        self.text = text
        self.start = start
        self.end = end
        self.node = node
        self.sub = sub
        self.sup = sup
        self.mate: Token | None = None
