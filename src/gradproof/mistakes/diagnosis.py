"""From a refuted line to findings: the cause, the place in the line, the right part, the counterexample."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, final

from gradproof.checking import Judged, Outcome, points_for
from gradproof.checking.hypotheses import hypotheses
from gradproof.checking.hypothesis import Hypothesis
from gradproof.checking.ladder import has_arrays
from gradproof.diagnostic import Counterexample, Finding
from gradproof.evaluate import Certificate, Unsupported
from gradproof.expr import (
    USUAL,
    Context,
    Differential,
    Expr,
    Path,
    Prod,
    Sum,
    Sym,
    at_path,
    replace_at,
    walk,
    walk_reached,
)
from gradproof.mistakes.align import Alignment, align_terms
from gradproof.mistakes.answers import carried_out, derived
from gradproof.mistakes.bench import Bench
from gradproof.mistakes.brackets import bracketed
from gradproof.mistakes.catalogue import SHAPE_MISMATCH, UNEXPLAINED, catalogue
from gradproof.mistakes.differentials import written_out
from gradproof.mistakes.match import Match
from gradproof.mistakes.mending import ALL, mended
from gradproof.mistakes.presented import handy, presented, reduced
from gradproof.mistakes.ranking import consistent
from gradproof.mistakes.remaining import by_terms
from gradproof.mistakes.scene import Scene
from gradproof.mistakes.search import Search
from gradproof.mistakes.sites import GENERAL
from gradproof.rewrite import ZERO, add
from gradproof.source import Span
from gradproof.spell import name_tex, to_plain, to_tex

ASSUMED: Final = frozenset({"constraint-assumed", "fact-told", "one-example"})
"""Kinds of unstated assumptions under which a cause is looked for where none is found without."""


NO_MISTAKE: Final = (
    "no known mistake gives this line; go through it term by term, with the numbers below"
)
"""What is said where only the difference is known."""


@final
@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is said of a wrong line, and how many variants of the line before were tried for it."""

    findings: tuple[Finding, ...] = ()
    candidates: int = 0


def diagnose(judged: Judged) -> Diagnosis:
    """Return the findings of a line that brings in an error: one for each independent slip.

    The cause is looked for from the line before, failing that from the head of the chain.
    """
    outcome, claim = judged.outcome, judged.claim
    if outcome is None or claim is None:
        return Diagnosis()
    if outcome.certificate is None and not _by_shapes(outcome):
        return Diagnosis()
    after = claim.sides[judged.side]
    if after is None:
        return Diagnosis()
    after = at_path(after, outcome.operand)
    cause = _in_layouts(judged, outcome, after)
    counterexample = None
    if outcome.certificate is not None:
        counterexample = _counterexample(outcome.certificate, outcome, judged)
    findings = tuple(
        _finding(judged, outcome, match, cause, counterexample)
        for match in cause.matches or (None,)
    )
    return Diagnosis(findings, cause.candidates)


def _by_shapes(outcome: Outcome) -> bool:
    """Tell whether a line is refuted because shapes do not fit."""
    return outcome.evidence is not None and outcome.evidence.kind == "shape"


@final
@dataclass(frozen=True, slots=True)
class _Cause:
    """What was found out about a line: causes (none: unexplained), the wrong part, what should be there.

    `hypothesis` is an unstated assumption without which no cause was found.
    """

    matches: tuple[Match, ...]
    alignment: Alignment | None
    right: Expr | None
    context: Context
    hypothesis: Hypothesis | None = None
    candidates: int = 0


def _in_layouts(judged: Judged, outcome: Outcome, after: Expr) -> _Cause:
    """Look for the cause in the usual layout first, then in the one in which the sides were told apart."""
    layout = outcome.context.layout
    if layout.usual:
        return _cause(judged, outcome, after)
    usual = replace(outcome.context, layout=USUAL.as_sure_as(layout))
    found = _cause(judged, replace(outcome, context=usual), after)
    return found if found.matches else _cause(judged, outcome, after)


