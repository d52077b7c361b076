"""Judging a derivation line by line: steps and truth, lines that follow from a wrong one, slips that cancel."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from gradproof.checking.judgement import RIGHT, Chain, Judged, Outcome
from gradproof.checking.ladder import judge_pair
from gradproof.checking.limits import MAX_READINGS
from gradproof.checking.meant import DERIVATIVE_MEANT, differentiates, may_be_meant, variables_named
from gradproof.checking.pairs import judge_sides
from gradproof.checking.stated import (
    is_free,
    may_be_condition,
    names_alone,
    names_once,
    states_facts,
    with_constants,
    with_facts,
)
from gradproof.checking.typings import best_typings
from gradproof.diagnostic import WORST_FIRST, Assumption, Verdict
from gradproof.expr import (
    Context,
    Derivative,
    Entry,
    Expr,
    Gradient,
    Num,
    Sym,
    walk,
)  # fmt: skip
from gradproof.notation.derivation import Claim, Derivation, Line
from gradproof.rewrite import replace_equal

UNDEFINED: Final = "taken as it stands: what it is the derivative of is not defined"

ELSEWHERE: Final = "it holds with what is said under another heading; not said here"

SOFT = "an equation to solve, or another relation than equality"


def judge(derivation: Derivation) -> tuple[Judged, ...]:
    """Judge every line in order, under every typing of the names that nothing declares.

    Scopes keep chains and facts of their own.
    """
    judged = _judge(derivation)
    return best_typings(judged, derivation.others, _judge)


def _judge(derivation: Derivation) -> tuple[Judged, ...]:
    plain = with_constants(derivation)
    derivation, anywhere = with_facts(plain), with_facts(plain, everywhere=True).contexts
    chains: dict[int, Chain] = {}
    out: list[Judged] = []
    variables, once = variables_named(derivation), names_once(derivation)
    for line in derivation.lines:
        chain = chains.setdefault(line.scope, Chain(variables=variables, once=once))
        contexts = derivation.contexts[line.state]
        more = anywhere[line.state] if anywhere[line.state] != contexts else ()
        out.append(_line(line, chain, contexts, more))
    return tuple(out)


def _line(line: Line, chain: Chain, contexts: Sequence[Context], more: Sequence[Context]) -> Judged:
    """Judge a line; what holds only under `more`, with the facts of other headings, is left undecided."""
    if line.reason is not None:
        chain.last, chain.line, chain.opaque = None, line, "the line before could not be read"
        return Judged(line, "unread", line.reason)
    if not line.readings:
        if line.role == "definition" and line.statements:
            sides = line.statements[-1][0]
            _advance(chain, sides[0], sides[-1], line)
        elif line.role == "update":
            chain.last, chain.head, chain.line = None, None, line
        return Judged(line, "given")
    if states_facts(line, contexts[0]):
        return Judged(line, "given")
    readings = [r.claims for r in line.readings[:MAX_READINGS]]
    best = _choose([_reading(line, r, chain, c) for r in readings for c in contexts])
    if best.verdict == "refuted" and any(
        _reading(line, r, chain, c).verdict in RIGHT for r in readings for c in more
    ):
        best = replace(best, verdict="undecided", truth=None, reason=ELSEWHERE)
    if line.redefinition and best.verdict == "refuted":
        best = replace(
            best, verdict="undecided", truth=None,
            reason="a second definition of a name that is defined already; not judged against the first",
        )  # fmt: skip
    _record(line, best, chain)
    return best


def _choose(candidates: Sequence[Judged]) -> Judged:
    """Take the most favourable reading: refuted only if every one is."""
    order: tuple[Verdict, ...] = ("given", "proved", "agrees", "undecided", "unread", "refuted")
    return min(candidates, key=lambda j: (order.index(j.verdict), j.follows_from_wrong))


def _reading(line: Line, claims: Sequence[Claim], chain: Chain, context: Context) -> Judged:
    """Judge all claims of one reading of a line; the verdict is that of the worst link."""
    worst: Judged | None = None
    for claim in claims:
        judged = _claim(line, claim, chain, context)
        if worst is None or WORST_FIRST.index(judged.verdict) < WORST_FIRST.index(worst.verdict):
            worst = judged
    assert worst is not None
    return worst


def _claim(line: Line, claim: Claim, chain: Chain, context: Context) -> Judged:
    if not claim.relations:
        return _bare(line, claim, chain, context)
    if claim.vague is not None:
        return Judged(line, "undecided", claim.vague, claim=claim)
    sides = list(claim.sides)
    continuing = sides[0] is None
    if not continuing and _introduces(sides[0], chain, context):
        given = Judged(line, "given", UNDEFINED, claim=claim, given=True)
        return _with_rest(given, line, claim, chain, context)
    if continuing:
        judged = _continuing(line, claim, chain, context)
        if judged.verdict == "refuted" and chain.before is not None:
            other = _continuing(line, claim, chain.before, context)
            judged = judged if other.verdict == "refuted" else other
        return _with_rest(judged, line, claim, chain, context)
    judged = _links(line, claim, sides, list(range(len(sides))), chain, context)
    return judged


def _with_rest(judged: Judged, line: Line, claim: Claim, chain: Chain, context: Context) -> Judged:
    """Judge the links after the first of a chain, and return the worse."""
    if len(claim.sides) < 3:
        return judged
    positions = list(range(1, len(claim.sides)))
    rest = _links(line, claim, claim.sides[1:], positions, chain, context, skip_truth=True)
    if WORST_FIRST.index(rest.verdict) < WORST_FIRST.index(judged.verdict) and (
        rest.verdict in ("refuted", "undecided", "unread") or judged.verdict != "given"
    ):
        return replace(rest, before=chain.line, given=judged.given)
    return judged


def _introduces(left: Expr | None, chain: Chain, context: Context) -> bool:
    """Tell whether an equation is the first word about the derivative of an undefined quantity."""
    if not isinstance(left, Derivative | Gradient):
        return False
    body = left.body
    name = body.name if isinstance(body, Sym) else None
    if isinstance(body, Entry) and isinstance(body.array, Sym):
        name = body.array.name
    known = any(lhs == left for lhs, _ in (*chain.facts, *chain.falsehoods))
    return name in context.varying and not known


def _continuing(line: Line, claim: Claim, chain: Chain, context: Context) -> Judged:
    """Judge ``= …``: the step from the line before, and the truth against the head of the chain."""
    first = claim.sides[1]
    assert first is not None
    if chain.last is None:
        if chain.head is not None:
            truth = _pair(line, chain.head, first, chain, context)
            if truth.verdict in RIGHT:
                return _from(line, claim, truth, 1, chain)
        return Judged(
            line, "undecided", chain.opaque or "there is nothing before it to continue", claim=claim
        )
    if not chain.certain:
        return _uncertain(line, claim, chain, context)
    step = _pair(line, chain.last, first, chain, context, chain.head)
    step = replace(step, link=claim.first_link)
    truth = step
    if chain.head is not None and chain.head != chain.last:
        truth = _pair(line, chain.head, first, chain, context)
    return _combine(line, claim, step, truth, chain)


def _combine(line: Line, claim: Claim, step: Outcome, truth: Outcome, chain: Chain) -> Judged:
    """Put step and truth of a continuing line together."""
    if claim.soft and step.verdict == "refuted":
        return Judged(line, "undecided", SOFT, claim=claim)
    base = Judged(
        line, step.verdict, step.reason, _truth(truth), outcome=step, claim=claim, side=1,
        before=chain.line, head=chain.head, assumptions=_notes(line, claim, step),
    )  # fmt: skip
    if step.verdict == "refuted":
        if truth.verdict in RIGHT and not step.operand:
            if chain.wrong:
                return replace(base, cancels=True)
            return replace(base, verdict=truth.verdict, reason=None, outcome=truth)
        return base
    if truth.verdict == "refuted" and chain.wrong and step.verdict in RIGHT:
        return replace(base, verdict="refuted", follows_from_wrong=True, outcome=truth)
    if step.verdict == "undecided" and truth.verdict in RIGHT:
        return replace(base, verdict=truth.verdict, reason=None, outcome=truth)
    if step.verdict in RIGHT and truth.verdict == "refuted":
        return replace(base, truth=None)
    return base


def _uncertain(line: Line, claim: Claim, chain: Chain, context: Context) -> Judged:
    """Judge ``= …`` after a bare expression: equal to it, or its derivative; never refuted."""
    first = claim.sides[1]
    assert first is not None
    assert chain.last is not None
    step = _pair(line, chain.last, first, chain, context)
    if step.verdict in RIGHT and (step.note is None or step.note[0] != DERIVATIVE_MEANT):
        return _from(line, claim, step, 1, chain)
    functions = not differentiates(chain.last)
    named = None if line.differentiated else chain.variables
    for variable in _variables(chain.last, first) if functions else ():
        if not may_be_meant(variable, chain.last, first, None, context, named):
            continue
        derivative = Derivative(chain.last, (variable,))
        outcome = _pair(line, derivative, first, chain, context)
        if outcome.verdict in RIGHT:
            note = (
                "derivative-meant",
                "the line before is read as the function that is differentiated",
            )
            return _from(line, claim, replace(outcome, note=outcome.note or note), 1, chain)
    return Judged(
        line, "undecided", "the left side is not certain: it may continue or differentiate what stands before",
        claim=claim,
    )  # fmt: skip


def _variables(*exprs: Expr) -> list[Expr]:
    """Return what the expressions could be differentiated by: variables of ∂'s, then entries, then symbols."""
    found: dict[Expr, None] = {}
    for e in exprs:
        for _, node in walk(e):
            if isinstance(node, Derivative):
                found.update(dict.fromkeys(node.wrt))
    for e in exprs:
        for _, node in walk(e):
            if (isinstance(node, Entry) and isinstance(node.array, Sym)) or (
                isinstance(node, Sym) and not node.space.rank
            ):
                found.setdefault(node)
    return list(found)[:6]


