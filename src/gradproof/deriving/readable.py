"""The form in which a person writes a result: one fraction or a short sum, scalars in front, names kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import final

from gradproof.deriving.arrays import Arrays, positive_first
from gradproof.deriving.field import ROOMS, Field, Full, TooLarge
from gradproof.deriving.folds import folds
from gradproof.deriving.fractions import Writer
from gradproof.deriving.gathering import gathered
from gradproof.deriving.kernels import Kernels
from gradproof.deriving.limits import NotDerived
from gradproof.deriving.names import folded
from gradproof.deriving.shapes import is_row
from gradproof.deriving.weight import weight
from gradproof.expr import (
    Add,
    Context,
    Expr,
    Identity,
    MatMul,
    Mul,
    Neg,
    Num,
    Ones,
    children,
    rebuild,
)
from gradproof.rewrite import ZERO, tidy_root


@final
@dataclass(frozen=True, slots=True)
class Tidier:
    """Brings expressions to their readable form; remembers what it has done."""

    arrays: Arrays
    done: dict[Expr, Expr] = field(default_factory=dict[Expr, Expr])

    @staticmethod
    def under(context: Context) -> "Tidier":
        """Return a tidier for one context."""
        return Tidier(Arrays.under(context))

    def readable(self, e: Expr) -> Expr:
        """Return the readable form of an expression."""
        found = self.done.get(e)
        if found is None:
            found = self._found(e)
            self.done[e] = found
            self.done[found] = found
        return found

    def _found(self, e: Expr) -> Expr:
        if not children(e):
            return e
        try:
            shape = self.arrays.shape(e)
        except NotDerived:
            return self._light(e)
        if is_row(shape):
            return self.arrays.transpose(self.readable(self.arrays.transpose(e)))
        ways = list(self._fractions(e))
        if not ways:
            return self._light(e)
        opened = distributed(self.arrays, e)
        if opened is not None:
            ways.append(self.readable(opened))
        terms = _terms(e)
        if len(terms) > 1:
            ways.append(self.sum([self.readable(t) for t in terms]))
        return min(ways, key=weight)

    def final(self, e: Expr) -> Expr:
        """Return the readable form of a result: as `readable`, and ``2A + 2λI`` rather than ``2(A + λI)``."""
        found = self.readable(e)
        match found:
            case Mul((Num() as c, Add(xs))) if not any(isinstance(x, Neg) for x in xs):
                opened = Add(tuple(self.readable(self.arrays.times(c, x)) for x in xs))
                return min(found, opened, key=weight)
            case _:
                return found

    def sum(self, terms: list[Expr]) -> Expr:
        """Return a sum of terms that are readable already."""
        flat: list[Expr] = []
        for t in terms:
            flat.extend(_terms(t) if not isinstance(t, Add) else t.terms)
        flat = [t for t in flat if t != ZERO]
        return self.arrays.total(positive_first(flat))

    def _fractions(self, e: Expr) -> list[Expr]:
        kernels = Kernels(self.arrays, self.readable)
        shape = self.arrays.shape(e)
        for room in ROOMS:
            f = Field(room)
            write = Writer(self.arrays, f, self._gather, self.readable).write
            try:
                v = f.settle(kernels.value(f, e))
                ways = [write(v, shape)]
                ways.extend(write(x, shape) for x in folds(f, v, self.arrays))
            except Full:
                continue
            except TooLarge:
                return []
            return ways
        return []

    def _gather(self, terms: Sequence[Expr]) -> Expr:
        return gathered(self.arrays, self.readable, terms)

    def _light(self, e: Expr) -> Expr:
        """Return `e` with readable parts, tidied lightly."""
        return tidy_root(
            rebuild(e, tuple(self.readable(x) for x in children(e))), self.arrays.context
        )


def distributed(arrays: Arrays, e: Expr) -> Expr | None:
    """Return a product over a sum that holds an identity or ones, multiplied out; else None."""
    c, body = arrays.split(e)
    if not isinstance(body, MatMul):
        return None
    for k, x in enumerate(body.factors):
        if isinstance(x, Add) and any(_absorbed(arrays, t) for t in x.terms):
            left, right = body.factors[:k], body.factors[k + 1 :]
            parts = [arrays.times(c, arrays.matmul(*left, t, *right)) for t in x.terms]
            return arrays.total(parts)
    return None


def _absorbed(arrays: Arrays, e: Expr) -> bool:
    _, body = arrays.split(e)
    if isinstance(body, MatMul):
        return isinstance(body.factors[0], Ones)
    return isinstance(body, Identity | Ones)


def _terms(e: Expr) -> tuple[Expr, ...]:
    match e:
        case Add(xs):
            return tuple(t for x in xs for t in _terms(x))
        case Neg(Add(xs)):
            return tuple(t for x in xs for t in _terms(Neg(x)))
        case Neg(Neg(x)):
            return _terms(x)
        case _:
            return (e,)


def readable(e: Expr, context: Context) -> Expr:
    """Return the form in which a person writes an expression; it has the same value everywhere.

    >>> from gradproof.spell import to_plain
    >>> from gradproof.expr import Div, Mul, Num, Sym
    >>> from fractions import Fraction
    >>> y, p = Sym("y"), Sym("p")
    >>> one = Num(Fraction(1))
    >>> e = Neg(Add((Div(y, p), Neg(Div(Add((one, Neg(y))), Add((one, Neg(p))))))))
    >>> to_plain(readable(e, Context()))
    '(p - y)/(p·(1 - p))'
    """
    return folded(Tidier.under(context).final(e), context)
