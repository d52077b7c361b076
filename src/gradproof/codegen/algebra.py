"""Builders of nodes: products with sums, sums, functions entry by entry; each with its light simplification.

All of them take and return values, axes by label. A label that only some operands bear is broadcast.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from gradproof.codegen.dims import Dim
from gradproof.codegen.forms import symmetric
from gradproof.codegen.graph import Graph, Label, Value
from gradproof.codegen.ops import Add, Arg, Contract, Extent, Eye, Map, Number, Ref, Term

UNIT = Fraction(1)
Weighted = tuple[Fraction, Value]


def number(graph: Graph, value: Fraction | int) -> Value:
    """Return an exact number."""
    return Value(graph.node(Number(Fraction(value))))


def extent(graph: Graph, dim: Dim) -> Value:
    """Return a size as a number."""
    known = dim.value
    return number(graph, known) if known is not None else Value(graph.node(Extent(dim)))


def constant(graph: Graph, x: Value) -> Fraction | None:
    """Return the number that a value is everywhere, or None."""
    op = graph.ops[x.ref]
    match op:
        case Number(value):
            return value
        case Contract(coef, args, dims, rank) if not args and rank == len(dims):
            return coef
        case _:
            return None


def eye(graph: Graph, left: Label, right: Label) -> Value:
    """Return the delta of two labels."""
    return Value(graph.node(Eye(graph.sizes[left])), (left, right))


def times(graph: Graph, *factors: Value, coef: Fraction = UNIT) -> Value:
    """Return the product, entry by entry; all labels stay."""
    return product(graph, factors, over=(), coef=coef)


def product(
    graph: Graph, factors: Iterable[Value], *, over: Iterable[Label], coef: Fraction = UNIT
) -> Value:
    """Return ``coef · Σ_over Π factors``.

    Deltas are carried out where a sum runs over one of their labels; a label of `over` that no factor bears
    gives its size.
    """
    summed = set(over)
    coef, flat = _flattened(graph, factors, summed, coef)
    if not coef:
        return number(graph, 0)
    spread = _distributed(graph, flat, summed, coef)
    if spread is not None:
        return spread
    flat = _without_deltas(graph, flat, summed)
    flat = _cancelled(graph, flat)
    present = {x for _, labels in flat for x in labels}
    for label in sorted(summed - present):
        size = graph.sizes[label].value
        if size is None:
            flat.append((graph.node(Extent(graph.sizes[label])), ()))
        else:
            coef *= size
    if summed - present:
        flat = _cancelled(graph, flat)
    return _contracted(graph, coef, flat, summed & present)


Factor = tuple[Ref, tuple[Label, ...]]


def _distributed(
    graph: Graph, flat: list[Factor], summed: set[Label], coef: Fraction
) -> Value | None:
    """Multiply out a sum in which a delta stands: its structure would be lost in a dense array."""
    for k, (ref, labels) in enumerate(flat):
        op = graph.ops[ref]
        if isinstance(op, Add) and any(_structured(graph, t.ref) for t in op.terms):
            rest = [Value(*f) for f in (*flat[:k], *flat[k + 1 :])]
            terms = [
                (
                    t.coef,
                    product(
                        graph,
                        (*rest, Value(t.ref, tuple(labels[a] for a in t.axes))),
                        over=summed,
                        coef=coef,
                    ),
                )
                for t in op.terms
            ]
            return total(graph, terms)
    return None


def _structured(graph: Graph, ref: Ref) -> bool:
    op = graph.ops[ref]
    return isinstance(op, Eye) or (
        isinstance(op, Contract) and any(isinstance(graph.ops[a.ref], Eye) for a in op.args)
    )


def _flattened(
    graph: Graph, factors: Iterable[Value], summed: set[Label], coef: Fraction
) -> tuple[Fraction, list[Factor]]:
    """Take numbers, and products that are nothing but another arrangement or hold a delta, apart."""
    flat: list[Factor] = []
    todo = [(x.ref, x.labels) for x in factors][::-1]
    while todo:
        ref, labels = todo.pop()
        op = graph.ops[ref]
        if isinstance(op, Number):
            coef *= op.value
        elif not isinstance(op, Contract):
            flat.append((ref, labels))
        elif _plain(graph, op):
            coef *= op.coef
            inner = [*labels, *(graph.label(d) for d in op.dims[op.rank :])]
            summed.update(inner[op.rank :])
            todo.extend(
                (a.ref, tuple(inner[x] for x in a.axes)) for a in reversed(op.args)
            )  # fmt: skip
        elif op.coef != 1:
            coef *= op.coef
            flat.append((graph.node(replace(op, coef=UNIT)), labels))
        else:
            flat.append((ref, labels))
    return coef, flat


def _plain(graph: Graph, op: Contract) -> bool:
    if not op.args or (len(op.args) == 1 and len(op.dims) == op.rank):
        return True
    return any(isinstance(graph.ops[a.ref], Eye) for a in op.args)


def _without_deltas(graph: Graph, flat: list[Factor], summed: set[Label]) -> list[Factor]:
    """Carry out deltas: where a sum runs over one of the labels it is replaced by the other."""
    kept: list[Factor] = []
    while True:
        place = next(
            (k for k, (ref, _) in enumerate(flat) if isinstance(graph.ops[ref], Eye)), None
        )
        if place is None:
            return kept + flat if kept else flat
        ref, (a, b) = flat.pop(place)
        if a == b:
            continue
        if b not in summed and a in summed:
            a, b = b, a
        stays = b not in summed
        if stays:
            a, b = min(a, b), max(a, b)
        summed.discard(b)
        flat = [(r, tuple(a if x == b else x for x in labels)) for r, labels in flat]
        kept = [(r, tuple(a if x == b else x for x in labels)) for r, labels in kept]
        if stays and (ref, (a, b)) not in kept:
            kept.append((ref, (a, b)))


def _cancelled(graph: Graph, flat: list[Factor]) -> list[Factor]:
    """Take out pairs ``x · 1/x``."""
    for k, (ref, labels) in enumerate(flat):
        op = graph.ops[ref]
        if isinstance(op, Map) and op.fn == "reciprocal":
            (arg,) = op.args
            other = (arg.ref, tuple(labels[x] for x in arg.axes))
            if other in flat:
                rest = [f for j, f in enumerate(flat) if j != k]
                rest.remove(other)
                return _cancelled(graph, rest)
    return flat


def _contracted(
    graph: Graph,
    coef: Fraction,
    flat: list[Factor],
    summed: set[Label],
    order: Sequence[Label] | None = None,
) -> Value:
    """Make the node of a product, its factors and axes in an order that does not depend on how it was written."""
    flat.sort()
    out = dict.fromkeys(order or ())
    inner: dict[Label, None] = {}
    widest = sorted(flat, key=lambda f: -len(f[1]))
    for mirrored in (False, True):
        for ref, labels in widest:
            if symmetric(graph, ref) is mirrored:
                for x in labels:
                    (inner if x in summed else out).setdefault(x)
    free = tuple(out)
    if not flat and order is None:
        return number(graph, coef)
    if len(flat) == 1 and coef == 1 and flat[0][1] == free:
        return Value(*flat[0])
    if len(flat) == 1 and coef == 1 and order is None and not inner:
        ref, labels = flat[0]
        if len(set(labels)) == len(labels):
            return Value(ref, labels)
    places = {x: k for k, x in enumerate((*out, *inner))}
    args = tuple(Arg(ref, _axes(graph, ref, labels, places)) for ref, labels in flat)
    dims = graph.dims(tuple(places))
    return Value(graph.node(Contract(coef, args, dims, len(free))), free)


def _axes(
    graph: Graph, ref: Ref, labels: Sequence[Label], places: Mapping[Label, int]
) -> tuple[int, ...]:
    axes = (places[x] for x in labels)
    return tuple(sorted(axes)) if symmetric(graph, ref) else tuple(axes)


def total(graph: Graph, terms: Iterable[Weighted]) -> Value:
    """Return the sum of weighted values, entry by entry; like terms are joined."""
    found: dict[Factor, Fraction] = {}
    free = Fraction(0)
    spread: dict[Label, None] = {}
    for coef, x in terms:
        spread.update(dict.fromkeys(x.labels))
        ref, labels = x.ref, x.labels
        op = graph.ops[ref]
        if isinstance(op, Contract):
            coef *= op.coef
            if not op.args and len(op.dims) == op.rank:
                free += coef
                continue
            if len(op.args) == 1 and len(op.dims) == op.rank:
                (arg,) = op.args
                ref, labels = arg.ref, tuple(labels[k] for k in arg.axes)
            elif op.coef != 1:
                ref = graph.node(replace(op, coef=UNIT))
        elif isinstance(op, Number):
            free += coef * op.value
            continue
        ref, labels = _single(graph, (ref, labels))
        if len(labels) == 2 and symmetric(graph, ref):
            labels = (min(labels), max(labels))
        if coef:
            found[ref, labels] = found.get((ref, labels), Fraction(0)) + coef
    if free:
        found[graph.node(Number(free)), ()] = UNIT
    rest = sorted((f, c) for f, c in found.items() if c)
    if not rest:
        return number(graph, 0)
    if len(rest) == 1:
        (ref, labels), coef = rest[0]
        if ref == graph.node(Number(free)) and not labels:
            return number(graph, coef * free)
        return _contracted(graph, coef, [(ref, labels)], set())
    common = _common(graph, [f for f, _ in rest])
    if common:
        return _factored(graph, rest, common)
    places: dict[Label, int] = {}
    for (_, labels), _ in sorted(rest, key=lambda t: -len(t[0][1])):
        for x in labels:
            places.setdefault(x, len(places))
    made = tuple(Term(c, ref, tuple(places[x] for x in labels)) for (ref, labels), c in rest)
    return Value(graph.node(Add(made, graph.dims(tuple(places)))), tuple(places))


def _single(graph: Graph, x: Factor) -> Factor:
    """Return a factor that bears no label twice: of a matrix with two like ones its diagonal."""
    ref, labels = x
    if len(set(labels)) == len(labels):
        return x
    free = tuple(dict.fromkeys(labels))
    axes = tuple(free.index(label) for label in labels)
    return graph.node(Contract(UNIT, (Arg(ref, axes),), graph.dims(free), len(free))), free


def factors(graph: Graph, x: Factor) -> tuple[Fraction, list[Factor]]:
    """Return the factors of a product without sums, products among them taken apart."""
    coef, out, todo = UNIT, list[Factor](), [x]
    while todo:
        ref, labels = todo.pop()
        op = graph.ops[ref]
        if isinstance(op, Contract) and op.args and op.rank == len(op.dims):
            coef *= op.coef
            todo += [(a.ref, tuple(labels[k] for k in a.axes)) for a in reversed(op.args)]
        else:
            out.append((ref, labels))
    return coef, out


def _common(graph: Graph, terms: Sequence[Factor]) -> list[Factor]:
    """Return the factors that all terms of a sum share."""
    if any(_structured(graph, ref) for ref, _ in terms):
        return []
    first, *others = terms
    _, shared = factors(graph, first)
    for x in others:
        left = factors(graph, x)[1]
        kept: list[Factor] = []
        for f in shared:
            if f in left:
                left.remove(f)
                kept.append(f)
        shared = kept
        if not shared:
            break
    return shared


def _factored(
    graph: Graph, terms: Sequence[tuple[Factor, Fraction]], common: Sequence[Factor]
) -> Value:
    """Return a sum with the factors that all its terms share before it."""
    left: list[Weighted] = []
    for x, weight in terms:
        coef, parts = factors(graph, x)
        for f in common:
            parts.remove(f)
        rest = times(graph, *(Value(*f) for f in parts))
        left.append((weight * coef, rest))
    inner = total(graph, left)
    return times(graph, *(Value(*f) for f in common), inner)


def minus(graph: Graph, x: Value, y: Value) -> Value:
    """Return ``x - y``."""
    return total(graph, ((UNIT, x), (-UNIT, y)))


def apply(graph: Graph, fn: str, *args: Value) -> Value:
    """Return a function of numbers, entry by entry, of values."""
    found: list[Factor] = []
    for x in args:
        ref, labels = x.ref, x.labels
        op = graph.ops[ref]
        if (
            isinstance(op, Contract)
            and op.coef == 1
            and len(op.args) == 1 == 1 + len(op.dims) - op.rank
        ):
            (arg,) = op.args
            ref, labels = arg.ref, tuple(labels[k] for k in arg.axes)
        elif (known := constant(graph, x)) is not None:
            ref, labels = graph.node(Number(known)), ()
        found.append(_single(graph, (ref, labels)))
    places: dict[Label, int] = {}
    for _, labels in sorted(found, key=lambda f: -len(f[1])):
        for label in labels:
            places.setdefault(label, len(places))
    made = (Arg(ref, tuple(places[x] for x in labels)) for ref, labels in found)
    shape = graph.dims(tuple(places))
    return Value(graph.node(Map(fn, tuple(made), shape)), tuple(places))


def arranged(graph: Graph, x: Value, labels: Sequence[Label]) -> Ref:
    """Return a node whose axes are the given labels in order; those that the value lacks are broadcast."""
    if x.labels == tuple(labels):
        return x.ref
    op = graph.ops[x.ref]
    if isinstance(op, Number):
        return _contracted(graph, op.value, [], set(), labels).ref
    if not isinstance(op, Contract):
        return _contracted(graph, UNIT, [(x.ref, x.labels)], set(), labels).ref
    inner = [graph.label(d) for d in op.dims[op.rank :]]
    own = (*x.labels, *inner)
    flat = [(a.ref, tuple(own[k] for k in a.axes)) for a in op.args]
    return _contracted(graph, op.coef, flat, set(inner), labels).ref


def relabelled(x: Value, new: Mapping[Label, Label]) -> Value:
    """Return a value with other labels."""
    return Value(x.ref, tuple(new.get(label, label) for label in x.labels))
