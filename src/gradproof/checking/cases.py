r"""Two cases of a Jacobian told one after the other without a word: first ``i = k``, then ``i \neq k``."""

from collections.abc import Sequence
from dataclasses import replace

from gradproof.checking.hypotheses import INDEX_CASE, is_equal_case
from gradproof.checking.judgement import RIGHT, Judged
from gradproof.expr import Expr, free_indices
from gradproof.notation.derivation import Derivation


def with_cases(derivation: Derivation, judged: Sequence[Judged]) -> Derivation | None:
    """Mark the lines that hold for equal indices only: as a case, or as meant in general; None where there are none.

    It is a case where a later line is the other one about the same derivative, so that the one cannot be meant in
    general. It is meant in general where nothing speaks of cases, no other line is about that derivative, and both
    sides bear both letters: a case of equal indices is written with one.
    """
    found: set[int] = set()
    general: set[int] = set()
    silent = not any(x.cases for x in derivation.lines)
    for position, j in enumerate(judged):
        if j.verdict == "undecided" and j.reason is not None and is_equal_case(j.reason):
            head = _head(j)
            rest = judged[position + 1 :]
            if head is not None and any(_is_other_case(x, j, head) for x in rest):
                found.add(position)
            elif head is not None and silent and _bears_both(j):
                others = (x for k, x in enumerate(judged) if k != position)
                if not any(_head(x) == head for x in others):
                    general.add(position)
    if not found and not general:
        return None
    lines = (
        replace(x, cases=k in found or x.cases, general=k in general)
        for k, x in enumerate(derivation.lines)
    )
    return replace(derivation, lines=tuple(lines))


def _bears_both(j: Judged) -> bool:
    outcome = j.outcome
    if outcome is None:
        return False
    letters = free_indices(outcome.left)
    return len(letters) == 2 and free_indices(outcome.right) == letters


def _head(j: Judged) -> Expr | None:
    first = j.claim.sides[0] if j.claim is not None else None
    return first if first is not None else j.head


def _is_other_case(later: Judged, j: Judged, head: Expr) -> bool:
    note = later.outcome.note if later.outcome is not None else None
    return (
        later.line.scope == j.line.scope
        and later.verdict in RIGHT
        and note is not None
        and note[0] == INDEX_CASE
        and not is_equal_case(note[1])
        and _head(later) == head
    )
