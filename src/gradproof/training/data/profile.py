"""What is in the columns: one pass over the rows, in batches, with merged moments."""

from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final, final

import numpy as np

from gradproof.training.arrays import Matrix, Vector, is_sparse
from gradproof.training.data.batch import Batch, Text

MAX_LEVELS: Final = 1000
"""Most words that a column of categories may hold."""

FEW: Final = 20
"""Most different numbers that are taken for classes or categories where nobody says what they are."""


@final
@dataclass(slots=True)
class Numbers:
    """Moments of the columns of numbers; all arrays have shape (columns,).

    The mean and the sum of squared deviations of parts are merged as in Chan, Golub, LeVeque, "Updating formulae
    and a pairwise algorithm for computing sample variances", 1979, equations 2.1.
    """

    names: tuple[str, ...]
    count: Vector = field(default_factory=lambda: np.zeros(0))
    missing: Vector = field(default_factory=lambda: np.zeros(0))
    infinite: Vector = field(default_factory=lambda: np.zeros(0))
    mean: Vector = field(default_factory=lambda: np.zeros(0))
    squares: Vector = field(default_factory=lambda: np.zeros(0))
    lowest: Vector = field(default_factory=lambda: np.zeros(0))
    highest: Vector = field(default_factory=lambda: np.zeros(0))
    digests: list[Any] = field(default_factory=list[Any])

    def __post_init__(self) -> None:
        n = len(self.names)
        self.count, self.missing, self.infinite = np.zeros(n), np.zeros(n), np.zeros(n)
        self.mean, self.squares = np.zeros(n), np.zeros(n)
        self.lowest, self.highest = np.full(n, np.inf), np.full(n, -np.inf)
        self.digests = [blake2b(digest_size=16) for _ in range(n)]

    def add(self, block: Matrix) -> None:
        """Take in some rows, shape (rows, columns), dense or sparse."""
        if not block.shape[0]:
            return
        if is_sparse(block):
            self._add_sparse(block)
            return
        total = block.sum(axis=0)
        clean = bool(np.isfinite(total).all())
        if not clean:
            self.missing += np.isnan(block).sum(axis=0)
            self.infinite += np.isinf(block).sum(axis=0)
            block = np.where(np.isfinite(block), block, np.nan)
            present = ~np.isnan(block)
            count = present.sum(axis=0).astype(np.float64)
            total = np.where(present, block, 0.0).sum(axis=0)
        else:
            present = None
            count = np.full(block.shape[1], float(block.shape[0]))
        mean = total / np.maximum(count, 1)
        centred = block - mean
        if present is not None:
            centred[~present] = 0.0
            self.lowest = np.fmin(self.lowest, np.where(present, block, np.inf).min(axis=0))
            self.highest = np.fmax(self.highest, np.where(present, block, -np.inf).max(axis=0))
        else:
            self.lowest = np.minimum(self.lowest, block.min(axis=0))
            self.highest = np.maximum(self.highest, block.max(axis=0))
        self._merge(count, mean, np.einsum("ij,ij->j", centred, centred))
        turned: Vector = np.ascontiguousarray(block.T)
        for k, digest in enumerate(self.digests):
            digest.update(turned[k].tobytes())

    def _add_sparse(self, block: Matrix) -> None:
        rows, columns = int(block.shape[0]), int(block.shape[1])
        data: Vector = block.data
        bad = ~np.isfinite(data)
        if bad.any():
            self.missing += np.bincount(block.indices[np.isnan(data)], minlength=columns)
            self.infinite += np.bincount(block.indices[np.isinf(data)], minlength=columns)
            data = np.where(bad, 0.0, data)
        filled: Vector = np.bincount(block.indices, minlength=columns).astype(np.float64)
        mean = np.bincount(block.indices, weights=data, minlength=columns) / rows
        squares = np.bincount(block.indices, weights=data * data, minlength=columns)
        np.fmin.at(self.lowest, block.indices, data)
        np.fmax.at(self.highest, block.indices, data)
        hollow = filled < rows
        self.lowest[hollow] = np.fmin(self.lowest[hollow], 0.0)
        self.highest[hollow] = np.fmax(self.highest[hollow], 0.0)
        self._merge(np.full(columns, float(rows)), mean, squares - rows * mean**2)
        self.digests = []

    def _merge(self, count: Vector, mean: Vector, squares: Vector) -> None:
        both = self.count + count
        step = mean - self.mean
        share = count / np.maximum(both, 1)
        self.squares += squares + step**2 * self.count * share
        self.mean += step * share
        self.count = both

    def scales(self) -> Vector:
        """Return the standard deviations, shape (columns,), 1 where a column is constant."""
        constant = self.highest <= self.lowest
        deviation = np.sqrt(np.maximum(self.squares, 0) / np.maximum(self.count, 1))
        return np.where(constant | (deviation == 0), 1.0, deviation)

    def constant(self) -> list[str]:
        """Return the columns that hold one value only."""
        same = (self.highest == self.lowest) & (self.missing == 0)
        return [n for n, s in zip(self.names, same, strict=True) if s]

    def duplicates(self) -> list[tuple[str, str]]:
        """Return pairs of columns that hold the same numbers, a column with the first of its kind."""
        first: dict[bytes, str] = {}
        found: list[tuple[str, str]] = []
        constant = set(self.constant())
        for name, digest in zip(self.names, self.digests, strict=False):
            if name in constant:
                continue
            other = first.setdefault(digest.digest(), name)
            if other != name:
                found.append((other, name))
        return found


