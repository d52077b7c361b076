"""Index values as linear forms, and ranges of indices."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import final

SIZE_MARK = "#"
"""Prefix of the name of a whole-number symbol (a size, or a label) within a linear form."""
CLOSED_MARK = "·"
"""Prefix of the canonical name of an index that is bound in an atom."""
OPEN_MARK = "~"
"""Prefix of the name of a bound index while its sum is being taken; comes after all letters."""


def _quoted(name: str) -> str:
    return name if name.isidentifier() else repr(name)


@final
@dataclass(frozen=True, slots=True)
class Index:
    """``Σ coefficient · name + constant``; names of index variables, or of sizes with a mark.

    >>> (Index.of("i").plus(Index((), 2))).key
    '+1i+2'
    """

    terms: tuple[tuple[str, int], ...] = ()
    constant: int = 0

    @classmethod
    def of(cls, name: str) -> "Index":
        """Return the index variable `name`."""
        return cls(((name, 1),))

    @property
    def key(self) -> str:
        """Spell the form, one spelling for each."""
        out = "".join(f"{c:+d}{_quoted(n)}" for n, c in self.terms)
        if self.constant or not out:
            out += f"{self.constant:+d}"
        return out

    @property
    def names(self) -> frozenset[str]:
        """Names of index variables in the form, symbols left out."""
        return frozenset(n for n, _ in self.terms if not n.startswith(SIZE_MARK))

    @property
    def name(self) -> str | None:
        """The variable that the form is, if it is just one."""
        if not self.constant and len(self.terms) == 1 and self.terms[0][1] == 1:
            return self.terms[0][0]
        return None

    @property
    def number(self) -> int | None:
        """The number that the form is, else None."""
        return None if self.terms else self.constant

    def plus(self, other: "Index", factor: int = 1) -> "Index":
        """Return ``self + factor · other``."""
        if not self.terms and not other.terms:
            return Index((), self.constant + factor * other.constant)
        found = dict(self.terms)
        for n, c in other.terms:
            found[n] = found.get(n, 0) + factor * c
        kept = tuple(sorted((n, c) for n, c in found.items() if c))
        return Index(kept, self.constant + factor * other.constant)

    def times(self, factor: int) -> "Index":
        """Return ``factor · self``."""
        return Index().plus(self, factor)

    def shifted(self, by: int) -> "Index":
        """Return ``self + by``."""
        return Index(self.terms, self.constant + by) if by else self

    def substitute(self, table: Mapping[str, "Index"]) -> "Index":
        """Replace variables by forms."""
        if not any(n in table for n, _ in self.terms):
            return self
        out = Index((), self.constant)
        for n, c in self.terms:
            out = out.plus(table.get(n) or Index.of(n), c)
        return out

    def solve(self, name: str) -> "Index | None":
        """Return what `name` must be for the form to be zero, where whole numbers always allow it."""
        c = dict(self.terms).get(name, 0)
        if abs(c) != 1:
            return None
        return Index.of(name).plus(self, -c)


@final
@dataclass(frozen=True, slots=True)
class Range:
    """Inclusive range of an index."""

    lower: Index
    upper: Index

    @property
    def key(self) -> str:
        """Spell the range, one spelling for each."""
        return f"{self.lower.key}..{self.upper.key}"

    @property
    def names(self) -> frozenset[str]:
        """Index variables on which the bounds depend."""
        return self.lower.names | self.upper.names

    @property
    def length(self) -> Index:
        """Number of values, provided that it is not negative."""
        return self.upper.plus(self.lower, -1).shifted(1)

    def substitute(self, table: Mapping[str, Index]) -> "Range":
        """Replace variables in the bounds."""
        return Range(self.lower.substitute(table), self.upper.substitute(table))


def within(
    index: Index, extent: Range, ranges: Mapping[str, Range], sizes: Collection[str]
) -> bool:
    """Tell whether an index is certain to lie in a range (see `at_least`)."""
    below = index.plus(extent.lower, -1)
    above = extent.upper.plus(index, -1)
    return at_least(below, 0, ranges, sizes) and at_least(above, 0, ranges, sizes)


def at_least(
    form: Index,
    limit: int,
    ranges: Mapping[str, Range],
    sizes: Collection[str],
    busy: frozenset[str] = frozenset(),
) -> bool:
    """Tell whether a form is certain not to fall below `limit`.

    `ranges` says where index variables lie; `sizes` names symbols that are at least 1.

    >>> at_least(Index((("#n", 1),), -1), 0, {}, {"n"})
    True
    """
    for n, c in form.terms:
        if n.startswith(SIZE_MARK):
            continue
        extent = ranges.get(n)
        if extent is None or n in busy:
            return False
        edge = extent.lower if c > 0 else extent.upper
        return at_least(form.substitute({n: edge}), limit, ranges, sizes, busy | {n})
    if any(c < 0 or n[1:] not in sizes for n, c in form.terms):
        return False
    return form.constant + sum(c for _, c in form.terms) >= limit
