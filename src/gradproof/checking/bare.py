"""Lines that do not say what they equal: bare expressions, and what continues one."""

from dataclasses import replace

from gradproof.checking.judgement import RIGHT, Chain, Judged
from gradproof.checking.meant import DERIVATIVE_MEANT, differentiates, may_be_meant
from gradproof.checking.steps import confirmed, pair
from gradproof.expr import Context, Derivative, Entry, Expr, Sym, walk
from gradproof.notation.derivation import Claim, Line


def uncertain(line: Line, claim: Claim, chain: Chain, context: Context) -> Judged:
    """Judge ``= …`` after a bare expression: equal to it, or its derivative; never refuted."""
    first = claim.sides[1]
    assert first is not None
    assert chain.last is not None
    step = pair(line, chain.last, first, chain, context)
    if step.verdict in RIGHT and (step.note is None or step.note[0] != DERIVATIVE_MEANT):
        return confirmed(line, claim, step, 1, chain)
    functions = not differentiates(chain.last)
    named = None if line.differentiated else chain.variables
    for variable in _variables(chain.last, first) if functions else ():
        if not may_be_meant(variable, chain.last, first, None, context, named):
            continue
        derivative = Derivative(chain.last, (variable,))
        outcome = pair(line, derivative, first, chain, context)
        if outcome.verdict in RIGHT:
            note = (
                "derivative-meant",
                "the line before is read as the function that is differentiated",
            )
            return confirmed(line, claim, replace(outcome, note=outcome.note or note), 1, chain)
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


def bare(line: Line, claim: Claim, chain: Chain, context: Context) -> Judged:
    """Judge a bare expression: equal to what stands before it, or not said; never refuted."""
    side = claim.sides[0]
    assert side is not None
    if chain.last is None or not line.shown:
        return Judged(line, "given", claim=claim)
    if claim.vague is not None:
        return Judged(line, "undecided", claim.vague, claim=claim)
    outcome = pair(line, chain.last, side, chain, context)
    if outcome.verdict in RIGHT:
        return confirmed(line, claim, outcome, 0, chain)
    return Judged(
        line, "undecided", "a bare expression: it is not said what it equals", claim=claim
    )
