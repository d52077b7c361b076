"""Whether a value is zero wherever it is defined; signs are looked at case by case."""

from typing import Final

from gradproof.canonical.atoms import Value
from gradproof.canonical.polynomials import Poly, divides, exponents
from gradproof.canonical.settling import by_sign, settle
from gradproof.canonical.workspace import Workspace

MAX_SIGNS: Final = 12
"""Signs in a numerator up to which their values are looked at one after the other."""


def is_zero(w: Workspace, v: Value) -> bool:
    """Tell whether a value is proved to be zero wherever it is defined."""
    if v.num.is_zero():
        return True
    v = settle(w, v)
    return _vanishes(w, v.num, v.den)


def _vanishes(w: Workspace, p: Poly, den: Poly) -> bool:
    """Tell whether a numerator is zero for every value of the signs in it."""
    if p.is_zero():
        return True
    degrees = p.degrees()
    signs = [k for k, d in enumerate(degrees) if d and w.atoms[k].kind == "sign"]
    if not signs or len(signs) > MAX_SIGNS:
        return False
    k = signs[-1]
    constant, linear, square = by_sign(w, p, k)
    argument = w.atoms[k].args[0].num
    nowhere_zero = all(exponents(den, k)) or divides(argument, den)
    if not square.is_zero() and not nowhere_zero and not divides(argument, constant):
        return False
    return _vanishes(w, linear, den) and _vanishes(w, constant + square, den)
