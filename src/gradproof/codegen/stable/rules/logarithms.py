"""Logarithms of numbers near 0 and 1, and of what vanishes together with a factor before them."""

from typing import Final

from gradproof.canonical.atoms import Value
from gradproof.canonical.polynomials import divides, factors, terms
from gradproof.codegen.stable.fraction import single, taken_apart
from gradproof.codegen.stable.rule import Identity, Logarithm, LogarithmRule
from gradproof.codegen.stable.speller import Speller
from gradproof.codegen.stable.tree import Leaf, Op, Scalar, add, mul, neg, number

_X: Final = Leaf(0)


def _complement(s: Speller, term: Logarithm, rest: Value) -> tuple[Scalar, Value] | None:
    w = s.w
    apart = taken_apart(w, term.argument)
    if not single(apart.minus, apart) or apart.plus or abs(apart.content) != 1:
        return None
    (direction,) = apart.minus
    u = s.direction(direction)
    rest = w.add(rest, w.mul(term.scale, s.direction(apart.total)))
    if apart.content == 1:
        rest = w.add(rest, w.mul(term.scale, u))
    gap = s.value(u) if apart.content == 1 else neg(s.value(u))
    return mul(s.rational(term.scale), Op("log1mexp", (gap,))), rest


complement = LogarithmRule(
    Identity(
        "log-complement",
        r"\log(1-e^{-x}) = \begin{cases} \log(-\mathrm{expm1}(-x)) & x \le \log 2 \\ "
        r"\mathrm{log1p}(-e^{-x}) & \text{otherwise} \end{cases}",
        Op("log", (add(number(1), neg(Op("exp", (neg(_X),)))),)),
        Op("log1mexp", (_X,)),
        (1e-300, 700.0),
    ),
    _complement,
)


def _near_one(s: Speller, term: Logarithm, rest: Value) -> tuple[Scalar, Value] | None:
    w = s.w
    v = term.argument
    found = dict(terms(v.num))
    own = next((c for m, c in found.items() if not any(m)), 0)
    if not v.den.is_one() or own != 1 or len(found) < 2:
        return None
    if _factor_of(s, term):
        return None
    inner = s.rational(w.sub(v, w.one_value))
    return mul(s.rational(term.scale), Op("log1p", (inner,))), rest


near_one = LogarithmRule(
    Identity(
        "log-near-one",
        r"\log(1+x) = \mathrm{log1p}(x)",
        Op("log", (add(number(1), _X),)),
        Op("log1p", (_X,)),
        (-0.5, 1e10),
    ),
    _near_one,
    rank=3,
)


def _factor_of(s: Speller, term: Logarithm) -> bool:
    """Tell whether what stands before a logarithm vanishes where its argument does."""
    scale, v = term.scale, term.argument
    if s.w.rational(scale) is not None or not v.den.is_one():
        return False
    _, parts = factors(v.num)
    return len(parts) == 1 and divides(v.num, scale.num)


def _vanishing(s: Speller, term: Logarithm, rest: Value) -> tuple[Scalar, Value] | None:
    if not _factor_of(s, term):
        return None
    inner = s.rational(term.argument)
    return Op("xlogy", (s.rational(term.scale), inner)), rest


vanishing = LogarithmRule(
    Identity(
        "x-log-x",
        r"x \log x = \operatorname{xlogy}(x, x), \quad 0 \log 0 = 0",
        mul(_X, Op("log", (_X,))),
        Op("xlogy", (_X, _X)),
        (0.0, 1e10),
    ),
    _vanishing,
    rank=2,
)
