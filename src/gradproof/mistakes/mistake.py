"""The type that every mistake file exports: a wrong rule, and what to say about it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar, final

from gradproof.diagnostic import Severity
from gradproof.differentiate import Application
from gradproof.expr import Context, Expr
from gradproof.mistakes.scene import Spot


@final
@dataclass(frozen=True, slots=True)
class WrongDerivative:
    """A wrong differentiation rule: at an application of one of `rules` it gives other results.

    `rules` empty means every rule that has links of the chain rule. Results that are right are harmless:
    the search drops what does not change the value. `weight` multiplies the prior of the
    mistake for this rule. `shows` looks at the person's line for a sign that the step was taken this way.
    """

    rules: frozenset[str]
    wrong: Callable[[Application], Iterable[Expr]]
    weight: float = 1.0
    shows: Callable[[Expr], bool] = lambda _after: True

    def at(self, a: Application) -> tuple[Expr, ...]:
        """Return the wrong results at one application, none where the rule does not fit."""
        fits = a.rule in self.rules if self.rules else bool(a.outer)
        return tuple(self.wrong(a)) if fits else ()


@final
@dataclass(frozen=True, slots=True)
class Slip:
    """What is written for a node, and what should be: both have the author's node for a start."""

    wrong: Expr
    right: Expr


@final
@dataclass(frozen=True, slots=True)
class WrongRewriting:
    """A wrong rewriting of one node of the line before.

    `whole` lets it fit at the root of the line only. `opened` lets it fit too in what a name stands for that
    is differentiated. `shows` looks at the person's line for a sign that this was done (a common
    denominator, say); without it every line will do. `on` names the kinds of nodes that it may fit, to save
    work: without it all are tried. `weight` multiplies the prior of the mistake; `message` and `why` take the place
    of its own.
    """

    wrong: Callable[[Expr, Context], Iterable[Slip]]
    whole: bool = False
    opened: bool = False
    shows: Callable[[Expr], bool] = lambda _after: True
    on: tuple[type, ...] = ()
    weight: float = 1.0
    message: str = ""
    why: str = ""

    def at(self, node: Expr, context: Context, after: Expr) -> Iterable[Slip]:
        """Return the slips at a node; the person's line plays no part."""
        _ = after
        return self.wrong(node, context)


@final
@dataclass(frozen=True, slots=True)
class WrongExchange:
    """Something that the person's line (the third argument) holds is written in the place of a node.

    `weight` multiplies the prior of the mistake; `message` and `why` take the place of its own.
    """

    wrong: Callable[[Expr, Context, Expr], Iterable[Slip]]
    weight: float = 1.0
    on: tuple[type, ...] = ()
    message: str = ""
    why: str = ""
    whole: ClassVar[bool] = False
    opened: ClassVar[bool] = True

    def shows(self, after: Expr) -> bool:
        """Tell whether the person's line may hold it: always."""
        _ = after
        return True

    def at(self, node: Expr, context: Context, after: Expr) -> Iterable[Slip]:
        """Return the slips at a node."""
        return self.wrong(node, context, after)


@final
@dataclass(frozen=True, slots=True)
class Mend:
    """What should stand in the place of a node of the person's line.

    `children` is the range (first, last) of its children that change, where not all do; then `shown` is
    what should stand there. `told` is what to say, in the place of the message of the repair.
    """

    right: Expr
    children: tuple[int, int] | None = None
    shown: Expr | None = None
    told: str = ""


@final
@dataclass(frozen=True, slots=True)
class Repair:
    """The inverse of a slip: an edit at one place of the person's line that may make it right.

    `mend` gives what should stand at a spot, nothing where the slip cannot have been made. Edits that leave the
    line wrong are harmless: the search drops them. `weight` multiplies the prior of the mistake; `message`
    and `why` take the place of its own.
    """

    mend: Callable[[Spot], Iterable[Mend]]
    weight: float = 1.0
    message: str = ""
    why: str = ""


@final
@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong step that people take.

    Attributes:
        name: stable identity, kebab-case, family first; also the name of its page.
        family: the heading under which it is listed.
        headline: what is wrong, in half a line, without a formula.
        message: a template with ``{node}``, ``{right}``, ``{wrong}`` (and ``{outer}``, ``{inner}`` at a
            link of the chain rule), each replaced by a formula.
        why: the rule that was broken; a template like `message`.
        prior: how common the slip is, from 0 to 1; ranks the mistakes that fit one line.
        severity: of the finding.
        derivatives: its wrong differentiation rules.
        rewritings: its wrong rewritings.
        exchanges: what it puts in the place of something else.
        repairs: how it is undone in the person's line.
    """

    name: str
    family: str
    headline: str
    message: str
    why: str
    prior: float
    severity: Severity = "error"
    derivatives: tuple[WrongDerivative, ...] = ()
    rewritings: tuple[WrongRewriting, ...] = ()
    exchanges: tuple[WrongExchange, ...] = ()
    repairs: tuple[Repair, ...] = ()

    @property
    def highest(self) -> float:
        """The highest prior that this mistake can have at a site."""
        weights = [r.weight for r in (*self.derivatives, *self.rewritings, *self.exchanges)]
        return self.prior * max((1.0, *weights))
