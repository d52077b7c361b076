"""Residues modulo a 61-bit prime, with transcendental functions as opaque functions of their arguments.

What is rational is exact; ``exp u``, ``log u`` and the like become pseudo-random numbers that depend on
nothing but the residue of u. Two expressions with equal residues at random points are equal up to a
vanishing chance, whatever the functions are; unequal residues say nothing.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from hashlib import blake2b
from typing import Final, Literal, final

import numpy as np

from gradproof.evaluate.arithmetic import (
    Arithmetic,
    Array,
    BoolArray,
    IntArray,
    Primitive,
    Relation,
    elementwise,
)
from gradproof.evaluate.limits import MAX_EXPONENT, Unsupported

PRIME = (1 << 61) - 1


@final
class _Lost:
    """The residue that does not exist; whatever it meets is lost as well."""

    __slots__ = ()

    def _lost(self, _other: object) -> "_Lost":
        return self

    __add__ = __radd__ = __mul__ = __rmul__ = __mod__ = _lost

    def __neg__(self) -> "_Lost":
        return self


LOST = _Lost()
Residue = int | _Lost


def opaque(name: str, *residues: int) -> int:
    """Return a residue that depends on `name` and the arguments only, never 0."""
    digest = blake2b(":".join((name, *map(str, residues))).encode(), digest_size=16).digest()
    return 1 + int.from_bytes(digest, "big") % (PRIME - 1)


def _inverse(a: int) -> Residue:
    return pow(a, -1, PRIME) if a else LOST


def _exp(a: int) -> int:
    if a == 0:
        return 1
    if a > PRIME - a:
        return pow(opaque("exp", PRIME - a), -1, PRIME)
    return opaque("exp", a)


def _odd(name: str, a: int) -> int:
    if a == 0:
        return 0
    return PRIME - opaque(name, PRIME - a) if a > PRIME - a else opaque(name, a)


def _even(name: str, a: int) -> int:
    return opaque(name, min(a, PRIME - a))


def _ratio(a: int, b: int) -> Residue:
    return a * pow(b, -1, PRIME) % PRIME if b else LOST


def _half(a: int) -> int:
    return a * pow(2, -1, PRIME) % PRIME


_PRIMITIVE: dict[Primitive, Callable[[int], Residue]] = {
    "exp": _exp,
    "log": lambda a: LOST if a == 0 else 0 if a == 1 else opaque("log", a),
    "sin": lambda a: _odd("sin", a),
    "cos": lambda a: 1 if a == 0 else _even("cos", a),
    "tan": lambda a: _ratio(_odd("sin", a), 1 if a == 0 else _even("cos", a)),
    "sinh": lambda a: _half(_exp(a) - _exp(-a % PRIME)),
    "cosh": lambda a: _half(_exp(a) + _exp(-a % PRIME)),
    "tanh": lambda a: _ratio(_exp(a) - _exp(-a % PRIME), (_exp(a) + _exp(-a % PRIME)) % PRIME),
    "sigmoid": lambda a: _inverse((1 + _exp(-a % PRIME)) % PRIME),
    "softplus": lambda a: opaque("log", (1 + _exp(a)) % PRIME),
    "arcsin": lambda a: _odd("arcsin", a),
    "arccos": lambda a: (_half(opaque("pi")) - _odd("arcsin", a)) % PRIME,
    "arctan": lambda a: _odd("arctan", a),
    "erf": lambda a: _odd("erf", a),
    "abs": lambda a: _even("abs", a),
    "sign": lambda a: _odd("sign", a),
    "factorial": lambda a: opaque("factorial", a),
}


def _each(f: Callable[..., Residue], *arrays: Array) -> Array:
    def call(*args: Residue) -> Residue:
        for a in args:
            if isinstance(a, _Lost):
                return a
        return f(*args)

    return elementwise(call, len(arrays))(*arrays)


def _lift(value: Fraction) -> Residue:
    return _ratio(value.numerator % PRIME, value.denominator % PRIME)


def _from_int(n: int) -> int:
    return int(n) % PRIME


def _integer_power(a: int, n: int) -> Residue:
    return pow(a, n, PRIME) if n >= 0 or a else LOST


def _rational_power(a: int, q: Fraction) -> Residue:
    whole = q.numerator // q.denominator
    part = q - whole
    if not part:
        return _integer_power(a, whole)
    if a in (0, 1):
        return a if a or q > 0 else LOST
    log_a = opaque("log", a)
    root = _exp(log_a * pow(part.denominator, -1, PRIME) * part.numerator % PRIME)
    return pow(a, whole, PRIME) * root % PRIME


def _power(a: int, b: int) -> Residue:
    if b <= MAX_EXPONENT:
        return _integer_power(a, b) if a or b else LOST
    if PRIME - b <= MAX_EXPONENT:
        return _integer_power(a, b - PRIME)
    if a in (0, 1):
        return 1 if a else LOST
    return _exp(opaque("log", a) * b % PRIME)


@final
class _ResidueArithmetic(Arithmetic):
    """Object arrays of Python integers modulo `PRIME`."""

    name = "residue"

    def lift(self, values: Array) -> Array:
        return elementwise(_lift, 1)(values)

    def integers(self, values: IntArray | BoolArray) -> Array:
        return elementwise(_from_int, 1)(values)

    def constant(self, name: Literal["pi", "e"]) -> Array:
        return _cell(opaque("pi") if name == "pi" else _exp(1))

    def add(self, a: Array, b: Array) -> Array:
        return (a + b) % PRIME

    def mul(self, a: Array, b: Array) -> Array:
        return (a * b) % PRIME

    def div(self, a: Array, b: Array) -> Array:
        return _each(_ratio, a, b)

    def neg(self, a: Array) -> Array:
        return (-a) % PRIME

    def rational_power(self, a: Array, exponent: Fraction) -> Array:
        return _each(partial(_rational_power, q=exponent), a)

    def power(self, a: Array, b: Array) -> Array:
        return _each(_power, a, b)

    def function(self, name: Primitive, a: Array) -> Array:
        return _each(_PRIMITIVE[name], a)

    def compare(self, op: Relation, a: Array, b: Array) -> tuple[BoolArray, BoolArray]:
        raise Unsupported("residues have no order")

    def total(self, a: Array, axis: int) -> Array:
        return np.add.reduce(a, axis=axis, initial=0) % PRIME

    def matmul(self, a: Array, b: Array) -> Array:
        return self.total(self.mul(a[..., :, :, None], b[..., None, :, :]), -2)

    def defined(self, a: Array) -> BoolArray:
        return _tell(lambda x: not isinstance(x, _Lost), a)

    def is_zero(self, a: Array) -> BoolArray:
        return _tell(lambda x: x == 0, a)

    def whole(self, a: Array) -> tuple[IntArray, BoolArray]:
        known = _tell(lambda x: not isinstance(x, _Lost) and x < 10**6, a)
        return np.where(known, a, 0).astype(np.int64), known

    @property
    def nan(self) -> Array:
        return _cell(LOST)


def _cell(value: Residue) -> Array:
    cell = np.empty((1,), dtype=object)
    cell[0] = value
    return cell


def _tell(f: Callable[[Residue], bool], a: Array) -> BoolArray:
    return elementwise(f, 1)(a).astype(np.bool_)


RESIDUES: Final[Arithmetic] = _ResidueArithmetic()
"""Residues modulo `PRIME`; there is no order among them."""
