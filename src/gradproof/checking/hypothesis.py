"""One unstated assumption under which a line may be meant."""

from dataclasses import dataclass
from typing import Final, final

from gradproof.expr import Context

CONSTRAINT_ASSUMED: Final = "constraint-assumed"
"""Kind of the assumption that labels sum to one, or that a covariance is symmetric."""

FACT_TOLD: Final = "fact-told"
"""Kind of the assumption that a matrix is what the words of the document call one."""


@final
@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A context with one more assumption; `kind` and `message` go into the report.

    `sufficient` is False where the assumption alone does not excuse the line without a word of the
    author's: then the line is undecided rather than right.
    """

    kind: str
    message: str
    context: Context
    sufficient: bool = True
