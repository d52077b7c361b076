"""The hyperbolic tangent."""

from fractions import Fraction
from typing import Final

from gradproof.codegen.stable.fraction import Factors
from gradproof.codegen.stable.rule import FactorRule, Identity
from gradproof.codegen.stable.speller import Speller
from gradproof.codegen.stable.tree import Leaf, Op, Scalar, add, mul, number, power, reciprocal

_X: Final = Leaf(0)
_EXP: Final = Op("exp", (_X,))
_BELOW: Final = reciprocal(add(number(1), _EXP))
_HALF: Final = Fraction(1, 2)


def _tanh(s: Speller, f: Factors) -> Scalar | None:
    for u, p in f.minus.items():
        n = min(p, -f.plus.get(u, 0))
        if n > 0:
            f.minus[u] -= n
            f.plus[u] += n
            return power(Op("tanh", (mul(number(_HALF), s.exponent(u)),)), number(n))
    return None


tanh = FactorRule(
    Identity(
        "tanh-of-half",
        r"\frac{e^x-1}{e^x+1} = \tanh\frac{x}{2}",
        mul(add(_EXP, number(-1)), _BELOW),
        Op("tanh", (mul(number(_HALF), _X),)),
        (-1e4, 1e4),
    ),
    _tanh,
    rank=1,
)
