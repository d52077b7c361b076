"""What is never negative, or always positive, told from how it is made."""

from collections import Counter

from gradproof.codegen.graph import Graph
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
from gradproof.codegen.scalar import scalars

_DEPTH = 12


def nonnegative(graph: Graph, ref: Ref, depth: int = _DEPTH) -> bool:
    """Tell whether a node certainly has no negative entry."""
    if not depth:
        return False

    def known(x: Ref) -> bool:
        return nonnegative(graph, x, depth - 1)

    op = graph.ops[ref]
    match op:
        case Number(value):
            return value >= 0
        case Constant() | Extent() | Eye():
            return True
        case Positions(_, origin):
            return origin >= 0
        case Input():
            return op.sign != "any"
        case Add(terms):
            return all(t.coef > 0 and known(t.ref) for t in terms)
        case Contract(coef, args):
            odd = [ref for (ref, _), n in Counter((a.ref, a.axes) for a in args).items() if n % 2]
            return coef >= 0 and all(known(x) for x in odd)
        case Map("reciprocal" | "relu" | "cbrt", args) | Map("max", args):
            return any(known(a.ref) for a in args)
        case Map("pow", args):
            return known(args[0].ref)
        case Map("where", args):
            return all(known(a.ref) for a in args[1:])
        case Map(fn):
            return scalars()[fn].range != "any"
        case Along(fn):
            return fn == "softmax" or (fn in ("maximum", "product") and known(op.arg))
        case Reshape() | Slice() | Pad():
            return known(op.arg)
        case Inverse() | Cholesky() | Determinant() | Solve():
            return False


def positive(graph: Graph, ref: Ref, depth: int = _DEPTH) -> bool:
    """Tell whether all entries of a node are certainly above zero."""
    if not depth:
        return False

    def known(x: Ref) -> bool:
        return positive(graph, x, depth - 1)

    op = graph.ops[ref]
    match op:
        case Number(value):
            return value > 0
        case Constant() | Extent():
            return True
        case Input():
            return op.sign == "positive"
        case Add(terms):
            whole = all(t.coef > 0 and nonnegative(graph, t.ref) for t in terms)
            return whole and any(known(t.ref) for t in terms)
        case Contract(coef, args):
            return coef > 0 and all(known(a.ref) for a in args)
        case Map("reciprocal" | "sqrt" | "cbrt" | "pow", args):
            return known(args[0].ref)
        case Map(fn):
            return scalars()[fn].range == "positive"
        case _:
            return False
