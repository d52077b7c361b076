"""The search for the kinds of the names of one scope: which assignment fits best, and which others fit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import final

from gradproof.notation.elaborate.build import ONE
from gradproof.notation.elaborate.evidence import LOSSES, Kind, is_capital, kinds
from gradproof.notation.elaborate.kinds import Choice, Scene, Shape, Typing, attempt
from gradproof.notation.elaborate.symbols import Symbols

MAX_ATTEMPTS = 40
"""Assignments of kinds that are tried for one scope."""
NUMBER_WEIGHT = 3
"""What it counts to read a name as a number, or a capital as a vector, where use suggests more axes."""
SUGGESTIVE = frozenset({"leads", "follows", "bias", "bold", "factor"})


@final
@dataclass(slots=True)
class Search:
    """Looks for the kinds of the open names of a scope: the likeliest first, then what mends misfits."""

    stage: Scene
    table: Symbols
    options: Mapping[str, tuple[Kind, ...]]
    tried: dict[tuple[Kind | None, ...], Typing | int] = field(
        default_factory=dict[tuple[Kind | None, ...], Typing | int]
    )
    """What was found; of assignments that were given up, a score that they reach at least."""

    def best(self) -> Typing | None:
        """Return the typing that letters and uses suggest if definitions fit in it, else the one that fits best.

        None where nothing could be tried. A claim that does not fit may be wrong.
        """
        natural = self._attempt(self._likely())
        if natural is not None and not natural.broken and not natural.unknown:
            return natural
        return self._climb(self._likely(), frozenset())

    def _likely(self) -> Choice:
        given = self.stage.given
        return {k: None if k in given else self.options[k][0] for k in self.stage.open}

    def others(self, best: Typing) -> tuple[Typing, ...]:
        """Return other typings under which the definitions fit as well, best first.

        None makes an array of a loss that is a number in the best one, or fits only by arrays of one entry.
        """
        climbed = self._climb(self._likely(), frozenset())
        found = [best] if climbed is None else [best, climbed]
        names = [k for k in self.stage.open if k not in self.stage.given]
        fitting = best if climbed is None else climbed
        start: Choice = {k: fitting.chosen.get(k) for k in self.stage.open}
        for k in names:
            for kind in self.options[k]:
                if kind != start[k]:
                    other = self._climb({**start, k: kind}, frozenset({k}))
                    if other is not None:
                        found.append(other)
        unique: dict[tuple[tuple[str, Shape], ...], Typing] = {}
        for t in sorted(found, key=lambda t: t.score):
            numbers = not any(t.shapes.get(k) and not best.shapes.get(k) for k in LOSSES)
            single = _single(t) and not _single(best)
            fits = t.broken <= best.broken and not t.unknown - best.unknown
            if fits and numbers and not single:
                unique.setdefault(tuple(sorted(t.shapes.items())), t)
        return tuple(t for t in unique.values() if t.shapes != best.shapes)

    def _attempt(self, chosen: Choice, below: int | None = None) -> Typing | None:
        """Try one assignment; None where that is one too many, or its score is not `below` what is wanted."""
        key: tuple[Kind | None, ...] = tuple(chosen[k] for k in self.stage.open)
        known = self.tried.get(key)
        if isinstance(known, Typing):
            return known
        if known is None and len(self.tried) >= MAX_ATTEMPTS:
            return None
        if known is not None and below is not None and known >= below:
            return None
        changed = sum(self._changed(k, c) for k, c in chosen.items() if c is not None)
        found = self.tried[key] = attempt(self.stage, self.table, chosen, changed, below)
        return found if isinstance(found, Typing) else None

    def _changed(self, key: str, kind: Kind) -> int:
        position = self.options[key].index(kind)
        own = self.stage.evidence[key]
        unlikely = kind == "scalar" and own.marks & SUGGESTIVE
        unlikely = unlikely or (is_capital(own.name) and own.marks & {"leads", "paired"})
        return position + (NUMBER_WEIGHT if position and unlikely else 0)

    def _climb(self, start: Choice, pinned: frozenset[str]) -> Typing | None:
        """Change one kind at a time as long as that lets more fit; `pinned` names keep theirs."""
        best = self._attempt(start)
        current = start
        while best is not None and best.misfits:
            before = best.score
            for k in self.stage.open:
                for kind in () if k in pinned else self.options[k]:
                    move: Choice = {**current, k: kind}
                    found = self._attempt(move, best.score) if kind != current[k] else None
                    if found is not None and found.score < best.score:
                        best, current = found, move
            if best.score == before:
                break
        return best


def _single(t: Typing) -> bool:
    """Tell whether an array has one entry along its last axis."""
    return any(shape[-1:] == (ONE,) for shape in t.shapes.values())


def search(stage: Scene, table: Symbols) -> Search:
    """Return the search for the kinds of a scope."""
    return Search(stage, table, {k: kinds(k, stage.evidence[k]) for k in stage.open})
