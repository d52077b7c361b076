"""Reading an expression into a field: what is rational becomes arithmetic, the rest atoms."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import final

from gradproof.deriving.arrays import Arrays, is_ones
from gradproof.deriving.contraction import contracted
from gradproof.deriving.field import Field, Value
from gradproof.deriving.shapes import is_row
from gradproof.expr import (
    Add,
    At,
    Branch,
    Cases,
    Compare,
    Const,
    Derivative,
    Diag,
    Differential,
    Div,
    Entry,
    Expr,
    Fn,
    Frobenius,
    Gradient,
    Hadamard,
    HadamardDiv,
    Indicator,
    Inverse,
    Let,
    MatMul,
    Mul,
    Neg,
    Norm,
    Num,
    Opaque,
    Pow,
    Prod,
    Root,
    Row,
    Stack,
    Sum,
    Trace,
    Transpose,
    children,
    free_indices,
    rebuild,
)  # fmt: skip
from gradproof.rewrite import ONE
from gradproof.spell import to_plain

HALF = Fraction(1, 2)


@final
@dataclass(frozen=True, slots=True)
class Kernels:
    """Reads under one context; `readable` brings the inside of atoms to their final form."""

    arrays: Arrays
    readable: Callable[[Expr], Expr]

    def value(self, f: Field, e: Expr) -> Value:
        """Return the value of a scalar, or of every entry of an array.

        Raises:
            Full, TooLarge: see `Field`.
            NotDerived: a shape is not known.
        """
        match e:
            case Num(q):
                return f.number(q)
            case Neg(x):
                return f.neg(self.value(f, x))
            case Add(xs):
                total = self.value(f, xs[0])
                for x in xs[1:]:
                    total = f.add(total, self.value(f, x))
                return total
            case Mul(xs) | Hadamard(xs):
                product = self.value(f, xs[0])
                for x in xs[1:]:
                    product = f.mul(product, self.value(f, x))
                return product
            case Div(a, b) | HadamardDiv(a, b):
                return f.div(self.value(f, a), self.value(f, b))
            case _ if is_ones(e):
                return f.number(1)
            case Fn("sqrt", (x,)):
                return self._root(f, x)
            case Root(x, Num(q)) if q == 2:
                return self._root(f, x)
            case Pow(Const("e"), x) | Fn("exp", (x,)):
                return self._exponential(f, x)
            case Pow(x, Num(q)) if len(self.arrays.shape(x)) < 2:
                if q.denominator == 1:
                    return f.power(self.value(f, x), int(q))
                return self._power(f, x, Num(q))
            case Pow(x, exponent) if len(self.arrays.shape(x)) < 2:
                return self._power(f, x, exponent)
            case Fn("sigmoid", (x,)):
                return self._sigmoid(f, x)
            case Transpose(x):
                return self._transposed(f, e, x)
            case _:
                return self._atom(f, self._inside(e))

    def _atom(self, f: Field, e: Expr) -> Value:
        """Return the value of something that is an atom but for scalars in front."""
        c, body = self.arrays.split(e)
        if body == ONE:
            if not isinstance(c, Mul | Div | Neg | Num | Add):
                return f.generator(f.atom(c, _key(self.arrays, c)))
            return self.value(f, c)
        if isinstance(body, Add | Hadamard | HadamardDiv | Num) or is_ones(body):
            return f.mul(self.value(f, c), self.value(f, body))
        k = f.atom(body, _key(self.arrays, body))
        return f.generator(k) if c == ONE else f.mul(self.value(f, c), f.generator(k))

    def _inside(self, e: Expr) -> Expr:
        """Return an atom with its inside in final form, scalars in front."""
        arrays, readable = self.arrays, self.readable
        match e:
            case MatMul(xs):
                return self._contract(arrays.matmul(*(readable(x) for x in xs)))
            case Diag(x):
                return arrays.diagonal(readable(x))
            case Inverse(x):
                c, body = arrays.split(readable(x))
                inner = (
                    arrays.transpose(Inverse(body.arg))
                    if isinstance(body, Transpose)
                    else Inverse(body)
                )
                return inner if c == ONE else Div(inner, c)
            case Trace(x):
                return self._contract(arrays.trace(readable(x)))
            case Frobenius(a, b):
                return self._contract(arrays.frobenius(readable(a), readable(b)))
            case Norm(x, order):
                inner = readable(x)
                return Norm(inner.arg if isinstance(inner, Neg) else inner, order)
            case Fn("mean", (x,)):
                return arrays.mean(readable(x))
            case Sum():
                return self._series(e)
            case Derivative() | Gradient() | Differential() | Entry():
                return e
            case At() | Let() | Cases() | Branch() | Opaque() | Row() | Stack() | Prod():
                return e
            case Compare() | Indicator():
                return e
            case _ if not children(e):
                return e
            case _:
                return rebuild(e, tuple(readable(x) for x in children(e)))

    def _contract(self, e: Expr) -> Expr:
        c, body = self.arrays.split(e)
        inner = body if body != ONE else c
        short = contracted(self.arrays, self.value, inner)
        if short is None:
            return e
        return short if body == ONE else self.arrays.times(c, short)

    def _series(self, e: Sum) -> Expr:
        """Return a sum with factors that do not depend on its index in front."""
        c, body = _outside(self.readable(e.body), e.index.name)
        inner = Sum(body, e.index, e.lower, e.upper, e.condition)
        return self.arrays.times(c, inner)

    def _transposed(self, f: Field, e: Expr, x: Expr) -> Value:
        inner = self.readable(x)
        match inner:
            case Add(xs) | Hadamard(xs) if not is_row(self.arrays.shape(e)):
                spread = tuple(self.arrays.transpose(t) for t in xs)
                return self.value(f, rebuild(inner, spread))
            case _:
                pass
        turned = self.arrays.transpose(inner)
        if isinstance(turned, Transpose):
            return f.generator(f.atom(turned))
        if isinstance(turned, MatMul):
            return self._atom(f, turned)
        return self.value(f, turned)

    def _root(self, f: Field, x: Expr) -> Value:
        inner = self.readable(x)
        square = self.value(f, inner)
        k = f.atom(Fn("sqrt", (inner,)))
        f.roots[k] = square
        return f.generator(k)

    def _power(self, f: Field, x: Expr, exponent: Expr) -> Value:
        """Return a power with its whole part apart: ``u^{p-1} = u^p / u``."""
        base, exponent = self.readable(x), self.readable(exponent)
        whole = 0
        if isinstance(exponent, Num):
            if exponent.value % 1 == HALF:
                whole = int(exponent.value - HALF)
                return f.mul(self._root(f, base), f.power(self.value(f, base), whole))
            whole = int(exponent.value // 1)
            rest: Expr = Num(exponent.value - whole)
        elif isinstance(exponent, Add):
            parts = [t for t in exponent.terms if _whole(t) is None]
            whole = sum(_whole(t) or 0 for t in exponent.terms)
            rest = parts[0] if len(parts) == 1 else Add(tuple(parts))
        else:
            rest = exponent
        k = f.atom(Pow(base, rest))
        power = f.generator(k)
        return power if not whole else f.mul(power, f.power(self.value(f, base), whole))

    def _exponential(self, f: Field, x: Expr) -> Value:
        """Return a product of powers of exponentials, one for each term of the exponent."""
        out = f.number(1)
        parts = [(_rational(t)) for t in _terms(self.readable(x))]
        scale = lcm(*(q.denominator for q, _ in parts))
        for q, body in parts:
            times = int(q * scale)
            base = body if scale == 1 else Div(body, Num(Fraction(scale)))
            key = ("exp", base)
            if key not in f.numbers and times < 0:
                f.atom(Fn("exp", (Neg(base),)), key)
            k = f.atom(Fn("exp", (base,)), key)
            if isinstance(f.atoms[k], Fn) and f.atoms[k] == Fn("exp", (Neg(base),)):
                times = -times
            out = f.mul(out, f.power(f.generator(k), times))
        return out

    def _sigmoid(self, f: Field, x: Expr) -> Value:
        inner = self.readable(x)
        negative = isinstance(inner, Neg)
        base = inner.arg if isinstance(inner, Neg) else inner
        key = ("sigmoid", base)
        if key not in f.numbers:
            f.atom(Fn("sigmoid", (inner,)), key)
        k = f.atom(Fn("sigmoid", (base,)), key)
        s = f.generator(k)
        if (f.atoms[k] == Fn("sigmoid", (base,))) == (not negative):
            return s
        return f.add(f.number(1), f.neg(s))


def sigmoid_for(f: Field, k: int) -> Value:
    """Return the exponential that atom `k` is, in terms of the logistic function of its argument."""
    exponential = f.atoms[k]
    assert isinstance(exponential, Fn)
    (x,) = exponential.args
    negative = isinstance(x, Neg)
    base = x.arg if isinstance(x, Neg) else x
    s = f.atom(Fn("sigmoid", (base,)), ("sigmoid", base))
    up = f.generator(s)
    down = f.add(f.number(1), f.neg(up))
    turned = f.atoms[s] != Fn("sigmoid", (base,))
    return f.div(down, up) if negative != turned else f.div(up, down)


def _outside(e: Expr, index: str) -> tuple[Expr, Expr]:
    """Return the scalar factors without the index, and the rest."""
    match e:
        case Neg(x):
            c, body = _outside(x, index)
            return Neg(c), body
        case Div(x, den):
            c, body = _outside(x, index)
            if index in free_indices(den):
                return c, Div(body, den)
            return Div(c, den), body
        case Mul(xs):
            free = tuple(x for x in xs if index not in free_indices(x))
            bound = tuple(x for x in xs if index in free_indices(x))
            return _joined(free), _joined(bound)
        case _:
            return (ONE, e)


def _joined(xs: tuple[Expr, ...]) -> Expr:
    return ONE if not xs else xs[0] if len(xs) == 1 else Mul(xs)


def _terms(e: Expr) -> tuple[Expr, ...]:
    match e:
        case Add(xs):
            return xs
        case Neg(Add(xs)):
            return tuple(Neg(x) for x in xs)
        case Div(Add(xs), den):
            return tuple(Div(x, den) for x in xs)
        case _:
            return (e,)


def _rational(e: Expr) -> tuple[Fraction, Expr]:
    """Return a rational factor and the rest of a term."""
    match e:
        case Num(q):
            return q, ONE
        case Neg(x):
            q, body = _rational(x)
            return -q, body
        case Mul((Num(q), *rest)):
            return q, _joined(tuple(rest))
        case Div(x, Num(q)):
            p, body = _rational(x)
            return p / q, body
        case Div(x, Mul((Num(q), *rest))):
            p, body = _rational(x)
            return p / q, Div(body, _joined(tuple(rest)))
        case Div(x, den):
            p, body = _rational(x)
            return p, Div(body, den)
        case _:
            return Fraction(1), e


def _whole(e: Expr) -> int | None:
    q, body = _rational(e)
    return int(q) if body == ONE and q.denominator == 1 else None


def _key(arrays: Arrays, e: Expr) -> object:
    """Return one key for all spellings of a scalar: ``xᵀAy = yᵀAᵀx``, ``tr AB = tr BA``."""
    match e:
        case MatMul(xs) if not arrays.shape(e):
            turned = MatMul(tuple(arrays.transpose(x) for x in reversed(xs)))
            return min((e, turned), key=_plain)
        case Frobenius(a, b):
            return Frobenius(*sorted((a, b), key=_plain))
        case Trace(MatMul(xs)):
            turned = arrays.transpose(MatMul(xs))
            ways = [xs, turned.factors if isinstance(turned, MatMul) else xs]
            cycles = [MatMul((*w[k:], *w[:k])) for w in ways for k in range(len(w))]
            return Trace(min(cycles, key=_plain))
        case _:
            return e


@lru_cache(maxsize=8192)
def _plain(e: Expr) -> str:
    return to_plain(e)
