"""One step in its chain: two sides judged with what the chain knows, and what the outcome says of the line."""

from gradproof.checking.judgement import RIGHT, Chain, Judged, Outcome
from gradproof.checking.meant import DERIVATIVE_MEANT
from gradproof.checking.pairs import judge_sides
from gradproof.diagnostic import Assumption
from gradproof.expr import Context, Expr
from gradproof.notation.derivation import Claim, Line
from gradproof.rewrite import replace_equal


def pair(
    line: Line, left: Expr, right: Expr, chain: Chain, context: Context, head: Expr | None = None,
    *, known: Outcome | None = None,
) -> Outcome:  # fmt: skip
    """Judge two sides; before they count as different, unstated assumptions and readings are tried.

    `known` is a refutation of another side that is proved to equal the left one.
    """
    for lhs, rhs in chain.facts:
        left, right = replace_equal(left, lhs, rhs), replace_equal(right, lhs, rhs)
    return judge_sides(
        left, right, context, example_cue=line.one_example, case_cue=line.cases,
        structures=line.structures, head=head,
        variables=None if line.differentiated else chain.variables, known=known,
    )  # fmt: skip


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