def _bare(line: Line, claim: Claim, chain: Chain, context: Context) -> Judged:
    side = claim.sides[0]
    assert side is not None
    if chain.last is None or not line.shown:
        return Judged(line, "given", claim=claim)
    if claim.vague is not None:
        return Judged(line, "undecided", claim.vague, claim=claim)
    outcome = _pair(line, chain.last, side, chain, context)
    if outcome.verdict in RIGHT:
        return _from(line, claim, outcome, 0, chain)
    return Judged(
        line, "undecided", "a bare expression: it is not said what it equals", claim=claim
    )


def _from(line: Line, claim: Claim, outcome: Outcome, side: int, chain: Chain) -> Judged:
    return Judged(
        line, outcome.verdict, outcome.reason, _truth(outcome), outcome=outcome, claim=claim,
        side=side, before=chain.line, head=chain.head, assumptions=_notes(line, claim, outcome),
    )  # fmt: skip


def _truth(outcome: Outcome) -> bool | None:
    if outcome.note is not None and outcome.note[0] == DERIVATIVE_MEANT:
        return False
    if outcome.verdict in RIGHT or outcome.operand:
        return True
    return False if outcome.verdict == "refuted" else None


def _links(
    line: Line, claim: Claim, sides: Sequence[Expr | None], positions: Sequence[int], chain: Chain,
    context: Context, *, skip_truth: bool = False,
) -> Judged:  # fmt: skip
    """Judge the links of a chain from left to right; a side that is 0 or a free name is no value."""
    kept = [(s, p) for s, p in zip(sides, positions, strict=True) if s is not None]
    valued = [(s, p) for s, p in kept if not (_zero(s) or is_free(s, chain.once, context))]
    soft = claim.soft
    if len(valued) < len(kept):
        if len(valued) >= 2:
            kept = valued
        else:
            soft = True
    worst: Judged | None = None
    notes: tuple[Assumption, ...] = ()
    alone = len(kept) == 2 and not skip_truth and not claim.first_link
    head = chain.head if claim.sides[0] is None else _head(line, claim)
    for (a, _), (b, at) in pairwise(kept):
        outcome = replace(_pair(line, a, b, chain, context, head), link=claim.first_link + at - 1)
        notes = (*notes, *_notes(line, claim, outcome))
        verdict = outcome.verdict
        reason = outcome.reason
        if verdict == "refuted" and soft:
            verdict, reason = "undecided", SOFT
        elif verdict == "refuted" and (
            (alone and may_be_condition(a, b, context)) or names_alone(kept, a, b, context)
        ):
            verdict, reason = "undecided", "it may be a condition on the symbols, or a definition"
        follows = verdict == "refuted" and _follows(line, outcome, chain, context)
        judged = Judged(
            line, verdict, reason, _truth(outcome) if verdict != "undecided" else None, follows, outcome=outcome,
            claim=claim, side=at, before=chain.line if skip_truth else None,
        )  # fmt: skip
        if worst is None or WORST_FIRST.index(verdict) < WORST_FIRST.index(worst.verdict):
            worst = judged
    if worst is None:
        return Judged(line, "given", claim=claim)
    return replace(worst, assumptions=tuple(dict.fromkeys(notes)))


