"""Rows with their targets, in blocks: in memory, or read again from a file in every pass."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol, final

import numpy as np
from numpy.typing import NDArray

from gradproof.training.arrays import Matrix, Vector, is_sparse
from gradproof.training.data.batch import Batch, Text
from gradproof.training.data.encoding import Encoding
from gradproof.training.data.source import Source
from gradproof.training.data.table import TableSource
from gradproof.training.data.target import Target
from gradproof.training.libraries import library


@final
@dataclass(frozen=True, slots=True)
class Block:
    """Some rows.

    Attributes:
        features: shape (rows, features), dense or sparse.
        target: shape (rows,), or (rows, classes) of zeros and ones.
        weights: shape (rows,), or None where every row counts once.
    """

    features: Matrix
    target: Vector
    weights: Vector | None = None

    @property
    def rows(self) -> int:
        """How many rows."""
        return int(self.features.shape[0])

    @property
    def total(self) -> float:
        """The sum of the weights."""
        return float(self.rows) if self.weights is None else float(self.weights.sum())

    def cut(self, start: int, stop: int) -> "Block":
        """Return a view of some rows."""
        weights = None if self.weights is None else self.weights[start:stop]
        return Block(self.features[start:stop], self.target[start:stop], weights)

    def drawn(self, rows: NDArray[np.int64]) -> "Block":
        """Return a copy of the rows with these numbers."""
        weights = None if self.weights is None else self.weights[rows]
        return Block(self.features[rows], self.target[rows], weights)


def spread_out(start: int, rows: int, share: float, seed: int) -> NDArray[np.int64]:
    """Return which of `rows` rows from number `start` belong to a share, counted from `start`, in rising order.

    All rows are cut into strips of ``1 / share``, and one of each is drawn, so that the number is right to one row, and
    blocks of any size give the same.
    """
    strips = np.arange(int(start * share), int((start + rows) * share) + 1, dtype=np.uint64)
    edges = np.ceil(np.append(strips, strips[-1] + np.uint64(1)) / share - 1e-9)
    found = (edges[:-1] + chances(strips, seed) * np.diff(edges)).astype(np.int64) - start
    return found[(found >= 0) & (found < rows)]


def joined(blocks: list[Block]) -> Block:
    """Return blocks as one, and let them go one by one."""
    rows = sum(b.rows for b in blocks)
    if not blocks:
        return Block(np.zeros((0, 0)), np.zeros(0))
    first = blocks[0]
    if is_sparse(first.features):
        sparse = library("scipy.sparse", "sparse data")
        features = sparse.csr_array(sparse.vstack([b.features for b in blocks]))
    else:
        features = np.empty((rows, first.features.shape[1]))
        start = 0
        for k, block in enumerate(blocks):
            features[start : start + block.rows] = block.features
            start += block.rows
            blocks[k] = Block(np.empty((block.rows, 0)), block.target, block.weights)
    found = [b.weights for b in blocks if b.weights is not None]
    weights = np.concatenate(found) if found else None
    return Block(features, np.concatenate([b.target for b in blocks]), weights)


SAMPLE_BYTES: Final = 64 << 20
"""Most bytes of a sample of rows in memory: it is a copy."""


class Rows(Protocol):
    """Rows that can be passed over again and again."""

    @property
    def room(self) -> int:
        """Most bytes that a sample of them may take."""
        ...

    def blocks(self) -> Iterator[Block]:
        """Return all rows, in blocks, always in the same order."""
        ...


@final
@dataclass(frozen=True, slots=True)
class Held:
    """Rows in memory: one block."""

    block: Block

    @property
    def room(self) -> int:
        """Most bytes that a sample may take."""
        return SAMPLE_BYTES

    def blocks(self) -> Iterator[Block]:
        """Return the one block."""
        yield self.block


@final
@dataclass(frozen=True, slots=True)
class Split:
    """Which rows are held out: by their number alone, so that every way of reading gives the same, a share to one row.

    Attributes:
        share: of the rows that is held out, 0 for none.
        seed: another one holds out others.
    """

    share: float = 0.0
    seed: int = 0

    def held_out(self, start: int, rows: int) -> NDArray[np.bool_]:
        """Tell of `rows` rows from number `start` which are held out, shape (rows,)."""
        out = np.zeros(rows, dtype=np.bool_)
        if self.share:
            out[spread_out(start, rows, self.share, self.seed)] = True
        return out


def chances(numbers: NDArray[np.uint64], seed: int) -> Vector:
    """Return a number from 0 to 1 for each number, as if drawn at random, in the shape of `numbers`.

    The numbers are mixed as in Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
    """
    with np.errstate(over="ignore"):
        z = numbers + np.uint64(seed * 0x51_7CC1)
        z = (z + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(11)).astype(np.float64) / float(1 << 53)


Part = str
TRAIN: Final[Part] = "train"
TEST: Final[Part] = "test"


@final
@dataclass(frozen=True, slots=True)
class Streamed:
    """Rows read from a source in every pass.

    Attributes:
        source: what is read.
        encoding: how columns become features.
        target: how the target becomes numbers.
        split: which rows are held out.
        part: ``train`` or ``test``.
        weights: the column of the weights of rows, if any.
    """

    source: Source
    encoding: Encoding
    target: Target
    split: Split
    part: Part = TRAIN
    weights: str | None = None

    @property
    def room(self) -> int:
        """Most bytes that a sample may take: some batches."""
        return 2 * self.source.batch_bytes if isinstance(self.source, TableSource) else SAMPLE_BYTES

    def blocks(self) -> Iterator[Block]:
        """Read all rows of this part."""
        extra = () if self.weights is None else (self.weights,)
        columns = dict.fromkeys((*self.encoding.columns, self.target.name, *extra))
        for batch in self.source.batches(columns):
            block = encoded(batch, self.encoding, self.target, self.source.name, self.weights)
            if self.split.share:
                out = self.split.held_out(batch.start, batch.rows)
                keep = np.flatnonzero(out if self.part == TEST else ~out)
                block = block.drawn(keep)
            if block.rows:
                yield block


def encoded(
    batch: Batch, encoding: Encoding, target: Target, name: str, weights: str | None = None
) -> Block:
    """Return the features and targets of a batch.

    Raises:
        BadData: a value is missing, not finite or new.
    """
    taken, words = columns_of(batch, [c for c in (target.name, weights) if c is not None])
    numbers = tuple(n.name for n in encoding.numbers)
    rest = batch
    if batch.names != numbers:
        place = {n: k for k, n in enumerate(batch.names)}
        inside = [place[n] for n in numbers]
        leading = inside == list(range(len(inside))) and not is_sparse(batch.numbers)
        chosen: Matrix = batch.numbers[:, : len(inside)] if leading else batch.numbers[:, inside]
        rest = Batch(batch.start, batch.rows, numbers, chosen, batch.texts)
    features = encoding.encode(rest, name)
    values = (
        target.of_words(words[target.name])
        if target.name in words
        else target.of_numbers(taken[target.name])
    )
    return Block(features, values, None if weights is None else taken[weights])


def columns_of(batch: Batch, names: list[str]) -> tuple[dict[str, Vector], dict[str, Text]]:
    """Return some columns of a batch: those of numbers as vectors, and those of words."""
    numbers: dict[str, Vector] = {}
    words: dict[str, Text] = {}
    for name in names:
        if name in batch.texts:
            words[name] = batch.texts[name]
            continue
        column = batch.numbers[:, [batch.names.index(name)]]
        dense: Vector = column.toarray() if is_sparse(column) else column
        numbers[name] = np.ascontiguousarray(dense[:, 0])
    return numbers, words
