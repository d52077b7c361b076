"""Judging a derivation line by line: steps and truth, lines that follow from a wrong one, slips that cancel."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import replace
from itertools import pairwise
from typing import Final

from gradproof.checking.bare import bare, uncertain
from gradproof.checking.cases import with_cases
from gradproof.checking.chains import advance, record
from gradproof.checking.conventions import as_told, settled_from_start
from gradproof.checking.implied import follows, state
from gradproof.checking.judgement import RIGHT, Chain, Judged, Outcome
from gradproof.checking.known import known_false, known_truth, refutes_head
from gradproof.checking.ladder import judge_pair
from gradproof.checking.layouts import MIX
from gradproof.checking.limits import MAX_READINGS
from gradproof.checking.meant import variables_named
from gradproof.checking.operands import terms_of
from gradproof.checking.stated import (
    is_free,
    may_be_condition,
    names_alone,
    names_once,
    sets_told,
    states_facts,
    with_constants,
    with_facts,
)
from gradproof.checking.steps import (
    confirmed,
    differentiated,
    head_of,
    notes_of,
    pair,
    readings_told,
    truth_of,
    turned_twice,
    unsolvable,
)
from gradproof.checking.typings import best_typings
from gradproof.diagnostic import WORST_FIRST, Assumption, Verdict
from gradproof.expr import (
    Apply,
    Context,
    Derivative,
    Entry,
    Expr,
    Gradient,
    MatMul,
    Mul,
    Num,
    Sym,
    walk,
    walk_reached,
)  # fmt: skip
from gradproof.notation.derivation import SET_WHOLE, Claim, Derivation, Line
from gradproof.rewrite import replace_equal

UNDEFINED: Final = "taken as it stands: what it is the derivative of is not defined"

NARROW: Final = "it holds only if the derivative is that of the first factor: brackets would say so"

ELSEWHERE: Final = "it holds with what is said under another heading; not said here"

TWICE: Final = (
    "it holds only if a vector is a row in its product, and the side that it makes is a column"
)

SOFT = "an equation to solve, or another relation than equality"


def judge(derivation: Derivation) -> tuple[Judged, ...]:
    """Judge every line in order, under every typing of the names that nothing declares.

    Scopes keep chains and facts of their own.
    """
    return best_typings(derivation, _judge)


def _judge(derivation: Derivation) -> tuple[Judged, ...]:
    judged = _lines(derivation)
    cases = with_cases(derivation, judged)
    return judged if cases is None else _lines(cases)


def _lines(derivation: Derivation) -> tuple[Judged, ...]:
    plain = with_constants(derivation)
    derivation, anywhere = with_facts(plain), with_facts(plain, everywhere=True).contexts
    chains: dict[int, Chain] = {}
    out: list[Judged] = []
    hanging = sets_told(derivation)
    variables, once = variables_named(derivation), names_once(derivation)
    shaped = settled_from_start(derivation)
    for line in derivation.lines:
        chain = chains.setdefault(
            line.scope, Chain(variables=variables, once=once, hanging=hanging)
        )
        chain = replace(chain) if line.aside else chain
        contexts = derivation.contexts[line.state]
        more = anywhere[line.state] if anywhere[line.state] != contexts else ()
        contexts, more = as_told(line, contexts), as_told(line, more)
        contexts, more = shaped.settled(line, contexts), shaped.settled(line, more)
        out.append(_line(line, chain, contexts, more))
        shaped.learn(out[-1], contexts[0])
    return tuple(out)


def _line(line: Line, chain: Chain, contexts: Sequence[Context], more: Sequence[Context]) -> Judged:
    """Judge a line; what holds only under `more`, with the facts of other headings, is left undecided."""
    if line.reason is not None:
        chain.last, chain.line, chain.opaque = None, line, "the line before could not be read"
        return Judged(line, "unread", line.reason)
    if not line.readings:
        if line.role == "definition" and line.statements:
            sides = line.statements[-1][0]
            advance(chain, sides[0], sides[-1], line)
        elif line.role == "update":
            chain.last, chain.head, chain.line = None, None, line
        return Judged(line, "given")
    if states_facts(line, contexts[0]):
        return Judged(line, "given")
    readings = [r.claims for r in line.readings[:MAX_READINGS]]
    first = _choose(_reading(line, readings[0], chain, c) for c in contexts)
    rest = readings[1:] if first.verdict != "proved" else ()
    others = [_choose(_reading(line, r, chain, c) for c in contexts) for r in rest]
    narrow = [j for j in others if first.verdict not in RIGHT and _narrow(j, first)]
    best = _choose([first, *(j for j in others if j not in narrow)])
    if best.verdict not in RIGHT and any(j.verdict in RIGHT for j in narrow):
        best = replace(first, verdict="undecided", truth=None, reason=NARROW, outcome=None)
    if best.verdict == "refuted" and any(
        _reading(line, r, chain, c).verdict in RIGHT for r in readings for c in more
    ):
        best = replace(best, verdict="undecided", truth=None, reason=ELSEWHERE)
    if best.verdict == "refuted" and any(a.kind == SET_WHOLE for a in readings_told(line)):
        best = replace(
            best, verdict="undecided", truth=None,
            reason="it is wrong where the set is all there is; words may say that it is not",
        )  # fmt: skip
    if best.verdict == "refuted" and chain.hanging and _hangs_on(best, chain.hanging, contexts[0]):
        best = replace(
            best, verdict="undecided", truth=None,
            reason="it hangs on what is in a set, which only words tell",
        )  # fmt: skip
    if best.verdict in RIGHT and turned_twice(line, best):
        kept = tuple(a for a in best.assumptions if a.kind != MIX)
        best = replace(
            best, verdict="undecided", truth=None, reason=TWICE, outcome=None, assumptions=kept
        )
    if line.redefinition and best.verdict == "refuted":
        best = replace(
            best, verdict="undecided", truth=None,
            reason="a second definition of a name that is defined already; not judged against the first",
        )  # fmt: skip
    soft = best.verdict == "undecided" and best.reason == SOFT
    if soft:
        best = follows(best, chain, best.under or contexts[0]) or best
    state(chain, best, soft=soft)
    record(line, best, chain)
    return best


def _hangs_on(judged: Judged, names: Set[str], context: Context) -> bool:
    """Tell whether a line is about quantities that are defined by a sum over a set told in words."""
    sides = () if judged.claim is None else judged.claim.sides
    return any(
        isinstance(n, Sym | Apply) and n.name in names
        for s in sides
        if s is not None
        for n in walk_reached(s, context)
    )


def _choose(candidates: Iterable[Judged]) -> Judged:
    """Take the most favourable reading, the first that is proved at once: refuted only if every one is."""
    order: tuple[Verdict, ...] = ("given", "proved", "agrees", "undecided", "unread", "refuted")
    judged: list[Judged] = []
    for j in candidates:
        judged.append(j)
        if j.verdict == "proved":
            break
    return min(judged, key=lambda j: (order.index(j.verdict), j.follows_from_wrong))


def _narrow(narrow: Judged, wide: Judged) -> bool:
    """Tell whether a whole side is a derivative in one reading, and in the other that of its first factor alone."""
    if narrow.claim is None or wide.claim is None:
        return False
    for a, b in zip(narrow.claim.sides, wide.claim.sides, strict=False):
        match a, b:
            case Mul((Derivative() as first, *rest)) | MatMul(
                (Derivative() as first, *rest)
            ), Derivative(_, wrt):
                if first.wrt == wrt and _varies(rest, wrt):
                    return True
            case _:
                pass
    return False


def _varies(factors: Sequence[Expr], wrt: Sequence[Expr]) -> bool:
    """Tell whether one of the factors holds what is differentiated by."""
    return any(node in wrt for f in factors for _, node in walk(f))


def _reading(line: Line, claims: Sequence[Claim], chain: Chain, context: Context) -> Judged:
    """Judge all claims of one reading of a line; the verdict is that of the worst link."""
    worst: Judged | None = None
    for claim in claims:
        judged = replace(_claim(line, claim, chain, context), under=context)
        if worst is None or WORST_FIRST.index(judged.verdict) < WORST_FIRST.index(worst.verdict):
            worst = judged
    assert worst is not None
    return worst


def _claim(line: Line, claim: Claim, chain: Chain, context: Context) -> Judged:
    if not claim.relations:
        return bare(line, claim, chain, context)
    if claim.vague is not None:
        return Judged(line, "undecided", claim.vague, claim=claim)
    sides = list(claim.sides)
    continuing = sides[0] is None
    if not continuing and _introduces(sides[0], sides[1], chain, context):
        given = Judged(line, "given", UNDEFINED, claim=claim, given=True)
        return _with_rest(given, line, claim, chain, context)
    if continuing:
        judged = _continuing(line, claim, chain, context)
        if judged.verdict in ("refuted", "undecided") and chain.before is not None:
            other = _continuing(line, claim, chain.before, context)
            spared = judged.verdict == "refuted" and other.verdict != "refuted"
            judged = other if spared or other.verdict in RIGHT else judged
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


def _introduces(left: Expr | None, right: Expr | None, chain: Chain, context: Context) -> bool:
    """Tell whether an equation is the first word about the derivative of an undefined quantity.

    What tells it by other derivatives of the same quantity is a claim: it holds whatever the quantity is, or not.
    """
    if not isinstance(left, Derivative | Gradient):
        return False
    body = left.body
    name = body.name if isinstance(body, Sym) else None
    if isinstance(body, Entry) and isinstance(body.array, Sym):
        name = body.array.name
    known = any(lhs == left for lhs, _ in (*chain.facts, *chain.falsehoods))
    if name in context.stand_ins and right is not None:
        return not (known or all(differentiated(t, name) for t in terms_of(right)))
    return name in context.varying and not known


def _continuing(line: Line, claim: Claim, chain: Chain, context: Context) -> Judged:
    """Judge ``= …``: the step from the line before, and the truth against the head of the chain."""
    first = claim.sides[1]
    assert first is not None
    if chain.last is None:
        if chain.head is not None:
            truth = pair(line, chain.head, first, chain, context)
            if truth.verdict in RIGHT:
                return confirmed(line, claim, truth, 1, chain)
        return Judged(
            line, "undecided", chain.opaque or "there is nothing before it to continue", claim=claim
        )
    if not chain.certain:
        return uncertain(line, claim, chain, context)
    step = pair(line, chain.last, first, chain, context, chain.head)
    step = replace(step, link=claim.first_link)
    truth = step
    if chain.head is not None and chain.head != chain.last:
        known = step if refutes_head(step, chain, context) else None
        truth = known_truth(step, chain, context) or pair(
            line, chain.head, first, chain, context, known=known
        )
    return replace(_combine(line, claim, step, truth, chain), against=truth)


def _combine(line: Line, claim: Claim, step: Outcome, truth: Outcome, chain: Chain) -> Judged:
    """Put step and truth of a continuing line together."""
    if claim.soft and step.verdict == "refuted" and not unsolvable(step, claim):
        return Judged(line, "undecided", claim.loose or SOFT, claim=claim)
    base = Judged(
        line, step.verdict, step.reason, truth_of(truth), outcome=step, claim=claim, side=1,
        before=chain.line, head=chain.head, assumptions=notes_of(line, claim, step),
    )  # fmt: skip
    if step.verdict == "refuted":
        if truth.verdict in RIGHT and not step.operand:
            if chain.wrong:
                return replace(base, cancels=True)
            told = notes_of(line, claim, truth)
            return replace(
                base, verdict=truth.verdict, reason=None, outcome=truth, assumptions=told
            )
        return base
    if truth.verdict == "refuted" and chain.wrong and step.verdict in RIGHT:
        return replace(base, verdict="refuted", follows_from_wrong=True, outcome=truth)
    if step.verdict == "undecided" and not claim.soft and known_false(truth, chain):
        told = notes_of(line, claim, truth)
        truth = replace(truth, link=claim.first_link)
        return replace(base, verdict="refuted", reason=None, outcome=truth, assumptions=told)
    if step.verdict == "undecided" and truth.verdict in RIGHT:
        return replace(
            base, verdict=truth.verdict, reason=None, outcome=truth, assumptions=notes_of(line, claim, truth)
        )  # fmt: skip
    if step.verdict in RIGHT and truth.verdict == "refuted":
        return replace(base, truth=None)
    return base


def _links(
    line: Line, claim: Claim, sides: Sequence[Expr | None], positions: Sequence[int], chain: Chain,
    context: Context, *, skip_truth: bool = False,
) -> Judged:  # fmt: skip
    """Judge the links of a chain from left to right; a side that is 0 or a free name is no value.

    Where a link cannot be decided, the side behind it is compared with the first one, to which it is equal, too.
    """
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
    head = chain.head if claim.sides[0] is None else head_of(line, claim)
    for (a, _), (b, at) in pairwise(kept):
        outcome = pair(line, a, b, chain, context, head)
        if outcome.verdict == "undecided" and a is not kept[0][0]:
            whole = pair(line, kept[0][0], b, chain, context, head)
            a, outcome = (kept[0][0], whole) if whole.verdict == "refuted" else (a, outcome)
        outcome = replace(outcome, link=claim.first_link + at - 1)
        notes = (*notes, *notes_of(line, claim, outcome))
        verdict = outcome.verdict
        reason = outcome.reason
        open_to_all = verdict == "refuted" and not unsolvable(outcome, claim)
        if open_to_all and soft:
            verdict, reason = "undecided", claim.loose or SOFT
        elif open_to_all and (
            (alone and may_be_condition(a, b, context)) or names_alone(kept, a, b, context)
        ):
            verdict, reason = "undecided", "it may be a condition on the symbols, or a definition"
        follows = verdict == "refuted" and _follows(line, outcome, chain, context)
        judged = Judged(
            line, verdict, reason, truth_of(outcome) if verdict != "undecided" else None, follows, outcome=outcome,
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
