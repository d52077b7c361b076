"""Pieces of generated code with how tightly they bind."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, final

SUM: Final = 0
TERM: Final = 1
FACTOR: Final = 2
ATOM: Final = 3


@final
@dataclass(frozen=True, slots=True)
class Text:
    """An expression, and whether it is a sum, a product, a factor (a power, a negation) or an atom."""

    inner: str
    binds: int

    def wrapped(self, least: int) -> str:
        """Return it in brackets unless it binds at least so tightly."""
        return self.inner if self.binds >= least else f"({self.inner})"


def fraction(value: Fraction) -> Text:
    """Return an exact number: whole, as a short decimal where that is exact, else as a quotient.

    >>> fraction(Fraction(3)).inner, fraction(Fraction(1, 2)).inner, fraction(Fraction(-1, 3)).inner
    ('3', '0.5', '-1 / 3')
    """
    if value.denominator == 1:
        text = str(value.numerator)
        return Text(text, ATOM if value >= 0 else SUM)
    rest = value.denominator
    for p in (2, 5):
        while rest % p == 0:
            rest //= p
    short = repr(float(value))
    if rest == 1 and len(short) <= 12 and Fraction(short) == value:
        return Text(short, ATOM if value >= 0 else SUM)
    return Text(f"{value.numerator} / {value.denominator}", TERM if value >= 0 else SUM)


def placed(text: Text, axes: Sequence[int], rank: int, permute: str) -> Text:
    """Lay an operand along the axes of an operation of some rank: transposed, and with axes of length 1.

    Axes of length 1 in front are left out; the library adds them.
    """
    order = sorted(range(len(axes)), key=lambda k: axes[k])
    if order != list(range(len(axes))):
        inner = text.wrapped(ATOM)
        if len(order) == 2:
            text = Text(f"{inner}.T", ATOM)
        else:
            text = Text(permute.format(inner, axes=", ".join(map(str, order))), ATOM)
    present = sorted(axes)
    if not present:
        return text
    shown = [":" if k in present else "None" for k in range(present[0], rank)]
    if "None" not in shown:
        return text
    while shown and shown[-1] == ":" and len(shown) > 1 and all(s == ":" for s in shown):
        shown.pop()
    index = ", ".join(shown)
    return Text(f"{text.wrapped(ATOM)}[{index}]", ATOM)


def scaled(body: Text, size: Fraction) -> Text:
    """Return a multiple of an expression by a positive number."""
    if size.denominator == 1:
        return Text(f"{size.numerator} * {body.wrapped(FACTOR)}", TERM)
    if size.numerator == 1:
        return Text(f"{body.wrapped(TERM)} / {size.denominator}", TERM)
    return Text(f"{fraction(size).wrapped(FACTOR)} * {body.wrapped(FACTOR)}", TERM)
