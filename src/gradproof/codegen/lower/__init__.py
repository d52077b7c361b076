"""Formulas lowered: an expression with definitions becomes nodes of a graph of whole arrays."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, final

from gradproof.codegen.algebra import arranged
from gradproof.codegen.graph import Graph
from gradproof.codegen.limits import CannotCompile
from gradproof.codegen.lower.low import Bound, Low, Scope, Unequal, Work
from gradproof.codegen.lower.walk import lower
from gradproof.codegen.ops import Ref
from gradproof.expr import Context, Entry, Expr, Sym, formal_indices, walk_reached

_WORD: Final = re.compile(r"[A-Za-z]+(?:_(?:\w|\{[^{}]*\}))?")


@final
@dataclass(frozen=True, slots=True)
class Lowered:
    """A formula on whole arrays.

    Attributes:
        graph: the operations.
        value: the node of the value.
        assumptions: what had to be assumed about sizes, in words.
        symbols: what has to be given, TeX names to nodes, in the order in which it first stands.
    """

    graph: Graph
    value: Ref
    symbols: dict[str, Ref]
    assumptions: tuple[str, ...] = ()


def lowered(loss: Sym, context: Context, declared: Sequence[str] = ()) -> Lowered:
    """Lower the formula of a name.

    Sizes that nobody declared, and that have to be equal for the formula to make sense, are taken for equal.

    Args:
        loss: the name.
        context: definitions and sizes.
        declared: facts as they were written: sizes that stand in them are not taken for each other.

    Raises:
        CannotCompile: a part cannot be said with whole arrays, or the sizes do not fit.
    """
    stated = frozenset(_WORD.findall(" ".join(declared)))
    equal: dict[str, str] = {}
    told: list[str] = []
    while True:
        work = Work(Graph(), context)
        work.extents, work.equal = _extents(loss, context), equal
        try:
            return _lowered(work, loss, tuple(told))
        except Unequal as found:
            left, right = found.pair
            if left in stated and right in stated:
                raise CannotCompile(str(found)) from None
            kept, gone = (right, left) if left not in stated and right in stated else (left, right)
            equal = {k: kept if v == gone else v for k, v in equal.items()} | {gone: kept}
            told.append(f"the size {gone} is taken to be {kept}: the formula fits together only so")


def _lowered(work: Work, loss: Sym, told: tuple[str, ...]) -> Lowered:
    (d, *_) = work.context.definitions[loss.name]
    formal = formal_indices(d)
    x = lower(work, Entry(loss, ()) if formal else loss, Scope())
    ref = arranged(work.graph, x.value, x.axes)
    symbols = {name: v.ref for name, v in work.symbols.items()}
    return Lowered(work.graph, ref, symbols, told)


def _extents(loss: Expr, context: Context) -> frozenset[str]:
    """Return the names that are sizes: of axes, and of ranges of indices."""
    names = {r.upper.name for r in context.ranges.values()}
    for node in walk_reached(loss, context):
        if isinstance(node, Sym):
            names |= {s.name for s in node.space.shape}
    return frozenset(names - {""})


__all__ = ["Bound", "CannotCompile", "Low", "Lowered", "Scope", "Work", "lowered"]
