"""Derivatives of the operations on whole axes and matrices: adjoints back, tangents forward.

Sources: softmax, logsumexp: Boyd and Vandenberghe, Convex Optimization, 3.1.5; inverse and determinant:
Petersen and Pedersen, The Matrix Cookbook, equations 59, 46, 43.
"""

from collections.abc import Sequence
from typing import assert_never

from gradproof.codegen.algebra import UNIT, apply, arranged, product, times, total
from gradproof.codegen.graph import Graph, Label, Value
from gradproof.codegen.ops import Along, Determinant, Inverse, Pad, Ref, Reshape, Slice
from gradproof.codegen.powers import reciprocal

Structural = Along | Inverse | Determinant | Reshape | Slice | Pad
Labels = tuple[Label, ...]


def pulled_back(
    graph: Graph, ref: Ref, op: Structural, own: Labels, adjoint: Value, arg: Labels
) -> Value:
    """Return what the operand gets of an adjoint.

    Args:
        graph: where all of it stands.
        ref: the node.
        op: its operation.
        own: the labels of the node.
        adjoint: its adjoint; it may lack labels.
        arg: the labels of the operand.
    """
    match op:
        case Along():
            shared = adjoint
            if op.fn in ("softmax", "logsoftmax"):
                shared = _renamed(adjoint, own, arg)
            else:
                shared = _renamed(adjoint, own, arg[:-1])
            return _along_back(graph, op, ref, shared, arg)
        case Inverse():
            (*batch, i, j), (p, q) = own, arg[-2:]
            back = dict(zip(batch, arg[:-2], strict=True))
            y = Value(ref, (*arg[:-2], i, p)), Value(ref, (*arg[:-2], q, j))
            g = Value(adjoint.ref, tuple(back.get(x, x) for x in adjoint.labels))
            return product(graph, (g, *y), over=(i, j), coef=-UNIT)
        case Determinant():
            g = _renamed(adjoint, own, arg[:-2])
            return _of_determinant(graph, ref, op, g, arg)
        case Reshape():
            whole = arranged(graph, adjoint, own)
            return Value(graph.node(Reshape(whole, graph.shapes[op.arg])), arg)
        case Slice():
            whole = arranged(graph, adjoint, own)
            return Value(graph.node(Pad(whole, op.axis, op.start, graph.shapes[op.arg])), arg)
        case Pad():
            whole = arranged(graph, adjoint, own)
            return Value(graph.node(Slice(whole, op.axis, op.start, graph.shapes[op.arg])), arg)
        case _:
            assert_never(op)


def pushed_forward(
    graph: Graph, ref: Ref, op: Structural, own: Labels, tangent: Value, arg: Labels
) -> Value:
    """Return the tangent of a node from that of its operand; further labels of the tangent run along."""
    match op:
        case Along():
            return _along_forward(graph, op, ref, tangent, own, arg)
        case Inverse():
            (*batch, i, j), (p, q) = own, arg[-2:]
            back = dict(zip(arg[:-2], batch, strict=True))
            t = Value(tangent.ref, tuple(back.get(x, x) for x in tangent.labels))
            y = Value(ref, (*batch, i, p)), Value(ref, (*batch, q, j))
            return product(graph, (t, *y), over=(p, q), coef=-UNIT)
        case Determinant():
            slope = _of_determinant(graph, ref, op, None, arg)
            t = product(graph, (tangent, slope), over=arg[-2:])
            return _renamed(t, arg[:-2], own)
        case Reshape():
            whole, extra = _filled(graph, tangent, arg)
            shape = (*graph.shapes[ref], *graph.dims(extra))
            return Value(graph.node(Reshape(whole, shape)), (*own, *extra))
        case Slice() | Pad():
            whole, extra = _filled(graph, tangent, arg)
            shape = (*graph.shapes[ref], *graph.dims(extra))
            made = type(op)(whole, op.axis, op.start, shape)
            return Value(graph.node(made), (*own, *extra))
        case _:
            assert_never(op)


def _renamed(x: Value, old: Sequence[Label], new: Sequence[Label]) -> Value:
    names = dict(zip(old, new, strict=True))
    return Value(x.ref, tuple(names.get(label, label) for label in x.labels))


def _filled(graph: Graph, x: Value, own: Labels) -> tuple[Ref, Labels]:
    extra = tuple(label for label in x.labels if label not in own)
    return arranged(graph, x, (*own, *extra)), extra


def _along_back(graph: Graph, op: Along, ref: Ref, g: Value, arg: Labels) -> Value:
    """Return the adjoint of the operand; `g` bears its labels (all but the last where the axis is dropped)."""
    last = arg[-1]
    match op.fn:
        case "softmax":
            s = Value(ref, arg)
            mean = product(graph, (s, g), over=(last,))
            return times(graph, s, total(graph, ((UNIT, g), (-UNIT, mean))))
        case "logsoftmax":
            s = Value(_softmax(graph, op), arg)
            return total(
                graph,
                ((UNIT, g), (-UNIT, times(graph, s, product(graph, (g,), over=(last,))))),
            )
        case "logsumexp":
            return times(graph, g, Value(_softmax(graph, op), arg))
        case "maximum" | "minimum":
            return times(graph, g, _chosen(graph, ref, arg))
        case "product":
            return times(graph, g, Value(ref, arg[:-1]), reciprocal(graph, Value(op.arg, arg)))
        case _:
            assert_never(op.fn)


def _along_forward(graph: Graph, op: Along, ref: Ref, t: Value, own: Labels, arg: Labels) -> Value:
    last = arg[-1]
    match op.fn:
        case "softmax" | "logsoftmax":
            s = Value(ref if op.fn == "softmax" else _softmax(graph, op), arg)
            moved = total(graph, ((UNIT, t), (-UNIT, product(graph, (s, t), over=(last,)))))
            out = times(graph, s, moved) if op.fn == "softmax" else moved
            return _renamed(out, arg, own)
        case "logsumexp":
            out = product(graph, (Value(_softmax(graph, op), arg), t), over=(last,))
        case "maximum" | "minimum":
            out = product(graph, (_chosen(graph, ref, arg), t), over=(last,))
        case "product":
            ratio = times(graph, Value(ref, arg[:-1]), reciprocal(graph, Value(op.arg, arg)))
            out = product(graph, (ratio, t), over=(last,))
        case _:
            assert_never(op.fn)
    return _renamed(out, arg[:-1], own)


def _softmax(graph: Graph, op: Along) -> Ref:
    return graph.node(Along("softmax", op.arg, graph.shapes[op.arg]))


def _chosen(graph: Graph, ref: Ref, arg: Labels) -> Value:
    """Return 1 at the largest (or smallest) entry, shared out where several are."""
    op = graph.ops[ref]
    assert isinstance(op, Along)
    mask = apply(graph, "equal", Value(op.arg, arg), Value(ref, arg[:-1]))
    count = product(graph, (mask,), over=(arg[-1],))
    return times(graph, mask, reciprocal(graph, count))


def _of_determinant(graph: Graph, ref: Ref, op: Determinant, g: Value | None, arg: Labels) -> Value:
    """Return the slope of a determinant by the entries of the matrix, times an adjoint."""
    (*batch, p, q) = arg
    inverse = graph.node(Inverse(op.arg, graph.shapes[op.arg]))
    factors = [Value(inverse, (*batch, q, p))]
    if not op.log:
        factors.append(Value(ref, tuple(batch)))
    if g is not None:
        factors.append(g)
    return times(graph, *factors)
