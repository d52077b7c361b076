"""One step in its chain: two sides judged with what the chain knows, and what the outcome says of the line."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from gradproof.checking.judgement import RIGHT, Chain, Judged, Outcome
from gradproof.checking.layouts import MIX
from gradproof.checking.meant import DERIVATIVE_MEANT
from gradproof.checking.operands import terms_of
from gradproof.checking.pairs import judge_sides
from gradproof.diagnostic import Assumption
from gradproof.expr import Context, Derivative, Expr, Gradient, Sym, walk
from gradproof.notation.derivation import Claim, Line
from gradproof.rewrite import replace_equal

SPECIAL: Final = "it may hold for the quantity that is meant, of which nothing is said"
"""Why a line about the derivative of an undefined quantity is left open."""


def pair(
    line: Line, left: Expr, right: Expr, chain: Chain, context: Context, head: Expr | None = None,
    *, known: Outcome | None = None,
) -> Outcome:  # fmt: skip
    """Judge two sides; before they count as different, unstated assumptions and readings are tried.

    `known` is a refutation of another side that is proved to equal the left one.
    """

    def judged(a: Expr, b: Expr) -> Outcome:
        return judge_sides(
            a, b, context, example_cue=line.one_example, case_cue=None if line.general else line.cases,
            structures=line.structures, head=head,
            variables=None if line.differentiated else chain.variables, known=known,
        )  # fmt: skip

    told = left, right
    for lhs, rhs in chain.facts:
        told = replace_equal(told[0], lhs, rhs), replace_equal(told[1], lhs, rhs)
    outcome = judged(*told)
    if outcome.verdict in RIGHT or not context.stand_ins:
        return outcome
    if told != (left, right):
        outcome = judged(left, right)
    names = {x for e in (left, right) for x in _stand_ins(e, context)}
    sure = all(all(differentiated(t, n) for t in terms_of(e)) for n in names for e in (left, right))
    if outcome.verdict == "refuted" and not sure:
        return replace(
            outcome, verdict="undecided", evidence=None, certificate=None, reason=SPECIAL
        )
    return outcome


def _stand_ins(e: Expr, context: Context) -> set[str]:
    return {n.name for _, n in walk(e) if isinstance(n, Sym) and n.name in context.stand_ins}


def differentiated(e: Expr, name: str | None) -> bool:
    """Tell whether a derivative of a name stands in an expression."""
    return any(
        isinstance(n, Derivative | Gradient) and isinstance(n.body, Sym) and n.body.name == name
        for _, n in walk(e)
    )


def confirmed(line: Line, claim: Claim, outcome: Outcome, side: int, chain: Chain) -> Judged:
    """Return a line that is judged by one comparison."""
    return Judged(
        line, outcome.verdict, outcome.reason, truth_of(outcome), outcome=outcome, claim=claim,
        side=side, before=chain.line, head=chain.head, assumptions=notes_of(line, claim, outcome),
    )  # fmt: skip


def truth_of(outcome: Outcome) -> bool | None:
    """Tell whether what was compared is true."""
    if outcome.note is not None and outcome.note[0] == DERIVATIVE_MEANT:
        return False
    if outcome.verdict in RIGHT or outcome.operand:
        return True
    return False if outcome.verdict == "refuted" else None


def notes_of(line: Line, claim: Claim, outcome: Outcome) -> tuple[Assumption, ...]:
    """Return the note of an outcome as an assumption at the side that it is about."""
    if outcome.note is None:
        return ()
    side = max(outcome.link - claim.first_link, 0) + 1
    span = claim.spans[min(side, len(claim.spans) - 1)]
    return (Assumption(line.place, span, outcome.note[0], outcome.note[1]),)


def head_of(line: Line, claim: Claim) -> Expr | None:
    """Return the first side of the chain that a line writes."""
    if claim.first_link and line.statements:
        return line.statements[-1][0][0]
    return claim.sides[0]


def unsolvable(outcome: Outcome, claim: Claim) -> bool:
    """Tell whether nothing solves an equation: its sides have different shapes."""
    shapes = outcome.evidence is not None and outcome.evidence.kind == "shape"
    return shapes and claim.loose is None and set(claim.relations) == {"="}


def turned_twice(line: Line, judged: Judged) -> bool:
    """Tell whether a vector is read as a row for its product to fit, and then that side as a column beside the other.

    A derivative may be arranged either way; another side may not.
    """
    outcome = judged.outcome
    if outcome is None or outcome.note is None or outcome.note[0] != MIX:
        return False
    plain = not any(isinstance(e, Derivative | Gradient) for e in (outcome.left, outcome.right))
    return plain and any(a.kind == "row-meant" for a in readings_told(line))


def readings_told(line: Line) -> Iterator[Assumption]:
    """Yield what is assumed to read a line."""
    yield from line.assumptions
    for reading in line.readings:
        yield from reading.assumptions
