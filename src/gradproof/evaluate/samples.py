"""Sample points: exact rational values of every base symbol, the same for all arithmetics."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import final

import numpy as np

from gradproof.evaluate.arithmetic import Array, BoolArray
from gradproof.evaluate.jets import Algebra, Value
from gradproof.evaluate.limits import Unsupported
from gradproof.expr import Context, Domain, Expr


@final
@dataclass(frozen=True, slots=True)
class Kept:
    """Values of an expression at all points in floating point, over its free indices `names`."""

    expr: Expr
    context: Context
    names: tuple[str, ...]
    ranges: tuple[tuple[int, int], ...]
    value: Value
    admitted: BoolArray


@final
@dataclass(frozen=True, slots=True)
class Samples:
    """Points at which expressions are evaluated.

    Attributes:
        points: how many.
        sizes: the values of symbolic sizes.
        values: per base symbol an object array of `Fraction`, shape (points, *shape).
        directions: as `values`, the direction in which a symbol moves under a differential.
        domains: the domain each base symbol was drawn from.
        inferred: those of them that are neither declared nor the default.
        constrained: base symbols that occur in a declared constraint.
        moving: names that vary under a differential.
        one_sided: kinks of which one side was never met (0: both sides of every kink were).
        kept: values found while the points were drawn.
    """

    points: int
    sizes: Mapping[str, int]
    values: Mapping[str, Array]
    directions: Mapping[str, Array]
    domains: Mapping[str, Domain] = field(default_factory=lambda: MappingProxyType({}))
    inferred: Mapping[str, Domain] = field(default_factory=lambda: MappingProxyType({}))
    constrained: frozenset[str] = frozenset()
    moving: frozenset[str] = frozenset()
    one_sided: int = 0
    cache: dict[tuple[str, str, bool], Array] = field(
        default_factory=dict[tuple[str, str, bool], Array], compare=False, repr=False
    )
    kept: list[Kept] = field(default_factory=list[Kept], compare=False, repr=False)

    def found(self, exprs: tuple[Expr, ...], context: Context) -> tuple[Kept, ...] | None:
        """Return what is kept of these very objects, where that is all of them over the same indices."""
        kept = tuple(k for e in exprs for k in self.kept if k.expr is e and k.context is context)
        if len(kept) != len(exprs) or any(k.names != kept[0].names for k in kept):
            return None
        return kept

    def lifted(self, name: str, algebra: Algebra, *, direction: bool = False) -> Array:
        """Return the values (or the direction) of a base symbol as numbers of an arithmetic.

        Raises:
            Unsupported: a symbol without a direction that should move.
        """
        key = (algebra.arithmetic.name, name, direction)
        found = self.cache.get(key)
        if found is None:
            source = (self.directions if direction else self.values).get(name)
            if source is None:
                raise Unsupported(f"{name} does not vary")
            found = self.cache[key] = algebra.arithmetic.lift(source)
        return found

    def subset(self, chosen: "list[int]") -> "Samples":
        """Return the samples at some of the points only."""
        at = np.array(chosen, dtype=np.int64)
        return Samples(
            len(chosen),
            self.sizes,
            {k: v[at] for k, v in self.values.items()},
            {k: v[at] for k, v in self.directions.items()},
            self.domains,
            self.inferred,
            self.constrained,
            self.moving,
            self.one_sided,
        )
