"""Names: symbols that have to be given, sizes, fixed values, and definitions, each lowered once."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from gradproof.codegen.algebra import UNIT, arranged, extent, number, total
from gradproof.codegen.dims import ONE, Dim
from gradproof.codegen.graph import Label, Value
from gradproof.codegen.limits import CannotCompile
from gradproof.codegen.lower.indices import place, taken
from gradproof.codegen.lower.low import Bound, Low, Scope, Work
from gradproof.codegen.ops import Form, Input, Pad, Sign
from gradproof.expr import (
    Apply,
    Definition,
    Entry,
    Expr,
    Idx,
    Size,
    Sym,
    Transpose,
    free_indices,
)  # fmt: skip
from gradproof.spell import name_plain

Lower = Callable[[Work, Expr, Scope], Low]


def named(work: Work, e: Sym, indices: tuple[Expr, ...], scope: Scope, lower: Lower) -> Low:
    """Return a symbol, or entries of it.

    Raises:
        CannotCompile: its definition cannot be lowered.
    """
    context, name = work.context, e.name
    what = name_plain(name)
    origins = context.origins.get(name, ())
    if name in scope.parameters:
        value, outer = scope.parameters[name]
        return taken(
            work, lower(work, value, outer), indices, origins, scope, what, partial(lower, work)
        )
    if name in context.definitions:
        return _defined(work, name, indices, scope, lower)
    if name in context.values and not e.space.shape:
        return Low(number(work.graph, context.values[name]))
    if not e.space.shape and name in work.extents:
        return Low(extent(work.graph, work.dim(Size(name))))
    return taken(work, _input(work, e), indices, origins, scope, what, partial(lower, work))


def _input(work: Work, e: Sym) -> Low:
    """Return a symbol that has to be given."""
    graph = work.graph
    found = work.symbols.get(e.name)
    shape = tuple(work.dim(s) for s in e.space.shape)
    if found is None:
        ref = graph.node(Input(e.name, shape, _form(work, e), _sign(work, e)))
        work.symbols[e.name] = found = Value(ref)
    if graph.shapes[found.ref] != shape:
        raise CannotCompile(
            f"{name_plain(e.name)} stands for arrays of different shapes; declare its shape"
        )
    labels = tuple(graph.label(d) for d in shape)
    return Low(Value(found.ref, labels), labels)


def _form(work: Work, e: Sym) -> Form:
    """Return what is declared of a matrix."""
    strict = work.context.definite.get(e.name)
    if strict is not None:
        return "definite" if strict else "semidefinite"
    facts = work.context.constraints
    return "symmetric" if (e, Transpose(e)) in facts or (Transpose(e), e) in facts else "general"


def _sign(work: Work, e: Sym) -> Sign:
    """Return what is declared of the sign of all entries."""
    domain = work.context.domains.get(e.name)
    if domain is None or not domain.declared:
        return "any"
    lower = min(domain.members, default=domain.lower)
    if lower is None or lower < 0:
        return "any"
    strict = lower > 0 or (domain.lower_open and not domain.members)
    return "positive" if strict else "nonnegative"


def _defined(work: Work, name: str, indices: tuple[Expr, ...], scope: Scope, lower: Lower) -> Low:
    definitions = work.context.definitions[name]
    what = name_plain(name)
    origins = work.context.origins.get(name, ())
    open_ones = {i for d in definitions for i in _open(d)}
    if open_ones:
        (d, *others) = definitions
        if others or d.indices:
            raise CannotCompile(
                f"the definition of {what} uses the index {min(open_ones)} of a sum around it"
            )
        body = _entered(work, name, d.body, scope, lower)
        return taken(work, body, indices, origins, scope, what, partial(lower, work))
    if name not in work.bodies:
        work.bodies[name] = _body(work, name, definitions, lower)
    value, row = work.bodies[name]
    fresh = work.graph.labelled(value.ref)
    return taken(
        work, Low(fresh, fresh.labels, row), indices, origins, scope, what, partial(lower, work)
    )


def _open(d: Definition) -> frozenset[str]:
    """Return indices of the body that the left side does not bind."""
    return free_indices(d.body) - {i.name for i in d.indices if isinstance(i, Idx)}


def _entered(work: Work, name: str, body: Expr, scope: Scope, lower: Lower) -> Low:
    """Lower the body of a definition.

    Raises:
        CannotCompile: it leads back to itself.
    """
    if name in work.active:
        raise CannotCompile(
            f"{name_plain(name)} is defined by itself (a recurrence), which is not unrolled; write its steps out as "
            "formulas of their own, such as h_1 = … h_0 …, h_2 = … h_1 …"
        )
    work.active.append(name)
    try:
        return lower(work, body, scope)
    finally:
        work.active.pop()


def _body(
    work: Work, name: str, definitions: tuple[Definition, ...], lower: Lower
) -> tuple[Value, bool]:
    """Return the array that definitions make: formal indices first, then the axes of the body."""
    graph = work.graph
    if len(definitions) == 1 and not definitions[0].indices:
        x = _entered(work, name, definitions[0].body, Scope(), lower)
        value = Value(arranged(graph, x.value, x.axes), x.axes)
        graph.hints.setdefault(value.ref, name)
        return value, x.row
    whole = next((d for d in definitions if not d.indices), None)
    if whole is not None:
        return _body(work, name, (whole,), lower)
    found = [_by_entries(work, d, lower) for d in definitions]
    (first, axes), *rest = found
    if not rest:
        value = Value(arranged(graph, first.value, axes), axes)
        graph.hints.setdefault(value.ref, name)
        return value, False
    return _assembled(work, name, definitions, found), False


def _by_entries(work: Work, d: Definition, lower: Lower) -> tuple[Low, tuple[Label, ...]]:
    scope, axes = Scope(), list[Label]()
    for i in d.indices:
        if not isinstance(i, Idx):
            axes.append(work.graph.label(ONE))
            continue
        known = work.context.ranges.get(i.name)
        if known is None:
            raise CannotCompile(
                f"the range of the index {i.name} is not known; declare it, such as "
                f"--declare '{i.name} = 1, \\dots, n'"
            )
        first = Dim.number(known.lower)
        label = work.graph.label(work.dim(known.upper) - first + ONE)
        scope = scope.with_index(i.name, Bound(label, first))
        axes.append(label)
    x = _entered(work, d.name, d.body, scope, lower)
    return x, (*axes, *x.axes)


def _assembled(
    work: Work,
    name: str,
    definitions: tuple[Definition, ...],
    found: list[tuple[Low, tuple[Label, ...]]],
) -> Value:
    """Lay the entries ``z_1 = …, z_2 = …`` of one array beside each other."""
    graph = work.graph
    places = [place(work, i, Scope()) for d in definitions for i in d.indices]
    numbers = [None if p is None else p[1].value for p in places]
    if any(len(d.indices) != 1 for d in definitions) or None in numbers:
        raise CannotCompile(
            f"{name_plain(name)} has several definitions by entries; write one for all entries, with cases"
        )
    known = [n for n in numbers if n is not None]
    low, count = min(known), max(known) - min(known) + 1
    if sorted(known) != list(range(low, low + count)):
        raise CannotCompile(f"not all entries of {name_plain(name)} are defined")
    size = Dim.number(count)
    label = graph.label(size)
    own = found[0][1][1:]
    terms: list[tuple[Value, int]] = []
    for (x, axes), n in zip(found, known, strict=True):
        moved = work.placed(replace(x, axes=axes[1:]), own)
        ref = arranged(graph, moved.value, (axes[0], *own))
        shape = (size, *graph.dims(own))
        padded = graph.node(Pad(ref, 0, Dim.number(n - low), shape)) if count > 1 else ref
        terms.append((Value(padded, (label, *own)), n))
    value = total(graph, ((UNIT, v) for v, _ in terms))
    return Value(arranged(graph, value, (label, *own)), (label, *own))


def applied(work: Work, e: Apply, indices: tuple[Expr, ...], scope: Scope, lower: Lower) -> Low:
    """Return a function applied, through its definition.

    Raises:
        CannotCompile: it has none, or bears primes.
    """
    what = name_plain(e.name)
    found = work.context.definitions.get(e.name, ())
    if e.primes or not found:
        raise CannotCompile(
            f"the function {what} has no definition; give one, such as '{what}(x) = …' as a further formula"
        )
    d = found[0]
    if len(found) > 1 or d.indices:
        return _defined(work, e.name, indices, scope, lower)
    bindings: dict[str, tuple[Expr, Scope]] = {}
    for formal, actual in zip(d.params, e.args, strict=False):
        match formal:
            case Sym(name) if formal != actual:
                bindings[name] = (actual, scope)
            case Sym() | Entry():
                continue
            case _:
                raise CannotCompile(f"the parameters of {what}")
    if not bindings:
        return _defined(work, e.name, indices, scope, lower)
    inner = Scope(scope.indices if _open(d) else Scope().indices).with_parameters(bindings)
    x = _entered(work, e.name, d.body, inner, lower)
    return taken(work, x, indices, (), scope, what, partial(lower, work))
