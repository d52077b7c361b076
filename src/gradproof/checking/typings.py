"""Several typings of a scope: which one is taken, and what may not be called wrong because another rescues it."""

from collections.abc import Callable, Sequence, Set
from dataclasses import replace

from gradproof.checking.judgement import DOUBTFUL, Judged
from gradproof.expr import Size, Sym, walk_reached
from gradproof.notation.derivation import Derivation

RIGHT = ("proved", "agrees")


def best_typings(
    first: tuple[Judged, ...],
    others: Callable[[Set[int]], tuple[Derivation, ...]],
    judge: Callable[[Derivation], tuple[Judged, ...]],
) -> tuple[Judged, ...]:
    """Take for every scope the typing under which its lines fare best; refuted is what no typing rescues.

    Of the typings after the first, only scopes are judged in which the ones before leave something refuted or
    undecided, and that are read otherwise.
    """
    found: dict[int, list[tuple[Judged, ...]]] = {}
    for j in first:
        found.setdefault(j.line.scope, [()])
        found[j.line.scope][0] += (j,)
    unsettled = {h for h, judged in found.items() if _open(judged[-1])}
    for other in others(unsettled) if unsettled else ():
        lines = {h: tuple(x for x in other.lines if x.scope == h) for h in found}
        wanted = {
            h
            for h, judged in found.items()
            if _open(judged[-1]) and lines[h] != tuple(j.line for j in judged[-1])
        }
        kept = tuple(x for x in other.lines if x.scope in wanted)
        for j in judge(replace(other, lines=kept)) if kept else ():
            own = found[j.line.scope]
            if j.line.scope in wanted:
                own.append(())
                wanted.discard(j.line.scope)
            own[-1] += (j,)
    taken = {h: iter(_rescued(judged)) for h, judged in found.items()}
    return tuple(_unless_single(next(taken[j.line.scope])) for j in first)


def _unless_single(judged: Judged) -> Judged:
    """Confirm nothing by arrays of one entry that nobody declared: nearly everything holds for them."""
    outcome = judged.outcome
    if judged.verdict not in RIGHT or outcome is None:
        return judged
    for side in (outcome.left, outcome.right):
        for node in walk_reached(side, outcome.context):
            if (
                isinstance(node, Sym)
                and node.space.shape[-1:] == (Size("", 1),)
                and node.name not in outcome.context.domains
            ):
                reason = f"it is shown only where {node.name} has one entry along an axis"
                return replace(judged, verdict="undecided", truth=None, reason=reason)
    return judged


def _open(judged: Sequence[Judged]) -> bool:
    return any(j.verdict in ("refuted", "undecided") for j in judged)


def _faults(judged: Sequence[Judged]) -> tuple[int, int]:
    """Count what is not confirmed: a wrong line does not make the typing wrong under which all others hold."""
    right = sum(j.verdict in RIGHT for j in judged)
    return -right, sum(j.verdict in ("refuted", "undecided", "unread") for j in judged)


def _rescued(typings: Sequence[tuple[Judged, ...]]) -> tuple[Judged, ...]:
    """Take the best typing; call a line wrong only if it is wrong under every one, or does not even fit."""
    best = min(typings, key=_faults)
    return tuple(_worst(j, [t[k] for t in typings]) for k, j in enumerate(best))


def _worst(taken: Judged, same_line: Sequence[Judged]) -> Judged:
    """Return a line as it is in the best typing; where it does not fit in that one, as one refutes it."""
    if taken.verdict == "undecided" and not _may_hold(taken):
        taken = next((j for j in same_line if j.verdict == "refuted"), taken)
    return _unless_rescued(taken, same_line)


def _may_hold(judged: Judged) -> bool:
    """Tell whether a line that is left open may be right under its typing: its arrays fit, and no other is tried."""
    return (judged.claim is None or judged.claim.misfit is None) and not _doubts(judged)


def _doubts(judged: Judged) -> bool:
    """Tell whether a line is left open only because it is not said of which kind a name is: here all are tried."""
    return judged.reason is not None and judged.reason.startswith(DOUBTFUL)


def _unless_rescued(taken: Judged, same_line: Sequence[Judged]) -> Judged:
    if taken.verdict != "refuted":
        return taken
    for other in same_line:
        if other.verdict in RIGHT or (other.verdict == "undecided" and _may_hold(other)):
            return replace(
                taken,
                verdict="undecided",
                truth=None,
                follows_from_wrong=False,
                cancels=False,
                outcome=None,
                reason="the line may hold where a name that nothing declares is read as another kind of array",
            )
    return taken
