"""A cause of a wrong line, as the searches find it."""

from dataclasses import dataclass
from typing import final

from gradproof.expr import Expr, Path
from gradproof.mistakes.mistake import Mistake


@final
@dataclass(frozen=True, slots=True)
class Match:
    """A cause of a wrong line.

    Attributes:
        mistake: which.
        sites: paths into the line before where the wrong rule was used (the empty path for a slip made
            after its derivative was taken).
        variant: the line that the wrong rules give; of an edit, the line that it makes right.
        right_part: what the right rule gives at the (first) site.
        wrong_part: what the wrong rule gave.
        message: what to say.
        why: the rule that was broken.
        also_consistent_with: names of other mistakes that explain the same line.
        place: path into the person's line of what an edit changes, None where the cause is no edit.
        children: range of the children there that change, None for all of it.
        prior: how likely the cause is.
    """

    mistake: Mistake
    sites: tuple[Path, ...]
    variant: Expr
    right_part: Expr
    wrong_part: Expr
    message: str
    why: str
    also_consistent_with: tuple[str, ...] = ()
    place: Path | None = None
    children: tuple[int, int] | None = None
    prior: float = 0.0
