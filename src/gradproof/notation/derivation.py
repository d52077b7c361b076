"""A document as a derivation: its lines with roles and readings, and the scopes they are judged in."""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import Final, Literal, final

from gradproof.diagnostic import Assumption, Place, Role
from gradproof.expr import Compare, Context, Definition, Domain, Expr, Path
from gradproof.source import Span

Structure = Literal[
    "symmetric",
    "skew",
    "orthogonal",
    "matrix",
    "row-stacking",
    "denominator-layout",
    "numerator-layout",
    "distribution",
    "independent",
    "binary",
]
"""What words say of a matrix, of the derivatives by matrices, or of random quantities."""

SET_WHOLE: Final = "set-whole"
"""Kind of the assumption that a sum over a set, of which no formula says anything, is one over all indices."""

SET_TOLD: Final = "set-told"
"""Kind of the assumption of such a set where words tell what is in it: what is made of the sum hangs on that."""

Origins = Mapping[Path, Span]
"""Spans of the nodes of one expression, keyed by path."""


@final
@dataclass(frozen=True, slots=True)
class Claim:
    """One relation chain, elaborated.

    `sides[0]` is None for a line that starts with a relation (``= …``) and so continues the line before.
    A bare expression has one side and no relations. `first_link` is the position of the first relation
    within the chain as written (the link that defines a name is not part of the claim). A `soft` claim
    follows an implication or solves an equation: it is never refuted, for the reason `loose` where that is another.
    `vague` says why shapes or
    meanings inside are not known well enough to judge; None where they are. `misfit` names two arrays in it
    whose shapes do not go together (a transposed layout is none), with both shapes.
    """

    sides: tuple[Expr | None, ...]
    relations: tuple[str, ...]
    origins: tuple[Origins, ...]
    spans: tuple[Span, ...]
    first_link: int = 0
    soft: bool = False
    loose: str | None = None
    vague: str | None = None
    misfit: str | None = None


@final
@dataclass(frozen=True, slots=True)
class Reading:
    """One admissible reading of a line with what it assumes; `label` tells it from the others."""

    claims: tuple[Claim, ...]
    label: str = ""
    assumptions: tuple[Assumption, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Condition:
    """Something that holds from a line on, not for the whole document: ``if i = j``, ``let y = 1``.

    `key` is the name (or the two index letters) that it is about; a later condition on the same key takes
    its place. Exactly one of the other fields is set; `definition` is a value, or a second definition of
    a name that had one; `guard` is a comparison of anything else (``L > 0`` of a loss that is defined).
    """

    key: str
    definition: Definition | None = None
    domain: Domain | None = None
    distinct: tuple[str, str] | None = None
    equal: tuple[str, str] | None = None
    guard: Compare | None = None


@final
@dataclass(frozen=True, slots=True)
class Line:
    """A line of the derivation.

    `readings` is empty for a line that could not be read (`reason` says why) or claims nothing.
    `words` are the prose labels inside and just before the line; `shown` tells lines of the report from
    bare inline formulas that only anchor what follows. `scope` groups the lines of one heading; `state` is
    the position of the line's contexts in `Derivation.contexts`. `conditions` are in force at the line;
    `strict` says that the line is said under them (it follows directly), not perhaps in general again.
    """

    place: Place
    span: Span
    tex: str
    role: Role
    readings: tuple[Reading, ...]
    scope: int = 0
    state: int = 0
    reason: str | None = None
    words: str = ""
    assumptions: tuple[Assumption, ...] = ()
    shown: bool = True
    statements: tuple[tuple[tuple[Expr | None, ...], tuple[str, ...]], ...] = ()
    """Sides and relations of every statement of the line as read, for the echo."""
    one_example: bool = False
    cases: bool = False
    general: bool = False
    """Nothing in the document speaks of cases of indices, and the line is none."""
    structures: frozenset[Structure] = frozenset()
    differentiated: bool = False
    claimed_rules: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    strict: bool = False
    redefinition: bool = False
    aside: bool = False
    """A remark beside a derivation, which goes on without it."""


@final
@dataclass(frozen=True, slots=True)
class Derivation:
    """The lines of one document in order, and for each state its admissible contexts, best first.

    `others` finds the same lines with other kinds of the names that nothing declares (a vector for a matrix),
    where they fit, too: a line is wrong only if it is wrong in all of them. It is given the scopes that matter.
    `contradiction` is a name of which the declarations from outside say what excludes itself.
    """

    lines: tuple[Line, ...]
    contexts: tuple[tuple[Context, ...], ...]
    others: Callable[[Set[int]], tuple["Derivation", ...]] = lambda _: ()
    contradiction: str | None = None
