"""Certified arithmetic: exact rationals while possible, then balls that contain the true value.

Run it inside `flint_types.precision`. What cannot be told at the working precision (which side of a kink,
whether a divisor is zero) has no value rather than a guessed one.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import partial
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
from gradproof.evaluate.flint_types import (
    MAX_BITS,
    NAN,
    ONE,
    ZERO,
    Ball,
    DomainError,
    arb,
    fmpq,
    from_fraction,
    integer,
    is_finite,
    tame,
    to_arb,
)
from gradproof.evaluate.limits import MAX_EXPONENT


def _mul(a: Ball, b: Ball) -> Ball:
    return tame(a * b)


def _div(a: Ball, b: Ball) -> Ball:
    if isinstance(b, fmpq):
        return NAN if b == ZERO else tame(a / b)
    return a / b


def _integer_power(a: Ball, n: int) -> Ball:
    if n == 0:
        return ONE if is_finite(a) else NAN
    if isinstance(a, fmpq):
        if a == ZERO and n < 0:
            return NAN
        if a in (ONE, ZERO) or abs(n) * a.height_bits() <= MAX_BITS:
            return a**n
        a = arb(a)
    return a**n


def _rational_power(a: Ball, q: Fraction) -> Ball:
    if q.denominator == 1:
        return _integer_power(a, q.numerator)
    if isinstance(a, fmpq) and a == ZERO:
        return ZERO if q > 0 else NAN
    if q.denominator == 2:
        return _integer_power(_sqrt(a), q.numerator)
    x = to_arb(a)
    return x ** to_arb(from_fraction(q)) if x > 0 else NAN


def _sqrt(a: Ball) -> Ball:
    if isinstance(a, fmpq):
        if a < ZERO:
            return NAN
        try:
            return a.sqrt()
        except (ValueError, ArithmeticError, DomainError):
            return arb(a).sqrt()
    return a.sqrt()


def _power(a: Ball, b: Ball) -> Ball:
    n = integer(b)
    if n is not None and (abs(n) <= MAX_EXPONENT or not a > 0):
        if n <= 0 and a == ZERO:
            return NAN
        return _integer_power(a, n) if abs(n) <= MAX_EXPONENT else to_arb(a) ** n
    if isinstance(a, fmpq) and a == ZERO:
        return ZERO if b > 0 else NAN
    x = to_arb(a)
    return x ** to_arb(b) if x > 0 else NAN


def _sign(a: Ball) -> Ball:
    if a > 0:
        return ONE
    if a < 0:
        return -ONE
    return ZERO if a == 0 else NAN


def _sigmoid(a: arb) -> arb:
    return 1 / (1 + (-a).exp())


def _softplus(a: arb) -> arb:
    return a.exp().log1p() if a < 0 else a + (-a).exp().log1p()


_AT_ZERO: dict[str, Ball] = {
    "exp": ONE, "sin": ZERO, "cos": ONE, "tan": ZERO, "sinh": ZERO, "cosh": ONE, "tanh": ZERO,
    "sigmoid": fmpq(1, 2), "arcsin": ZERO, "arctan": ZERO, "erf": ZERO,
}  # fmt: skip

_BALL: dict[str, Callable[[arb], arb]] = {
    "exp": arb.exp, "log": arb.log, "sin": arb.sin, "cos": arb.cos, "tan": arb.tan,
    "sinh": arb.sinh, "cosh": arb.cosh, "tanh": arb.tanh, "arcsin": arb.asin, "arccos": arb.acos,
    "arctan": arb.atan, "erf": arb.erf, "sigmoid": _sigmoid, "softplus": _softplus,
    "factorial": lambda x: (x + 1).gamma(),
}  # fmt: skip


def _primitive(name: Primitive) -> Callable[[Ball], Ball]:
    if name == "abs":
        return abs
    if name == "sign":
        return _sign
    through = _BALL[name]
    at_zero = _AT_ZERO.get(name)

    def call(a: Ball) -> Ball:
        if isinstance(a, fmpq):
            if at_zero is not None and a == ZERO:
                return at_zero
            if name == "log" and a == ONE:
                return ZERO
            return through(arb(a))
        return through(a)

    return call


def _certain(op: Relation, a: Ball, b: Ball) -> bool:
    match op:
        case "=":
            return bool(a == b)
        case "!=":
            return bool(a != b)
        case "<":
            return bool(a < b)
        case "<=":
            return bool(a <= b)
        case ">":
            return bool(a > b)
        case ">=":
            return bool(a >= b)


_OPPOSITE: dict[Relation, Relation] = {
    "=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<",
}  # fmt: skip


def _from_int(n: int) -> Ball:
    return fmpq(int(n))


def _small(n: int | None) -> bool:
    return n is not None and abs(n) < 10**9


def _is_zero(a: Ball) -> bool:
    return bool(a == 0)


_MUL = elementwise(_mul, 2)
_DIV = elementwise(_div, 2)
_POWER = elementwise(_power, 2)
_LIFT = elementwise(from_fraction, 1)
_FROM_INT = elementwise(_from_int, 1)
_IS_FINITE = elementwise(is_finite, 1)
_IS_ZERO = elementwise(_is_zero, 1)
_INTEGER = elementwise(integer, 1)
_SMALL = elementwise(_small, 1)


@final
class _BallArithmetic(Arithmetic):
    """Object arrays of `Ball`."""

    name = "ball"

    def lift(self, values: Array) -> Array:
        return _LIFT(values)

    def integers(self, values: IntArray | BoolArray) -> Array:
        return _FROM_INT(values)

    def constant(self, name: Literal["pi", "e"]) -> Array:
        return _cell(arb.pi() if name == "pi" else arb.const_e())

    def add(self, a: Array, b: Array) -> Array:
        return a + b

    def mul(self, a: Array, b: Array) -> Array:
        return _MUL(a, b)

    def div(self, a: Array, b: Array) -> Array:
        return _DIV(a, b)

    def neg(self, a: Array) -> Array:
        return -a

    def rational_power(self, a: Array, exponent: Fraction) -> Array:
        return elementwise(partial(_rational_power, q=exponent), 1)(a)

    def power(self, a: Array, b: Array) -> Array:
        return _POWER(a, b)

    def function(self, name: Primitive, a: Array) -> Array:
        return elementwise(_primitive(name), 1)(a)

    def compare(self, op: Relation, a: Array, b: Array) -> tuple[BoolArray, BoolArray]:
        holds = elementwise(partial(_certain, op), 2)(a, b).astype(np.bool_)
        fails = elementwise(partial(_certain, _OPPOSITE[op]), 2)(a, b).astype(np.bool_)
        known = self.defined(a) & self.defined(b) & (holds ^ fails)
        return holds & known, ~known

    def total(self, a: Array, axis: int) -> Array:
        return np.add.reduce(a, axis=axis, initial=ZERO)

    def matmul(self, a: Array, b: Array) -> Array:
        return self.total(self.mul(a[..., :, :, None], b[..., None, :, :]), -2)

    def defined(self, a: Array) -> BoolArray:
        return _IS_FINITE(a).astype(np.bool_)

    def is_zero(self, a: Array) -> BoolArray:
        return _IS_ZERO(a).astype(np.bool_)

    def whole(self, a: Array) -> tuple[IntArray, BoolArray]:
        found = _INTEGER(a)
        known = _SMALL(found).astype(np.bool_)
        return np.where(known, found, 0).astype(np.int64), known

    @property
    def nan(self) -> Array:
        return _cell(NAN)


def _cell(value: Ball) -> Array:
    cell = np.empty((1,), dtype=object)
    cell[0] = value
    return cell


BALL: Final[Arithmetic] = _BallArithmetic()
"""Certified arithmetic; run it inside `flint_types.precision`."""
