"""What an equation of arrays says where every array is a number: it tells what a line that is wrong was meant as."""

from dataclasses import replace
from types import MappingProxyType

from gradproof.checking.judgement import RIGHT
from gradproof.checking.ladder import judge_as_written
from gradproof.expr import Context, Expr, Kron, Neg, Opaque, Stack, Sym, Vec, walk_reached


def holds_for_numbers(left: Expr, right: Expr, context: Context) -> bool:
    """Tell whether two sides are equal, and not zero, where every size is 1 and no shape can be wrong.

    Not where a size is told as a number, or something stands for a rearranged array: its size says what it is.
    """
    nodes = [n for e in (left, right) for n in walk_reached(e, context)]
    if any(isinstance(n, Kron | Vec | Stack | Opaque) for n in nodes):
        return False
    sizes = [s for n in nodes if isinstance(n, Sym) for s in n.space.shape]
    if not sizes or any(not s.name or s.offset or s.name in context.sizes for s in sizes):
        return False
    single = replace(context, sizes=MappingProxyType({s.name: 1 for s in sizes}))
    if judge_as_written(left, right, single).verdict not in RIGHT:
        return False
    return judge_as_written(left, Neg(left), single).verdict == "refuted"
