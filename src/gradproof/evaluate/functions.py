"""Derivative sequences f(a), f'(a), f''(a), … of the primitive functions, in any arithmetic.

The closed forms are the usual ones (e.g. Abramowitz & Stegun 4.3-4.6 and 7.1 for erf); they are written out
here, apart from the symbolic rules, so that the numeric route stays independent of them.
"""

from fractions import Fraction
from typing import assert_never

from gradproof.evaluate.arithmetic import Arithmetic, Array, Primitive
from gradproof.evaluate.limits import Unsupported


def primitive_sequence(a: Arithmetic, name: Primitive, x: Array, order: int) -> list[Array]:
    """Return the function `name` at x and its derivatives up to `order` (at most 4)."""
    value = a.function(name, x)
    if not order:
        return [value]
    match name:
        case "exp":
            return [value] * (order + 1)
        case "log":
            return [value, *_log_tail(a, x, order)]
        case "sin":
            return _cycle(a, [value, a.function("cos", x)], order, -1)
        case "cos":
            return _cycle(a, [value, a.neg(a.function("sin", x))], order, -1)
        case "sinh":
            return _cycle(a, [value, a.function("cosh", x)], order, 1)
        case "cosh":
            return _cycle(a, [value, a.function("sinh", x)], order, 1)
        case "tan":
            return _autonomous(a, value, (1, 0, 1), order)
        case "tanh":
            return _autonomous(a, value, (1, 0, -1), order)
        case "sigmoid":
            return _sigmoid(a, x, value, order)
        case "softplus":
            s = a.function("sigmoid", x)
            return [value, *_sigmoid(a, x, s, order - 1)]
        case "arctan":
            q = _reciprocal(a, _polynomial(a, (1, 0, 1), x))
            tops = ((1,), (0, -2), (-2, 0, 6), (0, 24, 0, -24))
            return [value, *(_fraction(a, tops[k], x, q, k + 1) for k in range(order))]
        case "arcsin":
            return [value, *_arcsin_tail(a, x, order)]
        case "arccos":
            return [value, *(a.neg(t) for t in _arcsin_tail(a, x, order))]
        case "erf":
            return [value, *_erf_tail(a, x, order)]
        case "abs":
            slope = _off_kink(a, x, a.function("sign", x))
            return [value, slope, *[_zero(a, slope)] * (order - 1)]
        case "sign":
            return [value, *[_zero(a, _off_kink(a, x, value))] * order]
        case "factorial":
            raise Unsupported("the derivative of a factorial")
        case _:
            assert_never(name)


def _zero(a: Arithmetic, like: Array) -> Array:
    return a.mul(a.number(Fraction(0)), like)


def _reciprocal(a: Arithmetic, x: Array) -> Array:
    return a.div(a.number(Fraction(1)), x)


def _off_kink(a: Arithmetic, x: Array, slope: Array) -> Array:
    """Return `slope`, undefined where x is zero."""
    lost = a.is_zero(x)
    return a.where(lost, a.nan, slope) if lost.any() else slope


def _log_tail(a: Arithmetic, x: Array, order: int) -> list[Array]:
    inverse = _reciprocal(a, x)
    out = [inverse]
    for k in range(1, order):
        out.append(a.mul(a.number(Fraction(-k)), a.mul(out[-1], inverse)))
    return out


def _cycle(a: Arithmetic, start: list[Array], order: int, sign: int) -> list[Array]:
    """Continue f, f' by f'' = sign · f."""
    out = list(start)
    while len(out) <= order:
        out.append(a.neg(out[-2]) if sign < 0 else out[-2])
    return out[: order + 1]


def _polynomial(a: Arithmetic, coefficients: tuple[int, ...], x: Array) -> Array:
    total = a.number(Fraction(coefficients[-1]))
    for c in reversed(coefficients[:-1]):
        total = a.add(a.mul(total, x), a.number(Fraction(c)))
    return total


def _fraction(a: Arithmetic, top: tuple[int, ...], x: Array, q: Array, power: int) -> Array:
    return a.mul(_polynomial(a, top, x), a.rational_power(q, Fraction(power)))


def _autonomous(a: Arithmetic, f: Array, slope: tuple[int, ...], order: int) -> list[Array]:
    """Return the sequence of a function with f' = slope(f), a polynomial (lowest power first)."""
    out = [f]
    current: tuple[int, ...] = slope
    for _ in range(order):
        out.append(_polynomial(a, current, f))
        derived = tuple(k * c for k, c in enumerate(current))[1:] or (0,)
        product = [0] * (len(derived) + len(slope) - 1)
        for i, c in enumerate(derived):
            for j, d in enumerate(slope):
                product[i + j] += c * d
        current = tuple(product)
    return out


def _sigmoid(a: Arithmetic, x: Array, s: Array, order: int) -> list[Array]:
    """Return σ and its derivatives as σ(1-σ) times a polynomial; 1-σ(x) is taken as σ(-x)."""
    out = [s]
    if order:
        slope = a.mul(s, a.function("sigmoid", a.neg(x)))
        factors = ((1,), (1, -2), (1, -6, 6), (1, -14, 36, -24))
        out.extend(a.mul(slope, _polynomial(a, factors[k], s)) for k in range(order))
    return out


def _arcsin_tail(a: Arithmetic, x: Array, order: int) -> list[Array]:
    inside = _polynomial(a, (1, 0, -1), x)
    tops = ((1,), (0, 1), (1, 0, 2), (0, 9, 0, 6))
    return [
        a.mul(_polynomial(a, tops[k], x), a.rational_power(inside, Fraction(-1 - 2 * k, 2)))
        for k in range(order)
    ]


def _erf_tail(a: Arithmetic, x: Array, order: int) -> list[Array]:
    bell = a.function("exp", a.neg(a.mul(x, x)))
    scale = a.mul(a.number(Fraction(2)), a.rational_power(a.constant("pi"), Fraction(-1, 2)))
    first = a.mul(scale, bell)
    hermite = ((1,), (0, -2), (-2, 0, 4), (0, 12, 0, -8))
    return [a.mul(first, _polynomial(a, hermite[k], x)) for k in range(order)]
