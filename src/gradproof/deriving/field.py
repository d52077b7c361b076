"""Exact rational functions over atoms: how elementwise expressions are brought to one fraction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, final

from gradproof.canonical.polynomials import (
    Poly,
    Ring,
    divide,
    from_terms,
    gcd,
    ring,
    terms,
)  # fmt: skip
from gradproof.expr import Expr

ROOMS: Final = (8, 16, 32, 64, 128)
"""Numbers of atoms that there is room for, tried in turn."""
MAX_TERMS: Final = 400
MAX_POWER: Final = 32


@final
class Full(Exception):
    """There is no room for another atom."""


@final
class TooLarge(Exception):
    """A polynomial with too many terms, or a division by zero."""


@final
@dataclass(frozen=True, slots=True)
class Value:
    """A reduced fraction of polynomials with whole coefficients; the denominator leads with a positive one."""

    num: Poly
    den: Poly


@final
@dataclass(slots=True, eq=False)
class Field:
    """Atoms in the order in which they were met, and arithmetic over them.

    `roots` gives the square of an atom that is a square root.
    """

    room: int
    atoms: list[Expr] = field(default_factory=list[Expr])
    numbers: dict[object, int] = field(default_factory=dict[object, int])
    roots: dict[int, Value] = field(default_factory=dict[int, Value])
    ring: Ring = field(init=False)
    gens: tuple[Poly, ...] = field(init=False)
    one: Poly = field(init=False)

    def __post_init__(self) -> None:
        self.ring = ring(self.room)
        self.gens = self.ring.gens()
        self.one = self.ring.constant(1)

    def number(self, q: Fraction | int) -> Value:
        """Return a number."""
        c = self.ring.constant
        return Value(c(q.numerator), c(q.denominator))

    def atom(self, e: Expr, key: object = None) -> int:
        """Return the number of an atom; atoms with one key are one (the first spelling stays).

        Raises:
            Full: there is no room left.
        """
        key = e if key is None else key
        found = self.numbers.get(key)
        if found is None:
            if len(self.atoms) >= self.room:
                raise Full
            found = self.numbers[key] = len(self.atoms)
            self.atoms.append(e)
        return found

    def generator(self, k: int) -> Value:
        """Return an atom as a value."""
        return Value(self.gens[k], self.one)

    def make(self, num: Poly, den: Poly) -> Value:
        """Return a reduced fraction.

        Raises:
            TooLarge: too many terms, or the denominator is zero.
        """
        if den.is_zero() or len(num) > MAX_TERMS or len(den) > MAX_TERMS:
            raise TooLarge
        if num.is_zero():
            return Value(num, self.one)
        if not den.is_one():
            g = gcd(num, den)
            num, den = divide(num, g), divide(den, g)
            if den.leading_coefficient() < 0:
                num, den = -num, -den
        return Value(num, den)

    def add(self, a: Value, b: Value) -> Value:
        """Return ``a + b``."""
        if a.den == b.den:
            return self.make(a.num + b.num, a.den)
        return self.make(a.num * b.den + b.num * a.den, a.den * b.den)

    def neg(self, a: Value) -> Value:
        """Return ``-a``."""
        return Value(-a.num, a.den)

    def mul(self, a: Value, b: Value) -> Value:
        """Return ``a · b``."""
        if len(a.num) * len(b.num) > 4 * MAX_TERMS:
            raise TooLarge
        return self.make(a.num * b.num, a.den * b.den)

    def div(self, a: Value, b: Value) -> Value:
        """Return ``a / b``."""
        return self.mul(a, Value(b.den, b.num))

    def power(self, a: Value, n: int) -> Value:
        """Return a whole power.

        Raises:
            TooLarge: a large power of a sum.
        """
        if abs(n) > MAX_POWER or (len(a.num) + len(a.den) > 3 and abs(n) > 8):
            raise TooLarge
        if n >= 0:
            return self.make(a.num**n, a.den**n)
        return self.make(a.den**-n, a.num**-n)

    def used(self, p: Poly) -> list[int]:
        """Return the atoms that occur in a polynomial."""
        return [k for k, d in enumerate(p.degrees()) if d > 0]

    def settle(self, v: Value) -> Value:
        """Replace the squares of square roots."""
        for k, square in self.roots.items():
            if v.num.degrees()[k] > 1 or v.den.degrees()[k] > 1:
                v = self.div(self._halved(v.num, k, square), self._halved(v.den, k, square))
        return v

    def _halved(self, p: Poly, k: int, square: Value) -> Value:
        out = self.number(0)
        parts: dict[int, dict[tuple[int, ...], int]] = {}
        for m, c in terms(p):
            parts.setdefault(m[k] // 2, {})[(*m[:k], m[k] % 2, *m[k + 1 :])] = c
        for half, found in sorted(parts.items()):
            part = Value(from_terms(self.ring, found), self.one)
            out = self.add(out, self.mul(part, self.power(square, half)))
        return out

    def replace(self, v: Value, table: Mapping[int, Value]) -> Value:
        """Replace atoms by values."""
        return self.div(self._at(v.num, table), self._at(v.den, table))

    def _at(self, p: Poly, table: Mapping[int, Value]) -> Value:
        out = self.number(0)
        for m, c in terms(p):
            kept = tuple(0 if k in table else e for k, e in enumerate(m))
            term = Value(from_terms(self.ring, {kept: c}), self.one)
            for k, value in table.items():
                if m[k]:
                    term = self.mul(term, self.power(value, m[k]))
            out = self.add(out, term)
        return out
