"""Fractions of exponentials: the logistic function, its residuals, the hyperbolic tangent."""

from typing import Final

from gradproof.codegen.stable.fraction import (
    Direction,
    Exponents,
    Factors,
    advance,
    by_exponent,
    raise_by,
    steps,
)  # fmt: skip
from gradproof.codegen.stable.rule import FactorRule, Identity
from gradproof.codegen.stable.speller import Speller
from gradproof.codegen.stable.tree import (
    Leaf,
    Number,
    Op,
    Scalar,
    add,
    mul,
    neg,
    number,
    power,
    reciprocal,
)

_X: Final = Leaf(0)
_Y: Final = Leaf(1)
_EXP: Final = Op("exp", (_X,))
_BELOW: Final = reciprocal(add(number(1), _EXP))


def _residual(s: Speller, f: Factors) -> Scalar | None:
    for place, (p, e) in enumerate(f.others):
        groups = by_exponent(s.w, p)
        if e <= 0 or len(groups) < 2:
            continue
        room: dict[Direction, int] = {}
        for u, n in f.plus.items():
            most = max(steps(total, u) for total, _ in groups)
            if n < 0 and min(-n // e, most) > 0:
                room[u] = min(-n // e, most)
        if not room and not (e == 1 and _powers(s, f.total)):
            continue
        terms: list[tuple[Scalar, Exponents]] = []
        for total, coefficient in groups:
            left = dict(total)
            parts = [s.rational(s.w.polynomial(coefficient))]
            for u, m in room.items():
                t = min(steps(left, u), m)
                advance(left, u, -t)
                parts += _logistic(s, u, t, m - t)
            terms.append((mul(*parts), left))
        common = terms[0][1] if all(left == terms[0][1] for _, left in terms) else None
        if common is not None:
            raise_by(f.total, common, e)
        elif e == 1:
            for _, left in terms:
                raise_by(left, f.total, 1)
            f.total.clear()
        for u, m in room.items():
            f.plus[u] += m * e
        del f.others[place]
        out = [t if common is not None else mul(t, s.exponential(left)) for t, left in terms]
        if f.content < 0 and e % 2:
            f.content = -f.content
            out = [neg(t) for t in out]
        out.sort(key=lambda t: (_negative(t), repr(t)))
        return power(add(*out), number(e))
    return None


def _powers(s: Speller, total: Exponents) -> bool:
    """Tell whether a power with a symbolic exponent stands in an exponent."""
    inner = (k for a in total for v in s.w.atoms[a].args for k in s.w.used(v))
    return any(s.w.atoms[k].kind == "log" for k in inner)


def _negative(t: Scalar) -> bool:
    first = t.args[0] if isinstance(t, Op) and t.name == "mul" else None
    return isinstance(first, Number) and first.value < 0


def _logistic(s: Speller, u: Direction, up: int, down: int) -> list[Scalar]:
    x = s.exponent(u)
    out: list[Scalar] = []
    if up:
        out.append(power(Op("sigmoid", (x,)), number(up)))
    if down:
        out.append(power(Op("sigmoid", (neg(x),)), number(down)))
    return out


residual = FactorRule(
    Identity(
        "logistic-residual",
        r"\frac{(1-y)e^x - y}{1+e^x} = (1-y)\,\sigma(x) - y\,\sigma(-x)",
        add(mul(_EXP, _BELOW), neg(_Y)),
        add(
            mul(add(number(1), neg(_Y)), Op("sigmoid", (_X,))),
            neg(mul(_Y, Op("sigmoid", (neg(_X),)))),
        ),
        (-1e4, 1e4),
    ),
    _residual,
    gathers=True,
)


def _sigmoid(s: Speller, f: Factors) -> Scalar | None:
    for u, n in f.plus.items():
        if n < 0:
            t = min(max(min(int(f.total.get(k, 0) / e) for k, e in u), 0), -n)
            advance(f.total, u, -t)
            f.plus[u] = 0
            return mul(*_logistic(s, u, t, -n - t))
    return None


sigmoid = FactorRule(
    Identity(
        "logistic",
        r"\frac{e^x}{(1+e^x)^2} = \sigma(x)\,\sigma(-x)",
        mul(_EXP, _BELOW, _BELOW),
        mul(Op("sigmoid", (_X,)), Op("sigmoid", (neg(_X),))),
        (-700.0, 700.0),
    ),
    _sigmoid,
    rank=2,
)
