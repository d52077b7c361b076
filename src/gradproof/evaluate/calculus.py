"""Derivatives, gradients and differentials of whatever the walk can evaluate, by jets."""

from dataclasses import replace

from gradproof.evaluate.arithmetic import IntArray
from gradproof.evaluate.arrays import transpose
from gradproof.evaluate.indexing import axes_to_own, flatten_entry, index_values, origins
from gradproof.evaluate.jets import Value
from gradproof.evaluate.layouts import Raw, arranged, structured, symmetric
from gradproof.evaluate.limits import MAX_RANK, ShapeMismatch, Unsupported
from gradproof.evaluate.state import Env, Seed, State, space_shape
from gradproof.evaluate.tags import extract, new_tags
from gradproof.expr import SCALAR, Apply, Entry, Expr, Idx, Space, Sym


def _target(e: Expr) -> tuple[str, Space, tuple[Expr, ...]]:
    """Return name, space and indices of what is differentiated by."""
    match e:
        case Sym(name, space):
            return name, space, ()
        case Apply(name, args, 0) if all(isinstance(a, Sym | Entry | Idx) for a in args):
            return name, SCALAR, ()
        case Entry():
            array, indices = flatten_entry(e)
            if isinstance(array, Sym):
                return array.name, array.space, indices
        case _:
            pass
    raise Unsupported("a derivative by something that is not a symbol or an entry of one")


def _name_of(e: Expr) -> str | None:
    match e:
        case Sym(name) | Apply(name):
            return name
        case Entry():
            array, _ = flatten_entry(e)
            return _name_of(array)
        case _:
            return None


def _single(state: State, name: str | None) -> bool:
    """Tell whether a name is declared to take single values, as a label does: it depends on nothing."""
    domain = None if name is None else state.context.domains.get(name)
    return domain is not None and domain.single


def _refuse_unknown(state: State, body: Expr, by: frozenset[str], env: Env) -> None:
    """Refuse the derivative of a bare name of which nothing is known."""
    name = _name_of(body)
    if name is None or name in by or name in env.bindings:
        return
    known = name in state.context.definitions or name in state.context.values
    known = known or _single(state, name)
    if not known and name not in state.points.sizes:
        raise Unsupported(f"{name} depends on something that is not given")


def derivative(state: State, body: Expr, wrt: tuple[Expr, ...], env: Env) -> Value:
    """Return the derivative of `body` by each of `wrt`, arranged by the layout of the context.

    Raises:
        Unsupported: as `raw_derivative`.
        ShapeMismatch: the layout is none of this derivative.
    """
    raw = raw_derivative(state, body, wrt, env)
    if len(wrt) != 1:
        return raw.value
    if state.context.layout.structured and not raw.outputs and wrt[0] in symmetric(state.context):
        return structured(state, raw.value)
    return arranged(state, raw)


def raw_derivative(state: State, body: Expr, wrt: tuple[Expr, ...], env: Env) -> Raw:
    """Return the derivative of `body` by each of `wrt`.

    By a whole array: the array's axes are appended to those of the body (a gradient has the array's
    shape, a Jacobian has the outputs as rows).

    Raises:
        Unsupported: nothing is known of the body, or it does not go through a defined name it is
            differentiated by.
    """
    targets = [_target(w) for w in wrt]
    _refuse_unknown(state, body, frozenset(t[0] for t in targets), env)
    tag, inner = new_tags(env, env, len(wrt))
    seeds = dict(inner.seeds)
    sizes: list[int] = []
    serials: dict[int, str] = {}
    mask = 0
    for k, (name, space, indices) in enumerate(targets):
        if name in state.points.sizes and name not in env.bindings and not space.rank:
            raise Unsupported(f"a derivative by the size {name}")
        entry: list[IntArray] = [index_values(state, i, env) for i in indices]
        shape = space_shape(state, space)
        start = origins(state, name, len(shape))
        if len(entry) > len(shape):
            raise Unsupported(f"{name} has fewer axes than indices")
        for axis in range(len(entry), len(shape)):
            grid, inner = state.open_axis(inner, start[axis], start[axis] + shape[axis] - 1)
            entry.append(grid)
            sizes.append(shape[axis])
        state.serials += 1
        serials[state.serials] = name
        seed = Seed(tag << k, tuple(entry), state.serials)
        seeds[name] = (*seeds.get(name, ()), seed)
        mask |= tag << k
    floors = (*env.floors, (mask, env.depth)) if state.mode == "local" else env.floors
    inner = replace(inner, seeds=seeds, floors=floors, memo={})
    value = state.value(body, inner)
    for serial, name in serials.items():
        if serial not in state.met and (
            name in state.context.definitions
            or (_name_of(body) is not None and not _single(state, _name_of(body)))
        ):
            raise Unsupported(f"what is differentiated by {name} does not contain it")
    if value.rank + len(sizes) > MAX_RANK:
        raise Unsupported("limit:rank")
    found = extract(state, value, mask)
    if not sizes:
        return Raw(found, found.rank)
    raw = axes_to_own(state, found, env.axes, tuple(sizes))
    return Raw(raw, raw.rank - len(sizes))


def gradient(state: State, body: Expr, wrt: Expr | None, order: int, env: Env) -> Value:
    """Return the gradient (of order 2, the Hessian) of a scalar."""
    by = _only_variable(state, body) if wrt is None else wrt
    raw = raw_derivative(state, body, (by,) * order, env)
    if raw.outputs:
        raise ShapeMismatch("the gradient of an array")
    column = state.context.layout.vectors == "column" or raw.value.rank != 1
    return raw.value if column else transpose(raw.value)


def _only_variable(state: State, body: Expr) -> Expr:
    """Return the variable of ``∇f`` or ``∇f(x)`` where there is one only."""
    match body:
        case Apply(_, (Sym() as arg,), 0):
            return arg
        case Sym(name) | Apply(name, ()):
            for d in state.context.definitions.get(name, ()):
                if len(d.params) == 1:
                    return d.params[0]
        case _:
            pass
    raise Unsupported("a gradient that does not say by what")


def differential(state: State, body: Expr, env: Env) -> Value:
    """Return the differential: the derivative along the sampled directions of what moves.

    Raises:
        Unsupported: nothing is said to move, or nothing is known of a bare body.
    """
    if not state.moving:
        raise Unsupported("a differential where nothing is said to vary")
    _refuse_unknown(state, body, state.moving, env)
    tag, inner = new_tags(env, env, 1)
    seeds = dict(inner.seeds)
    for name in sorted(state.moving):
        if name in env.bindings:
            continue
        state.serials += 1
        seeds[name] = (*seeds.get(name, ()), Seed(tag, None, state.serials))
    value = state.value(body, replace(inner, seeds=seeds, memo={}))
    return extract(state, value, tag)


def at(
    state: State, symbol: Expr, replacement: Value, env: Env
) -> tuple[str, tuple[IntArray, ...] | None]:
    """Return the name, and the entry if it is one, that an evaluation at a point replaces."""
    name, space, indices = _target(symbol)
    if replacement.axes != space.rank - len(indices):
        raise Unsupported(f"a value of another shape in the place of {name}")
    if not indices:
        return name, None
    if name in env.seeds:
        raise Unsupported(f"an entry of {name} is replaced where {name} moves")
    return name, tuple(index_values(state, i, env) for i in indices)
