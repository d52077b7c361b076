"""Partial derivatives of a function of numbers at a node of the graph."""

from gradproof.codegen.graph import Graph, Label, Value
from gradproof.codegen.ops import Map, Ref
from gradproof.codegen.quantity import Quantity
from gradproof.codegen.scalar import scalars


def partials(graph: Graph, ref: Ref, own: tuple[Label, ...]) -> tuple[Value | None, ...]:
    """Return the derivatives of a `Map` by each argument, at the labels of the node; None is zero."""
    op = graph.ops[ref]
    if not isinstance(op, Map):
        raise TypeError(f"node {ref} is no Map")
    arguments = tuple(Quantity(graph, Value(a.ref, tuple(own[k] for k in a.axes))) for a in op.args)
    slopes = scalars()[op.fn].slopes(Quantity(graph, Value(ref, own)), arguments)
    return tuple(None if s is None else s.value for s in slopes)
