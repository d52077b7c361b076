"""Polynomials with whole coefficients: the only module here that imports python-flint.

A monomial is a tuple of exponents, one per atom of the workspace (flint's exponent vector).
"""

from functools import lru_cache
from math import gcd as integer_gcd
from typing import Final

from flint import Ordering, fmpz, fmpz_mpoly, fmpz_mpoly_ctx

from gradproof.canonical.limits import MAX_FACTORED

Poly = fmpz_mpoly
Ring = fmpz_mpoly_ctx
Monomial = tuple[int, ...]

MAX_PRIMED: Final = 10**12
"""Largest whole number that is split into primes."""


@lru_cache(maxsize=8)
def ring(size: int) -> Ring:
    """Return the ring with `size` variables."""
    return fmpz_mpoly_ctx.get([f"x{k}" for k in range(size)], Ordering.lex)


def terms(p: Poly) -> list[tuple[Monomial, int]]:
    """Return exponents and coefficients of all terms."""
    found = zip(p.monoms(), p.coeffs(), strict=True)
    return [(tuple([int(e) for e in m]), int(c)) for m, c in found]


def monomial(p: Poly) -> Monomial:
    """Return the exponents of the leading term."""
    return tuple([int(e) for e in p.monomial(0)])


def exponents(p: Poly, k: int) -> list[int]:
    """Return the exponents of variable number `k` in all terms."""
    return [int(m[k]) for m in p.monoms()]


def from_terms(r: Ring, found: dict[Monomial, int]) -> Poly:
    """Return the polynomial with these terms; zero coefficients do no harm."""
    return r.from_dict(found)


def constant(p: Poly) -> int | None:
    """Return the whole number that `p` is, else None."""
    if p.is_zero():
        return 0
    return int(p.leading_coefficient()) if p.is_constant() else None


def variable(p: Poly) -> int | None:
    """Return the number of the variable that `p` is, else None."""
    if len(p) != 1 or p.leading_coefficient() != 1:
        return None
    m = p.monomial(0)
    return m.index(1) if sum(m) == 1 else None


def gcd(a: Poly, b: Poly) -> Poly:
    """Return the greatest common divisor, with positive leading coefficient."""
    return a.gcd(b)


def divide(a: Poly, b: Poly) -> Poly:
    """Return ``a / b``, which must be exact."""
    return a if b.is_one() else a / b


def divides(a: Poly, b: Poly) -> bool:
    """Tell whether `a` divides `b`."""
    return bool((b % a).is_zero())


def content(p: Poly) -> int:
    """Return the greatest common divisor of the coefficients (positive; 1 for zero)."""
    found = 0
    for c in p.coeffs():
        found = integer_gcd(found, int(c))
        if found == 1:
            return 1
    return found or 1


def factors(p: Poly) -> tuple[int, list[tuple[Poly, int]]]:
    """Return the whole-number content (with sign) and the irreducible factors with multiplicities.

    A polynomial with too many terms counts as one factor.
    """
    if len(p) == 1:
        m = monomial(p)
        found = p.context().gens()
        return int(p.leading_coefficient()), [(found[k], e) for k, e in enumerate(m) if e]
    if len(p) > MAX_FACTORED:
        c = content(p)
        return c, [(p / c, 1)]
    c, parts = p.factor()
    return int(c), [(f, int(e)) for f, e in parts]


def primes(n: int) -> list[tuple[int, int]]:
    """Return the prime factors of a positive whole number; a very large one counts as prime."""
    if n == 1:
        return []
    if n > MAX_PRIMED:
        return [(n, 1)]
    return [(int(p), int(e)) for p, e in fmpz(n).factor()]
