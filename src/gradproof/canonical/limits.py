"""What the canonical form refuses, and how much work it may take; limits count work, never time."""

from collections.abc import Mapping
from typing import Final, final

MAX_TERMS: Final = 5_000
"""Terms of a numerator or a denominator."""
MAX_WORK: Final = 200_000
"""Product of the numbers of terms of two factors."""
MAX_DEGREE: Final = 64
"""Exponents, and powers to which a value is raised."""
MAX_SCALE: Final = 10**6
"""Denominator of the exponents of one exponential or root."""
MAX_NODES: Final = 4_000
"""Nodes visited, definitions unfolded included."""
MAX_UNFOLDING: Final = 24
"""Definitions unfolded inside one another."""
MAX_UNROLLED: Final = 12
"""Terms into which a sum over a range of numbers is written out; cases of free indices alike."""
MAX_JOINED: Final = 3
"""Indices that one sum may have after nested sums are joined."""
MAX_EXPONENT_TERMS: Final = 24
"""Terms of an exponent that are split into factors."""
MAX_FACTORED: Final = 40
"""Terms of a polynomial that is factored; a larger one counts as one factor."""
CAPACITIES: Final = (12, 24, 64)
"""Numbers of atoms that a workspace has room for, tried in turn."""
UNDEFINED: Final = "a division by zero"
"""Reason of the refusal of what is not defined."""


@final
class NotCanonical(Exception):
    """The expression has no canonical form here; the message says why.

    >>> NotCanonical("limit:canonical").reason
    'limit:canonical'
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@final
class Restart(Exception):
    """Begin again with more room, or with a finer generator of an exponential (``e^{u/2}``)."""

    def __init__(self, scales: Mapping[str, int] | None = None) -> None:
        super().__init__("restart")
        self.scales = scales


def too_large() -> NotCanonical:
    """Return the refusal of an expression that takes too much work."""
    return NotCanonical("limit:canonical")
