"""The one walk over the tree: every node kind in terms of jets over whatever arithmetic."""

from collections.abc import Callable
from fractions import Fraction
from typing import assert_never, cast

from gradproof.evaluate import arrays, entries
from gradproof.evaluate.arithmetic import Primitive
from gradproof.evaluate.calculus import at, derivative, differential, gradient
from gradproof.evaluate.chains import chained, product_with_derivatives
from gradproof.evaluate.conditions import cases, delta, indicator
from gradproof.evaluate.indexing import flatten_entry, index_values, take
from gradproof.evaluate.jets import Value
from gradproof.evaluate.limits import MAX_EXPONENT, ShapeMismatch, Unsupported
from gradproof.evaluate.names import application, named
from gradproof.evaluate.reductions import reduction
from gradproof.evaluate.state import Binding, Env, Local, State, space_shape
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


def walk(state: State, e: Expr, env: Env) -> Value:
    """Return the value of `e` in a scope.

    Raises:
        Unsupported: what has no numeric meaning here, with the reason.
    """
    algebra = state.algebra
    match e:
        case Sym(name, space):
            return named(state, name, space, (), env)
        case Num(value):
            return state.number(value)
        case Entry():
            return _entry(state, e, env)
        case Mul(factors):
            return _product(state, [state.value(f, env) for f in factors], env)
        case Add(terms):
            return _folded(state, terms, env, _plus)
        case Neg(arg):
            return algebra.neg(state.value(arg, env))
        case Div(num, den):
            return _quotient(state, state.value(num, env), state.value(den, env), env)
        case Pow():
            return _power(state, e, env)
        case Fn():
            return _function(state, e, env)
        case Sum() | Prod():
            return reduction(state, e, env)
        case Idx():
            return algebra.integers(index_values(state, e, env))
        case Const(name):
            return Value({0: algebra.arithmetic.constant(name)})
        case MatMul(factors):
            if chained(factors):
                return product_with_derivatives(state, factors, env)
            return _folded(state, factors, env, arrays.matmul)
        case Hadamard(factors):
            if chained(factors):
                return product_with_derivatives(state, factors, env, elementwise=True)
            return _folded(state, factors, env, _times)
        case HadamardDiv(num, den):
            return algebra.div(state.value(num, env), state.value(den, env))
        case Frobenius(left, right):
            pair = algebra.mul(state.value(left, env), state.value(right, env))
            return arrays.own_sum(state, pair)
        case Kron(left, right):
            return arrays.kronecker(state, state.value(left, env), state.value(right, env))
        case Transpose(Num(value)) if value:
            raise Unsupported(
                "a number is transposed: the size of the array that is meant is not known"
            )
        case Transpose(arg):
            return arrays.transpose(state.value(arg, env))
        case Trace(arg):
            return arrays.trace(state, state.value(arg, env))
        case Det(arg):
            return arrays.determinant(state, state.value(arg, env))
        case Inverse(arg):
            return arrays.inverse(state, state.value(arg, env))
        case PseudoInverse(arg):
            return arrays.pseudo_inverse(state, state.value(arg, env))
        case Vec(arg):
            x = state.value(arg, env)
            turned = x.rank == 2 and state.context.layout.stacked == "rows"
            return arrays.stacked_columns(arrays.transpose(x) if turned else x)
        case Diag(arg):
            return arrays.diagonal_matrix(state, state.value(arg, env))
        case Norm(arg, order):
            x = state.value(arg, env)
            if order in ("1", "inf") or not x.rank:
                _watch(state, e, x)
            return arrays.norm(state, x, order)
        case Root():
            return _root(state, e, env)
        case Delta():
            return delta(state, e, env)
        case Indicator(condition):
            return indicator(state, condition, env)
        case Cases(branches):
            return cases(state, branches, env)
        case Apply():
            return application(state, e, (), env)
        case Derivative(body, wrt):
            return derivative(state, body, wrt, env)
        case Gradient(body, wrt, order):
            return gradient(state, body, wrt, order, env)
        case Differential(body):
            return differential(state, body, env)
        case At(body, symbol, value):
            replacement = state.value(value, env)
            name, entry = at(state, symbol, replacement, env)
            point = Binding(replacement, entry, tags=env.tags)
            return state.value(body, env.with_binding(name, point))
        case Let(symbol, value, body):
            return state.value(body, env.with_binding(symbol.name, Local(value, env.bindings)))
        case Stack(rows):
            return arrays.stack(state, [[state.value(c, env) for c in r.cells] for r in rows])
        case Ones(space):
            return arrays.ones(state, space_shape(state, space))
        case Identity(space):
            shape = space_shape(state, space)
            if len(shape) != 2 or shape[0] != shape[1]:
                raise Unsupported("an identity matrix that is not square")
            return arrays.identity(state, shape[0])
        case Opaque("factorial", (arg,)):
            return algebra.function("factorial", state.value(arg, env))
        case Opaque(head):
            raise Unsupported(f"{head} is read but not evaluated")
        case Compare() | Branch() | Row():
            raise Unsupported("a condition or a row where a value is expected")
        case _:
            assert_never(e)


