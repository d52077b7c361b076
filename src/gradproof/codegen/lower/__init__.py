"""Formulas lowered: an expression with definitions becomes nodes of a graph of whole arrays."""

from dataclasses import dataclass
from typing import final

from gradproof.codegen.algebra import arranged
from gradproof.codegen.graph import Graph
from gradproof.codegen.limits import CannotCompile
from gradproof.codegen.lower.low import Bound, Low, Scope, Work
from gradproof.codegen.lower.walk import lower
from gradproof.codegen.ops import Ref
from gradproof.expr import Context, Entry, Expr, Sym, formal_indices, walk_reached


@final
@dataclass(frozen=True, slots=True)
class Lowered:
    """A formula on whole arrays.

    Attributes:
        graph: the operations.
        value: the node of the value.
        symbols: what has to be given, TeX names to nodes, in the order in which it first stands.
    """

    graph: Graph
    value: Ref
    symbols: dict[str, Ref]


def lowered(loss: Sym, context: Context) -> Lowered:
    """Lower the formula of a name.

    Raises:
        CannotCompile: a part cannot be said with whole arrays, or the sizes do not fit.
    """
    work = Work(Graph(), context)
    work.extents = _extents(loss, context)
    (d, *_) = context.definitions[loss.name]
    formal = formal_indices(d)
    x = lower(work, Entry(loss, ()) if formal else loss, Scope())
    ref = arranged(work.graph, x.value, x.axes)
    return Lowered(work.graph, ref, {name: v.ref for name, v in work.symbols.items()})


def _extents(loss: Expr, context: Context) -> frozenset[str]:
    """Return the names that are sizes: of axes, and of ranges of indices."""
    names = {r.upper.name for r in context.ranges.values()}
    for node in walk_reached(loss, context):
        if isinstance(node, Sym):
            names |= {s.name for s in node.space.shape}
    return frozenset(names - {""})


__all__ = ["Bound", "CannotCompile", "Low", "Lowered", "Scope", "Work", "lowered"]