@final
@dataclass(slots=True)
class Words:
    """How often each word of a column stands in it."""

    counts: Counter[str] = field(default_factory=Counter[str])
    missing: int = 0

    def add(self, column: Text) -> None:
        """Take in some rows."""
        if len(self.counts) > MAX_LEVELS:
            return
        present = np.bincount(column.codes + 1, minlength=len(column.levels) + 1)
        self.missing += int(present[0])
        for word, count in zip(column.levels, present[1:].tolist(), strict=True):
            if count:
                self.counts[word] += count


@final
@dataclass(slots=True)
class TargetProfile:
    """What stands in the target column.

    Attributes:
        numbers: how often each number stands in it, until there are too many.
        words: the same for words.
        whole: whether all numbers are whole and not negative.
    """

    numbers: Counter[float] = field(default_factory=Counter[float])
    words: Words = field(default_factory=Words)
    missing: int = 0
    infinite: int = 0
    rows: int = 0
    whole: bool = True
    lowest: float = np.inf

    def add_numbers(self, values: Vector) -> None:
        """Take in the targets of some rows, shape (rows,)."""
        self.rows += values.shape[0]
        finite = values[np.isfinite(values)]
        self.missing += int(np.isnan(values).sum())
        self.infinite += int(np.isinf(values).sum())
        self.whole = self.whole and bool((finite == np.floor(finite)).all())
        if finite.size:
            self.lowest = min(self.lowest, float(finite.min()))
        if len(self.numbers) <= MAX_LEVELS:
            found, counts = np.unique(finite, return_counts=True)
            if found.size > MAX_LEVELS:
                found, counts = found[: MAX_LEVELS + 1], counts[: MAX_LEVELS + 1]
            for value, count in zip(found.tolist(), counts.tolist(), strict=True):
                self.numbers[value] += count

    def add_words(self, column: Text) -> None:
        """Take in the targets of some rows."""
        self.rows += column.codes.shape[0]
        self.words.add(column)


@final
@dataclass(slots=True)
class Profile:
    """What one pass over a table finds."""

    numbers: Numbers
    words: dict[str, Words]
    rows: int = 0

    def add(self, batch: Batch) -> None:
        """Take in some rows."""
        self.rows += batch.rows
        self.numbers.add(batch.numbers)
        for name, column in batch.texts.items():
            self.words[name].add(column)
