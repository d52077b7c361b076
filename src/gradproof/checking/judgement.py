"""What judging yields: outcomes of comparing two sides, and judged lines, as plain data."""

from dataclasses import dataclass, field
from typing import Final, Literal, final

from gradproof.diagnostic import Assumption, Evidence, Verdict
from gradproof.evaluate import Certificate, Comparison, Mode, Samples
from gradproof.expr import Context, Expr, Path
from gradproof.notation.derivation import Claim, Line

DOUBTFUL: Final = "it is not said whether"
"""Begins the reason of a line that is wrong for a name that counts as a number beside whole arrays."""

RIGHT: Final[tuple[Verdict, ...]] = ("proved", "agrees")
"""Verdicts of what holds."""


@final
@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of comparing `left` with `right` under one context.

    `left` and `right` are the expressions as compared (facts substituted); `certificate` is set exactly
    where the verdict is refuted; `context` is the one under which it was reached; `note` an assumption
    without which the line would not hold. `operand` is not empty where only what is differentiated was
    compared: it leads to that part of the right side, and the line itself is true. `samples` are the points
    on which the sides were compared and `compared` what was found there, where that was done; `settled` is
    False where differences there may be rounding. `misfit` is not empty where nothing could be compared in
    the layout of the context: for the shapes of the sides, or for those of what is given; `turned` says that a row
    stands on one side and a column on the other.
    """

    verdict: Verdict
    left: Expr
    right: Expr
    context: Context
    reason: str | None = None
    evidence: Evidence | None = None
    rules: tuple[str, ...] = ()
    certificate: Certificate | None = None
    note: tuple[str, str] | None = None
    link: int = 0
    mode: Mode = "total"
    operand: Path = ()
    samples: Samples | None = field(default=None, compare=False, repr=False)
    compared: Comparison | None = field(default=None, compare=False, repr=False)
    misfit: Literal["", "shapes", "given"] = ""
    settled: bool = field(default=True, compare=False, repr=False)
    turned: bool = field(default=False, compare=False, repr=False)


@final
@dataclass(frozen=True, slots=True)
class Judged:
    """A line with its verdict.

    `outcome` is that of the worst link; `side` the position in `claim.sides` of the side it accuses;
    `before` the line whose last side was the left side of a continuing line; `head` the first side of
    the chain to which a continuing line belongs, `against` how that compares with its first side; `under` is the
    context of the reading that was taken.
    """

    line: Line
    verdict: Verdict
    reason: str | None = None
    truth: bool | None = None
    follows_from_wrong: bool = False
    cancels: bool = False
    outcome: Outcome | None = None
    claim: Claim | None = None
    side: int = 0
    before: Line | None = None
    head: Expr | None = None
    assumptions: tuple[Assumption, ...] = ()
    given: bool = False
    against: Outcome | None = field(default=None, compare=False, repr=False)
    under: Context | None = field(default=None, compare=False, repr=False)


@final
@dataclass(slots=True)
class Chain:
    """The chain that a line starting with a relation continues.

    `last` is the expression it continues from (None where that could not be read), `head` the first
    side; `certain` is False after a bare expression, which may be continued or differentiated; `variables`
    are the names of what the document differentiates by (None: it does not say), `once` those that only one
    line writes. `same` is the context under which `last` is proved to equal `head` as it stands, `told` how `last`
    was told from `head`; `sound` says that they are equal without any assumption. `function` is the last side that
    something equals and in which no derivative stands.
    `equations` are those that the author states as holding somewhere, ``∂L/∂u = 0``, the latest last.
    """

    last: Expr | None = None
    head: Expr | None = None
    certain: bool = True
    wrong: bool = False
    line: Line | None = None
    opaque: str | None = None
    before: "Chain | None" = None
    passing: bool = False
    facts: list[tuple[Expr, Expr]] = field(default_factory=list[tuple[Expr, Expr]])
    variables: frozenset[str] | None = frozenset()
    once: frozenset[str] = frozenset()
    hanging: frozenset[str] = frozenset()
    """Names that are made of a sum over a set of which only words tell what is in it."""
    falsehoods: list[tuple[Expr, Expr]] = field(default_factory=list[tuple[Expr, Expr]])
    same: Context | None = None
    sound: bool = False
    told: Outcome | None = None
    function: Expr | None = None
    equations: list[tuple[Expr, Expr]] = field(default_factory=list[tuple[Expr, Expr]])
