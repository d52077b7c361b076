"""A sum runs from another first or to another last index."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from gradproof.expr import Context, Expr, Prod, Sum, walk
from gradproof.mistakes.mistake import Mistake, Slip, WrongExchange
from gradproof.rewrite import MINUS_ONE, ONE, add, num, size_expr


def _other_limits(e: Expr, context: Context, after: Expr) -> Iterator[Slip]:
    if not isinstance(e, Sum | Prod):
        return
    extent = context.ranges.get(e.index.name)
    lower = e.lower or (None if extent is None else num(extent.lower))
    upper = e.upper or (None if extent is None else size_expr(extent.upper))
    if lower is None or upper is None:
        return
    limits = [(add(lower, ONE), upper), (add(lower, MINUS_ONE), upper)]
    limits += [(lower, add(upper, MINUS_ONE)), (lower, add(upper, ONE))]
    for _, node in walk(after):
        if isinstance(node, Sum | Prod):
            if node.lower is not None and node.upper is not None:
                limits.append((node.lower, node.upper))
            elif node.index.name in context.ranges:
                own = context.ranges[node.index.name]
                limits.append((num(own.lower), size_expr(own.upper)))
    for first, last in dict.fromkeys(limits):
        if (first, last) != (lower, upper):
            yield Slip(replace(e, lower=first, upper=last), e)


MISTAKE: Final = Mistake(
    name="sum-limits-wrong",
    family="sums and indices",
    headline="the limits of the sum are wrong",
    message="the limits of the sum {node} were changed",
    why="the first and the last index of a sum stay those of the line before",
    prior=0.4,
    exchanges=(WrongExchange(_other_limits, on=(Sum, Prod)),),
)