def _follows(line: Line, outcome: Outcome, chain: Chain, context: Context) -> bool:
    """Tell whether a false link is true once an earlier wrong equation is taken as it was written."""
    for left, wrong in chain.falsehoods:
        replaced = replace_equal(outcome.left, left, wrong)
        other = replace_equal(outcome.right, left, wrong)
        if (replaced != outcome.left or other != outcome.right) and judge_pair(
            replaced, other, context
        ).verdict in RIGHT:
            return True
    return False


def _zero(e: Expr) -> bool:
    return isinstance(e, Num) and e.value == 0


def _notes(line: Line, claim: Claim, outcome: Outcome) -> tuple[Assumption, ...]:
    if outcome.note is None:
        return ()
    side = max(outcome.link - claim.first_link, 0) + 1
    span = claim.spans[min(side, len(claim.spans) - 1)]
    return (Assumption(line.place, span, outcome.note[0], outcome.note[1]),)


def _head(line: Line, claim: Claim) -> Expr | None:
    """Return the first side of the chain that a line writes."""
    if claim.first_link and line.statements:
        return line.statements[-1][0][0]
    return claim.sides[0]


def _pair(
    line: Line, left: Expr, right: Expr, chain: Chain, context: Context, head: Expr | None = None
) -> Outcome:
    """Judge two sides; before they count as different, unstated assumptions and readings are tried."""
    for lhs, rhs in chain.facts:
        left, right = replace_equal(left, lhs, rhs), replace_equal(right, lhs, rhs)
    return judge_sides(
        left, right, context, example_cue=line.one_example, case_cue=line.cases,
        structures=line.structures, head=head,
        variables=None if line.differentiated else chain.variables,
    )  # fmt: skip


