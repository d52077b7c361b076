"""An entry bears another index."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Context, Derivative, Differential, Entry, Expr, Idx, Num, walk
from gradproof.mistakes.mistake import Mend, Mistake, Repair, Slip, WrongExchange, WrongRewriting
from gradproof.mistakes.scene import Spot
from gradproof.rewrite import num


def _other_index(e: Expr, context: Context) -> Iterator[Slip]:
    if not isinstance(e, Entry):
        return
    for k, i in enumerate(e.indices):
        for other in _others(i, context):
            yield Slip(Entry(e.array, (*e.indices[:k], other, *e.indices[k + 1 :])), e)


def _others(index: Expr, context: Context) -> Iterator[Expr]:
    """Yield the indices of the same range, the first number of it; for a number those beside it."""
    match index:
        case Idx(name) if name in context.ranges:
            own = context.ranges[name]
            for other in sorted(context.ranges):
                if other != name and context.ranges[other].upper == own.upper:
                    yield Idx(other)
            yield num(own.lower)
        case Num(value):
            for step in (1, -1, 2, -2):
                if value + step >= 0:
                    yield num(value + step)
        case _:
            return


def _letter_of_the_line(e: Expr, context: Context, after: Expr) -> Iterator[Slip]:
    """Another letter of the line, whatever it counts."""
    if not isinstance(e, Entry):
        return
    letters = dict.fromkeys(n for _, n in walk(after) if isinstance(n, Idx))
    for k, i in enumerate(e.indices):
        same = set(_others(i, context))
        for other in letters:
            if other != i and other not in same:
                yield Slip(Entry(e.array, (*e.indices[:k], other, *e.indices[k + 1 :])), e)


def _meant(spot: Spot) -> Iterator[Mend]:
    """Another index that may stand at the place is meant."""
    node = spot.node
    if not isinstance(node, Entry) or isinstance(spot.parent, Derivative | Differential):
        return
    for k, i in enumerate(node.indices):
        if isinstance(i, Idx):
            for other in sorted(spot.letters):
                if other != i.name:
                    yield Mend(
                        Entry(node.array, (*node.indices[:k], Idx(other), *node.indices[k + 1 :]))
                    )


MISTAKE: Final = Mistake(
    name="index-wrong",
    family="sums and indices",
    headline="an index is wrong",
    message="{wrong} has a wrong index: it should be {right}",
    why="the index of an entry stays that of the line before",
    prior=0.32,
    rewritings=(WrongRewriting(_other_index, on=(Entry,)),),
    exchanges=(WrongExchange(_letter_of_the_line, on=(Entry,)),),
    repairs=(Repair(_meant, weight=0.95),),
)
