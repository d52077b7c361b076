"""Functions with kinks and jumps; at a kink the slope is that of the constant side, or zero."""

from typing import Final

from gradproof.codegen.scalar import Scalar, binary, unary

_WIDE: Final = (-3.0, 3.0)
_PAIR: Final = (_WIDE, _WIDE)

ABS: Final = unary("abs", lambda f, x: x.of("sign"), _WIDE, "nonnegative")
SIGN: Final = unary("sign", lambda f, x: None, _WIDE)
RELU: Final = unary("relu", lambda f, x: x.of("greater", 0), _WIDE, "nonnegative")
MAX: Final = binary("max", lambda f, a, b: (1 - b.of("greater", a), b.of("greater", a)), _PAIR)
MIN: Final = binary("min", lambda f, a, b: (1 - a.of("greater", b), a.of("greater", b)), _PAIR)
GREATER: Final = binary("greater", lambda f, a, b: (None, None), _PAIR, "nonnegative")
ATLEAST: Final = binary("atleast", lambda f, a, b: (None, None), _PAIR, "nonnegative")
EQUAL: Final = binary("equal", lambda f, a, b: (None, None), _PAIR, "nonnegative")
UNEQUAL: Final = binary("unequal", lambda f, a, b: (None, None), _PAIR, "nonnegative")
WHERE: Final = Scalar(
    "where", 3, lambda f, x: (None, x[0], 1 - x[0]), ((0.0, 1.0), _WIDE, _WIDE),
    source="the condition is 0 or 1",
)  # fmt: skip
