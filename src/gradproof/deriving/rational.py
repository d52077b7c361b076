"""Scalar expressions as quotients of polynomials over atoms, reduced and written back in factors."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final, final

from gradproof.canonical.polynomials import Poly, Ring, divide, factors, gcd, ring, terms
from gradproof.deriving.present import joined
from gradproof.expr import Add, Div, Expr, Mul, Neg, Num, Pow
from gradproof.rewrite import add, div, mul, neg, num, power, sub

MAX_ATOMS: Final = 24
MAX_TERMS: Final = 400
MAX_EXPONENT: Final = 12


class TooLarge(Exception):
    """The expression has more atoms or terms than are worth writing in factors."""


@final
class Quotient:
    """A reduced quotient; `atoms` are the subexpressions that the variables of its polynomials stand for."""

    __slots__ = ("_ring", "atoms", "bottom", "top")

    def __init__(self, e: Expr) -> None:
        found: dict[Expr, None] = {}
        _collect(e, found)
        if len(found) > MAX_ATOMS:
            raise TooLarge
        self.atoms = tuple(found)
        self._ring: Ring = ring(len(self.atoms))
        self.top, self.bottom = self._read(e)
        self._reduce()

    def factored(self) -> Expr:
        """Return the quotient with numerator and denominator in factors."""
        sign_top, above = self._factors(self.top)
        sign_bottom, below = self._factors(self.bottom)
        scale = sign_top / sign_bottom
        if not scale:
            return num(0)
        above, below, scale = _signed(above, below, scale)
        upper = [num(abs(scale.numerator)), *(self._power(p, k) for p, k in above)]
        lower = [num(scale.denominator), *(self._power(p, k) for p, k in below)]
        return joined(upper, lower, negative=scale < 0)

    def collected(self) -> Expr:
        """Return the sum of the terms of the numerator, each over its own reduced denominator."""
        parts: list[Expr] = []
        for exponents, coefficient in terms(self.top):
            one = Quotient.__new__(Quotient)
            one.atoms, one._ring = self.atoms, self._ring
            one.top = self._ring.from_dict({exponents: coefficient})
            one.bottom = self.bottom
            one._reduce()
            parts.append(one.factored())
        return add(*_positive_first(parts)) if parts else num(0)

    def solved(self, atom: Expr, name: Expr) -> Expr | None:
        """Return `atom` in terms of the value `name` of the quotient, where that is linear in it."""
        at = self.atoms.index(atom)
        above, below = self._linear(self.top, at), self._linear(self.bottom, at)
        if above is None or below is None:
            return None
        (alpha, beta), (gamma, delta) = above, below
        top = sub(mul(delta, name), beta)
        bottom = sub(alpha, mul(gamma, name))
        return None if bottom == num(0) else div(top, bottom)

    def _linear(self, p: Poly, at: int) -> tuple[Expr, Expr] | None:
        """Return the coefficients ``(α, β)`` of a polynomial ``α a + β``."""
        parts: tuple[dict[tuple[int, ...], int], dict[tuple[int, ...], int]] = ({}, {})
        for exponents, coefficient in terms(p):
            if exponents[at] > 1:
                return None
            rest = (*exponents[:at], 0, *exponents[at + 1 :])
            parts[1 - exponents[at]][rest] = coefficient
        first, second = (self._ring.from_dict(part) for part in parts)
        return self._spelled(first), self._spelled(second)

    def _read(self, e: Expr) -> tuple[Poly, Poly]:
        one: Poly = self._ring.from_dict({(0,) * len(self.atoms): 1})
        match e:
            case Num(value):
                return one * value.numerator, one * value.denominator
            case Neg(x):
                top, bottom = self._read(x)
                return -top, bottom
            case Add(xs):
                return self._sum([self._read(x) for x in xs], one)
            case Mul(xs):
                top, bottom = one, one
                for x in xs:
                    a, b = self._read(x)
                    top, bottom = self._small(top * a), self._small(bottom * b)
                return top, bottom
            case Div(x, y):
                (a, b), (c, d) = self._read(x), self._read(y)
                if c.is_zero():
                    raise TooLarge
                return self._small(a * d), self._small(b * c)
            case Pow(x, Num(value)) if _whole(value):
                top, bottom = self._read(x)
                k = int(value)
                if k < 0:
                    top, bottom, k = bottom, top, -k
                return self._small(top**k), self._small(bottom**k)
            case _:
                at = self.atoms.index(e)
                key = tuple(int(k == at) for k in range(len(self.atoms)))
                return self._ring.from_dict({key: 1}), one

    def _sum(self, parts: Sequence[tuple[Poly, Poly]], one: Poly) -> tuple[Poly, Poly]:
        bottom = one
        for _, b in parts:
            bottom = self._small(bottom * divide(b, gcd(bottom, b)))
        top = one - one
        for a, b in parts:
            top = self._small(top + a * divide(bottom, b))
        return top, bottom

    def _small(self, p: Poly) -> Poly:
        if len(p) > MAX_TERMS:
            raise TooLarge
        return p

    def _reduce(self) -> None:
        common = gcd(self.top, self.bottom)
        self.top, self.bottom = divide(self.top, common), divide(self.bottom, common)

    def _factors(self, p: Poly) -> tuple[Fraction, list[tuple[Poly, int]]]:
        content, pairs = factors(p)
        pairs.sort(key=lambda pair: self._rank(pair[0]))
        return Fraction(content), pairs

    def _rank(self, p: Poly) -> tuple[bool, list[int]]:
        """Order factors: single atoms before sums, by where they stood first."""
        first = [k for exponents, _ in terms(p) for k, e in enumerate(exponents) if e]
        return len(p) > 1, sorted(first)

    def _power(self, p: Poly, k: int) -> Expr:
        return power(self._spelled(p), num(k))

    def _spelled(self, p: Poly) -> Expr:
        parts: list[Expr] = []
        for exponents, coefficient in sorted(terms(p), key=lambda t: _order(t[0])):
            factors = [power(self.atoms[k], num(e)) for k, e in enumerate(exponents) if e]
            whole = joined([num(abs(coefficient)), *factors], ())
            parts.append(neg(whole) if coefficient < 0 else whole)
        return add(*_positive_first(parts)) if parts else num(0)


def _collect(e: Expr, found: dict[Expr, None]) -> None:
    match e:
        case Num():
            return
        case Neg(x):
            _collect(x, found)
        case Add(xs) | Mul(xs):
            for x in xs:
                _collect(x, found)
        case Div(x, y):
            _collect(x, found)
            _collect(y, found)
        case Pow(x, Num(value)) if _whole(value):
            _collect(x, found)
        case _:
            found.setdefault(e)


def _whole(value: Fraction) -> bool:
    return value.denominator == 1 and abs(value) <= MAX_EXPONENT


def _order(exponents: tuple[int, ...]) -> tuple[bool, int, tuple[int, ...]]:
    """Order the terms of a sum: numbers first, then by degree falling and by where the atoms stood first."""
    return any(exponents), -sum(exponents), tuple(-e for e in exponents)


def _positive_first(parts: Sequence[Expr]) -> list[Expr]:
    """Begin with a term that has no minus, where there is one."""
    k = next((k for k, p in enumerate(parts) if not isinstance(p, Neg)), 0)
    return [parts[k], *parts[:k], *parts[k + 1 :]]


def _signed(
    above: list[tuple[Poly, int]], below: list[tuple[Poly, int]], scale: Fraction
) -> tuple[list[tuple[Poly, int]], list[tuple[Poly, int]], Fraction]:
    """Turn factors so that numbers in them are positive and no sign is left in front, where that is possible."""

    def turned(pairs: list[tuple[Poly, int]]) -> list[tuple[Poly, int]]:
        nonlocal scale
        out: list[tuple[Poly, int]] = []
        for p, k in pairs:
            if _negative(p):
                scale *= (-1) ** k
                out.append((-p, k))
            else:
                out.append((p, k))
        return out

    above, below = turned(above), turned(below)
    if scale < 0:
        for k, (p, e) in enumerate(above):
            if e % 2 and _balanced(p):
                above = [*above[:k], (-p, e), *above[k + 1 :]]
                scale = -scale
                break
    return above, below, scale


def _negative(p: Poly) -> bool:
    """Tell whether a factor reads better with all signs turned: a negative number, or mostly minus signs."""
    found = terms(p)
    constant = next((c for m, c in found if not any(m)), None)
    if constant is not None:
        return constant < 0
    minus = sum(c < 0 for _, c in found)
    return 2 * minus > len(found)


def _balanced(p: Poly) -> bool:
    """Tell whether a factor has as many minus as plus signs and no number, so that it may be turned."""
    found = terms(p)
    minus = sum(c < 0 for _, c in found)
    return 2 * minus == len(found) and all(any(m) for m, _ in found)