def _cause(judged: Judged, outcome: Outcome, after: Expr) -> _Cause:
    """Look for the cause as things stand, then under unstated assumptions that the author may have made."""
    starts = [outcome.left]
    if judged.head is not None and judged.head not in starts:
        starts.append(judged.head)
    written = (written_out(before, after, outcome.context) for before in starts)
    starts.extend([e for e in written if e is not None])
    searches = [Search(before, after, outcome.context) for before in starts]
    rights = [carried_out(before, outcome.context) for before in starts]
    texts = texts_of(judged, outcome.operand)
    plain = _under(outcome, after, searches, rights, outcome.context, None, texts)
    if plain.matches:
        return plain
    line = judged.line
    for h in hypotheses(
        outcome.left, after, outcome.context,
        example_cue=line.one_example, case_cue=line.cases, structures=line.structures,
    ):  # fmt: skip
        if h.kind in ASSUMED:
            found = _under(outcome, after, searches, rights, h.context, h, texts)
            if found.matches:
                return found
            plain = replace(plain, candidates=found.candidates)
    return _remaining(outcome, after, starts, plain)


def _remaining(outcome: Outcome, after: Expr, starts: Sequence[Expr], found: _Cause) -> _Cause:
    """Compare the terms of a line that no wrong rule explains with those of the right one."""
    right, context = found.right, outcome.context
    alignment = found.alignment
    if right is None or right in starts:
        answers = (derived(before, context) for before in starts)
        right = next((e for e in answers if e is not None), None)
    if right is not None and alignment is None:
        try:
            samples = outcome.samples or points_for(after, right, context)
            alignment = align_terms(after, right, context, samples, mode=outcome.mode)
        except Unsupported:
            pass
    matches = by_terms(alignment, context)
    return replace(found, matches=matches, alignment=alignment, right=right)


def _under(
    outcome: Outcome,
    after: Expr,
    searches: Sequence[Search],
    rights: Sequence[Expr | None],
    context: Context,
    h: Hypothesis | None,
    texts: Mapping[Path, str],
) -> _Cause:
    """Look for the cause on the sample points of one context: a wrong rule, or an edit that mends the line."""
    matches: tuple[Match, ...] = ()
    alignment: Alignment | None = None
    right = next(
        (r for r in rights if r is not None and not isinstance(r, Differential)), rights[0]
    )
    try:
        samples = outcome.samples if h is None else None
        if samples is None:
            samples = points_for(outcome.left, after, context)
        bench = Bench(samples, context, outcome.mode)
        for search, goal in zip(searches, rights, strict=True):
            matches = matches or search.causes(goal, bench, single=h is not None)
        arrays = has_arrays(outcome.left, context) or has_arrays(after, context)
        general = not matches or matches[0].prior < GENERAL
        if arrays or (h is None and general):
            scene = Scene(outcome.left, after, context, texts)
            below = GENERAL if matches and not arrays else ALL
            matches = _better(matches, mended(scene, bench, samples, outcome.mode, below=below))
        if right is not None and (h is None or matches):
            alignment = align_terms(after, right, context, samples, mode=outcome.mode, bench=bench)
    except Unsupported:
        pass
    tried = sum(search.tried for search in searches)
    return _Cause(matches, alignment, right, context, h, tried)


def _better(found: tuple[Match, ...], edits: tuple[Match, ...]) -> tuple[Match, ...]:
    """Take the likelier cause; an edit, which knows its place, where both are as likely."""
    if not found or not edits:
        return edits or found
    likelier, other = (found, edits) if found[0].prior > edits[0].prior else (edits, found)
    names = (*likelier[0].also_consistent_with, *(m.mistake.name for m in other))
    also = consistent(likelier[0].mistake.name, names)
    return (replace(likelier[0], also_consistent_with=also), *likelier[1:])


def texts_of(judged: Judged, operand: Path) -> dict[Path, str]:
    """Return the text of every node of what is accused, by path; `operand` leads to it in its side."""
    claim, line = judged.claim, judged.line
    assert claim is not None
    if len(line.tex) != line.span.end - line.span.start:
        return {}
    start, n = line.span.start, len(operand)
    return {
        path[n:]: line.tex[span.start - start : span.end - start]
        for path, span in claim.origins[judged.side].items()
        if path[:n] == operand
    }


