"""Entries, sums and products over an index, deltas and conditions, lowered to whole arrays."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from gradproof.codegen.algebra import UNIT, apply, extent, eye, minus, number, product, total
from gradproof.codegen.dims import ONE, Dim
from gradproof.codegen.graph import Label, Value
from gradproof.codegen.limits import CannotCompile
from gradproof.codegen.lower.arrays import along
from gradproof.codegen.lower.low import Bound, Low, Scope, Work
from gradproof.codegen.ops import Positions, Slice
from gradproof.expr import Add, Compare, Expr, Idx, Neg, Num, Prod, Size, Sum, Sym, free_indices

Lower = Callable[[Expr, Scope], Low]

Place = tuple[Bound | None, Dim]
"""Where an index expression points: an index in scope (or none) plus a distance."""


def place(work: Work, e: Expr, scope: Scope) -> Place | None:
    """Read an index expression ``i``, ``i + 1``, ``n - 1``, ``3``; None for any other."""
    match e:
        case Idx(name) if name in scope.indices:
            bound = scope.indices[name]
            return bound, bound.first
        case Num(value) if value.denominator == 1:
            return None, Dim.number(value.numerator)
        case Sym(name, space) if not space.shape and name in scope.indices:
            bound = scope.indices[name]
            return bound, bound.first
        case Sym(name, space) if not space.shape and name in work.extents:
            return None, work.dim(Size(name))
        case Neg(arg):
            inner = place(work, arg, scope)
            if inner is None or inner[0] is not None:
                return None
            return None, Dim.number(-1) * inner[1]
        case Add(terms):
            bound, distance = None, Dim.number(0)
            for t in terms:
                part = place(work, t, scope)
                if part is None or (bound is not None and part[0] is not None):
                    return None
                bound, distance = bound or part[0], distance + part[1]
            return bound, distance
        case _:
            return None


def taken(
    work: Work,
    x: Low,
    indices: tuple[Expr, ...],
    origins: tuple[int, ...],
    scope: Scope,
    what: str,
    lower: Lower,
) -> Low:
    """Return an entry or a slice: the first axes of `x` at the given indices.

    Raises:
        CannotCompile: more indices than axes, or an index that is no index of a sum plus a number.
    """
    if len(indices) > x.rank:
        raise CannotCompile(f"{what} has {x.rank} axes and {len(indices)} indices")
    graph, names, over = work.graph, dict[Label, Label](), list[Label]()
    value = x.value
    for k, e in enumerate(indices):
        axis = x.axes[k]
        found = place(work, e, scope)
        origin = Dim.number(origins[k] if k < len(origins) else 1)
        if found is None:
            value = _picked(work, value, axis, e, origin, scope, lower)
            continue
        bound, distance = found
        length = graph.sizes[bound.label] if bound is not None else ONE
        value, axis = _cut(work, value, axis, distance - origin, length, what)
        if bound is None:
            over.append(axis)
        else:
            names[axis] = bound.label
    labels = tuple(names.get(label, label) for label in value.labels)
    # A value that lacks the axis is constant along it: its only entry there is not summed up.
    over = [a for a in over if a in labels]
    value = product(graph, (Value(value.ref, labels),), over=over)
    return Low(value, x.axes[len(indices) :])


def _picked(
    work: Work, value: Value, axis: Label, e: Expr, origin: Dim, scope: Scope, lower: Lower
) -> Value:
    """Return the entries at computed places: all entries, of which those that are not meant count nothing.

    Raises:
        CannotCompile: an index outside of a sum over it.
    """
    for name in sorted(free_indices(e)):
        if name not in scope.indices:
            raise CannotCompile(
                f"the index {name} stands outside of a sum over it; write the sum, or give the array of entries a name "
                "by a definition"
            )
    graph = work.graph
    where = index_value(work, e, scope, lower)
    first = origin.value
    places = Value(graph.node(Positions(graph.sizes[axis], first or 0)), (axis,))
    mask = apply(graph, "equal", places, where)
    return product(graph, (value, mask), over=(axis,))


def _cut(
    work: Work, value: Value, axis: Label, start: Dim, length: Dim, what: str
) -> tuple[Value, Label]:
    """Return the part of one axis that is in use, and its label."""
    graph = work.graph
    size = graph.sizes[axis]
    left = (size - length - start).value
    if start.value == 0 and left == 0:
        return value, axis
    if axis not in value.labels:
        return value, graph.label(length)
    if left is None and start.value is not None and length.value is not None:
        left = 0
    first = start.value
    if left is None or left < 0 or (first is not None and first < 0):
        refusal = (
            f"{what} has {size} entries on an axis along which an index takes {length} values from place {start} on; "
            "declare the range of the index and the shape of the array"
        )
        if first is not None and first < 0:
            refusal = (
                f"an index of {what} points before its first entry; declare the range of the index, or, where "
                f"{what} with this label is a quantity of its own beside {what}, give it another name (b for w_0)"
            )
        if first == 0:
            work.unequal(size, length, refusal)
        raise CannotCompile(refusal)
    place = value.labels.index(axis)
    shape = list(graph.shapes[value.ref])
    shape[place] = length
    made = graph.node(Slice(value.ref, place, start, tuple(shape)))
    new = graph.label(length)
    labels = list(value.labels)
    labels[place] = new
    return Value(made, tuple(labels)), new


def reduced(work: Work, e: Sum | Prod, scope: Scope, lower: Lower) -> Low:
    """Return Σ or Π of the body; conditions and bounds that move become factors of 0 and 1.

    Raises:
        CannotCompile: the range of the index is not known.
    """
    name = e.index.name
    first, count, moving = _range(work, e, scope)
    label = work.graph.label(count)
    inner = scope.with_index(name, Bound(label, first))
    body = lower(e.body, inner)
    masks = [condition(work, c, inner, lower) for c in moving]
    if e.condition is not None:
        masks.append(condition(work, e.condition, inner, lower))
    if isinstance(e, Sum):
        value = product(work.graph, (*masks, body.value), over=(label,))
        return replace(body, value=value)
    if body.rank:
        raise CannotCompile("a product of arrays over an index")
    value = body.value
    for mask in masks:
        value = apply(work.graph, "where", mask, value, number(work.graph, 1))
    if label not in value.labels:
        count_value = extent(work.graph, count)
        return Low(apply(work.graph, "pow", value, count_value))
    return along(work, "product", Low(value, (label,)))


def extreme(
    work: Work, head: Literal["max", "min"], body: Expr, index: Idx, scope: Scope, lower: Lower
) -> Low:
    """Return the largest (or smallest) value over an index."""
    first, count, _ = _range(work, Sum(body, index), scope)
    label = work.graph.label(count)
    x = lower(body, scope.with_index(index.name, Bound(label, first)))
    if x.rank:
        raise CannotCompile(f"the {head} of arrays over an index")
    fn: Literal["maximum", "minimum"] = "maximum" if head == "max" else "minimum"
    return along(work, fn, Low(x.value, (label,)))


def _range(work: Work, e: Sum | Prod, scope: Scope) -> tuple[Dim, Dim, list[Compare]]:
    """Return the first value, the number of values, and the conditions that bounds on other indices make."""
    name = e.index.name
    declared = work.context.ranges.get(name)
    low = Dim.number(declared.lower) if declared else Dim.number(1)
    high = work.dim(declared.upper) if declared else None
    if declared and declared.upper.name in scope.indices:
        high = None
    moving: list[Compare] = []
    if e.lower is not None:
        found = place(work, e.lower, scope)
        if found is not None and found[0] is None:
            low = found[1]
        else:
            moving.append(Compare(">=", e.index, e.lower))
            low, high = _around(work, found, low, high)
    if e.upper is not None:
        found = place(work, e.upper, scope)
        if found is not None and found[0] is None:
            high = found[1]
        else:
            moving.append(Compare("<=", e.index, e.upper))
            low, high = _around(work, found, low, high)
    if high is None:
        raise CannotCompile(
            f"the range of the index {name} is not known; declare it, such as --declare '{name} = 1, \\dots, n'"
        )
    return low, high - low + ONE, moving


def _around(work: Work, found: Place | None, low: Dim, high: Dim | None) -> tuple[Dim, Dim | None]:
    """Return a range that holds all values of a bound on another index, where nothing else is known."""
    if high is not None or found is None:
        return low, high
    bound, distance = found
    if bound is None:
        return low, high
    last = work.graph.sizes[bound.label] + distance - ONE
    return low, last


def index_value(work: Work, e: Expr, scope: Scope, lower: Lower) -> Value:
    """Return an index expression as numbers."""
    found = place(work, e, scope)
    if found is None:
        return lower(e, scope).value
    bound, distance = found
    graph = work.graph
    if bound is None:
        return extent(graph, distance)
    origin = distance.value
    dim = graph.sizes[bound.label]
    if origin is not None:
        return Value(graph.node(Positions(dim, origin)), (bound.label,))
    base = Value(graph.node(Positions(dim, 0)), (bound.label,))
    return total(graph, ((UNIT, base), (UNIT, extent(graph, distance))))


def delta(work: Work, left: Expr, right: Expr, scope: Scope, lower: Lower) -> Value:
    """Return a Kronecker delta: of two labels where both indices run over one range."""
    a, b = place(work, left, scope), place(work, right, scope)
    if a is not None and b is not None and a[0] is not None and b[0] is not None:
        sizes = work.graph.sizes
        if a[1] == b[1] and sizes[a[0].label] == sizes[b[0].label]:
            return eye(work.graph, a[0].label, b[0].label)
    values = (index_value(work, e, scope, lower) for e in (left, right))
    return apply(work.graph, "equal", *values)


def condition(work: Work, e: Compare, scope: Scope, lower: Lower) -> Value:
    """Return 1 where a condition holds, else 0."""
    graph = work.graph
    if e.op in ("=", "!="):
        same = delta(work, e.left, e.right, scope, lower)
        if e.op == "=":
            return same
        return minus(graph, number(graph, 1), same)
    a = index_value(work, e.left, scope, lower)
    b = index_value(work, e.right, scope, lower)
    names: dict[str, tuple[Literal["greater", "atleast"], bool]] = {
        "<": ("greater", True), "<=": ("atleast", True), ">": ("greater", False), ">=": ("atleast", False),
    }  # fmt: skip
    fn, swapped = names[e.op]
    return apply(graph, fn, *((b, a) if swapped else (a, b)))
