"""Symbolic sizes: ``m``, ``n + 1``, ``10``; sizes of spaces and ranges of indices."""

from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True, order=True)
class Size:
    """``name + offset``; a plain number where `name` is empty.

    >>> str(Size("n", 1)), str(Size("", 10))
    ('n+1', '10')
    """

    name: str = ""
    offset: int = 0

    def __str__(self) -> str:
        """Spell the size as a person does."""
        if not self.name:
            return str(self.offset)
        return self.name if not self.offset else f"{self.name}{self.offset:+d}"


@final
@dataclass(frozen=True, slots=True)
class Space:
    """Shape of a value: ``()`` a scalar, ``(n,)`` a column vector, ``(m, n)`` a matrix."""

    shape: tuple[Size, ...] = ()

    @property
    def rank(self) -> int:
        """Number of axes."""
        return len(self.shape)


def spelled_size(size: Size) -> str:
    """Spell a size in a message; one that nothing tells is a question mark.

    >>> spelled_size(Size("n", 1)), spelled_size(Size("?B0"))
    ('n+1', '?')
    """
    return "?" if size.name.startswith("?") else str(size)


SCALAR = Space()
SINGLE = Size("", 1)
"""The size of an axis with one entry."""


def matrix_shape(rows: Size, cols: Size) -> tuple[Size, ...]:
    """Return the shape of a matrix of so many rows and columns; one column is a vector."""
    if cols == SINGLE:
        return () if rows == SINGLE else (rows,)
    return rows, cols