Step = Callable[[State, Value, Value], Value]
"""One step of a sum or a product of arrays."""


def _plus(state: State, x: Value, y: Value) -> Value:
    return state.algebra.add(x, y)


def _times(state: State, x: Value, y: Value) -> Value:
    return state.algebra.mul(x, y)


def _folded(state: State, parts: tuple[Expr, ...], env: Env, step: Step) -> Value:
    """Combine terms or factors from the left, and tell which of them do not fit together."""
    total = state.value(parts[0], env)
    for k, part in enumerate(parts[1:], 1):
        value = state.value(part, env)
        try:
            total = step(state, total, value)
        except ShapeMismatch as e:
            raise e.between(parts[k - 1], part) from None
    return total


def _entry(state: State, e: Entry, env: Env) -> Value:
    array, indices = flatten_entry(e)
    values = tuple(index_values(state, i, env) for i in indices)
    match array:
        case Sym(name, space):
            return named(state, name, space, values, env)
        case Apply():
            return application(state, array, values, env)
        case _:
            value = state.value(array, env)
            return take(state, value, values, (1,) * len(values))


def _product(state: State, values: list[Value], env: Env) -> Value:
    total = values[0]
    for v in values[1:]:
        if total.rank and v.rank and not env.elementwise:
            raise ShapeMismatch(
                "a product of two arrays of which it is not said which one is meant"
            )
        total = state.algebra.mul(total, v)
    return total


def _quotient(state: State, num: Value, den: Value, env: Env) -> Value:
    if den.rank and num.rank and not env.elementwise:
        raise ShapeMismatch("a quotient of two arrays")
    return state.algebra.div(num, den)


def constant(e: Expr) -> Fraction | None:
    """Return the value of an expression made of numbers only, else None."""
    match e:
        case Num(value):
            return value
        case Neg(arg):
            inner = constant(arg)
            return None if inner is None else -inner
        case Div(num, den):
            a, b = constant(num), constant(den)
            return None if a is None or not b else a / b
        case Add(terms):
            parts = [constant(t) for t in terms]
            return None if None in parts else sum((p for p in parts if p), Fraction(0))
        case _:
            return None


def _power(state: State, e: Pow, env: Env) -> Value:
    if isinstance(e.base, Const) and e.base.name == "e":
        return state.algebra.function("exp", state.value(e.exponent, env))
    if isinstance(e.exponent, Pow) and _is_tower(e.exponent):
        raise Unsupported("limit:exponent")
    exponent = constant(e.exponent)
    base = state.value(e.base, env)
    if exponent is None:
        other = state.value(e.exponent, env)
        if other.rank and not env.elementwise:
            raise ShapeMismatch("an exponent that is an array")
        if base.rank > 1 and not base.row:
            raise Unsupported("a matrix to a power that is not a number")
        return state.algebra.general_power(base, other)
    if abs(exponent) > MAX_EXPONENT:
        raise Unsupported("limit:exponent")
    if exponent == 2 and base.axes == 1 and state.context.layout.lengths and not env.elementwise:
        return arrays.own_sum(state, state.algebra.mul(base, base))
    if base.rank > 1 and not base.row and not env.elementwise:
        return arrays.matrix_power(state, base, exponent)
    return state.algebra.power(base, exponent)


