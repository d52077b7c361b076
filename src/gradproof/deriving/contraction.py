"""Scalar products of vectors, shortened: entries that cancel, totals that are declared."""

from collections.abc import Callable, Sequence

from gradproof.canonical.polynomials import terms
from gradproof.deriving.arrays import Arrays
from gradproof.deriving.field import ROOMS, Field, Full, TooLarge, Value
from gradproof.deriving.weight import weight
from gradproof.expr import (
    Add,
    Div,
    Expr,
    Fn,
    Frobenius,
    HadamardDiv,
    MatMul,
    Mul,
    Ones,
    Size,
    Space,
    Sym,
    Transpose,
)  # fmt: skip
from gradproof.rewrite import ONE, ZERO, num, size_expr

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
            out = _sum(arrays, f, value, shape, read)
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


def _sum(arrays: Arrays, f: Field, v: Value, shape: tuple[Size, ...], read: Read) -> Expr | None:
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
        out.append(arrays.times(num(c), *scalars, _dot(arrays, factors, shape, read)))
    total = arrays.total(out)
    if v.den.is_one():
        return total
    below: list[Expr] = []
    for m, c in terms(v.den):
        below.append(arrays.times(num(c), *(f.atoms[k] for k, d in enumerate(m) for _ in range(d))))
    return Div(total, arrays.total(below))


def _dot(arrays: Arrays, factors: Sequence[Expr], shape: tuple[Size, ...], read: Read) -> Expr:
    if not factors:
        return arrays.times(*(size_expr(s) for s in shape))
    if len(factors) == 2:
        return arrays.frobenius(*factors)
    (a,) = factors
    known = _total(arrays, a, read)
    if known is not None:
        return known
    ones = Ones(Space(shape))
    return arrays.frobenius(ones, a) if len(shape) == 1 else arrays.frobenius(a, ones)


def _total(arrays: Arrays, e: Expr, read: Read) -> Expr | None:
    """Return what the entries of a vector add up to, where that is known."""
    match e:
        case Fn("softmax"):
            return ONE if len(arrays.shape(e)) == 1 else None
        case Sym(name):
            declared = arrays.facts.total(name)
            if declared is not None:
                return declared
            found = arrays.context.definitions.get(name, ())
            if len(found) != 1 or found[0].indices or found[0].params:
                return None
            if isinstance(found[0].body, Fn):
                return _total(arrays, found[0].body, read)
            return ZERO if _centred(arrays, found[0].body, read) else None
        case Transpose(x):
            return _total(arrays, x, read)
        case _:
            return None


def _centred(arrays: Arrays, body: Expr, read: Read) -> bool:
    """Tell whether the entries of a vector like ``(x - mean x)/s`` add up to nothing."""
    if not isinstance(body, Add | Div | HadamardDiv | Mul) or not arrays.facts.averages:
        return False
    f = Field(ROOMS[2])
    try:
        whole = _sum(arrays, f, read(f, body), arrays.shape(body), read)
        return whole is not None and read(f, whole).num.is_zero()
    except (Full, TooLarge):
        return False
