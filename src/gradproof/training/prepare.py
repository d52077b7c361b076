"""From a table to rows for training and for testing: one pass to learn what is in it, then the features."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import final

import numpy as np

from gradproof.training.arrays import Matrix
from gradproof.training.data.batch import BadData, Batch
from gradproof.training.data.encoding import Encoding, learn, quoted
from gradproof.training.data.matrices import MatrixSource
from gradproof.training.data.profile import Numbers, Profile, TargetProfile, Words
from gradproof.training.data.source import Source
from gradproof.training.data.target import Target, TargetKind, target_of
from gradproof.training.libraries import library
from gradproof.training.rows import (
    TEST,
    Block,
    Held,
    Rows,
    Split,
    Streamed,
    columns_of,
    encoded,
)


@final
@dataclass(frozen=True, slots=True)
class Wishes:
    """How a table is to be read.

    Attributes:
        target: the name of the target column.
        features: the columns to use; None for all others.
        drop: columns to leave out.
        category: columns that are categories even where they look like numbers.
        weights: the column with the weights of rows.
        impute: fill missing values.
        standardize: bring the columns of numbers to mean 0 and deviation 1.
        split: which rows are held out.
        stream: read the table again in every pass and hold no more than a batch of it.
    """

    target: str = "y"
    features: tuple[str, ...] | None = None
    drop: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    weights: str | None = None
    impute: bool = False
    standardize: bool = False
    split: Split = field(default_factory=Split)
    stream: bool = False


@final
@dataclass(frozen=True, slots=True)
class Prepared:
    """Rows ready for training.

    Attributes:
        train: the rows to learn from.
        test: the rows that are held out, or None.
        encoding: how columns become features.
        target: how the target becomes numbers.
        rows: how many rows the table has.
        count: how many of them are for training.
        total: the sum of their weights.
        notes: what was assumed and found, for the user.
    """

    train: Rows
    test: Rows | None
    encoding: Encoding
    target: Target
    rows: int
    count: int
    total: float
    notes: tuple[str, ...]


TargetChoice = Callable[[TargetProfile], tuple[TargetKind, str, str]]
"""From what stands in the target: its kind, what the loss is called in messages, and a note (or nothing)."""


def prepare(source: Source, wishes: Wishes, choose: TargetChoice) -> Prepared:
    """Read a table and return its rows.

    Args:
        source: the table.
        wishes: how to read it.
        choose: says what the target is to be.

    Raises:
        BadData: the table cannot be used as wished; the message says what to do.
    """
    names = _features(source, wishes)
    keep = () if wishes.weights is None else (wishes.weights,)
    columns = dict.fromkeys((*names, wishes.target, *keep))
    held: list[Batch] | None = None if wishes.stream else []
    found = _survey(source, wishes, list(columns), names, held)
    profile, target_profile = found.profile, found.target
    kind, label, note = choose(target_profile)
    notes = [note] if note else []
    target = target_of(target_profile, wishes.target, kind, source.name, label)
    encoding = learn(
        profile,
        source.name,
        impute=wishes.impute,
        standardize=wishes.standardize,
        sparse=source.sparse,
        categories=wishes.category,
    )
    notes += _notes(profile, encoding, source, wishes)
    weights = wishes.weights
    if held is None:
        parts = [
            Streamed(source, encoding, target, wishes.split, part, weights)
            for part in ("train", TEST)
        ]
        train, test = parts[0], parts[1] if wishes.split.share else None
    else:
        train, test = _held(source, held, encoding, target, wishes)
    return Prepared(
        train, test, encoding, target, profile.rows, found.count, found.total, tuple(notes)
    )


def _features(source: Source, wishes: Wishes) -> list[str]:
    columns = source.columns
    wanted = [wishes.target, *wishes.drop, *(wishes.features or ())]
    wanted += [] if wishes.weights is None else [wishes.weights]
    for name in wanted:
        if name in columns:
            continue
        small = {c.lower(): c for c in columns}
        close = [small[c] for c in difflib.get_close_matches(name.lower(), small, 1)]
        hint = f"; did you mean {close[0]!r}?" if close else ""
        what = "target " if name == wishes.target else ""
        raise BadData(
            f"{source.name}: there is no {what}column {name!r}; the columns are {quoted(list(columns))}{hint}"
        )
    out = {wishes.target, wishes.weights, *wishes.drop}
    names = [n for n in (columns if wishes.features is None else wishes.features) if n not in out]
    if not names:
        raise BadData(f"{source.name}: no column is left as a feature beside {wishes.target!r}")
    return names


@final
@dataclass(slots=True)
class _Survey:
    """What one pass over a table finds."""

    profile: Profile
    target: TargetProfile
    count: int = 0
    total: float = 0.0


def _survey(
    source: Source, wishes: Wishes, columns: list[str], names: list[str], held: list[Batch] | None
) -> _Survey:
    """Pass over the table once; what is held out counts for words and not for means."""
    profile: Profile | None = None
    found = TargetProfile()
    weights_wrong = count = 0
    total = 0.0
    for batch in source.batches(columns):
        taken, words = columns_of(batch, [wishes.target])
        for column in words.values():
            found.add_words(column)
        for values in taken.values():
            found.add_numbers(values)
        inside = [k for k, n in enumerate(batch.names) if n not in (wishes.target, wishes.weights)]
        texts = {n: t for n, t in batch.texts.items() if n in set(names)}
        if profile is None:
            used = tuple(batch.names[k] for k in inside)
            profile = Profile(Numbers(used), {n: Words() for n in texts})
        kept = ~wishes.split.held_out(batch.start, batch.rows)
        count += int(kept.sum())
        if wishes.weights is not None:
            weight = columns_of(batch, [wishes.weights])[0].get(wishes.weights)
            weights_wrong += batch.rows if weight is None else int((~(weight >= 0)).sum())
            total += 0.0 if weight is None else float(weight[kept].sum())
        block = batch.numbers if len(inside) == len(batch.names) else batch.numbers[:, inside]
        if wishes.split.share:
            block = block[np.flatnonzero(kept)]
        profile.add(Batch(batch.start, batch.rows, profile.numbers.names, block, texts))
        if held is not None:
            held.append(batch)
    if profile is None or not profile.rows:
        raise BadData(
            f"{source.name}: there are no rows; expected some below the names of the columns"
        )
    if weights_wrong:
        raise BadData(
            f"{source.name}: the weights {wishes.weights!r} are no numbers, missing or negative in {weights_wrong} rows"
        )
    return _Survey(profile, found, count, float(count) if wishes.weights is None else total)


def _held(
    source: Source, held: list[Batch], encoding: Encoding, target: Target, wishes: Wishes
) -> tuple[Held, Held | None]:
    """Return the rows in memory; batches are let go as soon as they are encoded."""
    rows = sum(b.rows for b in held)
    if isinstance(source, MatrixSource) and _as_it_stands(source, encoding, wishes):
        last = source.batches([wishes.target])
        targets = [encoded_target(b, target) for b in last]
        whole = Block(source.numbers, np.concatenate(targets))
        return _parted(whole, wishes.split, rows)
    if source.sparse:
        sparse = library("scipy.sparse", "sparse data")
        blocks = [encoded(b, encoding, target, source.name, wishes.weights) for b in held]
        features: Matrix = sparse.csr_array(sparse.vstack([b.features for b in blocks]))
        whole = Block(features, np.concatenate([b.target for b in blocks]), _weights(blocks))
        return _parted(whole, wishes.split, rows)
    width = len(encoding.features)
    features = np.empty((rows, width))
    blocks: list[Block] = []
    held.reverse()
    start = 0
    while held:
        block = encoded(held.pop(), encoding, target, source.name, wishes.weights)
        features[start : start + block.rows] = block.features
        blocks.append(Block(np.empty((block.rows, 0)), block.target, block.weights))
        start += block.rows
    whole = Block(features, np.concatenate([b.target for b in blocks]), _weights(blocks))
    return _parted(whole, wishes.split, rows)


def encoded_target(batch: Batch, target: Target) -> Matrix:
    """Return the targets of a batch."""
    numbers, words = columns_of(batch, [target.name])
    if target.name in words:
        return target.of_words(words[target.name])
    return target.of_numbers(numbers[target.name])


def _as_it_stands(source: MatrixSource, encoding: Encoding, wishes: Wishes) -> bool:
    names = tuple(n.name for n in encoding.numbers)
    return encoding.plain and names == source.names and wishes.weights is None


def _weights(blocks: list[Block]) -> Matrix | None:
    found = [b.weights for b in blocks if b.weights is not None]
    return np.concatenate(found) if found else None


def _parted(whole: Block, split: Split, rows: int) -> tuple[Held, Held | None]:
    if not split.share:
        return Held(whole), None
    out = split.held_out(0, rows)
    train, test = whole.drawn(np.flatnonzero(~out)), whole.drawn(np.flatnonzero(out))
    if not train.rows or not test.rows:
        raise BadData(
            f"{rows} rows cannot be parted: {train.rows} for training, {test.rows} held out; expected more rows, or "
            "no --test-split"
        )
    return Held(train), Held(test)


def _notes(profile: Profile, encoding: Encoding, source: Source, wishes: Wishes) -> list[str]:
    notes: list[str] = []
    constant = profile.numbers.constant()
    if constant:
        notes.append(
            f"constant columns, which tell nothing: {quoted(constant)}; leave them out with --drop"
        )
    twins = profile.numbers.duplicates()
    if twins:
        pairs = ", ".join(f"{b!r} is {a!r}" for a, b in twins[:3])
        more = f" and {len(twins) - 3} more" if len(twins) > 3 else ""
        notes.append(
            f"columns that are the same: {pairs}{more}; without --l2 their coefficients are not unique"
        )
    filled = [(n.name, 0) for n in encoding.numbers if n.fill is not None]
    filled += [(c.name, 0) for c in encoding.categories if c.fill is not None]
    if filled:
        notes.append(
            f"missing values filled, with the mean or the most frequent word: {quoted([n for n, _ in filled])}"
        )
    for category in encoding.categories:
        notes.append(
            f"column {category.name!r} holds {len(category.levels)} words: a feature for each but "
            f"{category.levels[0]!r}"
        )
    if wishes.standardize and source.sparse:
        notes.append(
            "sparse data: the columns are scaled and not centred, so that zeros stay zeros"
        )
    return notes
