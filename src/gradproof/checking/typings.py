"""Several typings of a scope: which one is taken, and what may not be called wrong because another rescues it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import final

from gradproof.checking.judgement import DOUBTFUL, Judged
from gradproof.checking.squares import misfits, squared
from gradproof.expr import Size, Sym, walk_reached
from gradproof.notation.derivation import Derivation

RIGHT = ("proved", "agrees")


def best_typings(
    derivation: Derivation, judge: Callable[[Derivation], tuple[Judged, ...]]
) -> tuple[Judged, ...]:
    """Judge under the typing under which the lines of a scope fare best; refuted is what no typing rescues.

    Of the typings after the first, only scopes are judged in which the ones before leave something refuted or
    undecided, and that are read otherwise. Where only sizes that nobody declared keep arrays from fitting, a
    line counts as refuted if it is with these sizes equal (`squared`).
    """
    first = judge(derivation)
    found: dict[int, list[_Typed]] = {}
    for j in first:
        found.setdefault(j.line.scope, [_Typed(derivation)])[0].judged.append(_unless_single(j))
    unsettled = {h for h, typed in found.items() if _open(typed[-1].judged)}
    for other in derivation.others(unsettled) if unsettled else ():
        lines = {h: tuple(x for x in other.lines if x.scope == h) for h in found}
        wanted = {
            h
            for h, typed in found.items()
            if _open(typed[-1].judged) and lines[h] != tuple(j.line for j in typed[-1].judged)
        }
        kept = tuple(x for x in other.lines if x.scope in wanted)
        for j in judge(replace(other, lines=kept)) if kept else ():
            own = found[j.line.scope]
            if j.line.scope in wanted:
                own.append(_Typed(other))
                wanted.discard(j.line.scope)
            own[-1].judged.append(_unless_single(j))
    taken = {h: iter(_rescued(typed, judge)) for h, typed in found.items()}
    return tuple(next(taken[j.line.scope]) for j in first)


@final
@dataclass(slots=True)
class _Typed:
    """One scope under one typing: the derivation that it is part of, and its lines."""

    derivation: Derivation
    judged: list[Judged] = field(default_factory=list[Judged])
    open: set[int] = field(default_factory=set[int])
    """Lines that do not fit, and may hold where the sizes that nobody declared are equal."""
    held: set[int] = field(default_factory=set[int])
    """Lines that do not fit, and do hold where these sizes are equal: other sizes may be meant."""

    def with_equal_sizes(self, judge: Callable[[Derivation], tuple[Judged, ...]]) -> None:
        """Call a line refuted that does not fit, and is refuted where the sizes that nobody declared are equal."""
        if not any(map(misfits, self.judged)):
            return
        equal = squared(self.derivation, [j.line for j in self.judged], self.judged)
        again = judge(equal) if equal is not None else ()
        for k, (j, other) in enumerate(zip(self.judged, again, strict=False)):
            if misfits(j) and other.verdict == "refuted":
                self.judged[k] = replace(other, line=j.line)
            elif misfits(j) and other.verdict in RIGHT:
                self.held.add(k)
            elif misfits(j) and not misfits(other):
                self.open.add(k)

    def may_hold(self, k: int) -> bool:
        """Tell whether a line that is left open may be right under its typing: its arrays fit for some sizes."""
        judged = self.judged[k]
        if k in self.held or (judged.outcome is not None and judged.outcome.turned):
            return True
        if misfits(judged) and k not in self.open:
            return False
        return (judged.claim is None or judged.claim.misfit is None) and not _doubts(judged)


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


def _rescued(
    typings: Sequence[_Typed], judge: Callable[[Derivation], tuple[Judged, ...]]
) -> tuple[Judged, ...]:
    """Take the best typing; call a line wrong only if it is wrong under every one, or does not even fit.

    What holds only where arrays have fewer axes than in another typing, under which it is refuted, is left open.
    """
    best = min(typings, key=lambda t: _faults(t.judged))
    if best is not typings[0] or not all(
        j.verdict in RIGHT or j.verdict == "given" for j in best.judged
    ):
        for t in typings:
            t.with_equal_sizes(judge)
    whole = [t for t in typings if not _breaks(t, best)]
    return tuple(_line(k, best, typings, whole) for k in range(len(best.judged)))


def _line(k: int, best: _Typed, typings: Sequence[_Typed], whole: Sequence[_Typed]) -> Judged:
    """Return a line as it is in the best typing; where it does not fit in that one, as one refutes it.

    `whole` are the typings under which all holds that the best one confirms.
    """
    taken = best.judged[k]
    if taken.verdict == "undecided" and not best.may_hold(k):
        taken = next((t.judged[k] for t in typings if t.judged[k].verdict == "refuted"), taken)
    taken = _unless_rescued(taken, k, whole)
    return _unless_degenerate(taken, [t.judged[k] for t in typings])


def _unless_degenerate(taken: Judged, same_line: Sequence[Judged]) -> Judged:
    """Confirm nothing by numbers or vectors that is wrong for the matrices which may be meant."""
    if taken.verdict not in RIGHT:
        return taken
    own = _axes(taken)
    for other in same_line:
        theirs = _axes(other) if other.verdict == "refuted" else {}
        more = {n for n in own.keys() & theirs.keys() if theirs[n] > own[n]}
        less = {n for n in own.keys() & theirs.keys() if theirs[n] < own[n]}
        if more and not less:
            names = ", ".join(sorted(more))
            reason = f"it holds only if {names} {'has' if len(more) == 1 else 'have'} fewer axes: as arrays it does not"
            return replace(taken, verdict="undecided", truth=None, outcome=None, reason=reason)
    return taken


def _axes(judged: Judged) -> dict[str, int]:
    """Return the number of axes of every name without a definition that takes part in a line."""
    outcome = judged.outcome
    if outcome is None:
        return {}
    sides = (outcome.left, outcome.right)
    return {
        n.name: n.space.rank
        for side in sides
        for n in walk_reached(side, outcome.context)
        if isinstance(n, Sym) and n.name not in outcome.context.definitions
    }


def _doubts(judged: Judged) -> bool:
    """Tell whether a line is left open only because it is not said of which kind a name is: here all are tried."""
    return judged.reason is not None and judged.reason.startswith(DOUBTFUL)


def _breaks(typed: _Typed, best: _Typed) -> bool:
    """Tell whether a typing makes a line wrong, or lets it not fit, that the best typing confirms."""
    return any(
        own.verdict in RIGHT
        and (j.verdict == "refuted" or (j.verdict == "undecided" and not typed.may_hold(k)))
        for k, (own, j) in enumerate(zip(best.judged, typed.judged, strict=True))
    )


def _unless_rescued(taken: Judged, k: int, typings: Sequence[_Typed]) -> Judged:
    if taken.verdict != "refuted":
        return taken
    for t in typings:
        other = t.judged[k]
        if other.verdict in RIGHT or (other.verdict == "undecided" and t.may_hold(k)):
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
