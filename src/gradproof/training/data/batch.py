"""A batch: some rows of a table, numbers and categories apart."""

from dataclasses import dataclass, field
from typing import final

import numpy as np
from numpy.typing import NDArray

from gradproof.training.arrays import Matrix


class BadData(ValueError):
    """The data cannot be used; the message says what was found and where, what was expected, how to go on."""


@final
@dataclass(frozen=True, slots=True)
class Text:
    """A column of words.

    Attributes:
        codes: for every row the number of its word in `levels`, -1 where it is missing; shape (rows,).
        levels: the words of this batch.
    """

    codes: NDArray[np.int32]
    levels: tuple[str, ...]


@final
@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows.

    Attributes:
        start: number of the first row in the whole table, from 0.
        rows: how many.
        names: the names of the columns of `numbers`.
        numbers: shape (rows, len(names)), missing values are NaN; dense or sparse.
        texts: the columns of words by name.
    """

    start: int
    rows: int
    names: tuple[str, ...]
    numbers: Matrix
    texts: dict[str, Text] = field(default_factory=dict)
