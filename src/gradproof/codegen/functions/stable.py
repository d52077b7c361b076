"""Functions that keep digits where the textbook form loses them (Higham, "Accuracy and Stability", 2nd ed., 1.14).

``exprel0`` to ``exprel2`` are the integrals of ``t^k e^{tx}`` from 0 to 1, so that each is the derivative of the one
before; ``exprel0`` is ``(e^x - 1) / x``.
"""

from typing import Final

from gradproof.codegen.scalar import binary, unary

_WIDE: Final = (-3.0, 3.0)
_ABOVE: Final = (0.1, 4.0)

LOG1MEXP: Final = unary("log1mexp", lambda f, x: 1 / x.of("expm1"), _ABOVE)
XLOGY: Final = binary("xlogy", lambda f, a, b: (b.of("log"), a / b), (_ABOVE, _ABOVE))
LOGADDEXP: Final = binary(
    "logaddexp",
    lambda f, a, b: ((a - b).of("sigmoid"), (b - a).of("sigmoid")),
    (_WIDE, _WIDE),
)
EXPREL: Final = unary("exprel0", lambda f, x: x.of("exprel1"), _WIDE, "positive")
EXPREL_SLOPE: Final = unary("exprel1", lambda f, x: x.of("exprel2"), _WIDE, "positive")
EXPREL_CURVE: Final = unary(
    "exprel2", lambda f, x: (x.of("exp") - 3 * f) / x, (0.5, 3.0), "positive"
)
