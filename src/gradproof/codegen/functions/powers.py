"""Powers and roots (DLMF 4.2.26)."""

from typing import Final

from gradproof.codegen.scalar import binary, unary

_ABOVE: Final = (0.2, 4.0)

RECIPROCAL: Final = unary("reciprocal", lambda f, x: -(f * f), _ABOVE)
SQRT: Final = unary("sqrt", lambda f, x: 1 / (2 * f), _ABOVE, "nonnegative")
CBRT: Final = unary("cbrt", lambda f, x: 1 / (3 * f * f), _ABOVE)
POW: Final = binary(
    "pow", lambda f, x, p: (p * x.of("pow", p - 1), f * x.of("log")), (_ABOVE, (-2.0, 3.0))
)
