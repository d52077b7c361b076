"""The target: what stands in its column, as classes or as numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, final

import numpy as np

from gradproof.training.arrays import Vector
from gradproof.training.data.batch import BadData, Text
from gradproof.training.data.encoding import quoted
from gradproof.training.data.profile import FEW, MAX_LEVELS, TargetProfile

TargetKind = Literal["binary", "classes", "number", "count"]
"""What a loss wants: 0 or 1, one of several classes, any number, a count."""


@final
@dataclass(frozen=True, slots=True)
class Target:
    """How the target column becomes numbers.

    Attributes:
        name: the column.
        kind: what the loss wants.
        classes: the classes in order, words or numbers; empty for numbers and counts. Of two, the second is 1.
    """

    name: str
    kind: TargetKind
    classes: tuple[str | float, ...]

    @property
    def width(self) -> int:
        """How many numbers there are for a row: the number of classes where there are several."""
        return len(self.classes) if self.kind == "classes" else 1

    def of_numbers(self, values: Vector) -> Vector:
        """Return the numbers of a loss, shape (rows,) or (rows, classes), from a column of numbers.

        Raises:
            BadData: a value is none of the classes.
        """
        if not self.classes:
            return values
        order = np.array([float(c) for c in self.classes])
        codes = np.searchsorted(order, values)
        codes = np.minimum(codes, len(order) - 1)
        wrong = np.flatnonzero(order[codes] != values)
        if wrong.size:
            raise BadData(
                f"the target {self.name!r} holds {values[wrong[0]]:g}; expected {quoted(self.labels)}"
            )
        return self._coded(codes)

    def of_words(self, column: Text) -> Vector:
        """Return the numbers of a loss, shape (rows,) or (rows, classes), from a column of words.

        Raises:
            BadData: a word is none of the classes.
        """
        number = {c: k for k, c in enumerate(self.labels)}
        known = np.array([number.get(level, -1) for level in column.levels] + [-1])
        codes = known[column.codes]
        wrong = np.flatnonzero(codes < 0)
        if wrong.size:
            code = int(column.codes[wrong[0]])
            found = repr(column.levels[code]) if code >= 0 else "a missing value"
            raise BadData(f"the target {self.name!r} holds {found}; expected {quoted(self.labels)}")
        return self._coded(codes)

    def _coded(self, codes: Any) -> Vector:
        if self.kind == "binary":
            return codes.astype(np.float64)
        out = np.zeros((codes.shape[0], len(self.classes)))
        out[np.arange(codes.shape[0]), codes] = 1.0
        return out

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes as they are shown."""
        return tuple(c if isinstance(c, str) else f"{c:g}" for c in self.classes)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"name": self.name, "kind": self.kind, "classes": list(self.classes)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Target":
        """Return what `to_json` gave.

        Raises:
            KeyError, ValueError: it is something else.
        """
        kind = data["kind"]
        if kind not in ("binary", "classes", "number", "count"):
            raise ValueError(f"kind of target {kind!r}")
        return cls(str(data["name"]), kind, tuple(data["classes"]))


def guessed(profile: TargetProfile) -> tuple[TargetKind, str]:
    """Return the kind of target where no loss was named, and why."""
    words = profile.words.counts
    if len(words) == 2:
        return "binary", "the target holds two words"
    if words:
        return "classes", f"the target holds {len(words)} words"
    found = profile.numbers
    if len(found) == 2:
        return "binary", "the target holds two numbers"
    if profile.whole and len(found) <= FEW:
        return "classes", f"the target holds {len(found)} whole numbers"
    return "number", "the target holds many numbers"


def target_of(
    profile: TargetProfile, column: str, kind: TargetKind, name: str, loss: str
) -> Target:
    """Return how the target becomes what the loss wants.

    Raises:
        BadData: the column holds something else, misses values, or has one class.
    """
    missing = profile.missing + profile.words.missing
    if missing or profile.infinite:
        what = "missing" if missing else "infinite"
        raise BadData(
            f"{name}: the target {column!r} is {what} in {missing or profile.infinite} of {profile.rows} rows; "
            "expected a value in every row; leave these rows out of the file"
        )
    words = profile.words.counts
    if kind in ("number", "count"):
        if words:
            raise BadData(
                f"{name}: the target {column!r} holds words ({quoted(sorted(words))}); the loss {loss} expects "
                "numbers; expected --loss logistic or softmax for classes"
            )
        if kind == "count" and profile.lowest < 0:
            raise BadData(
                f"{name}: the target {column!r} goes down to {profile.lowest:g}; the loss {loss} expects counts, "
                "which are not negative"
            )
        return Target(column, kind, ())
    classes: tuple[str | float, ...] = (
        tuple(sorted(words)) if words else tuple(sorted(profile.numbers))
    )
    if len(classes) == 1:
        raise BadData(
            f"{name}: the target {column!r} holds one class only, {Target(column, kind, classes).labels[0]!r}; "
            f"expected two or more: there is nothing to tell apart"
        )
    if kind == "binary" and len(classes) > 2:
        raise BadData(
            f"{name}: the target {column!r} holds {_many(len(classes))} values "
            f"({quoted(Target(column, kind, classes).labels)}); the loss {loss} expects two classes; expected "
            "--loss softmax for more classes, --loss squared for numbers"
        )
    if len(classes) > MAX_LEVELS:
        raise BadData(
            f"{name}: the target {column!r} holds more than {MAX_LEVELS} values; the loss {loss} expects classes"
        )
    return Target(column, kind, classes)


def _many(count: int) -> str:
    return f"more than {MAX_LEVELS}" if count > MAX_LEVELS else str(count)
