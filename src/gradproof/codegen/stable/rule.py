"""The types of the rules of stable spelling.

Rules of low `rank` are tried first; one that `gathers` takes terms without exponentials together with the others.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

from gradproof.canonical.atoms import Value
from gradproof.codegen.stable.fraction import Factors
from gradproof.codegen.stable.tree import Scalar

if TYPE_CHECKING:
    from gradproof.codegen.stable.speller import Speller


@final
@dataclass(frozen=True, slots=True, eq=False)
class Logarithm:
    """``scale · log(argument)``, a term of a sum."""

    scale: Value
    argument: Value


@final
@dataclass(frozen=True, slots=True)
class Identity:
    r"""What a rule says, in one unknown.

    Attributes:
        name: the name of the rule.
        formula: the identity in TeX.
        textbook: the left side as a tree of ``Leaf(0)`` (and of ``Leaf(1)``, a label between 0 and 1).
        stable: the right side.
        interval: where the right side is the better one.
        ulps: its error there is at most this many units in the last place.
    """

    name: str
    formula: str
    textbook: Scalar
    stable: Scalar
    interval: tuple[float, float]
    ulps: float = 4.0


@final
@dataclass(frozen=True, slots=True)
class LogarithmRule:
    """A rule for a logarithm: returns how it is spelled, and what is left of the rest of the sum."""

    identity: Identity
    apply: "Callable[[Speller, Logarithm, Value], tuple[Scalar, Value] | None]"
    rank: int = 0
    gathers: bool = False


@final
@dataclass(frozen=True, slots=True)
class FactorRule:
    """A rule for factors of a product: takes them out, in place, and returns how they are spelled."""

    identity: Identity
    apply: "Callable[[Speller, Factors], Scalar | None]"
    rank: int = 0
    gathers: bool = False


StableRule = LogarithmRule | FactorRule
