"""What is known about the symbols of an expression: domains, index ranges, sizes, definitions, facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Final, final

from gradproof.expr.layout import USUAL, Layout
from gradproof.expr.nodes import Add, Compare, Expr, Idx, Neg, Num
from gradproof.expr.sizes import Size


@final
@dataclass(frozen=True, slots=True)
class Domain:
    """The set in which a scalar symbol, or every entry of an array, lies.

    `members` lists a finite set and then overrides the bounds; None for a bound is unbounded.
    `declared` tells a declaration from an inference or the default.
    """

    lower: Fraction | None = None
    upper: Fraction | None = None
    lower_open: bool = True
    upper_open: bool = True
    members: tuple[Fraction, ...] = ()
    integer: bool = False
    declared: bool = False

    @property
    def single(self) -> bool:
        """Whether single values are declared, as those of a label are: such a quantity varies with nothing."""
        return self.declared and (bool(self.members) or self.integer)


SEED: Final = "{}{}"
"""Ends the name of a gradient that comes from outside: it may be any, has the shape of what it is the gradient by,
and is spelled without this mark."""

REAL = Domain()
POSITIVE = Domain(lower=Fraction(0))
OPEN_UNIT = Domain(lower=Fraction(0), upper=Fraction(1))
CLOSED_UNIT = Domain(lower=Fraction(0), upper=Fraction(1), lower_open=False, upper_open=False)
BINARY = Domain(members=(Fraction(0), Fraction(1)))


@final
@dataclass(frozen=True, slots=True)
class IndexRange:
    """Inclusive range of an index variable; `lower` is 1 or 0 as the author counts."""

    upper: Size
    lower: int = 1


@final
@dataclass(frozen=True, slots=True)
class Definition:
    r"""``name = body``, ``name_{i} = body`` (then `indices`) or ``name(params) = body``.

    `indices` are the index expressions on the left: an `Idx` is a formal index bound in `body`, a number
    singles out one entry. `params` are the formal parameters (`Sym`, or `Entry` of a family written
    ``f(x^{(i)})``); a parameter that does not occur in `body` only says on what the name depends.
    """

    name: str
    body: Expr
    params: tuple[Expr, ...] = ()
    indices: tuple[Expr, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Context:
    """Everything an expression is judged under.

    Attributes:
        domains: per symbol name; absent means `REAL`.
        ranges: per index name; every `Idx` that occurs free or is bound without bounds has one.
        origins: per array name, the first value of the index on each axis (absent: all 1).
        sizes: sizes fixed by the author (``m = 1``); other sizes are sampled small and pairwise different.
        values: scalars fixed by the author (``x_1 = 3`` of a scalar name).
        definitions: per name, alternatives in order (several for entry-wise definitions of one array).
        constraints: equations between expressions that hold by declaration (``Σ_k y_k = 1``).
        guards: comparisons that hold where the line is said (``where L > 0``); other points do not count.
        bounds: comparisons between quantities (``x ≥ y``) that hold throughout, at all values of the indices in them.
        definite: names of matrices declared positive definite (True) or semidefinite (False); that they are
            symmetric stands among the constraints, too.
        distinct: pairs of index names declared unequal (``c ≠ k``).
        equal: pairs of index names declared equal (the case ``i = k``).
        varying: names without a definition that some formula differentiates: they depend on something unknown.
        stand_ins: names without a definition of their own, for which a function stands that could be any.
        functions: names of functions without a definition (``f : ℝ → ℝ``).
        entrywise: names of functions of one number, which act on arrays entry by entry.
        moving: names that vary under a differential (empty: those that the expression differentiates).
        layout: how derivatives of arrays are arranged.
    """

    domains: Mapping[str, Domain] = field(default_factory=lambda: MappingProxyType({}))
    ranges: Mapping[str, IndexRange] = field(default_factory=lambda: MappingProxyType({}))
    origins: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: MappingProxyType({}))
    sizes: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    values: Mapping[str, Fraction] = field(default_factory=lambda: MappingProxyType({}))
    definitions: Mapping[str, tuple[Definition, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    constraints: tuple[tuple[Expr, Expr], ...] = ()
    guards: tuple[Compare, ...] = ()
    bounds: tuple[Compare, ...] = ()
    definite: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    distinct: frozenset[tuple[str, str]] = frozenset()
    equal: frozenset[tuple[str, str]] = frozenset()
    varying: frozenset[str] = frozenset()
    stand_ins: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    entrywise: frozenset[str] = frozenset()
    moving: frozenset[str] = frozenset()
    layout: Layout = USUAL


def formal_indices(d: Definition) -> tuple[Idx, ...]:
    """Return those indices of the left side that are bound in the body."""
    return tuple(i for i in d.indices if isinstance(i, Idx))


def shifted_index(pattern: Expr) -> tuple[str | None, int]:
    """Read ``i`` or ``i + 1`` or ``i - 1`` on the left of a definition."""
    match pattern:
        case Idx(name):
            return name, 0
        case Add((Idx(name), Num(value))) if value.denominator == 1:
            return name, value.numerator
        case Add((Idx(name), Neg(Num(value)))) if value.denominator == 1:
            return name, -value.numerator
        case _:
            return None, 0
