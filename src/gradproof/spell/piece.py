"""Spelled pieces of a formula with what a neighbour must know: binding strength and ending."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal, final


class Level(IntEnum):
    """How tightly a spelling holds together; a place that needs a higher level gets brackets."""

    LET = 0
    COMPARE = 1
    ADD = 2
    NEG = 3
    FROB = 4
    PROD = 5
    PREFIX = 6
    TERM = 7
    ATOM = 8


Tail = Literal["", "number", "name", "operator"]
"""How a piece ends: in a number, in a name (a bracket would make it a call), in a lone ``d``."""


@final
@dataclass(frozen=True, slots=True)
class Piece:
    """A spelled subexpression.

    `level` PREFIX is a prefix operator, TERM a closed factor, ATOM one that takes a superscript
    as it is. `open` marks a spelling whose operator (a sum, a derivative) runs on to the right over
    whatever factor follows.
    """

    text: str
    level: Level
    tail: Tail = ""
    open: bool = False
