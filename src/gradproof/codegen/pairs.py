"""Functions that are wanted of a number and of its negative: both are computed at once, from one exponential."""

from collections.abc import Container, Iterable
from dataclasses import replace
from fractions import Fraction

from gradproof.codegen.algebra import UNIT
from gradproof.codegen.graph import Graph
from gradproof.codegen.ops import Contract, Map, Op, Ref


def mirrored(graph: Graph, order: Iterable[Ref], functions: Container[str]) -> dict[Ref, Ref]:
    """Return pairs of nodes ``f(x)`` and ``f(-x)`` among some, each from the first one of them."""
    seen: dict[tuple[str, Fraction, Op], Ref] = {}
    out: dict[Ref, Ref] = {}
    for ref in order:
        op = graph.ops[ref]
        if not isinstance(op, Map) or op.fn not in functions or len(op.args) != 1:
            continue
        (arg,) = op.args
        if arg.axes != tuple(range(len(op.shape))):
            continue
        coef, inner = _multiple(graph, graph.ops[arg.ref])
        other = seen.pop((op.fn, -coef, inner), None)
        if other is not None:
            out[other] = ref
        else:
            seen[op.fn, coef, inner] = ref
    return out


def _multiple(graph: Graph, op: Op) -> tuple[Fraction, Op]:
    """Return of what an operation is a multiple, and how often it is taken."""
    if not isinstance(op, Contract):
        return UNIT, op
    if (
        len(op.args) == 1
        and op.args[0].axes == tuple(range(len(op.dims)))
        and op.rank == len(op.dims)
    ):
        coef, inner = _multiple(graph, graph.ops[op.args[0].ref])
        return op.coef * coef, inner
    return op.coef, replace(op, coef=UNIT)