def _finding(
    judged: Judged,
    outcome: Outcome,
    match: Match | None,
    cause: _Cause,
    counterexample: Counterexample | None,
) -> Finding:
    span, expected = _mark(judged, outcome.operand, match, cause)
    if expected is not None:
        expected = presented(handy(reduced(expected), cause.context), cause.context)
    if match is not None:
        message, why = match.message, match.why
        if cause.hypothesis is not None:
            why = f"{why} ({cause.hypothesis.message})"
    else:
        told = cause.alignment.describe() if cause.alignment is not None else ""
        message = "the line does not follow from the one before" + (f": {told}" if told else "")
        why = NO_MISTAKE
    line = judged.line
    name = UNEXPLAINED
    if match is not None:
        name = match.mistake.name
    elif _by_shapes(outcome) and SHAPE_MISMATCH in catalogue():
        shapes = catalogue()[SHAPE_MISMATCH]
        name, message, why = shapes.name, outcome.reason or shapes.message, shapes.why
    return Finding(
        mistake=name,
        severity=match.mistake.severity if match is not None else "error",
        place=line.place,
        span=span,
        message=message,
        link=outcome.link,
        expected_tex=None if expected is None else to_tex(expected),
        expected_plain=None if expected is None else to_plain(expected),
        why=why,
        also_consistent_with=match.also_consistent_with if match is not None else (),
        counterexample=counterexample,
        previous=judged.before.place if judged.before is not None else None,
    )


def _mark(
    judged: Judged, operand: Path, match: Match | None, cause: _Cause
) -> tuple[Span, Expr | None]:
    """Return what is underlined, and what should stand there: of an edit, of terms that differ, or of all."""
    claim, alignment = judged.claim, cause.alignment
    assert claim is not None
    side, origins = claim.sides[judged.side], claim.origins[judged.side]
    path, expected = operand, cause.right
    if match is not None and match.place is not None:
        path, expected = (*operand, *match.place), match.right_part
        if match.children is not None:
            first, last = match.children
            ends = [origins.get((*path, k)) for k in (first, last)]
            if ends[0] is not None and ends[1] is not None:
                start, end = min(s.start for s in ends if s), max(s.end for s in ends if s)
                return bracketed(judged.line, Span(start, end)), expected
            expected = at_path(match.variant, match.place)
    elif alignment is not None:
        lost, wrong = alignment.missing, alignment.wrong
        path = (*operand, *alignment.path)
        expected = alignment.right if lost is None else add(wrong, lost)
        if expected is None and not _differential(cause.right):
            expected = ZERO
    seen = path
    while seen and seen not in origins:
        seen = seen[:-1]
    if seen != path and expected is not None and side is not None:
        try:
            expected = replace_at(at_path(side, seen), path[len(seen) :], expected)
        except (TypeError, IndexError):
            expected = cause.right if seen == operand else None
    return origins.get(seen, claim.spans[judged.side]), expected


def _counterexample(c: Certificate, outcome: Outcome, judged: Judged) -> Counterexample:
    letters = _letters(c)
    assignment = [
        (_entry_name(name, indices, letters), str(value)) for name, indices, value in c.assignment
    ]
    if any(isinstance(n, Differential) for e in (outcome.left, outcome.right) for _, n in walk(e)):
        assignment.extend(
            (_entry_name(f"d{name}", indices, letters), str(value))
            for name, indices, value in c.directions
        )
    if any(_sized(side, outcome.context, c) for side in (outcome.left, outcome.right)):
        assignment.extend(
            (name, str(size)) for name, size in c.sizes if not name.startswith(("n_", "?"))
        )
    used = {n for _, indices, _ in c.assignment for n in indices}
    assignment.extend(
        (k, str(v)) for k, v in c.indices if v not in used or k not in letters.values()
    )
    return Counterexample(
        assignment=tuple(assignment),
        left=c.left,
        right=c.right,
        certified=True,
        left_name="the line before" if judged.before is not None else "left side",
        right_name="this line" if judged.before is not None else "right side",
    )


def _letters(c: Certificate) -> dict[int, str]:
    """Name index values by the free letter that has them, where exactly one has."""
    values = [v for _, v in c.indices]
    return {v: k for k, v in c.indices if values.count(v) == 1}


def _entry_name(name: str, indices: Iterable[int], letters: dict[int, str]) -> str:
    subscripts = [letters.get(i, str(i)) for i in indices]
    joined = "".join(subscripts) if all(len(s) == 1 for s in subscripts) else ",".join(subscripts)
    return name_tex(name, joined)


def _sized(e: Expr, context: Context, c: Certificate) -> bool:
    """Tell whether sizes take part: a sum, or the name of a size, also inside of what is defined."""
    names = {name for name, _ in c.sizes}
    return any(
        isinstance(n, Sum | Prod) or (isinstance(n, Sym) and n.name in names)
        for n in walk_reached(e, context)
    )


def _differential(e: Expr | None) -> bool:
    return e is not None and any(isinstance(n, Differential) for _, n in walk(e))
