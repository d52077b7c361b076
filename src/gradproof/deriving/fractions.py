"""Writing a value of a field as a person does: one factored fraction, signs and scalars in front."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, final

from gradproof.canonical.polynomials import Poly, content, factors, from_terms, monomial, terms
from gradproof.deriving.arrays import Arrays, positive_first
from gradproof.deriving.field import Field, Value
from gradproof.deriving.shapes import Shape
from gradproof.deriving.weight import weight
from gradproof.expr import Add, Div, Entry, Expr, Fn, Hadamard, HadamardDiv, Mul, Neg, Num, Pow, Sym
from gradproof.rewrite import ONE, ZERO

Manner = Literal["factored", "joined"]
"""How a numerator is written: in irreducible factors, or as one sum with what all terms share in front."""
Gather = Callable[[Sequence[Expr]], Expr]
"""Joins the terms of a sum of arrays."""


@final
@dataclass(frozen=True, slots=True)
class _Factor:
    """A power of a polynomial; `order` is where it stands in a product."""

    poly: Poly
    exponent: int
    order: tuple[int, int, int]
    array: bool


@final
@dataclass(frozen=True, slots=True)
class Writer:
    """Writes values of one field; `gather` joins terms of array sums."""

    arrays: Arrays
    field: Field
    gather: Gather
    readable: Callable[[Expr], Expr]

    def write(self, v: Value, shape: Shape) -> Expr:
        """Return a value as an expression of the given shape."""
        if v.num.is_zero():
            return self._zero(shape)
        ways = [self._fraction(v, shape, "factored")]
        if len(v.num) > 1:
            ways.append(self._fraction(v, shape, "joined"))
        return min(ways, key=weight)

    def _zero(self, shape: Shape) -> Expr:
        return self.arrays.times(Num(Fraction(0))) if not shape else ZERO

    def _fraction(self, v: Value, shape: Shape, manner: Manner) -> Expr:
        """Return the fraction with a numerator written in one of several manners."""
        top, above = self._factors(v.num, manner)
        bottom, below = self._factors(v.den, "factored")
        above, below, exponentials = self._exponentials(above, below)
        ratio = Fraction(top, bottom)
        above, below, negative = self._signs(above, below, ratio < 0)
        ratio = abs(ratio)
        over = [*self._scalars(above, ratio.numerator), *exponentials[0]]
        under = self._scalars(below, ratio.denominator)
        rows = [*self._written(x for x in above if x.array), *exponentials[1]]
        columns = list(self._written(x for x in below if x.array))
        out = self._joined(over, under, rows, columns, shape)
        return Neg(out) if negative else out

    def _joined(
        self,
        over: list[Expr],
        under: list[Expr],
        rows: list[Expr],
        columns: list[Expr],
        shape: Shape,
    ) -> Expr:
        arrays = self.arrays
        below = self._scalar_product(under)
        if columns:
            den = columns[0] if len(columns) == 1 else Hadamard(tuple(columns))
            num = rows[0] if len(rows) == 1 else Hadamard(tuple(rows)) if rows else None
            scalars = over if num is None else [x for x in over if x != ONE]
            parts = [*scalars, *(() if num is None else (num,))]
            return HadamardDiv(self._scalar_product(parts), self._scalar_product([*under, den]))
        if shape and not rows:
            rows = [arrays.ones(shape)]
        body = rows[0] if len(rows) == 1 else Hadamard(tuple(rows)) if rows else None
        num = self._scalar_product([*over, *(() if body is None else (body,))])
        return num if below == ONE else _over(num, below)

    def _scalar_product(self, xs: Sequence[Expr]) -> Expr:
        kept: list[Expr] = []
        for x in xs:
            kept.extend(x.factors if isinstance(x, Mul) else () if x == ONE else (x,))
        return ONE if not kept else kept[0] if len(kept) == 1 else Mul(tuple(kept))

    def _scalars(self, found: Sequence[_Factor], number: int) -> list[Expr]:
        out: list[Expr] = [] if number == 1 else [Num(Fraction(number))]
        out.extend(self._written(x for x in found if not x.array))
        return out

    def _written(self, found: Iterator[_Factor]) -> Iterator[Expr]:
        for x in sorted(found, key=lambda x: x.order):
            base = self.sum(x.poly)
            if x.exponent == 1:
                yield base
            elif not x.array or (len(self.arrays.shape(base)) == 1 and x.exponent > 3):
                yield Pow(base, Num(Fraction(x.exponent)))
            else:
                yield from (base,) * x.exponent

    # Factors.

    def _factors(self, p: Poly, manner: Manner) -> tuple[int, list[_Factor]]:
        number, parts = factors(p) if manner == "factored" else self._monomial(p)
        out: list[_Factor] = []
        for poly, exponent in parts:
            if self._turned(poly):
                poly, number = -poly, number * (-1) ** exponent
            out.append(_Factor(poly, exponent, self._order(poly), self._array(poly)))
        return number, out

    def _monomial(self, p: Poly) -> tuple[int, list[tuple[Poly, int]]]:
        """Split off the numbers and atoms that all terms share."""
        c = content(p)
        found = terms(p)
        least = tuple(min(m[k] for m, _ in found) for k in range(self.field.room))
        rest = {tuple(a - b for a, b in zip(m, least, strict=True)): x // c for m, x in found}
        parts = [(self.field.gens[k], e) for k, e in enumerate(least) if e]
        return c, [*parts, (from_terms(self.field.ring, rest), 1)]

    def _turned(self, p: Poly) -> bool:
        """Tell whether a factor is better written with the other sign."""
        found = terms(p)
        constant = next((c for m, c in found if not any(m)), 0)
        if constant:
            return constant < 0
        if all(c < 0 for _, c in found):
            return True
        return found[0][1] < 0

    def _array(self, p: Poly) -> bool:
        return any(self.arrays.shape(self.field.atoms[k]) for k in self.field.used(p))

    def _order(self, p: Poly) -> tuple[int, int, int]:
        used = self.field.used(p)
        first = min(used)
        atom = self.field.atoms[first]
        plain = (isinstance(atom, Sym | Entry) and len(p) == 1) or self._array(p)
        return (0 if plain else 1, first, 0 if len(p) == 1 else 1)

    def _signs(
        self, above: list[_Factor], below: list[_Factor], negative: bool
    ) -> tuple[list[_Factor], list[_Factor], bool]:
        """Take a minus sign into a difference: ``z - y``, not ``-(y - z)``."""
        if not negative:
            return above, below, False
        for bare in (True, False):
            for side in (above, below):
                for k, x in enumerate(side):
                    mixed = terms(x.poly)
                    both = {c > 0 for _, c in mixed} == {True, False}
                    if both and x.exponent % 2 and bare == all(any(m) for m, _ in mixed):
                        side[k] = _Factor(-x.poly, x.exponent, x.order, x.array)
                        return above, below, False
        return above, below, True

    def _exponentials(
        self, above: list[_Factor], below: list[_Factor]
    ) -> tuple[list[_Factor], list[_Factor], tuple[list[Expr], list[Expr]]]:
        """Join the exponentials of a product into one."""
        kept: tuple[list[_Factor], list[_Factor]] = ([], [])
        parts: list[Expr] = []
        array = False
        for side, found, sign in ((kept[0], above, 1), (kept[1], below, -1)):
            for x in found:
                if len(x.poly) != 1 or not self._is_exponential(x.poly):
                    side.append(x)
                    continue
                atom = self.field.atoms[self.field.used(x.poly)[0]]
                assert isinstance(atom, Fn)
                array = array or x.array
                times = Num(Fraction(sign * x.exponent))
                parts.append(Mul((times, atom.args[0])))
        if not parts:
            return kept[0], kept[1], ([], [])
        inner = self.readable(parts[0] if len(parts) == 1 else Add(tuple(parts)))
        joined: Expr = Fn("exp", (inner,))
        scalars: list[Expr] = [] if array else [joined]
        return kept[0], kept[1], (scalars, [joined] if array else [])

    def _is_exponential(self, p: Poly) -> bool:
        atom = self.field.atoms[self.field.used(p)[0]]
        return isinstance(atom, Fn) and atom.name == "exp"

    # Sums.

    def sum(self, p: Poly) -> Expr:
        """Return a polynomial as a sum of terms, positive ones first."""
        found = sorted(terms(p), key=lambda t: self._place(t[0]))
        constant = [t for t in found if not any(t[0])]
        others = [t for t in found if any(t[0])]
        first = bool(others) and self._after_one(others[0][0])
        ordered = [*constant, *others] if first else [*others, *constant]
        out = [self._term(m, c) for m, c in ordered]
        if len(out) == 1:
            return out[0]
        return self.gather(positive_first(out))

    def _place(self, m: tuple[int, ...]) -> int:
        """Return where the arrays of a term were met first; terms without arrays keep their order."""
        return min(
            (k for k, d in enumerate(m) if d and self.arrays.shape(self.field.atoms[k])), default=0
        )

    def _after_one(self, m: tuple[int, ...]) -> bool:
        """Tell whether a term is one that people write after the 1: ``1 + e^x``."""
        first = next(k for k, d in enumerate(m) if d)
        return not isinstance(self.field.atoms[first], Sym | Entry)

    def _term(self, m: tuple[int, ...], c: int) -> Expr:
        if not any(m):
            q = Num(Fraction(abs(c)))
            return q if c > 0 else Neg(q)
        mono = from_terms(self.field.ring, {m: abs(c)})
        number, found = factors(mono)
        listed = [_Factor(p, e, self._order(p), self._array(p)) for p, e in found]
        plain, _, exponentials = self._exponentials(listed, [])
        over = [*self._scalars_of(plain, number), *exponentials[0]]
        rows = [*self._atoms(x for x in plain if x.array), *exponentials[1]]
        out = self._joined(over, [], rows, [], ())
        return out if c > 0 else Neg(out)

    def _scalars_of(self, found: Sequence[_Factor], number: int) -> list[Expr]:
        out: list[Expr] = [] if number == 1 else [Num(Fraction(number))]
        out.extend(self._atoms(x for x in found if not x.array))
        return out

    def _atoms(self, found: Iterator[_Factor]) -> Iterator[Expr]:
        for x in sorted(found, key=lambda x: x.order):
            k = monomial(x.poly).index(1)
            base = self.field.atoms[k]
            if x.exponent == 1:
                yield base
            elif not x.array or (len(self.arrays.shape(base)) == 1 and x.exponent > 3):
                yield Pow(base, Num(Fraction(x.exponent)))
            else:
                yield from (base,) * x.exponent


def _over(num: Expr, den: Expr) -> Expr:
    if isinstance(num, Num) and isinstance(den, Num):
        return Num(num.value / den.value)
    return Div(num, den)
