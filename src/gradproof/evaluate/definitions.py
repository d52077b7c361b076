"""Definitions: a defined name takes the value of its body, entry by entry where it is defined so."""

from typing import get_args

import numpy as np

from gradproof.evaluate.arithmetic import BoolArray, IntArray
from gradproof.evaluate.base import base_value
from gradproof.evaluate.indexing import (
    axes_to_own,
    index_range,
    integer_expression,
    origins,
    take,
)
from gradproof.evaluate.jets import Value
from gradproof.evaluate.limits import MAX_UNFOLDING, ShapeMismatch, Unsupported
from gradproof.evaluate.state import Env, State, content, space_shape
from gradproof.expr import (
    Apply,
    Definition,
    Expr,
    Fn,
    FunctionName,
    Num,
    Space,
    Sym,
    shifted_index,
)  # fmt: skip

_ARRAYS = frozenset({"softmax", "logsoftmax", "logsumexp", "mean", "var", "max", "min"})
_FORMAL = Sym("\\cdot")


def defined_value(
    state: State, name: str, space: Space, indices: tuple[IntArray, ...], env: Env
) -> Value:
    """Return ``name`` or ``name[indices]`` through its definition, once per scope.

    Raises:
        Unsupported: no definition fits, or it leads back to itself.
    """
    key = (name, space.rank, content(indices), env.depth if env.floors else 0)
    found = env.memo.get(key)
    if found is not None:
        return found
    definitions = state.context.definitions[name]
    whole = next((d for d in definitions if not d.indices), None)
    if whole is not None and not (indices and any(d.indices for d in definitions)):
        value = enter(state, name, whole.body, env)
        value = take(state, value, indices, origins(state, name, value.rank))
    else:
        value = _by_entries(state, name, space, indices, env)
    env.memo[key] = value
    return value


def built_in(e: Apply) -> tuple[Definition, ...] | None:
    """Return the definition of a function of one argument that the tree knows itself, where it bears primes."""
    name = next((n for n in get_args(FunctionName) if n == e.name), None)
    if name is None or name in _ARRAYS or not e.primes or len(e.args) != 1:
        return None
    return (Definition(name, Fn(name, (_FORMAL,)), (_FORMAL,)),)


def enter(state: State, name: str, body: Expr, env: Env, indexed: bool = False) -> Value:
    """Evaluate the body of a definition.

    Raises:
        Unsupported: the definition leads back to itself without end.
    """
    count = state.active.get(name, 0)
    if count > (16 if indexed else 0) or sum(state.active.values()) > MAX_UNFOLDING:
        raise Unsupported(f"{name} is defined by itself")
    state.active[name] = count + 1
    try:
        return state.value(body, env.deeper())
    except ShapeMismatch as e:
        e.given = True
        raise
    finally:
        state.active[name] = count


def _by_entries(
    state: State, name: str, space: Space, indices: tuple[IntArray, ...], env: Env
) -> Value:
    """Return entries of an array whose definition is by entries."""
    definitions = sorted(
        (d for d in state.context.definitions[name] if d.indices),
        key=lambda d: sum(not isinstance(i, Num) for i in d.indices),
    )
    arity = min(len(d.indices) for d in definitions)
    if len(indices) < arity:
        return _assemble(state, name, space, indices, arity, env)
    value: Value | None = None
    covered: BoolArray = np.zeros((1,), dtype=np.bool_)
    for d in definitions:
        if len(d.indices) > len(indices):
            continue
        hit, bound = match_entry(state, d, indices, env)
        hit = hit & ~covered
        if not hit.any():
            continue
        body = enter(state, name, d.body, env.with_indices(bound), indexed=True)
        rest = indices[len(d.indices) :]
        body = take(state, body, rest, origins(state, name, len(indices))[len(d.indices) :])
        value = _merge(state, hit, body, value)
        covered = covered | hit
    if not covered.all():
        value = _rest(state, name, space, indices, env, covered, value)
    if value is None:
        raise Unsupported(f"no definition of {name} covers this entry")
    return value


def _merge(state: State, hit: BoolArray, new: Value, old: Value | None) -> Value:
    if old is None:
        return state.algebra.lose(new, ~hit)
    return state.algebra.select(hit, new, old)


def _rest(
    state: State, name: str, space: Space, indices: tuple[IntArray, ...], env: Env,
    covered: BoolArray, value: Value | None,
) -> Value | None:  # fmt: skip
    """Fill entries that no definition covers from the sampled values of the array, where it has them."""
    if name in state.points.values and space.rank >= len(indices):
        base = base_value(state, name, space, indices, env)
        return base if value is None else state.algebra.select(covered, value, base)
    return value


def match_entry(
    state: State, d: Definition, indices: tuple[IntArray, ...], env: Env
) -> tuple[BoolArray, dict[str, IntArray]]:
    """Return where index values fit the left side of a definition, and the formal indices' values."""
    hit: BoolArray = np.ones((1,), dtype=np.bool_)
    bound: dict[str, IntArray] = {}
    for pattern, value in zip(d.indices, indices, strict=False):
        formal, shift = shifted_index(pattern)
        if formal is None:
            number = integer_expression(state, pattern, env)
            if number is None:
                raise Unsupported(f"the left side of the definition of {d.name}")
            hit = hit & (value == number)
            continue
        values = value - shift if shift else value
        if formal in bound:
            hit = hit & (bound[formal] == values)
            continue
        bound[formal] = values
        limits = index_range(state, formal)
        if limits is not None:
            hit = hit & (values >= limits[0]) & (values <= limits[1])
    return hit, bound


def _assemble(
    state: State, name: str, space: Space, indices: tuple[IntArray, ...], arity: int, env: Env
) -> Value:
    """Return the whole (or a slice) of an array that is defined by entries."""
    if space.rank < arity:
        raise Unsupported(f"{name} is defined by entries and used without its index")
    shape = space_shape(state, space)
    start = origins(state, name, arity)
    grids = list(indices)
    inner = env
    for axis in range(len(indices), arity):
        grid, inner = state.open_axis(inner, start[axis], start[axis] + shape[axis] - 1)
        grids.append(grid)
    value = _by_entries(state, name, space, tuple(grids), inner)
    return axes_to_own(state, value, env.axes, shape[len(indices) : arity], first=True)
