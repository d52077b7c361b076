"""Drawing exact values: small rationals, of several magnitudes, from a domain."""

import random
from collections.abc import Sequence
from fractions import Fraction
from hashlib import blake2b
from typing import Final, Literal

from gradproof.expr import Domain

Style = Literal["simple", "generic", "edge"]

STYLES: Final[tuple[Style, ...]] = ("simple", "generic", "edge", "generic", "simple", "generic")
"""Styles of successive candidate points: handy numbers, numbers without a pattern, ends and magnitudes."""


def _fractions(text: str) -> tuple[Fraction, ...]:
    return tuple(Fraction(w) for w in text.split())


_REAL = _fractions("1 2 -1 1/2 3 -2 3/2 -1/2 0 1/4 -3 3/10 -7/10 5/2")
_REAL_EDGE = _fractions("0 1 -1 10 -10 1/100 -1/100 5 -5 1/10 -1/10 7 -7 1/1000 -4")
_ABOVE = _fractions("1 2 1/2 3 3/2 1/4 3/10 7/10 5 5/2")
_ABOVE_EDGE = _fractions("1/100 1/10 10 20 1 1/20 7 4 1/1000 3/4")
_INSIDE = _fractions("1/2 3/10 1/4 7/10 2/5 1/3 3/4 3/5 1/5 4/5")
_INSIDE_EDGE = _fractions("1/100 99/100 1/20 19/20 1/10 9/10 1/1000 999/1000 1/2")


def stream(seed: int, *names: str) -> random.Random:
    """Return a random stream that depends on `seed` and `names` only."""
    digest = blake2b(":".join((str(seed), *names)).encode(), digest_size=8).digest()
    return random.Random(int.from_bytes(digest, "big"))


def pick(rng: random.Random, table: Sequence[Fraction]) -> Fraction:
    """Return one of `table`."""
    return table[int(rng.random() * len(table))]


def whole(rng: random.Random, lower: int, upper: int) -> int:
    """Return a whole number of lower..upper."""
    return lower + int(rng.random() * (upper - lower + 1))


def draw(domain: Domain, style: Style, rng: random.Random) -> Fraction:
    """Return an element of `domain`."""
    if domain.members:
        return pick(rng, domain.members)
    lower, upper = domain.lower, domain.upper
    if domain.integer:
        return _integer(domain, style, rng)
    if lower is not None and upper is not None:
        return _bounded(domain, lower, upper, style, rng)
    if lower is not None:
        if not domain.lower_open and style != "generic" and whole(rng, 0, 5) == 0:
            return lower
        return lower + _above(style, rng)
    if upper is not None:
        if not domain.upper_open and style != "generic" and whole(rng, 0, 5) == 0:
            return upper
        return upper - _above(style, rng)
    match style:
        case "simple":
            return pick(rng, _REAL)
        case "edge":
            return pick(rng, _REAL_EDGE)
        case "generic":
            return nonzero(rng)


def nonzero(rng: random.Random) -> Fraction:
    """Return a number of either sign without a pattern, never zero."""
    n = whole(rng, 1, 34)
    return Fraction(n if whole(rng, 0, 1) else -n, (10, 10, 7, 13)[whole(rng, 0, 3)])


def _above(style: Style, rng: random.Random) -> Fraction:
    match style:
        case "simple":
            return pick(rng, _ABOVE)
        case "edge":
            return pick(rng, _ABOVE_EDGE)
        case "generic":
            return Fraction(whole(rng, 1, 39), (10, 10, 7, 13)[whole(rng, 0, 3)])


def _bounded(
    domain: Domain, lower: Fraction, upper: Fraction, style: Style, rng: random.Random
) -> Fraction:
    ends: list[Fraction] = []
    if not domain.lower_open:
        ends.append(lower)
    if not domain.upper_open:
        ends.append(upper)
    if ends and style != "generic" and whole(rng, 0, 4) > 0:
        return pick(rng, ends)
    match style:
        case "simple":
            t = pick(rng, _INSIDE)
        case "edge":
            t = pick(rng, _INSIDE_EDGE)
        case "generic":
            t = (
                Fraction(whole(rng, 2, 98), 100)
                if whole(rng, 0, 1)
                else Fraction(whole(rng, 1, 30), 31)
            )
    return lower + (upper - lower) * t


def _integer(domain: Domain, style: Style, rng: random.Random) -> Fraction:
    lower, upper = domain.lower, domain.upper
    reach = 3 if style == "simple" else 6
    low = None if lower is None else _above_or_at(lower, open_end=domain.lower_open)
    high = None if upper is None else -_above_or_at(-upper, open_end=domain.upper_open)
    if low is None and high is None:
        low, high = -reach, reach
    elif low is None and high is not None:
        low = high - reach
    elif high is None and low is not None:
        high = low + reach
    return Fraction(whole(rng, low or 0, max(low or 0, high or 0)))


def _above_or_at(bound: Fraction, *, open_end: bool) -> int:
    n = -(-bound.numerator // bound.denominator)
    return n + 1 if open_end and n == bound else n
