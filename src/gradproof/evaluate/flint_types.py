"""The few python-flint types and the guarded working precision: the only module that imports flint.

A *ball number* is an ``fmpq`` while a value is an exact rational and an ``arb`` (midpoint and radius)
once it is not; Python's operators mix the two.
"""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from fractions import Fraction
from typing import Final

from flint import arb, ctx, fmpq, fmpz
from flint.utils.flint_exceptions import DomainError

from gradproof.evaluate.limits import Unsupported

Ball = fmpq | arb

NAN: Final[arb] = arb.nan()
ZERO: Final[fmpq] = fmpq(0)
ONE: Final[fmpq] = fmpq(1)
MAX_BITS: Final = 4096
"""Height beyond which an exact rational is rounded to a ball."""

MAX_SHIFT: Final = 100_000
"""Binary exponent beyond which a number is not turned into a fraction."""

_LOCK = threading.RLock()


@contextmanager
def precision(bits: int) -> Generator[None]:
    """Work with `bits` of ball precision; flint's setting is global, so a lock is held meanwhile."""
    with _LOCK:
        before = ctx.prec
        ctx.prec = bits
        try:
            yield
        finally:
            ctx.prec = before


def from_fraction(value: Fraction) -> fmpq:
    """Return `value` as an exact flint rational."""
    return fmpq(value.numerator, value.denominator)


def to_fraction(value: fmpq) -> Fraction:
    """Return an exact flint rational as a `Fraction`."""
    return Fraction(int(value.p), int(value.q))


def to_arb(value: Ball) -> arb:
    """Return `value` as a ball at the working precision."""
    return value if isinstance(value, arb) else arb(value)


def is_finite(value: Ball) -> bool:
    """Tell whether `value` is a number (neither infinite nor undefined)."""
    return isinstance(value, fmpq) or bool(value.is_finite())


def excludes_zero(value: Ball) -> bool:
    """Tell whether `value` is certainly not zero."""
    if isinstance(value, fmpq):
        return value != ZERO
    return bool(value.is_finite()) and not bool(value.contains(0))


def bounds(value: Ball) -> tuple[Fraction, Fraction]:
    """Return rationals between which the finite `value` certainly lies.

    Raises:
        Unsupported: a number of absurd magnitude.
    """
    if isinstance(value, fmpq):
        exact = to_fraction(value)
        return exact, exact
    mid, rad = _dyadic(value.mid()), _dyadic(value.rad())
    return mid - rad, mid + rad


def _dyadic(value: arb) -> Fraction:
    mantissa, exponent = value.man_exp()
    shift = int(exponent)
    if abs(shift) > MAX_SHIFT:
        raise Unsupported("limit:magnitude")
    return Fraction(int(mantissa) << shift) if shift >= 0 else Fraction(int(mantissa), 1 << -shift)


def integer(value: Ball) -> int | None:
    """Return the integer that `value` exactly is, else None."""
    if isinstance(value, fmpq):
        return int(value.p) if value.q == fmpz(1) else None
    return None


def tame(value: Ball) -> Ball:
    """Round an exact rational that has grown too high."""
    if isinstance(value, fmpq) and value.height_bits() > MAX_BITS:
        return arb(value)
    return value


__all__ = [
    "MAX_BITS", "NAN", "ONE", "ZERO", "Ball", "DomainError", "arb", "bounds", "excludes_zero", "fmpq",
    "from_fraction", "integer", "is_finite", "precision", "tame", "to_arb", "to_fraction",
]  # fmt: skip
