"""Exponentials and powers: e^u is split over the terms of u, with one generator for each direction."""

from fractions import Fraction
from math import floor

from gradproof.canonical.atoms import Atom, Relation, Value
from gradproof.canonical.keys import sign_of, value_key
from gradproof.canonical.limits import (
    MAX_DEGREE,
    MAX_EXPONENT_TERMS,
    NotCanonical,
    too_large,
)
from gradproof.canonical.logarithms import log
from gradproof.canonical.polynomials import (
    Poly,
    constant,
    content,
    divide,
    exponents,
    from_terms,
    terms,
)
from gradproof.canonical.signs import absolute, sign
from gradproof.canonical.workspace import Workspace


def exp(w: Workspace, u: Value) -> Value:
    """Return ``e^u``: a product over the terms of u; ``e^(c · log f) = f^c``."""
    if u.num.is_zero():
        return w.one_value
    den = u.den
    scale = content(den)
    den = divide(den, w.ring.constant(scale))
    if len(u.num) > MAX_EXPONENT_TERMS:
        return _factor(w, w.make(u.num, den), Fraction(1, scale))
    out = w.one_value
    for m, c in terms(u.num):
        direction = w.make(from_terms(w.ring, {m: 1}), den)
        out = w.mul(out, _factor(w, direction, Fraction(c, scale)))
    return out


def power(w: Workspace, base: Value, exponent: Value) -> Value:
    """Return ``base ** exponent``; a symbolic exponent splits over its terms.

    Raises:
        NotCanonical: zero or a negative number to a power that is not whole.
    """
    c = w.rational(exponent)
    if c is not None and c.denominator == 1:
        return w.power(base, int(c))
    if base.num.is_zero():
        if c is not None and c > 0:
            return base
        raise NotCanonical("zero to a power that is not known to be positive")
    return w.mul(_where_not_zero(w, base), exp(w, w.mul(exponent, log(w, base))))


def _where_not_zero(w: Workspace, base: Value) -> Value:
    """Return 0 where an even power of a sign makes the base 0 (its logarithm does not show it), else 1."""
    out = w.one_value
    for k in w.used(base):
        if w.atoms[k].kind == "sign" and min(exponents(base.num, k)) == 2:
            out = w.mul(out, w.power(w.generator(k), 2))
    return out


def root(w: Workspace, u: Value, degree: int) -> Value:
    """Return the real root of a degree; an odd one also of negative numbers."""
    if degree == 1 or u.num.is_zero():
        return u
    if degree % 2 == 0:
        return power(w, u, w.number(Fraction(1, degree)))
    size = absolute(w, u)
    return w.mul(sign(w, u), power(w, size, w.number(Fraction(1, degree))))


def _factor(w: Workspace, direction: Value, c: Fraction) -> Value:
    """Return ``e^(c · direction)``; what is numeric in the direction goes into c."""
    number, direction = _primitive(w, direction)
    c *= number
    atom = w.single(direction)
    if atom is not None and atom.kind == "log":
        return _power_of(w, atom.args[0], c)
    if atom is not None and atom.kind == "logabs":
        return _power_of(w, absolute(w, atom.args[0]), c)
    key = f"exp({value_key(w, direction)})"
    scale = w.scale(key, c.denominator)
    e = int(c * scale)
    if abs(e) > MAX_DEGREE:
        raise too_large()
    generator = w.atom(
        Atom(
            "exp",
            key,
            args=(direction,),
            scale=scale,
            depends=w.depends(direction),
            height=w.height(direction),
        )
    )
    return w.power(generator, e)


def _primitive(w: Workspace, v: Value) -> tuple[Fraction, Value]:
    """Return a number and a value without numeric factor or sign whose product is `v`."""
    a, b = content(v.num), content(v.den)
    a, b = a * sign_of(w, v.num), b * sign_of(w, v.den)
    if a == 1 and b == 1:
        return Fraction(1), v
    num, den = divide(v.num, w.ring.constant(a)), divide(v.den, w.ring.constant(b))
    return Fraction(a, b), w.make(num, den)


def _power_of(w: Workspace, f: Value, c: Fraction) -> Value:
    """Return ``f^c`` of a polynomial: its whole part, times a power of the generator ``f^(1/scale)``."""
    whole = floor(c)
    out = w.power(f, whole)
    rest = c - whole
    if not rest:
        return out
    key = f"root({value_key(w, f)})"
    scale = w.scale(key, rest.denominator)
    k, new = w.intern(
        Atom("root", key, args=(f,), scale=scale, depends=w.depends(f), height=w.height(f))
    )
    if new:
        _relate(w, k, scale, f.num)
    return w.mul(out, w.power(w.generator(k), int(rest * scale)))


def _relate(w: Workspace, k: int, scale: int, image: Poly) -> None:
    if constant(image) == 0:
        raise NotCanonical("a root of zero")
    w.relate(k, Relation(scale, image))
    w.roots.append(k)
