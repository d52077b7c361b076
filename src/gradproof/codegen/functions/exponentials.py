"""Exponentials, logarithms and what is made of them (DLMF 4.2, 4.34)."""

from typing import Final

from gradproof.codegen.scalar import unary

_WIDE: Final = (-3.0, 3.0)
_ABOVE: Final = (0.1, 4.0)

EXP: Final = unary("exp", lambda f, x: f, _WIDE, "positive", "DLMF 4.2.19")
LOG: Final = unary("log", lambda f, x: 1 / x, _ABOVE, source="DLMF 4.2.2")
LOG1P: Final = unary("log1p", lambda f, x: 1 / (1 + x), (-0.9, 3.0), source="DLMF 4.2.2")
EXPM1: Final = unary("expm1", lambda f, x: f + 1, _WIDE, source="DLMF 4.2.19")
SINH: Final = unary("sinh", lambda f, x: x.of("cosh"), _WIDE, source="DLMF 4.34.7")
COSH: Final = unary("cosh", lambda f, x: x.of("sinh"), _WIDE, "positive", "DLMF 4.34.8")
TANH: Final = unary("tanh", lambda f, x: 1 - f * f, _WIDE, source="DLMF 4.34.9")
