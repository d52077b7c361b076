"""From columns to features: missing values filled, categories as zeros and ones, numbers standardised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np

from gradproof.training.arrays import Matrix, Vector, is_sparse
from gradproof.training.data.batch import BadData, Batch, Text
from gradproof.training.data.profile import FEW, MAX_LEVELS, Profile, Words
from gradproof.training.libraries import library

SHOWN: Final = 6
"""Most columns that a message lists."""


@final
@dataclass(frozen=True, slots=True)
class Number:
    """A column of numbers: ``(value - mean) / scale``, a missing value read as `fill`."""

    name: str
    fill: float | None
    mean: float
    scale: float


@final
@dataclass(frozen=True, slots=True)
class Category:
    """A column of words: a feature of zeros and ones for every level but the first, which is all zeros."""

    name: str
    levels: tuple[str, ...]
    fill: str | None


@final
@dataclass(frozen=True, slots=True)
class Encoding:
    """How the columns of a table become features: the numbers first, then the categories.

    Attributes:
        numbers: the columns of numbers.
        categories: the columns of words.
    """

    numbers: tuple[Number, ...]
    categories: tuple[Category, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads."""
        return (*(n.name for n in self.numbers), *(c.name for c in self.categories))

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the features."""
        ones = (f"{c.name}={level}" for c in self.categories for level in c.levels[1:])
        return (*(n.name for n in self.numbers), *ones)

    @property
    def plain(self) -> bool:
        """Whether the features are the numbers as they stand."""
        return not self.categories and all(
            n.fill is None and n.mean == 0 and n.scale == 1 for n in self.numbers
        )

    def encode(self, batch: Batch, name: str, out: Vector | None = None) -> Matrix:
        """Return the features of some rows, shape (rows, features); dense ones are written into `out` if given.

        Raises:
            BadData: a value is missing or not finite where none may be, or a word is new.
        """
        if is_sparse(batch.numbers):
            return self._sparse(batch, name)
        width = len(self.numbers)
        if self.plain and out is None:
            with np.errstate(all="ignore"):
                if np.isfinite(batch.numbers.sum()):
                    return batch.numbers
        result = np.zeros((batch.rows, len(self.features))) if out is None else out
        inner = result[:, :width]
        inner[...] = batch.numbers
        with np.errstate(all="ignore"):
            finite = bool(np.isfinite(inner.sum()))
        if not finite:
            self._fill(inner, batch, name)
        mean, scale = self._moments()
        if mean.any():
            inner -= mean
        if (scale != 1).any():
            inner /= scale
        start = width
        for category in self.categories:
            stop = start + len(category.levels) - 1
            _ones(batch.texts[category.name], category, batch.start, name, result[:, start:stop])
            start = stop
        return result

    def _moments(self) -> tuple[Vector, Vector]:
        return np.array([n.mean for n in self.numbers]), np.array([n.scale for n in self.numbers])

    def _fill(self, block: Vector, batch: Batch, name: str) -> None:
        for k, number in enumerate(self.numbers):
            column = block[:, k]
            wrong = np.flatnonzero(~np.isfinite(column))
            if not wrong.size:
                continue
            kind = "missing" if np.isnan(column[wrong[0]]) else "infinite"
            if number.fill is None or np.isinf(column).any():
                raise BadData(
                    f"{name}: column {number.name!r} is {kind} in row {batch.start + int(wrong[0]) + 1}; "
                    "expected a number; fill it in, or train with --impute, which learns what stands for it"
                )
            column[wrong] = number.fill

    def _sparse(self, batch: Batch, name: str) -> Matrix:
        numbers = batch.numbers
        if not np.isfinite(numbers.data.sum()):
            raise BadData(f"{name}: the sparse matrix holds NaN or infinite values")
        _, scale = self._moments()
        if (scale != 1).any():
            numbers = numbers.copy()
            numbers.data /= scale[numbers.indices]
        if not self.categories:
            return numbers
        sparse = library("scipy.sparse", "sparse data")
        parts = [numbers]
        for category in self.categories:
            dense = np.zeros((batch.rows, len(category.levels) - 1))
            _ones(batch.texts[category.name], category, batch.start, name, dense)
            parts.append(sparse.csr_array(dense))
        return sparse.csr_array(sparse.hstack(parts))

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "numbers": [[n.name, n.fill, n.mean, n.scale] for n in self.numbers],
            "categories": [[c.name, list(c.levels), c.fill] for c in self.categories],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Encoding":
        """Return what `to_json` gave.

        Raises:
            KeyError, TypeError, ValueError: it is something else.
        """
        numbers = tuple(
            Number(str(name), None if fill is None else float(fill), float(mean), float(scale))
            for name, fill, mean, scale in data["numbers"]
        )
        categories = tuple(
            Category(str(n), tuple(map(str, levels)), fill)
            for n, levels, fill in data["categories"]
        )
        return cls(numbers, categories)


def _ones(text: Text, category: Category, start: int, name: str, out: Vector) -> None:
    number = {level: k for k, level in enumerate(category.levels)}
    known = np.array([number.get(level, -2) for level in text.levels] + [-1])
    if category.fill is not None:
        known[-1] = number[category.fill]
    codes = known[text.codes]
    wrong = np.flatnonzero(codes < 0)
    if wrong.size:
        row = start + int(wrong[0]) + 1
        code = int(text.codes[wrong[0]])
        if code < 0:
            raise BadData(
                f"{name}: column {category.name!r} is missing in row {row}; expected a word; fill it in, or train "
                "with --impute, which learns what stands for it"
            )
        raise BadData(
            f"{name}: column {category.name!r} holds {text.levels[code]!r} in row {row}, which did not occur in "
            f"training; expected one of {quoted(category.levels)}; leave the row out, or train on rows that hold it"
        )
    out[...] = 0.0
    rows = np.flatnonzero(codes > 0)
    out[rows, codes[rows] - 1] = 1.0


def learn(
    profile: Profile,
    name: str,
    *,
    impute: bool = False,
    standardize: bool = False,
    sparse: bool = False,
    categories: Sequence[str] = (),
) -> Encoding:
    """Return the encoding for what a table holds: means and the most frequent words stand for what is missing.

    Raises:
        BadData: values are missing and `impute` is not set, or infinite, or a column has too many words, or it holds
            numbers and a few words and nobody said, in `categories`, that these are categories.
    """
    numbers = profile.numbers
    endless = [(n, int(c)) for n, c in zip(numbers.names, numbers.infinite, strict=True) if c]
    if endless:
        raise BadData(
            f"{name}: infinite values in {counted(endless)}; expected numbers; mend them or leave the columns out "
            "with --drop"
        )
    lacking = [(n, int(c)) for n, c in zip(numbers.names, numbers.missing, strict=True) if c]
    lacking += [(n, w.missing) for n, w in profile.words.items() if w.missing]
    if lacking and not impute:
        raise BadData(
            f"{name}: values are missing in {counted(lacking)} of {profile.rows} rows; fill them with --impute (the "
            "mean, or the most frequent word), or leave the columns out with --drop"
        )
    empty = [n for n, c in zip(numbers.names, numbers.count, strict=True) if not c]
    empty += [n for n, w in profile.words.items() if not w.counts]
    if empty:
        raise BadData(f"{name}: nothing stands in {quoted(empty)}; leave out with --drop")
    for column, words in profile.words.items():
        if column not in categories:
            _unmixed(name, column, words)
    crowded = [n for n, w in profile.words.items() if len(w.counts) > MAX_LEVELS]
    if crowded:
        raise BadData(
            f"{name}: column {crowded[0]!r} holds more than {MAX_LEVELS} different words, as names and numbers of "
            f"single things do; leave it out with --drop {crowded[0]}"
        )
    scales = numbers.scales() if standardize else np.ones(len(numbers.names))
    means = numbers.mean if standardize and not sparse else np.zeros(len(numbers.names))
    missing = dict(lacking)
    return Encoding(
        tuple(
            Number(n, float(numbers.mean[k]) if n in missing else None, float(means[k]), float(scales[k]))
            for k, n in enumerate(numbers.names)
        ),
        tuple(
            Category(
                n, tuple(sorted(w.counts)), max(sorted(w.counts), key=w.counts.__getitem__) if w.missing else None
            )
            for n, w in profile.words.items()
        ),
    )  # fmt: skip


def _unmixed(name: str, column: str, words: Words) -> None:
    """Refuse a column of many different numbers in which a few words stand: they are slips of the pen or gaps.

    Raises:
        BadData: it is one.
    """
    others = {w: c for w, c in words.counts.items() if not is_number(w)}
    many = len(words.counts) - len(others) > FEW
    if others and many and 2 * sum(others.values()) < sum(words.counts.values()):
        found = ", ".join(f"{w!r} ({others[w]})" for w in sorted(others)[:SHOWN])
        raise BadData(
            f"{name}: column {column!r} holds numbers and in some rows {found}; expected numbers only; mend them, or "
            "leave their places empty and fill them with --impute, or read the column as categories with "
            f"--category {column}"
        )


def is_number(word: str) -> bool:
    """Tell whether a word is a number."""
    try:
        float(word)
    except ValueError:
        return False
    return True


def quoted(names: "list[str] | tuple[str, ...]") -> str:
    """Return some names between quotes, and how many more there are."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(repr(n) for n in names[:SHOWN]) + more


def counted(found: list[tuple[str, int]]) -> str:
    """Return names with their counts."""
    more = f" and {len(found) - SHOWN} more columns" if len(found) > SHOWN else ""
    return ", ".join(f"{n!r} ({c})" for n, c in found[:SHOWN]) + more
