"""Reading an expression into a value: every node kind in terms of the exact arithmetic of a workspace."""

from typing import assert_never

from gradproof.canonical import arrays
from gradproof.canonical.atoms import Value
from gradproof.canonical.conditions import cases, guarded, holds, kronecker
from gradproof.canonical.entries import ENTRY_FUNCTIONS
from gradproof.canonical.env import Env
from gradproof.canonical.exponentials import exp, power, root
from gradproof.canonical.functions import call, pi
from gradproof.canonical.indices import Index
from gradproof.canonical.letters import index_of, range_of
from gradproof.canonical.limits import MAX_UNROLLED, NotCanonical
from gradproof.canonical.names import delta, index_value
from gradproof.canonical.products import product_over
from gradproof.canonical.settling import settle
from gradproof.canonical.sums import sum_over
from gradproof.canonical.unfolding import (
    Spots,
    author_indices,
    read_application,
    read_entry,
    read_symbol,
)
from gradproof.canonical.workspace import Workspace
from gradproof.expr import (
    Add,
    Apply,
    At,
    Branch,
    Cases,
    Compare,
    Const,
    Delta,
    Derivative,
    Det,
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
    Identity,
    Idx,
    Indicator,
    Inverse,
    Kron,
    Let,
    MatMul,
    Mul,
    Neg,
    Norm,
    Num,
    Ones,
    Opaque,
    Pow,
    Prod,
    PseudoInverse,
    Root,
    Row,
    Stack,
    Sum,
    Sym,
    Trace,
    Transpose,
    Vec,
)


def read(w: Workspace, e: Expr, env: Env, spots: Spots = ()) -> Value:
    """Return the value of a scalar expression, or of the entry of an array at `spots` (from 1).

    Raises:
        NotCanonical: something that is not handled, with the reason.
    """
    w.visit()
    match e:
        case Num(value):
            return w.number(value)
        case Sym(name, space):
            return _symbol(w, name, space.rank, env, spots)
        case Entry():
            return _entry(w, e, env, spots)
        case Mul(factors):
            return w.product([arrays.at_spots(w, f, env, spots, read) for f in factors])
        case Add(terms):
            return w.total([arrays.at_spots(w, t, env, spots, read) for t in terms])
        case Neg(arg):
            return w.neg(read(w, arg, env, spots))
        case Div(num, den):
            return w.div(read(w, num, env, spots), read(w, den, env))
        case HadamardDiv(num, den):
            return w.div(
                arrays.at_spots(w, num, env, spots, read), arrays.at_spots(w, den, env, spots, read)
            )
        case Hadamard(factors):
            return w.product([arrays.at_spots(w, f, env, spots, read) for f in factors])
        case Pow():
            return _power(w, e, env, spots)
        case Fn():
            return _function(w, e, env, spots)
        case Root(arg, Num(degree)) if degree.denominator == 1 and 0 < degree <= 64:
            return root(w, read(w, arg, env, spots), int(degree))
        case Root(arg, degree):
            inverse = w.div(w.one_value, read(w, degree, env))
            return power(w, read(w, arg, env, spots), inverse)
        case Const(name):
            return pi(w) if name == "pi" else exp(w, w.one_value)
        case Idx():
            return index_value(w, index_of(w, e, env))
        case Sum() | Prod():
            return _series(w, e, env, spots)
        case Delta():
            return kronecker(w, e, env)
        case Indicator(condition):
            return holds(w, condition, env, _scalar)
        case Cases(branches):
            if spots:
                raise NotCanonical("cases of arrays")
            return cases(w, branches, env, _scalar)
        case Apply():
            return (
                read_application(w, e, (), env, read) if not spots else _applied(w, e, env, spots)
            )
        case At(body, Sym(name, space), value) | Let(Sym(name, space), value, body):
            if space.rank:
                raise NotCanonical("an array that is replaced by a value")
            return read(w, body, env.with_name(name, read(w, value, env)), spots)
        case MatMul(factors):
            return arrays.matrix_product(w, factors, env, spots, read)
        case Transpose(arg):
            return _transposed(w, arg, env, spots)
        case Frobenius():
            return arrays.frobenius(w, e, env, read)
        case Norm():
            return arrays.norm(w, e, env, read)
        case Trace(arg):
            return arrays.trace(w, arg, env, read)
        case Diag():
            return arrays.diagonal(w, e, env, spots, read)
        case Ones() if spots:
            return w.one_value
        case Identity() if len(spots) == 2:
            return delta(w, spots[0], spots[1])
        case Derivative() | Gradient() | Differential():
            raise NotCanonical("a derivative that is not carried out")
        case Ones() | Identity() | Kron() | Det() | Inverse() | Stack() | At() | Vec():
            raise NotCanonical(f"{type(e).__name__} is a whole array, or made of one")
        case PseudoInverse():
            raise NotCanonical(f"{type(e).__name__} is a whole array, or made of one")
        case Opaque(head):
            raise NotCanonical(f"{head} is read but not evaluated")
        case Compare() | Branch() | Row():
            raise NotCanonical("a condition or a row where a value is expected")
        case _:
            assert_never(e)


