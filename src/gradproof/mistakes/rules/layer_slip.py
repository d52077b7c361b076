"""A quantity of another layer stands there: W₁ for W₂."""

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from gradproof.expr import Add, Entry, Idx, Num, Sym
from gradproof.mistakes.mistake import Mend, Mistake, Repair
from gradproof.mistakes.scene import Spot

INDEXED: Final = re.compile(r"^(.+?)[_^]\{?[\[(]?[^\[\](){}]+[\])]?\}?$")
"""A name with a lower or raised index; the group is the name without."""


def _stem(name: str) -> str | None:
    found = INDEXED.match(name)
    return found[1] if found else None


def _other_layer(spot: Spot) -> Iterator[Mend]:
    match spot.node:
        case Sym(name):
            stem = _stem(name)
            for other in spot.scene.symbols:
                if stem is not None and other.name != name and _stem(other.name) == stem:
                    yield Mend(other)
        case Entry(array, (Idx() as index, *rest)):
            for step in (1, -1):
                yield Mend(Entry(array, (Add((index, Num(Fraction(step)))), *rest)))
        case Entry(array, (Num(value), *rest)):
            for step in (1, -1):
                yield Mend(Entry(array, (Num(value + step), *rest)))
        case _:
            return


MISTAKE: Final = Mistake(
    name="layer-slip",
    family="vectors and matrices",
    headline="a quantity of another layer stands there",
    message="{wrong} stands where {right} belongs",
    why="the gradient passes back through the weights of the layer above, and meets the input of its own layer",
    prior=0.7,
    repairs=(Repair(_other_layer),),
)
