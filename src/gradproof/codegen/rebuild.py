"""Building a graph anew from its leaves: for rewriting, and for putting products in their best order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import assert_never

from gradproof.codegen.graph import Graph
from gradproof.codegen.ops import (
    Add,
    Along,
    Arg,
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
    Op,
    Pad,
    Positions,
    Ref,
    Reshape,
    Slice,
    Solve,
    Term,
)  # fmt: skip

Step = Callable[[Ref, Op], Ref]
"""Given a node and its operation on operands that are rebuilt already, return the node to take for it."""


def rebuilt(graph: Graph, roots: Sequence[Ref], step: Step) -> tuple[Ref, ...]:
    """Return nodes for the roots, every node below them passed through `step`, operands first.

    Names of definitions go along.
    """
    new: dict[Ref, Ref] = {}
    for ref in graph.order(roots):
        new[ref] = made = step(ref, with_operands(graph.ops[ref], new))
        if ref in graph.hints:
            graph.hints.setdefault(made, graph.hints[ref])
    return tuple(new[r] for r in roots)


def with_operands(op: Op, new: Mapping[Ref, Ref]) -> Op:
    """Return an operation on other operands."""
    match op:
        case Input() | Number() | Constant() | Extent() | Positions() | Eye():
            return op
        case Add(terms, shape):
            return Add(tuple(Term(t.coef, new[t.ref], t.axes) for t in terms), shape)
        case Contract(coef, args, dims, rank):
            return Contract(coef, tuple(Arg(new[a.ref], a.axes) for a in args), dims, rank)
        case Map(fn, args, shape):
            return Map(fn, tuple(Arg(new[a.ref], a.axes) for a in args), shape)
        case Along() | Inverse() | Cholesky() | Determinant() | Reshape() | Slice() | Pad():
            return replace(op, arg=new[op.arg])
        case Solve():
            return replace(op, arg=new[op.arg], right=new[op.right])
        case _:
            assert_never(op)
