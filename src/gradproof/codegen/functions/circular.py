"""Sine, cosine and their inverses (DLMF 4.20, 4.24), and the error function (DLMF 7.2.1)."""

from fractions import Fraction
from typing import Final

from gradproof.codegen.graph import Value
from gradproof.codegen.ops import Constant
from gradproof.codegen.quantity import Quantity
from gradproof.codegen.scalar import unary

_WIDE: Final = (-3.0, 3.0)
_UNIT: Final = (-0.9, 0.9)

SIN: Final = unary("sin", lambda f, x: x.of("cos"), _WIDE)
COS: Final = unary("cos", lambda f, x: -x.of("sin"), _WIDE)
TAN: Final = unary("tan", lambda f, x: 1 + f * f, _UNIT)
ARCSIN: Final = unary("arcsin", lambda f, x: (1 - x * x) ** Fraction(-1, 2), _UNIT)
ARCCOS: Final = unary("arccos", lambda f, x: -((1 - x * x) ** Fraction(-1, 2)), _UNIT)
ARCTAN: Final = unary("arctan", lambda f, x: 1 / (1 + x * x), _WIDE)


def _bell(f: Quantity, x: Quantity) -> Quantity:
    pi = Quantity(x.graph, Value(x.graph.node(Constant("pi"))))
    return 2 * (-(x * x)).of("exp") / pi ** Fraction(1, 2)


ERF: Final = unary("erf", _bell, _WIDE)
