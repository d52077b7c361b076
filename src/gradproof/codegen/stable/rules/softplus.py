"""Logarithms of sums of exponentials, with the terms that belong to them."""

from typing import Final

from gradproof.canonical.atoms import Value
from gradproof.canonical.polynomials import constant
from gradproof.codegen.stable.fraction import by_exponent, single, taken_apart
from gradproof.codegen.stable.rule import Identity, Logarithm, LogarithmRule
from gradproof.codegen.stable.speller import Speller
from gradproof.codegen.stable.tree import Leaf, Op, Scalar, add, mul, neg, number

_X: Final = Leaf(0)
_Y: Final = Leaf(1)
_EXP: Final = Op("exp", (_X,))


def _logistic(s: Speller, term: Logarithm) -> tuple[Value, Value] | None:
    """Return v and u where the argument of a logarithm is ``e^v (1 + e^u)``."""
    w = s.w
    apart = taken_apart(w, term.argument)
    if not single(apart.plus, apart) or apart.minus or apart.content != 1:
        return None
    (direction,) = apart.plus
    return s.direction(apart.total), s.direction(direction)


def _tails(s: Speller, term: Logarithm, rest: Value) -> tuple[Scalar, Value] | None:
    w = s.w
    found = _logistic(s, term)
    if found is None:
        return None
    outside, u = found
    rest = w.add(rest, w.mul(term.scale, outside))
    d = s.slope(rest, u)
    c_number, d_number = w.rational(term.scale), w.rational(d)
    if d.num.is_zero() or (
        c_number is not None and d_number is not None and c_number * d_number >= 0
    ):
        return None
    both = w.add(term.scale, d)
    if any(w.atoms[k].kind == "exp" for k in w.used(d)) and len(both.num) > len(term.scale.num):
        return None
    up, down = Op("softplus", (s.value(u),)), Op("softplus", (neg(s.value(u)),))
    spelled = add(mul(s.rational(both), up), mul(s.rational(w.neg(d)), down))
    return spelled, w.sub(rest, w.mul(d, u))


tails = LogarithmRule(
    Identity(
        "softplus-tails",
        r"\log(1+e^x) - yx = (1-y)\log(1+e^x) + y\log(1+e^{-x})",
        add(Op("log", (add(number(1), _EXP),)), neg(mul(_Y, _X))),
        add(
            mul(add(number(1), neg(_Y)), Op("softplus", (_X,))),
            mul(_Y, Op("softplus", (neg(_X),))),
        ),
        (-1e4, 1e4),
    ),
    _tails,
    gathers=True,
)


def _softplus(s: Speller, term: Logarithm, rest: Value) -> tuple[Scalar, Value] | None:
    found = _logistic(s, term)
    if found is None:
        return None
    outside, u = found
    rest = s.w.add(rest, s.w.mul(term.scale, outside))
    return mul(s.rational(term.scale), Op("softplus", (s.value(u),))), rest


softplus = LogarithmRule(
    Identity(
        "softplus",
        r"\log(1+e^x) = \max(x, 0) + \mathrm{log1p}(e^{-|x|})",
        Op("log", (add(number(1), _EXP),)),
        Op("softplus", (_X,)),
        (-700.0, 1e4),
    ),
    _softplus,
    rank=1,
)


def _several(s: Speller, term: Logarithm, rest: Value) -> tuple[Scalar, Value] | None:
    w = s.w
    if not term.argument.den.is_one():
        return None
    found = by_exponent(w, term.argument.num)
    numbers = [constant(c) for _, c in found]
    if len(found) < 2 or not any(u for u, _ in found) or any(c is None or c <= 0 for c in numbers):
        return None
    parts = [
        add(s.exponent(u), *([] if c == 1 else [Op("log", (number(c or 1),))]))
        for (u, _), c in zip(found, numbers, strict=True)
    ]
    out = parts[0]
    for p in parts[1:]:
        out = Op("logaddexp", (out, p))
    return mul(s.rational(term.scale), out), rest


several = LogarithmRule(
    Identity(
        "log-sum-exp",
        r"\log(3e^x + e^{2x}) = \operatorname{logaddexp}(x + \log 3, 2x)",
        Op("log", (add(mul(number(3), _EXP), Op("exp", (mul(number(2), _X),))),)),
        Op("logaddexp", (add(_X, Op("log", (number(3),))), mul(number(2), _X))),
        (1.0, 1e4),
    ),
    _several,
    rank=2,
)