def _scalar(w: Workspace, e: Expr, env: Env) -> Value:
    return read(w, e, env)


def _symbol(w: Workspace, name: str, rank: int, env: Env, spots: Spots) -> Value:
    if rank != len(spots) and not (name in env.names and not spots):
        raise NotCanonical(f"{name} is an array and stands where a number is expected")
    if spots:
        return read_entry(w, name, author_indices(w, name, spots), env, read)
    return read_symbol(w, name, env, read)


def _entry(w: Workspace, e: Entry, env: Env, spots: Spots) -> Value:
    array, given = e.array, e.indices
    while isinstance(array, Entry):
        array, given = array.array, (*array.indices, *given)
    indices = tuple(index_of(w, i, env) for i in given)
    if isinstance(array, Sym):
        if array.space.rank != len(indices) + len(spots):
            raise NotCanonical(f"an entry of {array.name} with another number of indices than axes")
        if spots:
            start = w.context.origins.get(array.name, ())[len(indices) :]
            padded = (*start, *(1,) * (len(spots) - len(start)))
            own = tuple(s.shifted(o - 1) for s, o in zip(spots, padded, strict=False))
            indices = (*indices, *own)
        return read_entry(w, array.name, indices, env, read)
    if isinstance(array, Apply) and not spots:
        return read_application(w, array, indices, env, read)
    return read(w, array, env, (*indices, *spots))


def _applied(w: Workspace, e: Apply, env: Env, spots: Spots) -> Value:
    return read_application(w, e, author_indices(w, e.name, spots), env, read)


def _power(w: Workspace, e: Pow, env: Env, spots: Spots) -> Value:
    if len(spots) > 1:
        raise NotCanonical("a power of a matrix")
    exponent = read(w, e.exponent, env)
    if isinstance(e.base, Const) and e.base.name == "e":
        return exp(w, settle(w, exponent))
    return power(w, settle(w, read(w, e.base, env, spots)), settle(w, exponent))


def _function(w: Workspace, e: Fn, env: Env, spots: Spots) -> Value:
    if e.name in ENTRY_FUNCTIONS and len(e.args) == 1:
        return ENTRY_FUNCTIONS[e.name](w, e.args[0], env, spots, read)
    args = [arrays.at_spots(w, a, env, spots, read) for a in e.args]
    return call(w, e.name, [settle(w, a) for a in args])


def _transposed(w: Workspace, arg: Expr, env: Env, spots: Spots) -> Value:
    if isinstance(arg, Transpose):
        return read(w, arg.arg, env, spots)
    if not spots:
        return read(w, arg, env)
    found = arrays.shape(w, arg, env)
    if len(spots) != 2:
        raise NotCanonical("a row where a column is expected")
    return read(w, arg, env, (spots[1],) if len(found) == 1 else (spots[1], spots[0]))


def _series(w: Workspace, e: Sum | Prod, env: Env, spots: Spots) -> Value:
    """Return a sum or product over an index, written out where that is asked for."""
    extent = range_of(w, e, env)
    length = extent.length.number
    if length is not None and (length <= 1 or (w.unroll and length <= MAX_UNROLLED)):
        return _written_out(w, e, env, spots, extent.lower, length)
    w.short = w.short or (length is not None and length <= MAX_UNROLLED)
    name = w.open(str(env.depth), extent)
    scope = env.deeper({e.index.name: Index.of(name)})
    body = read(w, e.body, scope, spots)
    if e.condition is not None:
        weight = holds(w, e.condition, scope, _scalar)
        body = guarded(w, weight, body) if isinstance(e, Sum) else _or_one(w, weight, body)
    return (
        sum_over(w, body, name, extent)
        if isinstance(e, Sum)
        else product_over(w, body, name, extent)
    )


def _or_one(w: Workspace, weight: Value, body: Value) -> Value:
    """Return the factor of a product with a condition: 1 where the condition fails."""
    return w.add(guarded(w, weight, body), w.sub(w.one_value, weight))


def _written_out(
    w: Workspace, e: Sum | Prod, env: Env, spots: Spots, lower: Index, length: int
) -> Value:
    parts: list[Value] = []
    for k in range(length):
        scope = env.deeper({e.index.name: lower.shifted(k)})
        weight = w.one_value
        if e.condition is not None:
            weight = holds(w, e.condition, scope, _scalar)
            if weight.num.is_zero():
                continue
        body = read(w, e.body, scope, spots)
        if isinstance(e, Sum):
            parts.append(body if weight is w.one_value else guarded(w, weight, body))
        else:
            parts.append(body if weight is w.one_value else _or_one(w, weight, body))
    return w.total(parts) if isinstance(e, Sum) else w.product(parts)
