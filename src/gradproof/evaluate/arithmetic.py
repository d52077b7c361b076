"""What an arithmetic must offer for the one walk to run in it, and ordinary floating point as the first.

Numbers come as numpy arrays with at least one axis; an element without a value (a pole, a logarithm of a
negative number, an overflow, an index out of range) is the arithmetic's NaN and stays so.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final, Literal, cast, final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Relation = Literal["=", "!=", "<", "<=", ">", ">="]

Primitive = Literal[
    "exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sigmoid", "softplus",
    "arcsin", "arccos", "arctan", "erf", "abs", "sign", "factorial",
]  # fmt: skip
"""Functions of one number that every arithmetic computes itself; the others are made of them."""


def elementwise(f: Callable[..., Any], arity: int) -> Callable[..., Array]:
    """Return `f` as an elementwise operation on object arrays of at least one axis."""
    return cast("Callable[..., Array]", np.frompyfunc(f, arity, 1))


_ERF = elementwise(math.erf, 1)


def _gamma_after(x: float) -> float:
    """Return Γ(x + 1), nan where it has a pole or is too large for a float."""
    try:
        return math.gamma(x + 1)
    except (ValueError, OverflowError):
        return math.nan


_FACTORIAL = elementwise(_gamma_after, 1)


def _quotient(f: Fraction) -> float:
    return f.numerator / f.denominator


_QUOTIENT = elementwise(_quotient, 1)


class Arithmetic(ABC):
    """Elementwise operations on arrays of one kind of number."""

    name: str

    @abstractmethod
    def lift(self, values: Array) -> Array:
        """Return an object array of `Fraction` as numbers of this arithmetic."""

    @abstractmethod
    def integers(self, values: IntArray | BoolArray) -> Array:
        """Return integers (or truth values as 0 and 1) as numbers."""

    @abstractmethod
    def constant(self, name: Literal["pi", "e"]) -> Array:
        """Return π or e, shape (1,)."""

    @abstractmethod
    def add(self, a: Array, b: Array) -> Array:
        """Return a + b."""

    @abstractmethod
    def mul(self, a: Array, b: Array) -> Array:
        """Return a · b."""

    @abstractmethod
    def div(self, a: Array, b: Array) -> Array:
        """Return a / b, undefined where b is zero."""

    @abstractmethod
    def neg(self, a: Array) -> Array:
        """Return -a."""

    @abstractmethod
    def rational_power(self, a: Array, exponent: Fraction) -> Array:
        """Return a to a constant exponent; undefined for a < 0 unless the exponent is an integer."""

    @abstractmethod
    def power(self, a: Array, b: Array) -> Array:
        """Return a to the power b; undefined for a < 0 unless b is an integer."""

    @abstractmethod
    def function(self, name: Primitive, a: Array) -> Array:
        """Return a primitive function of a."""

    @abstractmethod
    def compare(self, op: Relation, a: Array, b: Array) -> tuple[BoolArray, BoolArray]:
        """Return where ``a op b`` certainly holds, and where that cannot be told."""

    @abstractmethod
    def total(self, a: Array, axis: int) -> Array:
        """Return the sum along `axis`."""

    @abstractmethod
    def matmul(self, a: Array, b: Array) -> Array:
        """Return the matrix product over the last two axes."""

    @abstractmethod
    def defined(self, a: Array) -> BoolArray:
        """Tell which elements have a value."""

    @abstractmethod
    def is_zero(self, a: Array) -> BoolArray:
        """Tell which elements are certainly zero."""

    @abstractmethod
    def whole(self, a: Array) -> tuple[IntArray, BoolArray]:
        """Return a as integers (for use as an index) and where it is one."""

    @property
    @abstractmethod
    def nan(self) -> Array:
        """Return one element without a value, shape (1,)."""

    def number(self, value: Fraction) -> Array:
        """Return one rational constant, shape (1,)."""
        cell = np.empty((1,), dtype=object)
        cell[0] = value
        return self.lift(cell)

    def where(self, mask: BoolArray, a: Array, b: Array) -> Array:
        """Return a where `mask` holds, else b."""
        return np.where(mask, a, b)


def _finite(a: Array) -> Array:
    """Turn infinities into NaN: a pole or an overflow has no value."""
    bad = np.isinf(a)
    return np.where(bad, np.nan, a) if bad.any() else a


def _sigmoid(a: Array) -> Array:
    e = np.exp(-np.abs(a))
    return np.where(a >= 0, 1.0, e) / (1.0 + e)


@final
class _FloatArithmetic(Arithmetic):
    """Double precision; rounding is not tracked (`compare` settles doubtful cases in balls)."""

    name = "float64"

    def lift(self, values: Array) -> Array:
        return _QUOTIENT(values).astype(np.float64)

    def integers(self, values: IntArray | BoolArray) -> Array:
        return values.astype(np.float64)

    def constant(self, name: Literal["pi", "e"]) -> Array:
        return np.array([math.pi if name == "pi" else math.e])

    def add(self, a: Array, b: Array) -> Array:
        return a + b

    def mul(self, a: Array, b: Array) -> Array:
        return a * b

    def div(self, a: Array, b: Array) -> Array:
        return _finite(a / b)

    def neg(self, a: Array) -> Array:
        return -a

    def rational_power(self, a: Array, exponent: Fraction) -> Array:
        match exponent.as_integer_ratio():
            case 2, 1:
                return a * a
            case 1, 1:
                return a
            case -1, 1:
                return _finite(1.0 / a)
            case 1, 2:
                return np.sqrt(a)
            case _:
                pass
        return self._keep_nan(a, _finite(np.power(a, float(exponent))))

    def power(self, a: Array, b: Array) -> Array:
        r = _finite(np.power(a, b))
        r = np.where((a == 0) & (b <= 0), np.nan, r)
        return self._keep_nan(b, self._keep_nan(a, r))

    @staticmethod
    def _keep_nan(a: Array, r: Array) -> Array:
        """Return r, undefined where a is (numpy has nan**0 = 1**nan = 1)."""
        lost = np.isnan(a)
        return np.where(lost, np.nan, r) if lost.any() else r

    def function(self, name: Primitive, a: Array) -> Array:
        match name:
            case "exp":
                return _finite(np.exp(a))
            case "log":
                return _finite(np.log(a))
            case "sigmoid":
                return _sigmoid(a)
            case "softplus":
                return np.logaddexp(0.0, a)
            case "abs":
                return np.abs(a)
            case "sign":
                return np.sign(a)
            case "erf":
                return _ERF(a).astype(np.float64)
            case "factorial":
                return _FACTORIAL(a).astype(np.float64)
            case _:
                return _finite(getattr(np, name)(a))

    def compare(self, op: Relation, a: Array, b: Array) -> tuple[BoolArray, BoolArray]:
        return relation(op, a, b), np.isnan(a) | np.isnan(b)

    def total(self, a: Array, axis: int) -> Array:
        return a.sum(axis=axis)

    def matmul(self, a: Array, b: Array) -> Array:
        return np.matmul(a, b)

    def defined(self, a: Array) -> BoolArray:
        return np.isfinite(a)

    def is_zero(self, a: Array) -> BoolArray:
        return a == 0

    def whole(self, a: Array) -> tuple[IntArray, BoolArray]:
        nearest = np.rint(a)
        is_whole = (np.abs(a - nearest) < 1e-9) & (np.abs(a) < 1e9)
        return np.where(is_whole, nearest, 0.0).astype(np.int64), is_whole

    @property
    def nan(self) -> Array:
        return np.array([np.nan])


def relation(op: Relation, a: Array, b: Array) -> BoolArray:
    """Return ``a op b`` elementwise for ordered numbers."""
    match op:
        case "=":
            return a == b
        case "!=":
            return a != b
        case "<":
            return a < b
        case "<=":
            return a <= b
        case ">":
            return a > b
        case ">=":
            return a >= b


FLOAT: Final[Arithmetic] = _FloatArithmetic()
"""Double precision; rounding is not tracked (`compare` settles doubtful cases in balls)."""
