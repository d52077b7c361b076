"""How far rounding to single precision may move a gradient: the formula itself, evaluated with every step rounded.

A point at which the formula loses its digits in single precision (``1 - p`` where p is almost 1) says nothing about
code in single precision; at all others such code has to agree as closely as the formula does with itself.
"""

from fractions import Fraction
from typing import Final, Literal, final

import numpy as np

from gradproof.evaluate import FLOAT, Arithmetic, Samples, Unsupported, evaluate
from gradproof.evaluate.arithmetic import Array, BoolArray, IntArray, Primitive, Relation
from gradproof.expr import Context, Expr
from gradproof.gradcode.numbers import Floats

ALLOWED: Final = 64.0
"""How much more a program may lose than the formula did: other steps in another order."""

LEAST: Final = 3e-5
"""Relative error below which nothing is concluded of code in single precision: 250 times its unit of rounding."""

SHARP: Final = 3e-4
"""A point counts where no more than this is allowed."""


def _rounded(a: Array) -> Array:
    with np.errstate(over="ignore", under="ignore"):
        short = np.asarray(a, dtype=np.float32).astype(np.float64)
    return np.where(np.isinf(short), np.nan, short)


@final
class _Single(Arithmetic):
    """Single precision: what double precision gives, rounded after every step."""

    name = "float32"

    def lift(self, values: Array) -> Array:
        return _rounded(FLOAT.lift(values))

    def integers(self, values: IntArray | BoolArray) -> Array:
        return FLOAT.integers(values)

    def constant(self, name: Literal["pi", "e"]) -> Array:
        return _rounded(FLOAT.constant(name))

    def add(self, a: Array, b: Array) -> Array:
        return _rounded(FLOAT.add(a, b))

    def mul(self, a: Array, b: Array) -> Array:
        return _rounded(FLOAT.mul(a, b))

    def div(self, a: Array, b: Array) -> Array:
        return _rounded(FLOAT.div(a, b))

    def neg(self, a: Array) -> Array:
        return FLOAT.neg(a)

    def rational_power(self, a: Array, exponent: Fraction) -> Array:
        return _rounded(FLOAT.rational_power(a, exponent))

    def power(self, a: Array, b: Array) -> Array:
        return _rounded(FLOAT.power(a, b))

    def function(self, name: Primitive, a: Array) -> Array:
        return _rounded(FLOAT.function(name, a))

    def compare(self, op: Relation, a: Array, b: Array) -> tuple[BoolArray, BoolArray]:
        return FLOAT.compare(op, a, b)

    def total(self, a: Array, axis: int) -> Array:
        return _rounded(FLOAT.total(a, axis))

    def matmul(self, a: Array, b: Array) -> Array:
        return _rounded(FLOAT.matmul(a, b))

    def defined(self, a: Array) -> BoolArray:
        return FLOAT.defined(a)

    def is_zero(self, a: Array) -> BoolArray:
        return FLOAT.is_zero(a)

    def whole(self, a: Array) -> tuple[IntArray, BoolArray]:
        return FLOAT.whole(a)

    @property
    def nan(self) -> Array:
        return FLOAT.nan


SINGLE: Final[Arithmetic] = _Single()


def blur(goal: Expr, samples: Samples, context: Context, right: Floats) -> Floats:
    """Return the relative error that single precision explains, one a point; inf where the formula loses its digits.

    Args:
        goal: the derivative.
        samples: the points.
        context: what it holds under.
        right: its values there, points first.
    """
    try:
        with np.errstate(all="ignore"):
            found = evaluate(goal, samples, context, arithmetic=SINGLE).values
    except Unsupported:
        return np.full(len(right), np.inf)
    values = np.asarray(found, dtype=np.float64).reshape(right.shape)
    gap = np.abs(values - right).reshape(len(right), -1).max(axis=1)
    scale = np.abs(right).reshape(len(right), -1).max(axis=1)
    with np.errstate(all="ignore"):
        lost = np.where(gap == 0, 0.0, gap / scale)
    return np.nan_to_num(np.maximum(ALLOWED * lost, LEAST), nan=np.inf)
