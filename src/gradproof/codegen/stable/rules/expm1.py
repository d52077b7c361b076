"""``e^x - 1``, alone and over x."""

from typing import Final

from gradproof.codegen.stable.fraction import Factors, advance, steps
from gradproof.codegen.stable.rule import FactorRule, Identity
from gradproof.codegen.stable.speller import Speller
from gradproof.codegen.stable.tree import Leaf, Op, Scalar, add, mul, neg, number, power, reciprocal

_X: Final = Leaf(0)


def _expm1(s: Speller, f: Factors) -> Scalar | None:
    for u, n in f.minus.items():
        if not n:
            continue
        side = 1 if n > 0 else -1
        t = min(max(-side * steps(f.total, u), 0), abs(n))
        advance(f.total, u, side * t)
        f.minus[u] = 0
        f.content *= (-1) ** t
        x = s.exponent(u)
        return mul(
            power(Op("expm1", (x,)), number(side * (abs(n) - t))),
            power(Op("expm1", (neg(x),)), number(side * t)),
        )
    return None


expm1 = FactorRule(
    Identity(
        "exp-minus-one",
        r"1 - e^{-x} = -\mathrm{expm1}(-x)",
        add(number(1), neg(Op("exp", (neg(_X),)))),
        neg(Op("expm1", (neg(_X),))),
        (-700.0, 1e4),
    ),
    _expm1,
    rank=4,
)


def _quotient(s: Speller, f: Factors) -> Scalar | None:
    for u, n in f.minus.items():
        value = s.direction(u)
        for place, (p, e) in enumerate(f.others):
            if n * e >= 0:
                continue
            ratio = s.w.rational(s.w.div(value, s.w.polynomial(p)))
            if ratio is None:
                continue
            side = 1 if n > 0 else -1
            f.minus[u] -= side
            f.others[place] = (p, e + side)
            if e + side == 0:
                del f.others[place]
            f.content *= ratio**side
            x = s.exponent(u)
            if side * steps(f.total, u) < 0:
                advance(f.total, u, side)
                x = neg(x)
            return power(Op("exprel0", (x,)), number(side))
    return None


quotient = FactorRule(
    Identity(
        "exp-minus-one-over-x",
        r"\frac{1-e^{-x}}{x} = \operatorname{exprel}_0(-x)",
        mul(add(number(1), neg(Op("exp", (neg(_X),)))), reciprocal(_X)),
        Op("exprel0", (neg(_X),)),
        (-700.0, 1e4),
    ),
    _quotient,
    rank=3,
)
