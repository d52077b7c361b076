"""One explanation of the numbers of the code, wherever it was found."""

from dataclasses import dataclass
from typing import final

from gradproof.expr import Expr
from gradproof.gradcode.fit import Closeness


@final
@dataclass(frozen=True, slots=True)
class Cause:
    """A mistake that gives the numbers of the code at all points.

    Attributes:
        mistake: its name.
        prior: how likely it is.
        weight: how much of the line it touches.
        told: what is wrong, in words.
        computed: the formula that the code computes; None where that is no formula.
        closeness: how closely.
        second: a second mistake that was made beside it: its name, and what is wrong.
    """

    mistake: str
    prior: float
    weight: int
    told: str
    computed: Expr | None
    closeness: Closeness
    second: tuple[str, str] | None = None

    @property
    def rank(self) -> tuple[float, int, int, str]:
        """What causes are ordered by: the likeliest first, of one mistake the shortest to tell."""
        return -self.prior, self.weight, len(self.told), self.told
