"""By what factor a part is off: a simple number, or one over a size, whatever the sizes are."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from types import MappingProxyType
from typing import Final, final

import numpy as np

from gradproof.evaluate import Samples, Unsupported, make_samples
from gradproof.expr import (
    Const,
    Context,
    Derivative,
    Differential,
    Entry,
    Expr,
    Gradient,
    Idx,
    Mul,
    Num,
    Sum,
    Sym,
    is_scalar,
    walk,
    walk_reached,
)
from gradproof.mistakes.bench import Bench, Measured, close, together
from gradproof.mistakes.presented import INVENTED
from gradproof.rewrite import ONE, div, free_names, mul, neg, num, power, sub, tidy

LARGEST: Final = 12
"""Largest numerator and denominator of a factor that counts as simple."""

QUANTITIES: Final = 40
"""At most so many parts of the right line are tried as a factor."""

NAMES: Final = 8
"""At most so many names are tried in complements and differences."""

POWERS: Final = (1, -1, 2, -2)
"""Powers of a size by which a part may be off."""


@final
@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity that a part lacks as a factor (`lost`), or has once too often, beside a simple number."""

    quantity: Expr
    factor: Fraction
    lost: bool

    def short(self, part: Expr) -> bool:
        """Tell whether the part with the factor put right is fit for print: no fraction over a fraction."""
        return self.lost or isinstance(self.quantity, Sym) or self._struck_out(part) is not None

    def mended(self, part: Expr) -> Expr:
        """Return the part as it should be."""
        if self.lost:
            return tidy(mul(Num(self.factor), self.quantity, part))
        left = self._struck_out(part)
        return left if left is not None else _over(part, self.factor, self.quantity, 1)

    def _struck_out(self, part: Expr) -> Expr | None:
        """Return the part without the factors that it has too often, None where they do not stand in it."""
        if not isinstance(part, Mul):
            return None
        left = list(part.factors)
        for f in self.quantity.factors if isinstance(self.quantity, Mul) else (self.quantity,):
            if f not in left:
                return None
            left.remove(f)
        return tidy(mul(Num(self.factor), *left))


def _scalar(e: Expr, context: Context) -> bool:
    return not isinstance(
        e, Num | Const | Idx | Derivative | Gradient | Differential
    ) and is_scalar(e, context)


def _bare(e: Expr) -> Expr:
    """Return a quantity without the number in front of it, of a sum without that of its terms."""
    match e:
        case Mul((Num(), *rest)):
            return mul(*rest)
        case Sum(Mul((Num(), *rest)), index, lower, upper, condition):
            return Sum(mul(*rest), index, lower, upper, condition)
        case _:
            return e


def _defined(context: Context) -> Iterator[Expr]:
    """Yield the scalars that are defined under a name."""
    for name, found in context.definitions.items():
        symbol = Sym(name)
        if all(not d.params and not d.indices for d in found) and is_scalar(symbol, context):
            yield symbol


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

    def by_a_quantity(self, wrong: Expr, right: Expr) -> "Quantity | None":
        """Return the quantity by which `wrong` has to be multiplied or divided to be `right`, the simplest first."""
        other = self._bench_of_other_sizes()
        benches = [self._bench] if other is None else [self._bench, other]
        struck = [(q, (False,)) for q in _own_factors(wrong)]
        for q, ways in (*struck, *((q, (True, False)) for q in self._quantities(wrong, right))):
            for lost in ways:
                pair = (mul(q, wrong), right) if lost else (wrong, mul(q, right))
                factor = self._ratio(benches[0], *pair)
                if factor is None or not _simple(factor):
                    continue
                if all(self._ratio(b, *pair) == factor for b in benches[1:]):
                    return Quantity(q, factor, lost)
        return None

    def _quantities(self, wrong: Expr, right: Expr) -> Iterator[Expr]:
        """Yield what may have been lost: parts of the right side, then names, their complements and differences."""
        ranges = self._context.ranges.keys()
        letters = (free_names(wrong) | free_names(right)) & ranges
        parts = dict.fromkeys(
            _bare(n) for n in walk_reached(right, self._context) if _scalar(n, self._context)
        )
        usable = [q for q in parts if not (free_names(q) & ranges) - letters]
        usable.sort(key=lambda q: sum(1 for _ in walk(q)))
        yield from [q for q in usable if q not in self._sizes_known][:QUANTITIES]
        arrays = dict.fromkeys(
            q.array for q in parts if isinstance(q, Entry) and len(q.indices) == 1
        )
        own = [q for q in usable if isinstance(q, Sym) and q not in self._sizes_known]
        entries = [Entry(a, (Idx(i),)) for a in arrays for i in sorted(letters)]
        names = dict.fromkeys([*own, *_defined(self._context), *entries])
        chosen = list(names)[:NAMES]
        yield from (sub(ONE, q) for q in chosen)
        yield from (sub(a, b) for a, b in combinations(chosen, 2))

    @property
    def _sizes_known(self) -> frozenset[Expr]:
        return frozenset(Sym(name) for name in self._samples.sizes)

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


def _own_factors(e: Expr) -> Iterator[Expr]:
    """Yield the factors of a product that may be too much in it, then pairs of them."""
    if isinstance(e, Mul):
        own = [f for f in e.factors if not isinstance(f, Num)]
        yield from own[: len(own) if len(own) > 1 else 0]
        if len(own) > 2:
            yield from (mul(a, b) for a, b in combinations(own, 2))


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
