"""How a product with unevaluated derivatives is written: one coefficient first, then sums and derivatives."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from gradproof.expr import (
    Add,
    Compare,
    Const,
    Delta,
    Derivative,
    Div,
    Entry,
    Expr,
    Fn,
    Idx,
    Indicator,
    Mul,
    Neg,
    Num,
    Pow,
    Prod,
    Sum,
    Sym,
    children,
    rank,
    rebuild,
    walk,
)  # fmt: skip
from gradproof.rewrite import ONE, ZERO, add, div, mul, neg, num, power, tidy_root

_MAX_EXPONENT: Final = 12
_OPERATORS: Final = (Derivative, Sum, Prod)


def presented(e: Expr) -> Expr:
    r"""Return an equal expression in which every product of scalars has one fraction in front.

    What stands under an unevaluated derivative is left as it is.

    >>> from gradproof.expr import Sym
    >>> from gradproof.spell import to_plain
    >>> x, y, u = Sym("x"), Sym("y"), Sym("u")
    >>> to_plain(presented(Mul((y, Div(Derivative(u, (x,)), u)))))
    '(y/u)(du/dx)'
    """
    if isinstance(e, Derivative):
        return e
    kids = children(e)
    if kids:
        e = rebuild(e, tuple(presented(k) for k in kids))
    if isinstance(e, Neg | Add):
        return tidy_root(e)
    if isinstance(e, Sum):
        return _without_number(e)
    if not isinstance(e, Mul | Div) or _arrays(e):
        return e
    above: list[Expr] = []
    below: list[Expr] = []
    negative = gathered(e, above, below)
    return joined(above, below, negative=negative)


def joined(above: Sequence[Expr], below: Sequence[Expr], *, negative: bool = False) -> Expr:
    """Return a fraction of factors: equal ones cancelled, numbers first, operators behind the fraction."""
    scale, powers = Fraction(1), dict[Expr, int]()
    for factors, sign in ((above, 1), (below, -1)):
        for f in factors:
            base, exponent = as_power(f)
            if isinstance(base, Num) and base.value:
                scale *= base.value ** (sign * exponent)
            else:
                powers[base] = powers.get(base, 0) + sign * exponent
    _rejoined(powers)
    for f in [f for f in powers if _idle(f, powers)]:
        del powers[f]
    factors = sorted(((f, k) for f, k in powers.items() if k), key=lambda item: _place(item[0]))
    upper = [power(f, num(k)) for f, k in factors if k > 0 and not (_trails(f) and k == 1)]
    last = [f for f, k in factors if k == 1 and _trails(f)]
    lower = [power(f, num(-k)) for f, k in factors if k < 0]
    if abs(scale.numerator) != 1:
        upper.insert(0, num(abs(scale.numerator)))
    if scale.denominator != 1:
        lower.insert(0, num(scale.denominator))
    whole = mul(*upper) if not lower else div(mul(*upper), mul(*lower))
    if last:
        whole = mul(*last) if whole == ONE else Mul((*_factors(whole), *last))
    return neg(whole) if negative != (scale < 0) else whole


def _idle(f: Expr, powers: Mapping[Expr, int]) -> bool:
    """Tell whether a factor is an indicator ``1[u > 0]`` beside ``max(0, u)``, which says the same."""
    match f:
        case Indicator(Compare(">", u, Num(value))) if value == 0:
            return any(
                powers.get(g, 0) > 0
                for g in (Fn("relu", (u,)), Fn("max", (ZERO, u)), Fn("max", (u, ZERO)))
            )
        case _:
            return False


def _factors(e: Expr) -> tuple[Expr, ...]:
    return e.factors if isinstance(e, Mul) else (e,)


def _whole_part(terms: Sequence[Expr]) -> int | None:
    """Return the whole number among the terms of an exponent."""
    for t in terms:
        match t:
            case Num(value) | Neg(Num(value)) if _natural(value):
                return int(value) if isinstance(t, Num) else -int(value)
            case _:
                pass
    return None


def _rejoined(powers: dict[Expr, int]) -> None:
    """Write ``(1-p)^γ / (1-p)`` as one power."""
    for f in list(powers):
        if isinstance(f, Pow) and powers[f] == 1 and powers.get(f.base):
            n = powers.pop(f.base)
            del powers[f]
            powers[power(f.base, add(f.exponent, num(n)))] = 1


def as_power(e: Expr) -> tuple[Expr, int]:
    """Return base and exponent of a power with a small whole exponent; anything else is its own first power."""
    match e:
        case Pow(base, Num(value)) if _natural(value):
            return base, int(value)
        case _:
            return e, 1


def _natural(value: Fraction) -> bool:
    return value.denominator == 1 and 0 < value <= _MAX_EXPONENT


def _place(e: Expr) -> int:
    """Return where a factor stands: letters, functions, sums; a difference of letters before a letter."""
    match e:
        case Add(xs):
            return 3 if any(isinstance(x, Num | Delta) for x in xs) else 0
        case Sym() | Entry() | Const() | Idx():
            return 1
        case _:
            return 2


def _without_number(e: Sum) -> Expr:
    """Write the number in front of every term before the sum, and a sign too."""
    match e.body:
        case Neg(x):
            return neg(_without_number(replace(e, body=x)))
        case Mul((Num() as number, *rest)) if rest:
            return mul(number, replace(e, body=mul(*rest)))
        case _:
            return e


def gathered(e: Expr, above: list[Expr], below: list[Expr]) -> bool:
    """Collect the factors above and below the line; tell whether the sign is a minus."""
    match e:
        case Neg(x):
            return not gathered(x, above, below)
        case Mul(xs):
            signs = [gathered(x, above, below) for x in xs]
            return sum(signs) % 2 == 1
        case Div(a, b):
            first = gathered(a, above, below)
            return first != gathered(b, below, above)
        case Pow(Mul(xs), Num(value)) if _natural(value):
            for x in xs:
                gathered(Pow(x, num(value)), above, below)
            return False
        case Pow(Pow(x, Num(inner)), Num(value)) if _natural(value) and _natural(inner):
            above.append(power(x, num(inner * value)))
            return False
        case Pow(x, Num(value)) if _natural(-value):
            return gathered(power(x, num(-value)), below, above)
        case Pow(x, Add(terms)) if (n := _whole_part(terms)) is not None:
            above.append(
                power(
                    x,
                    add(
                        *(t for t in terms if not isinstance(t, Num | Neg) or not _whole_part((t,)))
                    ),
                )
            )
            (above if n > 0 else below).append(power(x, num(abs(n))))
            return False
        case Pow(Div(a, b), Num(value)) if _natural(value):
            above.append(power(a, num(value)))
            below.append(power(b, num(value)))
            return False
        case _:
            if e != ONE:
                above.append(e)
            return False


def _trails(e: Expr) -> bool:
    """Tell whether a factor is written behind the coefficient: an operator, or a sum of fractions."""
    if isinstance(e, Add):
        return any(isinstance(n, Div | Derivative | Sum) for _, n in walk(e))
    if isinstance(e, Pow):
        return False
    return isinstance(e, _OPERATORS)


def _arrays(e: Expr) -> bool:
    return any(rank(k) != 0 for k in children(e))
