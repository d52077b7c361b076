"""What a name stands for in a scope: a bound value, its definition, a number, or itself."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from gradproof.canonical.atoms import Value
from gradproof.canonical.env import Env
from gradproof.canonical.functions import opaque
from gradproof.canonical.indices import Index, within
from gradproof.canonical.letters import free_index, index_of, read_index
from gradproof.canonical.limits import MAX_UNFOLDING, NotCanonical, too_large
from gradproof.canonical.names import entry, symbol
from gradproof.canonical.workspace import Workspace
from gradproof.expr import (
    Apply,
    Definition,
    Entry,
    Expr,
    Idx,
    Num,
    Sym,
    free_indices,
    shifted_index,
    walk,
)  # fmt: skip

Spots = tuple[Index, ...]
Match = dict[str, Index] | Literal["another", "in doubt"]
"""Formal indices bound; or the definition is of another entry, or may be."""
Reader = Callable[[Workspace, Expr, Env, Spots], Value]
"""Reads an expression; of an array, the entry at the given positions (counted from 1)."""


def read_symbol(w: Workspace, name: str, env: Env, reader: Reader) -> Value:
    """Return a scalar symbol: bound, defined, fixed, or itself."""
    bound = env.names.get(name)
    if bound is not None:
        return bound
    definitions = w.context.definitions.get(name)
    if definitions is not None and not w.fold:
        whole = next((d for d in definitions if not d.indices), None)
        if whole is None:
            raise NotCanonical(f"{name} is defined entry by entry, and stands here as a whole")
        return _body(w, whole, (), env, reader)
    fixed = w.context.values.get(name) if definitions is None else None
    if fixed is not None:
        return w.number(fixed)
    size = w.context.sizes.get(name)
    return _itself(w, name, (), env) if size is None else w.number(size)


def read_entry(
    w: Workspace, name: str, indices: tuple[Index, ...], env: Env, reader: Reader
) -> Value:
    """Return an entry of an array, through the definition that covers it if one surely does."""
    if name in env.names:
        raise NotCanonical(f"an entry of {name}, which is bound to a number")
    definitions = w.context.definitions.get(name)
    if definitions is None or w.fold:
        return _itself(w, name, indices, env)
    if not any(d.indices for d in definitions):
        if name in env.active:
            raise NotCanonical(f"{name} is defined by itself")
        return _body(w, definitions[0], positions(w, name, indices), env, reader)
    if name in env.active:
        return _itself(w, name, indices, env)
    for d in sorted(definitions, key=lambda d: sum(not isinstance(i, Num) for i in d.indices)):
        if not d.indices or len(d.indices) > len(indices):
            continue
        table = _match(w, d, indices)
        if table == "in doubt":
            return _itself(w, name, indices, env)
        if not isinstance(table, str):
            rest = indices[len(d.indices) :]
            start = w.context.origins.get(name, ())[len(d.indices) :]
            return _body(w, d, _from_one(rest, start), env.with_indices(table), reader)
    return _itself(w, name, indices, env)


def positions(w: Workspace, name: str, indices: tuple[Index, ...]) -> tuple[Index, ...]:
    """Return index values as positions counted from 1."""
    return _from_one(indices, w.context.origins.get(name, ()))


def author_indices(w: Workspace, name: str, spots: tuple[Index, ...]) -> tuple[Index, ...]:
    """Return positions counted from 1 as the author counts them."""
    start = w.context.origins.get(name, ())
    padded = (*start, *(1,) * (len(spots) - len(start)))
    return tuple(s.shifted(o - 1) for s, o in zip(spots, padded, strict=False))


def read_application(
    w: Workspace, e: Apply, indices: tuple[Index, ...], env: Env, reader: Reader
) -> Value:
    """Return a function applied: its definition with the arguments bound, or the function itself."""
    if e.name in env.names:
        raise NotCanonical(f"{e.name} is bound to a value and applied")
    definitions = w.context.definitions.get(e.name)
    if definitions is None or w.fold:
        if definitions is not None and indices:
            raise NotCanonical(f"{e.name} is applied and indexed")
        _check_place(w, e.name, env)
        args = tuple(reader(w, a, env, ()) for a in e.args)
        name = e.name + "'" * e.primes
        if indices:
            args = (*args, entry(w, f"{name}()", indices))
        return opaque(w, f"{name}()", args)
    if e.primes:
        raise NotCanonical(f"a derivative of {e.name}")
    fitting = next((d for d in definitions if d.params and len(d.params) == len(e.args)), None)
    scope = env
    if fitting is not None:
        for param, arg in zip(fitting.params, e.args, strict=True):
            if param != arg:
                scope = _bind(w, param, arg, env, scope, reader)
    elif not all(isinstance(a, Sym | Entry | Idx) for a in e.args) or any(
        d.params for d in definitions
    ):
        raise NotCanonical(f"{e.name} is applied to other arguments than it is defined with")
    if scope is env or fitting is None:
        if indices:
            return read_entry(w, e.name, indices, env, reader)
        return read_symbol(w, e.name, env, reader)
    if not fitting.indices:
        spots = positions(w, e.name, indices) if indices else ()
        return _body(w, fitting, spots, scope, reader)
    table = _match(w, fitting, indices) if len(indices) >= len(fitting.indices) else "in doubt"
    if isinstance(table, str):
        raise NotCanonical(f"{e.name} is applied at an entry that its definition may not cover")
    rest = indices[len(fitting.indices) :]
    start = w.context.origins.get(e.name, ())[len(fitting.indices) :]
    return _body(w, fitting, _from_one(rest, start), scope.with_indices(table), reader)


def _body(w: Workspace, d: Definition, spots: tuple[Index, ...], env: Env, reader: Reader) -> Value:
    """Return the body of a definition (or an entry of it) in a scope.

    Raises:
        NotCanonical: the definition leads back to itself, or too deep.
    """
    if not d.indices and d.name in env.active:
        raise NotCanonical(f"{d.name} is defined by itself")
    if len(env.active) >= MAX_UNFOLDING:
        raise too_large()
    key = None
    if not env.names:
        scope = tuple(sorted((k, v.key) for k, v in env.indices.items()))
        key = ("definition", id(d), spots, scope, env.active)
        found = w.memo.get(key)
        if found is not None:
            return found
    inner = env.inside(d.name)
    out = reader(w, d.body, inner, spots)
    if key is not None:
        w.memo[key] = out
    return out


def _itself(w: Workspace, name: str, indices: Spots, env: Env) -> Value:
    """Return a name (or an entry) that stands for itself although it may have a definition."""
    _check_place(w, name, env, unknown=name in w.context.functions)
    return entry(w, name, indices) if indices else symbol(w, name)


def _check_place(w: Workspace, name: str, env: Env, *, unknown: bool = False) -> None:
    """Refuse a name that stands for itself where its value depends on the place.

    Raises:
        NotCanonical: it may depend on a name that is replaced there, or on an index letter that its definition
            leaves free.
    """
    defined = name in w.context.definitions
    if env.names and (defined or unknown or name in w.context.varying):
        raise NotCanonical(f"{name} depends on something that is replaced")
    if defined and _floating(w, name):
        raise NotCanonical(f"the definition of {name} depends on the index where it stands")


def _floating(w: Workspace, name: str) -> bool:
    """Tell whether a definition, or one that it reaches, leaves an index letter free."""
    todo, seen = [name], {name}
    while todo:
        for d in w.context.definitions[todo.pop()]:
            formal = {
                i.name for p in (*d.indices, *d.params) for _, i in walk(p) if isinstance(i, Idx)
            }
            if free_indices(d.body) - formal:
                return True
            for _, node in walk(d.body):
                if not isinstance(node, Sym | Apply) or node.name in seen:
                    continue
                if node.name in w.context.definitions:
                    seen.add(node.name)
                    todo.append(node.name)
    return False


def _from_one(indices: Spots, start: tuple[int, ...]) -> tuple[Index, ...]:
    padded = (*start, *(1,) * (len(indices) - len(start)))
    return tuple(i.shifted(1 - s) for i, s in zip(indices, padded, strict=False))


def _match(w: Workspace, d: Definition, given: Spots) -> Match:
    """Bind the formal indices of a definition to those of an entry."""
    table: dict[str, Index] = {}
    for pattern, index in zip(d.indices, given, strict=False):
        name, shift = shifted_index(pattern)
        if name is None:
            number = read_index(w, pattern, Env())
            if number is None:
                return "in doubt"
            gap = index.plus(number, -1)
            if gap.terms:
                return "in doubt"
            if gap.constant:
                return "another"
            continue
        value = index.shifted(-shift)
        if table.setdefault(name, value) != value:
            return "in doubt"
        free_index(w, name)
        extent = w.ranges.get(name)
        if extent is not None and not within(value, extent, w.ranges, w.sizes):
            return "in doubt"
    return table


def _bind(w: Workspace, param: Expr, arg: Expr, env: Env, scope: Env, reader: Reader) -> Env:
    """Bind one formal parameter to its argument, taken in the caller's scope."""
    match param, arg:
        case Sym(name, space), _ if not space.rank:
            return scope.with_name(name, reader(w, arg, env, ()))
        case Idx(name), _:
            return scope.with_indices({name: index_of(w, arg, env)})
        case Entry(Sym(a), formal), Entry(Sym(b), actual) if a == b and len(formal) == len(actual):
            new = {
                i.name: index_of(w, j, env)
                for i, j in zip(formal, actual, strict=True)
                if isinstance(i, Idx)
            }
            return replace(scope, indices={**scope.indices, **new})
        case _:
            raise NotCanonical("an argument that is not a number")
