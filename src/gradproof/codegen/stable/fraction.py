"""A fraction of products, taken apart for spelling: exponentials, ``1 + e^u``, ``e^u - 1`` and the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import final

from gradproof.canonical.atoms import Value
from gradproof.canonical.polynomials import Monomial, Poly, factors, from_terms, terms
from gradproof.canonical.workspace import Workspace

Exponents = dict[int, Fraction]
"""Powers of exponentials, by the numbers of their atoms; never zero."""


@final
@dataclass(slots=True, eq=False)
class Factors:
    """``content · e^total · Π (1 + e^u)^n · Π (e^u - 1)^n · Π f^n``, as rules take it apart.

    Attributes:
        total: what stands in the exponent.
        plus: per direction u the power of ``1 + e^u`` (negative below the line).
        minus: per direction u the power of ``e^u - 1``.
        others: all other factors, polynomials in which no exponential divides all terms, with their powers.
    """

    content: Fraction = Fraction(1)
    total: Exponents = field(default_factory=dict[int, Fraction])
    plus: dict["Direction", int] = field(default_factory=dict["Direction", int])
    minus: dict["Direction", int] = field(default_factory=dict["Direction", int])
    others: list[tuple[Poly, int]] = field(default_factory=list[tuple[Poly, int]])


Direction = tuple[tuple[int, Fraction], ...]
"""An exponent as a product of powers of exponentials; the first power is positive."""


def taken_apart(w: Workspace, v: Value) -> Factors:
    """Return the factors of a value."""
    out = Factors()
    for p, side in ((v.num, 1), (v.den, -1)):
        content, parts = factors(p)
        out.content *= Fraction(content) ** side
        for f, e in parts:
            _place(w, out, f, side * e)
    for u in list(out.minus):
        n, p = out.minus[u], out.plus.get(u, 0)
        both = min(abs(n), abs(p))
        if both and n * p > 0:
            side = 1 if n > 0 else -1
            double = tuple((k, 2 * e) for k, e in u)
            out.minus[u] -= side * both
            out.plus[u] -= side * both
            out.minus[double] = out.minus.get(double, 0) + side * both
    return out


def _place(w: Workspace, out: Factors, f: Poly, e: int) -> None:
    found = [(split(w, m), c) for m, c in terms(f)]
    if len(found) == 1:
        (powers, rest), _ = found[0]
        raise_by(out.total, powers, e)
        if any(rest):
            out.others.append((f, e))
        return
    if len(found) == 2 and not any(any(rest) for (_, rest), _ in found):
        ((a, _), c), ((b, _), d) = found
        if abs(c) == 1 and abs(d) == 1:
            gap = dict(a)
            raise_by(gap, b, -1)
            direction, turned = _direction(w, gap)
            low, sign = (a, c) if turned else (b, d)
            raise_by(out.total, low, e)
            if c == d:
                out.plus[direction] = out.plus.get(direction, 0) + e
            else:
                out.minus[direction] = out.minus.get(direction, 0) + e
                sign = -sign
            out.content *= Fraction(sign) ** e
            return
    out.others.append((f, e))


def split(w: Workspace, m: Monomial) -> tuple[Exponents, Monomial]:
    """Return the exponentials of a monomial, and the monomial without them."""
    powers = {
        k: Fraction(e, w.atoms[k].scale) for k, e in enumerate(m) if e and w.atoms[k].kind == "exp"
    }
    return powers, tuple(0 if k in powers else e for k, e in enumerate(m))


def by_exponent(w: Workspace, f: Poly) -> list[tuple[Exponents, Poly]]:
    """Return a polynomial as a sum of exponentials with coefficients, in the order of its terms."""
    found: dict[Direction, dict[Monomial, int]] = {}
    for m, c in terms(f):
        powers, rest = split(w, m)
        found.setdefault(tuple(sorted(powers.items())), {})[rest] = c
    return [(dict(k), from_terms(w.ring, p)) for k, p in found.items()]


def raise_by(total: Exponents, powers: Mapping[int, Fraction], e: int | Fraction) -> None:
    """Multiply a product of exponentials by a power of another, in place."""
    for k, power in powers.items():
        new = total.get(k, Fraction(0)) + power * e
        if new:
            total[k] = new
        else:
            total.pop(k, None)


def steps(total: Mapping[int, Fraction], direction: Direction) -> int:
    """Return how many whole steps along a direction stand in an exponent (its first atom tells)."""
    k, unit = direction[0]
    return int(total.get(k, Fraction(0)) / unit)


def advance(total: Exponents, direction: Direction, count: int) -> None:
    """Take `count` steps along a direction in an exponent, in place."""
    raise_by(total, dict(direction), count)


def _direction(w: Workspace, gap: Exponents) -> tuple[Direction, bool]:
    """Return a direction whose first power is positive, and whether it was turned round."""
    ordered = sorted(gap.items(), key=lambda item: w.atoms[item[0]].key)
    turned = ordered[0][1] < 0
    return tuple((k, -e if turned else e) for k, e in ordered), turned


def single(found: Mapping[Direction, int], apart: Factors) -> bool:
    """Tell whether one sum of exponentials, to the first power, is the only factor besides exponentials."""
    return len(found) == 1 and list(found.values()) == [1] and not apart.others
