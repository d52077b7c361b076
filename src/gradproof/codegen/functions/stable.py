"""Functions that keep digits where the textbook form loses them (Higham, "Accuracy and Stability", 2nd ed., 1.14).

``exprel0`` to ``exprel2`` are the integrals of ``t^k e^{tx}`` from 0 to 1, so that each is the derivative of the one
before; ``exprel0`` is ``(e^x - 1) / x``.
"""

from typing import Final

from gradproof.codegen.scalar import Scalar

_WIDE: Final = ((-3.0, 3.0),)
_ABOVE: Final = ((0.1, 4.0),)

LOG1MEXP = Scalar("log1mexp", 1, lambda f, x: (1 / x.of("expm1"),), _ABOVE, source="log(1 - e^-x)")
XLOGY = Scalar("xlogy", 2, lambda f, a, b: (b.of("log"), a / b), (*_ABOVE, *_ABOVE))
LOGADDEXP = Scalar(
    "logaddexp", 2, lambda f, a, b: ((a - b).of("sigmoid"), (b - a).of("sigmoid")), (*_WIDE, *_WIDE)
)
EXPREL = Scalar("exprel0", 1, lambda f, x: (x.of("exprel1"),), _WIDE, "positive")
EXPREL_SLOPE = Scalar("exprel1", 1, lambda f, x: (x.of("exprel2"),), _WIDE, "positive")
EXPREL_CURVE = Scalar(
    "exprel2", 1, lambda f, x: ((x.of("exp") - 3 * f) / x,), ((0.5, 3.0),), "positive"
)
