"""Work limits of the numeric routes, and the one exception they raise for what they cannot judge."""

from typing import Final

from gradproof.expr import Expr

MAX_ORDER: Final = 4
"""Derivative tags in force at once (the order of a derivative, nested ones counted)."""
MAX_EXPONENT: Final = 64
"""Largest literal integer exponent."""
MAX_AXES: Final = 7
"""Index axes in force at once."""
MAX_ELEMENTS: Final = 2_000_000
"""Sample points times the sizes of the index axes in force."""
MAX_DRAWN: Final = 200_000
"""Candidate points times the entries of one base symbol (only sizes that the author fixes are large)."""
MAX_SQUARE: Final = 12
"""Rows of a matrix of which the inverse or the determinant is taken (only sizes that the author fixes are large)."""
MAX_RANK: Final = 4
"""Array axes of a value."""
MAX_NODES: Final = 5_000
"""Nodes of one expression."""
MAX_VISITS: Final = 60_000
"""Nodes visited in one evaluation, definitions unfolded."""
MAX_UNFOLDING: Final = 60
"""Definitions unfolded inside one another."""
MAX_POINTS: Final = 256
"""Sample points of one evaluation."""
MAX_REDRAWS: Final = 12
"""Rounds of fresh candidates per attempted set of domains."""
MAX_PRECISION: Final = 1024
"""Bits of ball arithmetic at which certification gives up."""


class Unsupported(Exception):
    """The numeric routes cannot judge this; `reason` says why (the checker answers "undecided").

    >>> Unsupported("limit:order").reason
    'limit:order'
    """

    def __init__(self, reason: str) -> None:
        """Keep `reason`, a phrase that can stand after "undecided: "."""
        super().__init__(reason)
        self.reason = reason


class ShapeMismatch(Unsupported):
    """Arrays of shapes that do not fit together: not a matter of numbers.

    `shapes` are the two shapes and `verb` what was to be done with them; `parts` the two expressions, once
    known. Without shapes it says of an arrangement only that it is not meant. `given` tells a mismatch inside a
    definition: what is given has no meaning in this layout.
    """

    def __init__(
        self,
        reason: str,
        shapes: tuple[tuple[int, ...], tuple[int, ...]] | None = None,
        verb: str = "",
    ) -> None:
        """Keep what does not fit."""
        super().__init__(reason)
        self.shapes = shapes
        self.verb = verb
        self.parts: tuple[Expr, Expr] | None = None
        self.given = False

    def between(self, left: Expr, right: Expr) -> "ShapeMismatch":
        """Note between which expressions it is, the first time."""
        if self.parts is None:
            self.parts = (left, right)
        return self


class Unsampled(Unsupported):
    """A declared constraint that no drawn values can be made to meet."""


class MissingIndex(Unsupported):
    """A free index variable that no axis was opened for; `name` says which."""

    def __init__(self, name: str) -> None:
        """Keep the name of the index."""
        super().__init__(f"the range of the index {name} is not known")
        self.name = name
