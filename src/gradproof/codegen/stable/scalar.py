"""Stable spelling of one pointwise expression: read exactly, spelled back term by term."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, final

from gradproof.canonical.limits import NotCanonical
from gradproof.codegen.stable.catalogue import catalogue
from gradproof.codegen.stable.reading import CURVED, Room, collect, in_room, read
from gradproof.codegen.stable.speller import Speller
from gradproof.codegen.stable.tree import Number, Op, Scalar, add, functions, mul, size
from gradproof.expr import Domain

_LARGEST: Final = 400
"""Functions in a tree; a larger one is left as it is."""
_LOGARITHMS: Final = frozenset(("log", "softplus", "log1p", "log1mexp", "xlogy", "logaddexp"))
_GROWTH: Final = 3
_ALLOWANCE: Final = 12


@final
@dataclass(frozen=True, slots=True)
class Spelled:
    """A tree, and the names of the rules by which it was spelled."""

    tree: Scalar
    rules: tuple[str, ...] = ()


@lru_cache(maxsize=2048)
def stable(tree: Scalar, domains: tuple[tuple[int, Domain], ...] = ()) -> Spelled:
    """Return a tree that is equal wherever the given one is defined, and keeps its digits.

    Args:
        tree: any spelling.
        domains: where leaves lie, as far as that is known.
    """
    if not functions(tree) & CURVED or size(tree) > _LARGEST:
        return Spelled(tree)
    curved: list[Scalar] = []
    near: list[Scalar] = []
    plain: list[Scalar] = []
    for term in _terms(tree):
        own = functions(term) & CURVED or isinstance(term, Number)
        kind = curved if own else near if joins(term) else plain
        kind.append(term)
    alone = _spelled(add(*curved), domains)
    if near:
        whole = _spelled(add(*curved, *near), domains)
        if whole is not None and (alone is None or _gains(whole, alone, near)):
            return Spelled(add(whole.tree, *plain), whole.rules)
    return Spelled(tree) if alone is None else Spelled(add(alone.tree, *near, *plain), alone.rules)


def _gains(whole: Spelled, alone: Spelled, near: list[Scalar]) -> bool:
    """Tell whether it pays to spell terms together with others."""
    if size(whole.tree) < size(add(alone.tree, *near)):
        return True
    gathers = {r.identity.name for r in catalogue() if r.gathers}
    return bool(gathers & (set(whole.rules) - set(alone.rules)))


def _spelled(tree: Scalar, domains: tuple[tuple[int, Domain], ...]) -> Spelled | None:
    """Spell a sum, if it can be read and does not grow much."""

    def work(room: Room) -> Spelled:
        collect(room, tree)
        speller = Speller(room, catalogue())
        return Spelled(speller.value(read(room, tree)), tuple(speller.used))

    try:
        found = in_room(work, dict(domains))
    except NotCanonical:
        return None
    return found if size(found.tree) <= _GROWTH * size(tree) + _ALLOWANCE else None


def _terms(tree: Scalar) -> list[Scalar]:
    """Return the terms of a sum; factors are multiplied into sums that hold logarithms."""
    match tree:
        case Op("add", args):
            return [t for a in args for t in _terms(a)]
        case Op("mul", factors):
            for k, f in enumerate(factors):
                if isinstance(f, Op) and f.name == "add" and functions(f) & _LOGARITHMS:
                    rest = (*factors[:k], *factors[k + 1 :])
                    return [t for a in f.args for t in _terms(mul(*rest, a))]
            return [tree]
        case _:
            return [tree]


def joins(term: Scalar) -> bool:
    """Tell whether a term without exponentials may belong to one with: a product of leaves and differences."""
    match term:
        case Op("mul", factors):
            return all(joins(f) for f in factors)
        case Op("add", args):
            return all(isinstance(a, Number) or joins(a) for a in args)
        case Op("reciprocal" | "pow", (base, *_)):
            return not isinstance(base, Op)
        case _:
            return True
