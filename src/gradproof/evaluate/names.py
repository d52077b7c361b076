"""Names in a scope: bound, defined, a size, or sampled; and functions applied."""

from dataclasses import replace

import numpy as np

from gradproof.evaluate.arithmetic import IntArray
from gradproof.evaluate.base import base_value, with_tangents
from gradproof.evaluate.definitions import built_in, defined_value, enter, match_entry
from gradproof.evaluate.indexing import flatten_entry, index_values, origins, take
from gradproof.evaluate.jets import Value
from gradproof.evaluate.limits import ShapeMismatch, Unsupported
from gradproof.evaluate.state import Binding, Env, Local, Seed, State
from gradproof.evaluate.tags import extract, new_tags
from gradproof.expr import SCALAR, Apply, Definition, Entry, Expr, Idx, Space, Sym


def named(state: State, name: str, space: Space, indices: tuple[IntArray, ...], env: Env) -> Value:
    """Return the value of ``name`` or ``name[indices]``: bound, defined, a size, or sampled."""
    binding = env.bindings.get(name)
    if isinstance(binding, Local):
        inner = replace(env, bindings=binding.bindings, memo={})
        value = state.value(binding.body, inner)
        value = take(state, value, indices, origins(state, name, value.rank))
        return with_tangents(state, name, value, indices, env)
    if binding is not None and binding.tags is not None:
        _refuse_replaced(state, name, binding.tags, env)
    if binding is not None and binding.entry is None:
        if binding.family:
            value = binding.value
        else:
            value = take(state, binding.value, indices, origins(state, name, binding.value.rank))
    elif name in state.context.definitions:
        value = _hold(state, defined_value(state, name, space, indices, env), env)
    elif not space.rank and not indices and name in state.points.sizes:
        return state.algebra.integers(np.array([state.points.sizes[name]]))
    else:
        value = base_value(state, name, space, indices, env)
    if binding is not None and binding.entry is not None:
        value = _override(state, name, value, binding, indices)
    return with_tangents(state, name, value, indices, env)


def _refuse_replaced(state: State, name: str, before: int, env: Env) -> None:
    """Refuse a point at which a defined name is fixed while a derivative goes through it."""
    own = sum(s.tag for s in env.seeds.get(name, ()))
    if name in state.context.definitions and env.tags & ~before & ~own:
        raise Unsupported(f"{name} is replaced by a value where it depends on what varies")


def _override(
    state: State, name: str, value: Value, binding: Binding, indices: tuple[IntArray, ...]
) -> Value:
    if binding.entry is None or len(indices) != len(binding.entry):
        raise Unsupported(f"an entry of {name} is replaced while the whole of it is used")
    hit = np.ones((1,), dtype=np.bool_)
    for i, j in zip(indices, binding.entry, strict=True):
        hit = hit & (i == j)
    return state.algebra.select(hit, binding.value, value)


def _hold(state: State, value: Value, env: Env) -> Value:
    """In the mode "local", hold a quantity met below the first unfolding constant."""
    held = 0
    for tags, depth in env.floors:
        if env.depth - depth >= 1:
            held |= tags
    if not held & value.tags:
        return value
    parts = {m: p for m, p in value.parts.items() if not m & held}
    return Value(parts, value.rank, value.row)


def application(state: State, e: Apply, indices: tuple[IntArray, ...], env: Env) -> Value:
    """Return ``f(args)`` (or a derivative of f there) for a function that has a definition."""
    if e.name in env.bindings:
        raise Unsupported(f"{e.name} is bound to a value and applied")
    definitions = state.context.definitions.get(e.name) or built_in(e)
    if definitions is None:
        raise Unsupported(f"the function {e.name} has no definition")
    fitting = next((d for d in definitions if len(d.params) == len(e.args) and d.params), None)
    if fitting is None or (not e.args and not e.primes):
        known = {p for d in definitions for p in d.params}
        if e.primes or not all(
            a in known if known else isinstance(a, Sym | Entry | Idx) for a in e.args
        ):
            raise Unsupported(f"{e.name} is applied to other arguments than it is defined with")
        return named(state, e.name, SCALAR, indices, env)
    scope, called = env, False
    for param, arg in zip(fitting.params, e.args, strict=True):
        if param != arg:
            scope, called = _bind(state, param, arg, env, scope), True
    if e.primes:
        return _primed(state, e, fitting, indices, env, scope)
    if not called:
        return named(state, e.name, SCALAR, indices, env)
    value = _called(state, fitting, indices, scope)
    return with_tangents(state, e.name, value, indices, env)


def _called(state: State, d: Definition, indices: tuple[IntArray, ...], scope: Env) -> Value:
    if d.indices:
        if len(indices) < len(d.indices):
            raise Unsupported(f"{d.name} is defined by entries and applied without its index")
        hit, formal = match_entry(state, d, indices, scope)
        value = enter(state, d.name, d.body, scope.with_indices(formal), indexed=True)
        rest = indices[len(d.indices) :]
        value = take(state, value, rest, origins(state, d.name, len(indices))[len(d.indices) :])
        return state.algebra.lose(value, ~hit)
    value = enter(state, d.name, d.body, scope, indexed=False)
    return take(state, value, indices, origins(state, d.name, value.rank))


def _bind(state: State, param: Expr, arg: Expr, env: Env, scope: Env) -> Env:
    """Bind one formal parameter to the value of its argument (taken in the caller's scope)."""
    match param:
        case Sym(name, space):
            value = state.value(arg, env)
            if value.axes == space.rank:
                return scope.with_binding(name, Binding(value))
            if space.rank:
                raise ShapeMismatch(f"an argument of another shape than {name}")
            return _elementwise(scope.with_binding(name, Binding(value)))
        case Entry():
            family, formal = flatten_entry(param)
            if not isinstance(family, Sym):
                raise Unsupported("a parameter that is not a symbol")
            if isinstance(arg, Entry):
                other, actual = flatten_entry(arg)
                if (
                    isinstance(other, Sym)
                    and other.name == family.name
                    and len(actual) == len(formal)
                    and all(isinstance(i, Idx) for i in formal)
                ):
                    values = {
                        i.name: index_values(state, a, env)
                        for i, a in zip(formal, actual, strict=True)
                        if isinstance(i, Idx)
                    }
                    return scope.with_indices(values)
            value = state.value(arg, env)
            if value.axes != family.space.rank - len(formal):
                raise ShapeMismatch(f"an argument of another shape than an entry of {family.name}")
            return scope.with_binding(family.name, Binding(value, family=True))
        case _:
            raise Unsupported("a parameter that is not a symbol")


def _elementwise(scope: Env) -> Env:
    return replace(scope, elementwise=True, memo={})


def _primed(
    state: State, e: Apply, d: Definition, indices: tuple[IntArray, ...], env: Env, scope: Env
) -> Value:
    """Return the derivative of order `primes` of a function in its only parameter."""
    if len(d.params) != 1 or not isinstance(d.params[0], Sym) or d.params[0].space.rank:
        raise Unsupported(f"{e.name} primed: it must be a function of one scalar")
    name = d.params[0].name
    tag, inner = new_tags(env, scope, e.primes)
    seeds: list[Seed] = []
    mask = 0
    for k in range(e.primes):
        state.serials += 1
        seeds.append(Seed(tag << k, (), state.serials))
        mask |= tag << k
    inner = replace(inner, seeds={**inner.seeds, name: (*inner.seeds.get(name, ()), *seeds)})
    value = _called(state, d, indices, inner)
    return extract(state, value, mask)
