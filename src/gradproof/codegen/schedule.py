"""Products put in their cheapest order, and inverses into systems of equations.

Products that only one other product uses are joined with it; a product of several arrays is then split into
products of two, in the order that opt_einsum finds (Smith and Gray, "opt_einsum", JOSS 3(26), 753, 2018).
Sizes are names, so that the order is found for sizes that are usual of such names.
"""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Final

from gradproof.codegen.algebra import apply, arranged, product, times
from gradproof.codegen.dims import Dim
from gradproof.codegen.forms import form, symmetric
from gradproof.codegen.graph import Graph, Label, Value, operands
from gradproof.codegen.ops import (
    Arg,
    Cholesky,
    Contract,
    Determinant,
    Eye,
    Inverse,
    Op,
    Ref,
    Solve,
)  # fmt: skip
from gradproof.codegen.rebuild import rebuilt
from gradproof.codegen.signs import nonnegative

_MANY: Final = 1000
_FEW: Final = 10
_USUAL: Final = 100
_LONG: Final = frozenset("mMNTB")
_SHORT: Final = frozenset("kKrRcCdqhl")


def usual(dim: Dim) -> int:
    """Return a number for a size: m and N are many (rows of data), k, r, c, d, … few (ranks, classes)."""
    out = 0
    for names, c in dim.terms:
        size = abs(c)
        for name in names:
            letter = name[0]
            size *= _MANY if letter in _LONG else _FEW if letter in _SHORT else _USUAL
        out += size if c > 0 else -size
    return max(out, 1)


def scheduled(graph: Graph, roots: Sequence[Ref]) -> tuple[Ref, ...]:
    """Return nodes of the same values in which every product has at most two arrays with axes."""
    uses = Counter(roots)
    for ref in graph.order(roots):
        uses.update(operands(graph.ops[ref]))

    merged: dict[Ref, Contract] = {}

    def step(ref: Ref, op: Op) -> Ref:
        if not isinstance(op, Contract):
            return graph.node(op)
        joined = _joined(graph, op, ref, uses, merged, originals)
        merged[ref] = joined
        return _planned(graph, joined)

    def factored(_: Ref, op: Op) -> Ref:
        return _by_factor(graph, op)

    originals: dict[Ref, tuple[Ref, ...]] = {
        ref: tuple(operands(graph.ops[ref])) for ref in graph.order(roots)
    }
    return rebuilt(graph, rebuilt(graph, roots, step), factored)


def _joined(
    graph: Graph,
    op: Contract,
    ref: Ref,
    uses: Counter[Ref],
    merged: dict[Ref, Contract],
    originals: dict[Ref, tuple[Ref, ...]],
) -> Contract:
    """Take products apart that nothing else uses."""
    coef, factors = op.coef, list[tuple[Ref, tuple[int, ...]]]()
    dims = list(op.dims)
    for a, original in zip(op.args, originals[ref], strict=True):
        inner = merged.get(original)
        if inner is None or uses[original] > 1:
            factors.append((a.ref, a.axes))
            continue
        coef *= inner.coef
        places = [*a.axes, *range(len(dims), len(dims) + len(inner.dims) - inner.rank)]
        dims += inner.dims[inner.rank :]
        factors += [(b.ref, tuple(places[k] for k in b.axes)) for b in inner.args]
    return Contract(coef, tuple(Arg(*f) for f in factors), tuple(dims), op.rank)


def _planned(graph: Graph, op: Contract) -> Ref:
    """Return a product of several arrays as products of two."""
    labels = tuple(graph.label(d) for d in op.dims)
    out, over = labels[: op.rank], set(labels[op.rank :])
    values = [Value(a.ref, tuple(labels[k] for k in a.axes)) for a in op.args]
    deltas = [v for v in values if isinstance(graph.ops[v.ref], Eye)]
    scalars = [v for v in values if not v.labels]
    arrays = [v for v in values if v.labels and v not in deltas]
    arrays = _halved(graph, arrays, out, over)
    arrays = _summed_alone(graph, arrays, over, deltas)
    core = _pairwise(graph, arrays, out, over, deltas)
    if len(core.labels) == len(out) and set(core.labels) == set(out):
        core = Value(arranged(graph, core, out), out)
    whole = product(
        graph,
        (*scalars, *deltas, core),
        over=over & {x for v in deltas for x in v.labels},
        coef=op.coef,
    )
    return arranged(graph, whole, out)


def _halved(
    graph: Graph, arrays: list[Value], out: Sequence[Label], over: set[Label]
) -> list[Value]:
    """Spell ``XᵀDX`` with a diagonal D that is nowhere negative as ``BᵀB``, which libraries do in half the time."""
    tall = [v for v in arrays if len(v.labels) == 2]
    thin = [v for v in arrays if len(v.labels) == 1]
    if len(over) != 1 or len(out) != 2 or len(tall) != 2 or len(tall) + len(thin) < len(arrays):
        return arrays
    (i,), (x, y) = over, tall
    if x.ref != y.ref or not thin or any(v.labels != (i,) for v in thin):
        return arrays
    place = x.labels.index(i) if i in x.labels else -1
    if place < 0 or y.labels[place] != i or x.labels == y.labels:
        return arrays
    if not all(nonnegative(graph, v.ref) for v in thin):
        return arrays
    root = apply(graph, "sqrt", times(graph, *thin))
    return [times(graph, root, x), times(graph, root, y)]


