"""Tangents: the differential of every node, for Hessians (a delta as the seed) and their products with vectors."""

from collections.abc import Sequence
from typing import assert_never

from gradproof.codegen.algebra import UNIT, arranged, eye, product, times, total
from gradproof.codegen.graph import Graph, Label, Value, operands
from gradproof.codegen.limits import CannotCompile
from gradproof.codegen.ops import (
    Add,
    Along,
    Cholesky,
    Constant,
    Contract,
    Determinant,
    Extent,
    Eye,
    Input,
    Inverse,
    Map,
    Number,
    Pad,
    Positions,
    Ref,
    Reshape,
    Slice,
    Solve,
)  # fmt: skip
from gradproof.codegen.partials import partials
from gradproof.codegen.structural import pushed_forward


def jacobian(graph: Graph, ref: Ref, wrt: Ref) -> tuple[Value, tuple[Label, ...]]:
    """Return the derivative of a node by an input: its axes first, then those of the input.

    The value keeps its structure: it may be a product with deltas, or a sum of such; the labels say in which
    order its axes are to be arranged.
    """
    own, seeds = graph.labelled(wrt).labels, graph.labelled(wrt).labels
    seed = times(graph, *(eye(graph, a, b) for a, b in zip(own, seeds, strict=True)))
    return _pushed(graph, ref, wrt, own, seed, seeds)


def directional(graph: Graph, ref: Ref, wrt: Ref, direction: Ref) -> Ref:
    """Return the derivative of a node along a direction, an array of the shape of the input."""
    own = graph.labelled(wrt).labels
    found, labels = _pushed(graph, ref, wrt, own, Value(direction, own), ())
    return arranged(graph, found, labels)


def _pushed(
    graph: Graph,
    ref: Ref,
    wrt: Ref,
    own: tuple[Label, ...],
    seed: Value,
    seeds: tuple[Label, ...],
) -> tuple[Value, tuple[Label, ...]]:
    labels: dict[Ref, tuple[Label, ...]] = {wrt: own}
    tangents: dict[Ref, Value] = {wrt: seed}
    for node in graph.order([ref]):
        if node != wrt and any(x in tangents for x in operands(graph.ops[node])):
            labels[node] = graph.labelled(node).labels
            tangents[node] = _tangent(graph, node, labels, tangents)
    if ref not in labels:
        labels[ref] = graph.labelled(ref).labels
    found = tangents.get(ref, total(graph, ()))
    return found, (*labels[ref], *seeds)


def _tangent(
    graph: Graph,
    ref: Ref,
    labels: dict[Ref, tuple[Label, ...]],
    tangents: dict[Ref, Value],
) -> Value:
    op, own = graph.ops[ref], labels[ref]

    def placed(operand: Ref, axes: Sequence[Label]) -> Value:
        """Return the tangent of an operand with its axes where the operation has them."""
        names: dict[Label, Label] = {}
        deltas: list[Value] = []
        over: list[Label] = []
        for mine, theirs in zip(labels[operand], axes, strict=True):
            names[mine] = theirs
        found = tangents[operand]
        renamed = tuple(names.get(x, x) for x in found.labels)
        if len(set(renamed)) == len(renamed):
            return Value(found.ref, renamed)
        return product(graph, (Value(found.ref, renamed), *deltas), over=over)

    match op:
        case Add(terms):
            parts = [
                (t.coef, placed(t.ref, [own[k] for k in t.axes]))
                for t in terms
                if t.ref in tangents
            ]
            return total(graph, parts)
        case Contract(coef, args, dims, rank):
            axes = (*own, *(graph.label(d) for d in dims[rank:]))
            values = [Value(a.ref, tuple(axes[k] for k in a.axes)) for a in args]
            parts = [
                product(
                    graph,
                    [*values[:k], *values[k + 1 :], placed(a.ref, [axes[j] for j in a.axes])],
                    over=axes[rank:],
                    coef=coef,
                )
                for k, a in enumerate(args)
                if a.ref in tangents
            ]
            return total(graph, ((UNIT, p) for p in parts))
        case Map(_, args):
            parts = [
                times(graph, slope, placed(a.ref, [own[k] for k in a.axes]))
                for a, slope in zip(args, partials(graph, ref, own), strict=True)
                if slope is not None and a.ref in tangents
            ]
            return total(graph, ((UNIT, p) for p in parts))
        case Along() | Inverse() | Determinant() | Reshape() | Slice() | Pad():
            return pushed_forward(graph, ref, op, own, tangents[op.arg], labels[op.arg])
        case Solve() | Cholesky():
            raise CannotCompile("a factor, or a system of equations, is made after differentiation")
        case Input() | Number() | Constant() | Extent() | Positions() | Eye():
            raise AssertionError("a leaf has no tangent of its own")
        case _:
            assert_never(op)
