"""Sources: what can be read in batches, again and again, always in the same order."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from gradproof.training.data.batch import Batch


class Source(Protocol):
    """A table that can be read in batches of rows.

    Attributes:
        name: what messages call it: a path, or ``the arrays``.
        columns: the names of the columns in order.
        sparse: whether its numbers come as sparse matrices.
    """

    @property
    def name(self) -> str:
        """What messages call it."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns in order."""
        ...

    @property
    def sparse(self) -> bool:
        """Whether its numbers are sparse."""
        ...

    def batches(self, columns: Iterable[str] | None = None) -> Iterator[Batch]:
        """Read the table from its first row: all columns, or those named."""
        ...
