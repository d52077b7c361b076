"""Sizes of arrays in generated code: polynomials in the names of sizes, with whole coefficients."""

from dataclasses import dataclass
from typing import final

from gradproof.expr import Size

Monomial = tuple[str, ...]
"""Names of sizes, sorted, each as often as it is a factor."""


@final
@dataclass(frozen=True, slots=True, order=True)
class Dim:
    """The number of places on one axis.

    >>> n, m = Dim.of(Size("n")), Dim.of(Size("m", 1))
    >>> str(n * m), str(n + Dim.number(2)), Dim.number(3).value
    ('m*n + n', 'n + 2', 3)
    """

    terms: tuple[tuple[Monomial, int], ...]

    @classmethod
    def of(cls, size: Size) -> "Dim":
        """Return the size of an axis of a space."""
        found: dict[Monomial, int] = {}
        if size.name:
            found[(size.name,)] = 1
        if size.offset:
            found[()] = size.offset
        return cls._made(found)

    @classmethod
    def number(cls, n: int) -> "Dim":
        """Return a size that is a number."""
        return cls._made({(): n})

    @classmethod
    def _made(cls, found: dict[Monomial, int]) -> "Dim":
        return cls(tuple(sorted((m, c) for m, c in found.items() if c)))

    @property
    def value(self) -> int | None:
        """The number, or None where names stand in the size."""
        if not self.terms:
            return 0
        return self.terms[0][1] if len(self.terms) == 1 and not self.terms[0][0] else None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of sizes that stand in it."""
        return tuple(sorted({name for m, _ in self.terms for name in m}))

    @property
    def single(self) -> tuple[str, int] | None:
        """Name and offset of a size ``n + c``, or None where it has another form."""
        named = [(m, c) for m, c in self.terms if m]
        if len(named) != 1 or len(named[0][0]) != 1 or named[0][1] != 1:
            return None
        return named[0][0][0], next((c for m, c in self.terms if not m), 0)

    def __add__(self, other: "Dim") -> "Dim":
        """Return the size of two axes one after the other."""
        found = dict(self.terms)
        for m, c in other.terms:
            found[m] = found.get(m, 0) + c
        return Dim._made(found)

    def __sub__(self, other: "Dim") -> "Dim":
        """Return how many places are left."""
        return self + Dim.number(-1) * other

    def __mul__(self, other: "Dim") -> "Dim":
        """Return the size of two axes laid into one."""
        found: dict[Monomial, int] = {}
        for m, c in self.terms:
            for n, d in other.terms:
                key = tuple(sorted((*m, *n)))
                found[key] = found.get(key, 0) + c * d
        return Dim._made(found)

    def __str__(self) -> str:
        """Spell the size as a person does."""
        return self.spelled({})

    def spelled(self, names: dict[str, str]) -> str:
        """Return the size as a Python expression, the sizes by the names given for them."""
        parts: list[str] = []
        for m, c in sorted(self.terms, key=lambda t: (-len(t[0]), t[0])):
            text = "*".join(names.get(name, name) for name in m)
            size = str(abs(c)) if not text else text if abs(c) == 1 else f"{abs(c)}*{text}"
            sign = "-" if c < 0 else "+"
            parts.append(f"{sign} {size}" if parts else size if c > 0 else f"-{size}")
        return " ".join(parts) or "0"


ONE = Dim.number(1)
Shape = tuple[Dim, ...]
