"""The logistic function and its integral."""

from typing import Final

from gradproof.codegen.scalar import unary

_WIDE: Final = (-3.0, 3.0)

SIGMOID: Final = unary(
    "sigmoid", lambda f, x: f * (-x).of("sigmoid"), _WIDE, "positive", "1 - σ(x) = σ(-x)"
)
SOFTPLUS: Final = unary("softplus", lambda f, x: x.of("sigmoid"), _WIDE, "positive")