def _advance(chain: Chain, head: Expr | None, last: Expr | None, line: Line) -> None:
    """Start a new chain; what is said in passing (a definition, a formula in the text) may leave the old one open."""
    passing = line.role == "definition" or line.place.inline is not None
    if not passing:
        chain.before = None
    elif not chain.passing and chain.last is not None:
        chain.before = replace(chain, before=None)
    chain.passing = passing
    chain.head, chain.last, chain.line = head, last, line
    chain.certain, chain.wrong, chain.opaque = True, False, None


def _record(line: Line, judged: Judged, chain: Chain) -> None:
    """Move the chain on past a judged line."""
    claim = judged.claim
    if claim is None:
        return
    first, last = claim.sides[0], claim.sides[-1]
    if not claim.relations:
        if not line.shown and isinstance(last, Sym | Entry | Num):
            return
        if judged.verdict in ("given", "undecided"):
            _advance(chain, None, last, line)
            chain.certain = False
        return
    if first is not None:
        _advance(chain, _head(line, claim), last, line)
    else:
        chain.last, chain.line, chain.certain, chain.opaque = last, line, True, None
    if judged.given and first is not None and claim.sides[1] is not None:
        chain.facts.append((first, claim.sides[1]))
    refuted = judged.verdict == "refuted"
    chain.wrong = (refuted and not judged.cancels) or (
        chain.wrong and first is None and not judged.cancels
    )
    if refuted and chain.head is not None and last is not None and not judged.cancels:
        chain.falsehoods.append((chain.head, last))
