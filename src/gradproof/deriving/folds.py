"""Functions by name in place of what they are made of: the logistic function, softmax."""

from collections.abc import Iterator
from typing import Final

from gradproof.deriving.arrays import Arrays, is_ones
from gradproof.deriving.field import Field, Value
from gradproof.deriving.kernels import sigmoid_for
from gradproof.deriving.names import definitions, symbol
from gradproof.deriving.opening import sums_up
from gradproof.expr import (
    Add,
    Div,
    Expr,
    Fn,
    HadamardDiv,
    MatMul,
    Mul,
    Neg,
    Num,
    Sym,
    Transpose,
    walk,
)  # fmt: skip
from gradproof.rewrite import size_expr

MOST: Final = 4
"""Ways that are developed further."""


def folds(f: Field, v: Value, arrays: Arrays) -> list[Value]:
    """Return other ways of writing a value: by functions, names and means instead of what they stand for.

    Raises:
        Full, TooLarge: see `Field`.
    """
    out = [v]
    for step in (_functions, _names, _means):
        out.extend([w for x in out[:MOST] for w in step(f, x, arrays)])
    return out[1:]


def _functions(f: Field, v: Value, arrays: Arrays) -> Iterator[Value]:
    """Yield a value in which exponentials stand in functions that are known by name, where some can."""
    below = set(f.used(v.den))
    used = sorted(below.union(f.used(v.num)))
    exponentials = [k for k in used if _is(f.atoms[k], "exp")]
    logistic = [k for k in used if _is(f.atoms[k], "sigmoid")]
    if exponentials and (logistic or any(k in below for k in exponentials)):
        yield f.replace(v, {k: sigmoid_for(f, k) for k in exponentials})
    if logistic:
        yield f.replace(v, {k: _turned(f, k) for k in logistic})
    table: dict[int, Value] = {}
    for k in exponentials:
        total = next((j for j in used if sums_up(f.atoms[j], f.atoms[k])), None)
        if total is not None and len(arrays.shape(f.atoms[k])) == 1:
            table[k] = _softmax(f, k, total)
    if table:
        yield f.replace(v, table)


def _turned(f: Field, k: int) -> Value:
    """Return the logistic function as ``1 - σ(-u)``."""
    atom = f.atoms[k]
    assert isinstance(atom, Fn)
    (x,) = atom.args
    other = Fn("sigmoid", (x.arg if isinstance(x, Neg) else Neg(x),))
    return f.add(f.number(1), f.neg(f.generator(f.atom(other, ("turned", atom)))))


def _names(f: Field, v: Value, arrays: Arrays) -> Iterator[Value]:
    """Yield a value in which a defined name takes the place of a part: ``s u`` of ``x - a`` from ``u = (x - a)/s``."""
    used = {f.atoms[k]: k for k in {*f.used(v.num), *f.used(v.den)}}
    for name, body in definitions(arrays.context):
        if not isinstance(body, Div | HadamardDiv | Add | Mul):
            continue
        inside = [x for _, x in walk(body) if isinstance(x, Sym)]
        sym = symbol(name, arrays.context)
        if sym is None or not all(x in used for x in inside if x in _top_names(body)):
            continue
        found = _solved(f, body, sym, arrays, used)
        if found is not None:
            yield f.replace(v, found)


def _top_names(e: Expr) -> list[Expr]:
    """Return the symbols of the numerator."""
    match e:
        case Div(a, _) | HadamardDiv(a, _):
            return _top_names(a)
        case _:
            return [x for _, x in walk(e) if isinstance(x, Sym)]


def _solved(
    f: Field, body: Expr, name: Expr, arrays: Arrays, used: dict[Expr, int]
) -> dict[int, Value] | None:
    """Solve ``name = body`` for its first array, in which it is linear."""
    value = _simple(f, body)
    if value is None:
        return None
    for x in _top_names(body):
        k = used.get(x)
        if k is None or not arrays.shape(x) or k in f.used(value.den):
            continue
        if value.num.degrees()[k] != 1:
            continue
        rest = f.replace(Value(value.num, f.one), {k: f.number(0)})
        slope = f.add(Value(value.num, f.one), f.neg(rest))
        factor = f.div(slope, f.generator(k))
        target = f.mul(f.generator(f.atom(name)), Value(value.den, f.one))
        return {k: f.div(f.add(target, f.neg(rest)), factor)}
    return None


def _simple(f: Field, e: Expr) -> Value | None:
    """Return the value of an expression made of symbols and numbers by arithmetic, else None."""
    match e:
        case Num(q):
            return f.number(q)
        case Sym():
            return f.generator(f.atom(e))
        case Neg(x):
            inner = _simple(f, x)
            return None if inner is None else f.neg(inner)
        case Add((x, y)) | Mul((x, y)) | Div(x, y) | HadamardDiv(x, y):
            a, b = _simple(f, x), _simple(f, y)
            if a is None or b is None:
                return None
            return (
                f.add(a, b)
                if isinstance(e, Add)
                else f.mul(a, b)
                if isinstance(e, Mul)
                else f.div(a, b)
            )
        case _:
            return None


def _means(f: Field, v: Value, arrays: Arrays) -> Iterator[Value]:
    """Yield a value in which sums of entries are written as means, where means are spoken of."""
    if not arrays.facts.averages:
        return
    table: dict[int, Value] = {}
    for k in sorted({*f.used(v.num), *f.used(v.den)}):
        found = _summed(f.atoms[k], arrays)
        if found is not None:
            (n,) = arrays.shape(found)
            mean = f.generator(f.atom(arrays.mean(found)))
            size = size_expr(n)
            if isinstance(size, Sym):
                table[k] = f.mul(f.generator(f.atom(size)), mean)
    if table:
        yield f.replace(v, table)


def _summed(e: Expr, arrays: Arrays) -> Expr | None:
    """Return the vector whose entries a scalar product sums up."""
    match e:
        case MatMul((Transpose(a), b)) if len(arrays.shape(b)) == 1 and not arrays.shape(e):
            return b if is_ones(a) else a if is_ones(b) else arrays.hadamard(a, b)
        case _:
            return None


def _softmax(f: Field, k: int, total: int) -> Value:
    """Return an exponential as softmax times its total."""
    exponential = f.atoms[k]
    assert isinstance(exponential, Fn)
    s = f.generator(f.atom(Fn("softmax", exponential.args)))
    return f.mul(s, f.generator(total))


def _is(e: Expr, name: str) -> bool:
    return isinstance(e, Fn) and e.name == name
