"""One macro."""

from dataclasses import dataclass
from typing import final

from gradproof.notation.tex.tokens import Piece, Token


@final
@dataclass(frozen=True, slots=True)
class Macro:
    r"""One macro.

    `default` is the body of the optional first argument, None without one. `starred` macros take a star
    and an optional size, which say nothing about the mathematics. `bodies`, where not empty, are the
    bodies for 1, 2, … arguments in braces (``\pdv{x}``, ``\pdv{f}{x}``); `ordered` the same where an order
    in square brackets is given, which is parameter 9.
    """

    parameters: int
    body: tuple[Piece, ...]
    default: tuple[Piece, ...] | None = None
    starred: bool = False
    bodies: tuple[tuple[Piece, ...], ...] = ()
    ordered: tuple[tuple[Piece, ...], ...] = ()


def pieces(tokens: list[Token]) -> tuple[Piece, ...]:
    """Return kind and text of each token."""
    return tuple((token[0], token[1]) for token in tokens)
