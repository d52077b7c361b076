"""An entry bears another index."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Context, Entry, Expr, Idx
from gradproof.mistakes.mistake import Mistake, Slip, WrongRewriting


def _other_index(e: Expr, context: Context) -> Iterator[Slip]:
    if not isinstance(e, Entry):
        return
    for k, i in enumerate(e.indices):
        own = context.ranges.get(i.name) if isinstance(i, Idx) else None
        if own is None:
            continue
        for name in sorted(context.ranges):
            if Idx(name) != i and context.ranges[name].upper == own.upper:
                yield Slip(Entry(e.array, (*e.indices[:k], Idx(name), *e.indices[k + 1 :])), e)


MISTAKE: Final = Mistake(
    name="index-wrong",
    family="sums and indices",
    headline="an index is wrong",
    message="an index of {node} is wrong",
    why="the index of an entry stays that of the line before",
    prior=0.3,
    rewritings=(WrongRewriting(_other_index),),
)
