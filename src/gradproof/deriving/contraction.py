"""Scalar products of vectors, shortened: entries that cancel, totals that are declared."""

from collections.abc import Callable, Sequence

from gradproof.canonical.polynomials import terms
from gradproof.deriving.arrays import Arrays
from gradproof.deriving.field import ROOMS, Field, Full, TooLarge, Value
from gradproof.deriving.weight import weight
from gradproof.expr import Div, Expr, Fn, Frobenius, MatMul, Ones, Size, Space, Sym, Transpose
from gradproof.rewrite import ONE, num, size_expr

Read = Callable[[Field, Expr], Value]


def contracted(arrays: Arrays, read: Read, e: Expr) -> Expr | None:
    """Return a scalar product ``uᵀv`` or ``A : B`` in a shorter form, None where there is none."""
    pair = _pair(arrays, e)
    if pair is None:
        return None
    left, right = pair
    shape = arrays.shape(right) or arrays.shape(left)
    for room in ROOMS:
        f = Field(room)
        try:
            value = f.mul(read(f, left), read(f, right))
            out = _sum(arrays, f, value, shape)
        except Full:
            continue
        except TooLarge:
            return None
        break
    else:
        return None
    return out if out is not None and out != e and weight(out) < weight(e) else None


def _pair(arrays: Arrays, e: Expr) -> tuple[Expr, Expr] | None:
    match e:
        case MatMul((a, b)) if not arrays.shape(e):
            return arrays.transpose(a), b
        case Frobenius(a, b):
            return a, b
        case _:
            return None


def _sum(arrays: Arrays, f: Field, v: Value, shape: tuple[Size, ...]) -> Expr | None:
    """Return the sum of all entries of a value, term by term; None where a term has three arrays."""
    array = [bool(arrays.shape(a)) for a in f.atoms]
    if any(array[k] for k in f.used(v.den)):
        return None
    out: list[Expr] = []
    for m, c in terms(v.num):
        scalars = [f.atoms[k] for k, d in enumerate(m) for _ in range(d) if not array[k]]
        factors = [f.atoms[k] for k, d in enumerate(m) for _ in range(d) if array[k]]
        if len(factors) > 2:
            return None
        out.append(arrays.times(num(c), *scalars, _dot(arrays, factors, shape)))
    total = arrays.total(out)
    if v.den.is_one():
        return total
    below: list[Expr] = []
    for m, c in terms(v.den):
        below.append(arrays.times(num(c), *(f.atoms[k] for k, d in enumerate(m) for _ in range(d))))
    return Div(total, arrays.total(below))


def _dot(arrays: Arrays, factors: Sequence[Expr], shape: tuple[Size, ...]) -> Expr:
    if not factors:
        return arrays.times(*(size_expr(s) for s in shape))
    if len(factors) == 2:
        return arrays.frobenius(*factors)
    (a,) = factors
    known = _total(arrays, a)
    if known is not None:
        return known
    ones = Ones(Space(shape))
    return arrays.frobenius(ones, a) if len(shape) == 1 else arrays.frobenius(a, ones)


def _total(arrays: Arrays, e: Expr) -> Expr | None:
    """Return what the entries of a vector add up to, where that is known."""
    match e:
        case Fn("softmax"):
            return ONE if len(arrays.shape(e)) == 1 else None
        case Sym(name):
            declared = arrays.facts.total(name)
            if declared is not None:
                return declared
            found = arrays.context.definitions.get(name, ())
            if len(found) == 1 and not found[0].indices and not found[0].params:
                return _total(arrays, found[0].body)
            return None
        case Transpose(x):
            return _total(arrays, x)
        case _:
            return None
