"""Functions by name in place of what they are made of: the logistic function, softmax."""

from collections.abc import Iterator

from gradproof.deriving.arrays import Arrays, is_ones
from gradproof.deriving.field import Field, Value
from gradproof.deriving.kernels import sigmoid_for
from gradproof.expr import Expr, Fn, MatMul, Transpose


def folds(f: Field, v: Value, arrays: Arrays) -> Iterator[Value]:
    """Yield a value in which exponentials stand in functions that are known by name, where some can."""
    below = set(f.used(v.den))
    used = sorted(below.union(f.used(v.num)))
    exponentials = [k for k in used if _is(f.atoms[k], "exp")]
    if not exponentials:
        return
    if any(k in below for k in exponentials) or any(_is(f.atoms[k], "sigmoid") for k in used):
        yield f.replace(v, {k: sigmoid_for(f, k) for k in exponentials})
    table: dict[int, Value] = {}
    for k in exponentials:
        total = next((j for j in used if _sums(f.atoms[j], f.atoms[k])), None)
        if total is not None and len(arrays.shape(f.atoms[k])) == 1:
            table[k] = _softmax(f, k, total)
    if table:
        yield f.replace(v, table)


def _softmax(f: Field, k: int, total: int) -> Value:
    """Return an exponential as softmax times its total."""
    exponential = f.atoms[k]
    assert isinstance(exponential, Fn)
    s = f.generator(f.atom(Fn("softmax", exponential.args)))
    return f.mul(s, f.generator(total))


def _sums(e: Expr, exponential: Expr) -> bool:
    """Tell whether `e` is the sum of all entries of a vector."""
    match e:
        case MatMul((Transpose(a), b)):
            return (is_ones(a) and b == exponential) or (is_ones(b) and a == exponential)
        case _:
            return False


def _is(e: Expr, name: str) -> bool:
    return isinstance(e, Fn) and e.name == name
