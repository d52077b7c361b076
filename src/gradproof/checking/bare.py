"""Lines that do not say what they equal: bare expressions, and what continues one."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from gradproof.checking.judgement import RIGHT, Chain, Judged, Outcome
from gradproof.checking.meant import DERIVATIVE_MEANT, differentiates, may_be_meant
from gradproof.checking.numbers_alone import holds_for_numbers
from gradproof.checking.steps import confirmed, pair
from gradproof.expr import (
    Context,
    Derivative,
    Differential,
    Entry,
    Expr,
    Gradient,
    Sym,
    free_indices,
    is_scalar,
    walk,
)  # fmt: skip
from gradproof.notation.derivation import Claim, Line
from gradproof.spell import to_plain

OF_BEFORE: Final = "derivative-meant"
"""Kind of the note on a line that is read as the derivative of what stands before it."""

MOST: Final = 6
"""At most so many variables are tried."""

UNSAID: Final = "a bare expression: it is not said what it equals"


def uncertain(line: Line, claim: Claim, chain: Chain, context: Context) -> Judged:
    """Judge ``= …`` after a bare expression: equal to it, or its derivative; never refuted."""
    first = claim.sides[1]
    assert first is not None
    assert chain.last is not None
    step = pair(line, chain.last, first, chain, context)
    if step.verdict in RIGHT and (step.note is None or step.note[0] != DERIVATIVE_MEANT):
        return confirmed(line, claim, step, 1, chain)
    for _, outcome in _as_derivative(line, first, chain, context):
        if outcome.verdict in RIGHT:
            return confirmed(line, claim, outcome, 1, chain)
    return Judged(
        line, "undecided", "the left side is not certain: it may continue or differentiate what stands before",
        claim=claim,
    )  # fmt: skip


def bare(line: Line, claim: Claim, chain: Chain, context: Context) -> Judged:
    """Judge a bare expression: equal to what stands before it, its derivative or differential, or not said.

    It is refuted only where it cannot be meant otherwise: for numbers it is the gradient or differential, and for
    arrays it is not.
    """
    side = claim.sides[0]
    assert side is not None
    if chain.last is None or not line.shown:
        return Judged(line, "given", claim=claim)
    if claim.vague is not None:
        return Judged(line, "undecided", claim.vague, claim=claim)
    outcome = pair(line, chain.last, side, chain, context)
    if outcome.verdict in RIGHT and (outcome.note is None or outcome.note[0] != DERIVATIVE_MEANT):
        return confirmed(line, claim, outcome, 0, chain)
    tried = list(_as_derivative(line, side, chain, context))
    for slope, found in tried:
        if found.verdict in RIGHT:
            return replace(confirmed(line, claim, found, 0, chain), head=slope)
    if chain.head is not None and differentiates(chain.head):
        tried.append((chain.head, pair(line, chain.head, side, chain, context)))
    if tried and all(found.verdict == "refuted" for _, found in tried):
        for slope, found in tried:
            alike = _is_number(slope, context) == is_scalar(side, context)
            if alike and holds_for_numbers(slope, side, context):
                told = OF_BEFORE, f"read as {to_plain(slope)}, which it is for numbers"
                meant = confirmed(line, claim, replace(found, note=found.note or told), 0, chain)
                return replace(meant, head=slope)
    return Judged(line, "undecided", UNSAID, claim=claim)


def _as_derivative(
    line: Line, side: Expr, chain: Chain, context: Context
) -> Iterator[tuple[Expr, Outcome]]:
    """Yield the derivatives of what stands before that `side` may be meant as, with how they compare."""
    named = None if line.differentiated else chain.variables
    for last in dict.fromkeys((chain.last, chain.function)):
        if last is None or differentiates(last):
            continue
        for slope, variable in _slopes(last, side, context):
            if variable and not may_be_meant(variable, last, side, None, context, named):
                continue
            outcome = pair(line, slope, side, chain, context)
            note = OF_BEFORE, f"read as {to_plain(slope)}, the derivative of what stands before it"
            if outcome.verdict in RIGHT and outcome.note is None:
                outcome = replace(outcome, note=note)
            yield slope, outcome
    match chain.head:
        case Derivative(body, (variable,)):
            second = Derivative(body, (variable, variable))
            outcome = pair(line, second, side, chain, context)
            if outcome.verdict in RIGHT:
                note = OF_BEFORE, f"read as {to_plain(second)}, the second derivative"
                yield second, replace(outcome, note=outcome.note or note)
        case _:
            pass


def _is_number(slope: Expr, context: Context) -> bool:
    match slope:
        case Differential(body):
            return is_scalar(body, context)
        case Gradient():
            return False
        case Derivative(body, wrt):
            return is_scalar(body, context) and all(is_scalar(w, context) for w in wrt)
        case _:
            return is_scalar(slope, context)


def _slopes(last: Expr, side: Expr, context: Context) -> Iterator[tuple[Expr, Expr | None]]:
    """Yield derivatives of an expression, each with its variable; its differential where `side` holds one."""
    if any(isinstance(n, Differential) for _, n in walk(side)):
        yield Differential(last), None
        return
    for variable in _variables(last, side):
        whole = isinstance(variable, Sym) and variable.space.rank
        if not whole or is_scalar(last, context):
            yield Derivative(last, (variable,)), variable


def _variables(*exprs: Expr) -> list[Expr]:
    """Return what the expressions could be differentiated by: variables of ∂'s, then entries, then symbols.

    Of the entries those whose index no sum binds.
    """
    free = frozenset[str]().union(*(free_indices(e) for e in exprs))
    found: dict[Expr, None] = {}
    for e in exprs:
        for _, node in walk(e):
            if isinstance(node, Derivative):
                found.update(dict.fromkeys(node.wrt))
    arrays: dict[Expr, None] = {}
    for e in exprs:
        for _, node in walk(e):
            if isinstance(node, Entry) and isinstance(node.array, Sym):
                if free_indices(node) <= free:
                    found.setdefault(node)
            elif isinstance(node, Sym):
                (arrays if node.space.rank else found).setdefault(node)
    return [*list(found)[:MOST], *list(arrays)[:MOST]]
