"""By what factor a part is off: a simple number, or one over a size, whatever the sizes are."""

from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType
from typing import Final, final

import numpy as np

from gradproof.evaluate import Samples, Unsupported, make_samples
from gradproof.expr import Context, Expr, Mul, Num, Sym, walk
from gradproof.mistakes.bench import Bench, Measured, close, together
from gradproof.mistakes.presented import INVENTED
from gradproof.rewrite import div, mul, neg, num, power

LARGEST: Final = 12
"""Largest numerator and denominator of a factor that counts as simple."""

SYMBOLS: Final = 6
"""At most so many symbols are tried as a factor."""

POWERS: Final = (1, -1, 2, -2)
"""Powers of a size by which a part may be off."""


@final
class Scales:
    """Ratios of the values of two lines, checked at other sizes than those of the sample points."""

    __slots__ = ("_bench", "_context", "_exprs", "_other", "_ready", "_samples", "_sizes")

    def __init__(
        self, exprs: tuple[Expr, ...], context: Context, samples: Samples, bench: Bench
    ) -> None:
        self._exprs = exprs
        self._context = context
        self._samples = samples
        self._bench = bench
        self._other: Bench | None = None
        self._sizes: dict[str, int] = {}
        self._ready = False

    def mended(self, part: Expr, wrong: Expr, right: Expr) -> tuple[Fraction | None, Expr | None]:
        """Return by what number `part` has to be multiplied so that `wrong` becomes `right`, and the product.

        Both None where it is no simple number; the number is None where a size takes part in it.
        """
        first = self._ratio(self._bench, wrong, right)
        if first is None or first == 1:
            return None, None
        other = self._bench_of_other_sizes()
        if other is None:
            return (first, _scaled(part, first)) if _simple(first) else (None, None)
        second = self._ratio(other, wrong, right)
        if first == second:
            return (first, _scaled(part, first)) if _simple(first) else (None, None)
        if second is None:
            return None, None
        for name, size in self._sizes.items():
            for p in POWERS:
                factor = first * Fraction(size - 1) ** p
                if factor == second * Fraction(size) ** p and _simple(factor):
                    return None, _over(part, factor, Sym(name), p)
        return None, None

    def over_a_symbol(self, part: Expr, wrong: Expr, right: Expr) -> Expr | None:
        """Return `part` times or over one scalar symbol of `right`, where that makes `wrong` right."""
        sizes = self._samples.sizes
        symbols = (n for _, n in walk(right) if isinstance(n, Sym) and not n.space.shape)
        names = dict.fromkeys(n for n in symbols if n.name not in sizes)
        for name in list(names)[:SYMBOLS]:
            factor = self._ratio(self._bench, mul(name, wrong), right)
            if factor is not None and _simple(factor):
                return _over(part, factor, name, -1)
            factor = self._ratio(self._bench, wrong, mul(right, name))
            if factor is not None and _simple(factor):
                return _over(part, factor, name, 1)
        return None

    def _ratio(self, bench: Bench, wrong: Expr, right: Expr) -> Fraction | None:
        a, b = bench.value(wrong), bench.value(right)
        return None if a is None or b is None else ratio(a, b)

    def _bench_of_other_sizes(self) -> Bench | None:
        """Return the points with every size that the author left open larger by one."""
        if self._ready:
            return self._other
        self._ready = True
        fixed = self._context.sizes.keys() | self._context.values.keys()
        sizes = {n: s + 1 for n, s in self._samples.sizes.items() if n not in fixed}
        if not sizes:
            return None
        wider = replace(self._context, sizes=MappingProxyType({**self._context.sizes, **sizes}))
        try:
            samples = make_samples(self._exprs, wider, points=6, moving=wider.moving or None)
        except Unsupported:
            return None
        self._sizes = {n: s for n, s in sizes.items() if not INVENTED.fullmatch(n)}
        self._other = Bench(samples, wider)
        return self._other


def ratio(a: Measured, b: Measured) -> Fraction | None:
    """Return ``b / a`` where it is the same rational number at all points."""
    both = together(a, b)
    if both is None:
        return None
    x, y = both
    usable = np.isfinite(x) & np.isfinite(y) & (np.abs(x) > 1e-12)
    if int(usable.sum()) < min(2, x.size):
        return None
    quotients = y[usable] / x[usable]
    if not np.all(np.isfinite(quotients)):
        return None
    guess = Fraction(float(quotients[0])).limit_denominator(LARGEST**2)
    if guess == 0 or abs(guess.numerator) > LARGEST**2:
        return None
    return guess if close(quotients, np.full_like(quotients, float(guess))) else None


def _simple(factor: Fraction) -> bool:
    return abs(factor.numerator) <= LARGEST and factor.denominator <= LARGEST


def _scaled(e: Expr, factor: Fraction) -> Expr:
    if factor == -1:
        return neg(e)
    return mul(Num(factor), e)


def _over(e: Expr, factor: Fraction, size: Expr, exponent: int) -> Expr:
    r"""Return `e` times `factor` over a power of a size: numbers go over the size, ``\frac{2}{m}``."""
    number, rest = factor, e
    if isinstance(e, Mul) and isinstance(e.factors[0], Num):
        number, rest = factor * e.factors[0].value, mul(*e.factors[1:])
    if exponent < 0:
        return mul(num(number), power(size, num(-exponent)), rest)
    front = div(num(abs(number)), power(size, num(exponent)))
    return neg(mul(front, rest)) if number < 0 else mul(front, rest)