def _summed_alone(
    graph: Graph, arrays: list[Value], over: set[Label], deltas: list[Value]
) -> list[Value]:
    """Sum over labels that only one factor bears, and take diagonals."""
    if len(arrays) < 2:
        return arrays
    counts = Counter(x for v in (*arrays, *deltas) for x in set(v.labels))
    made: list[Value] = []
    for v in arrays:
        alone = [x for x in dict.fromkeys(v.labels) if x in over and counts[x] == 1]
        if alone or len(set(v.labels)) < len(v.labels):
            v = product(graph, (v,), over=alone)
        made.append(v)
    return made


def _pairwise(
    graph: Graph, arrays: list[Value], out: Sequence[Label], over: set[Label], deltas: list[Value]
) -> Value:
    if not arrays:
        return product(graph, (), over=())
    if not over:
        return _entrywise(graph, arrays)
    kept = {x for v in deltas for x in v.labels} | set(out)
    live = list(arrays)
    for pair in _path(graph, tuple(v.labels for v in live), tuple(sorted(kept))):
        parts = [live[k] for k in pair]
        live = [v for k, v in enumerate(live) if k not in pair]
        needed = kept.union(*(v.labels for v in live)) if live else kept
        inside = {x for v in parts for x in v.labels} & over - needed
        live.append(_pair(graph, parts, inside))
    return live[0]


def _entrywise(graph: Graph, arrays: list[Value]) -> Value:
    """Multiply entry by entry, what has fewer axes first."""
    groups: dict[frozenset[Label], list[Value]] = {}
    for v in arrays:
        groups.setdefault(frozenset(v.labels), []).append(v)
    whole: Value | None = None
    for _, group in sorted(groups.items(), key=lambda g: len(g[0])):
        parts = group if whole is None else [*group, whole]
        whole = product(graph, parts, over=())
    assert whole is not None
    return whole


def _pair(graph: Graph, parts: list[Value], inside: set[Label]) -> Value:
    """Multiply two arrays; a vector with an inverse is a system of equations."""
    if len(parts) == 2 and inside:
        for a, b in (parts, parts[::-1]):
            solved = _solved(graph, a, b, inside)
            if solved is not None:
                return solved
    return product(graph, parts, over=inside)


def _solved(graph: Graph, a: Value, b: Value, inside: set[Label]) -> Value | None:
    """Return ``A⁻¹ b`` as the solution of a system, where `a` is an inverse."""
    op = graph.ops[a.ref]
    if not isinstance(op, Inverse) or len(a.labels) != 2 or len(inside) != 1 or len(b.labels) > 2:
        return None
    (x,) = inside
    if b.labels.count(x) != 1 or a.labels.count(x) != 1 or len(set(b.labels)) < len(b.labels):
        return None
    place = a.labels.index(x)
    free = a.labels[1 - place]
    matrix = op.arg
    if place == 0 and not symmetric(graph, matrix):
        matrix = _flipped(graph, op.arg)
    rest = tuple(label for label in b.labels if label != x)
    if free in rest:
        return None
    right = arranged(graph, b, (x, *rest))
    shape = graph.dims((free, *rest))
    return Value(graph.node(Solve(matrix, right, shape, vector=not rest)), (free, *rest))


def _by_factor(graph: Graph, op: Op) -> Ref:
    """Return systems, inverses and logarithms of determinants of positive definite matrices by Cholesky factors.

    Golub and Van Loan, "Matrix Computations", 4th ed., 4.2.
    """
    match op:
        case Solve(arg, right, shape, vector, False) if form(graph, arg) == "definite":
            return graph.node(Solve(_factor(graph, arg), right, shape, vector, factor=True))
        case Inverse(arg, shape) if form(graph, arg) == "definite":
            whole = graph.node(Eye(shape[-1]))
            return graph.node(Solve(_factor(graph, arg), whole, shape, factor=True))
        case Determinant(arg, _, True) if form(graph, arg) == "definite":
            label = graph.label(graph.shapes[arg][0])
            entries = product(graph, (Value(_factor(graph, arg), (label, label)),), over=())
            logs = apply(graph, "log", entries)
            return arranged(graph, product(graph, (logs,), over=(label,), coef=Fraction(2)), ())
        case _:
            return graph.node(op)


def _factor(graph: Graph, ref: Ref) -> Ref:
    return graph.node(Cholesky(ref, graph.shapes[ref]))


def _flipped(graph: Graph, ref: Ref) -> Ref:
    value = graph.labelled(ref)
    flipped = times(graph, value)
    return arranged(graph, flipped, tuple(reversed(value.labels)))


def _path(
    graph: Graph, labels: tuple[tuple[Label, ...], ...], kept: tuple[Label, ...]
) -> tuple[tuple[int, ...], ...]:
    """Return which places are multiplied, one pair after the other."""
    if len(labels) < 2:
        return ((0,),) if labels else ()
    if len(labels) == 2:
        return ((0, 1),)
    names = {x: k for k, x in enumerate(sorted({x for xs in labels for x in xs}))}
    sizes = tuple(usual(graph.sizes[x]) for x in names)
    inputs = tuple(tuple(names[x] for x in xs) for xs in labels)
    return _cheapest(inputs, tuple(names[x] for x in kept if x in names), sizes)


@lru_cache(maxsize=1024)
def _cheapest(
    inputs: tuple[tuple[int, ...], ...], out: tuple[int, ...], sizes: tuple[int, ...]
) -> tuple[tuple[int, ...], ...]:
    from opt_einsum.paths import auto

    extents = {chr(k + 97): size for k, size in enumerate(sizes)}
    sets = [frozenset(chr(k + 97) for k in xs) for xs in inputs]
    found = auto(sets, frozenset(chr(k + 97) for k in out), extents)
    return tuple(tuple(pair) for pair in found)