def _is_tower(e: Pow) -> bool:
    return isinstance(e.exponent, Pow) or (constant(e.exponent) or 0) > MAX_EXPONENT


def _root(state: State, e: Root, env: Env) -> Value:
    degree = constant(e.degree)
    x = state.value(e.arg, env)
    if degree is None:
        inverse = state.algebra.power(state.value(e.degree, env), Fraction(-1))
        return state.algebra.general_power(x, inverse)
    if degree.denominator != 1 or not 0 < degree <= MAX_EXPONENT:
        raise Unsupported("a root of a degree that is not a positive whole number")
    if degree % 2 == 0 or state.algebra.arithmetic.name == "residue":
        return state.algebra.power(x, 1 / degree)
    sign = state.algebra.function("sign", x)
    return state.algebra.mul(sign, state.algebra.power(state.algebra.mul(sign, x), 1 / degree))


def _watch(state: State, e: Expr, x: Value) -> None:
    """Record on which side of zero the argument of a function with a kink lies."""
    if state.kinks is not None and state.algebra.arithmetic.name == "float64":
        state.watch_kink(id(e), x.real > 0, x.real < 0, x.rank)


def _reciprocal(name: Primitive) -> Callable[[State, Value], Value]:
    return lambda s, x: s.algebra.power(s.algebra.function(name, x), Fraction(-1))


def _cotangent(state: State, x: Value) -> Value:
    return state.algebra.div(state.algebra.function("cos", x), state.algebra.function("sin", x))


def _relu(state: State, x: Value) -> Value:
    both = state.algebra.add(x, state.algebra.function("abs", x))
    return state.algebra.mul(state.number(Fraction(1, 2)), both)


def _sqrt(state: State, x: Value) -> Value:
    return state.algebra.power(x, Fraction(1, 2))


_COMPOSED: dict[str, Callable[[State, Value], Value]] = {
    "sqrt": _sqrt, "sec": _reciprocal("cos"), "csc": _reciprocal("sin"), "cot": _cotangent,
    "relu": _relu, "softmax": entries.softmax, "logsumexp": entries.logsumexp,
    "logsoftmax": entries.logsoftmax, "mean": entries.mean, "var": entries.variance,
}  # fmt: skip


def _function(state: State, e: Fn, env: Env) -> Value:
    values = [state.value(a, env) for a in e.args]
    if e.name in ("max", "min"):
        return _extreme(state, e, values)
    if e.name == "log" and len(values) == 2:
        top, base = (state.algebra.function("log", v) for v in values)
        return state.algebra.div(top, base)
    if len(values) != 1:
        raise Unsupported(f"{e.name} of {len(values)} arguments")
    if e.name in ("abs", "relu", "sign"):
        _watch(state, e, values[0])
    composed = _COMPOSED.get(e.name)
    if composed is not None:
        return composed(state, values[0])
    return state.algebra.function(cast("Primitive", e.name), values[0])


def _extreme(state: State, e: Fn, values: list[Value]) -> Value:
    algebra = state.algebra
    if len(values) == 1:
        if not values[0].rank:
            return values[0]
        raise Unsupported(f"{e.name} over the entries of an array")
    if e.name == "min":
        values = [algebra.neg(v) for v in values]
    total = values[0]
    for v in values[1:]:
        _watch(state, e, algebra.add(total, algebra.neg(v)))
        total = arrays.larger(state, total, v)
    return algebra.neg(total) if e.name == "min" else total
