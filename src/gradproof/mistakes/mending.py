"""Which single edit of a wrong line makes it right: the slip is its inverse, its place the site."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, final

import numpy as np

from gradproof.evaluate import Mode, Samples, Unsupported, make_samples
from gradproof.expr import Context, Expr, Path, replace_at
from gradproof.mistakes.bench import ENOUGH, GLANCE, Bench, Measured, together
from gradproof.mistakes.catalogue import catalogue
from gradproof.mistakes.lanes import measure_edited
from gradproof.mistakes.match import Match
from gradproof.mistakes.mistake import Mend, Mistake, Repair
from gradproof.mistakes.ranking import consistent, score
from gradproof.mistakes.scene import Scene, Spot, spots
from gradproof.mistakes.sites import nested, span_size
from gradproof.mistakes.words import told

ALL: Final = 2.0
"""More than any prior."""

TIERS: Final = (0.5, 0.33, 0.0)
"""Priors down to which edits are tried before rarer ones are looked at."""

BUDGET: Final = 4000
"""At most so many edits of one line are evaluated."""

CLOSE: Final = 1e-8
"""Difference, relative to the largest entry, up to which arrays count as equal."""

BLURRED: Final = 1e-6
"""The same, relative to the largest entry of all points, at a few of them: ``1 - h`` is rounded where h is almost 1."""

ROUNDED: Final = 1e-4
"""The same, relative to the largest entry of the point itself."""

CANCELLED: Final = 12
"""Of so many points one may be lost to cancellation: where ``1 - σ`` is rounded to a few digits."""

PAIR_POOL: Final = 500
"""At most so many edits are combined in pairs."""

PAIR_LANES: Final = 60
"""Entries at which effects are added before a pair is built."""

PAIRS_TRIED: Final = 12
"""At most so many pairs are built."""

AGAIN: Final = 6
"""Sample points of other sizes on which an edit that fits is tried once more."""


@final
@dataclass(frozen=True, slots=True)
class Edit:
    """A repair at a spot, and what it puts there; `size` counts the nodes that stand there now.

    `turned` says that the line with it is right in the other layout only.
    """

    mistake: Mistake
    repair: Repair
    spot: Spot
    mend: Mend
    size: int
    turned: bool = False

    @property
    def prior(self) -> float:
        """How likely the slip is that the edit undoes."""
        return self.mistake.prior * self.repair.weight

    @property
    def rank(self) -> tuple[float, str, Path]:
        """What edits are ordered by: their score, the highest first, then name and place."""
        value = score(self.prior, width=self.size, turned=self.turned)
        return -value, self.mistake.name, self.spot.path

    @property
    def narrow(self) -> tuple[Path, Expr]:
        """The place of what changes, one child where it is one, and what should stand there."""
        mend, path = self.mend, self.spot.path
        if mend.children is None or mend.shown is None or mend.children[0] != mend.children[1]:
            return path, mend.right
        return (*path, mend.children[0]), mend.shown

    @property
    def line(self) -> Expr | None:
        """The side with the edit made, None where nothing of that kind can stand there."""
        try:
            return replace_at(self.spot.scene.line, self.spot.path, self.mend.right)
        except TypeError:
            return None


@final
@dataclass(frozen=True, slots=True)
class _Tried:
    """An edit, the line that it makes, and the values of that line where they are known."""

    edit: Edit
    line: Expr
    found: Measured | None


def mended(
    scene: Scene, bench: Bench, samples: Samples, mode: Mode = "total", *, below: float = ALL
) -> tuple[Match, ...]:
    """Return the edit of the line that makes it equal the other side, as a match; none where none does.

    Shapes have to be those of the other side; at a cost a row may stand for a column and a matrix for its
    transpose. Where no single edit mends the line two in different places may: then there
    are two matches. Slips with a prior of `below` or more are left out, and then there are no pairs.
    """
    return _Hunt(scene, bench, samples, mode).matches(below)


def mending(scene: Scene, bench: Bench, samples: Samples, mode: Mode = "total") -> frozenset[str]:
    """Return the names of all mistakes of which an edit mends the line, however rare they are."""
    hunt = _Hunt(scene, bench, samples, mode)
    truth = bench.value(scene.left)
    if truth is None:
        return frozenset()
    fits = hunt.fitting(0.0, ALL, truth, turned=False)
    return frozenset(t.edit.mistake.name for t in fits)


@final
class _Hunt:
    """The edits of one line that are tried on the same sample points; those of one tier are made when it is reached."""

    __slots__ = ("bench", "budget", "mode", "samples", "scene", "tiers")

    def __init__(self, scene: Scene, bench: Bench, samples: Samples, mode: Mode) -> None:
        self.scene = scene
        self.bench = bench
        self.samples = samples
        self.mode: Mode = mode
        self.budget = BUDGET
        self.tiers: dict[float, list[_Tried]] = {}

    def matches(self, below: float) -> tuple[Match, ...]:
        truth = self.bench.value(self.scene.left)
        own = self.bench.value(self.scene.line)
        if truth is None or (own is not None and agree(own, truth)):
            return ()
        layouts = {False: truth, True: _turned(truth)} if truth.rank else {False: truth}
        above = below
        for least in TIERS:
            if least >= above:
                continue
            fits = [
                replace(t.edit, turned=turned)
                for turned, aim in layouts.items()
                for t in self.fitting(least, above, aim, turned=turned)
            ]
            above = least
            if fits:
                return (_match(fits, self.scene.context),)
        return self.pair(own, truth) if own is not None and below >= ALL else ()

    def fitting(self, least: float, above: float, aim: Measured, *, turned: bool) -> list[_Tried]:
        """Return the edits of priors in a range that give the values aimed at, the likeliest first."""
        fits = [
            t
            for t in self.tier(least, above)
            if t.found is not None and not _far(t.found, aim) and agree(t.found, aim)
        ]
        kept = self.elsewhere([t.line for t in fits], turned)
        return [t for t, ok in zip(fits, kept, strict=True) if ok]

    def tier(self, least: float, above: float) -> list[_Tried]:
        """Return the edits of priors in a range, the likeliest first, evaluated: each is a lane of one walk."""
        if least not in self.tiers:
            chosen: list[tuple[Edit, Expr]] = []
            for e in sorted(edits(self.scene, least, above), key=lambda e: e.rank):
                line = e.line
                if line is not None and len(chosen) < self.budget:
                    chosen.append((e, line))
            self.budget -= len(chosen)
            parts = [(e.spot.path, e.mend.right) for e, _ in chosen]
            found = measure_edited(self.scene.line, parts, self.bench)
            self.tiers[least] = [
                _Tried(e, line, self.bench.value(line) if values is None else values)
                for (e, line), values in zip(chosen, found, strict=True)
            ]
        return self.tiers[least]

    def elsewhere(self, lines: Sequence[Expr | None], turned: bool) -> list[bool]:
        """Tell which of the lines fit where the sizes are others, too: 2 is not n."""
        context = self.scene.context
        fixed = context.sizes.keys() | context.values.keys()
        sizes = {n: s + 1 for n, s in self.samples.sizes.items() if n not in fixed}
        if not lines or not sizes:
            return [True] * len(lines)
        wider = replace(context, sizes=MappingProxyType({**context.sizes, **sizes}))
        try:
            exprs = (self.scene.left, *(e for e in lines if e is not None))
            other = make_samples(exprs, wider, points=AGAIN, moving=wider.moving or None)
        except Unsupported:
            return [True] * len(lines)
        bench = Bench(other, wider, self.mode)
        truth = bench.value(self.scene.left)
        if truth is None:
            return [True] * len(lines)
        aim = _turned(truth) if turned else truth
        found = [None if e is None else bench.value(e) for e in lines]
        return [m is not None and agree(m, aim) for m in found]

    def pair(self, own: Measured, truth: Measured) -> tuple[Match, ...]:
        """Return two edits in different places whose effects add up to the whole difference, none if there are none."""
        best: dict[Expr, tuple[Edit, Measured]] = {}
        for tried in sorted(
            (t for tier in self.tiers.values() for t in tier), key=lambda t: t.edit.rank
        ):
            if tried.found is not None and _alike(tried.found, own):
                best.setdefault(tried.line, (tried.edit, tried.found))
        pool = list(best.values())[:PAIR_POOL]
        all_values = together(truth, own, *(m for _, m in pool)) if own.rank == truth.rank else None
        if all_values is None:
            return ()
        flat = [v.reshape(-1) for v in all_values]
        lanes = np.flatnonzero(np.isfinite(np.stack(flat)).all(axis=0))[:PAIR_LANES]
        if not lanes.size:
            return ()
        aim, start, *effects = (v[lanes] for v in flat)
        gaps = np.stack(effects) - start if effects else np.zeros((0, lanes.size))
        tolerance = BLURRED * (np.abs(aim) + np.abs(start))
        promising: list[tuple[Edit, Edit]] = []
        for k, (first, _) in enumerate(pool):
            close = np.all(np.abs(gaps[k] + gaps[k + 1 :] - (aim - start)) <= tolerance, axis=1)
            for n in np.flatnonzero(close):
                second = pool[k + 1 + int(n)][0]
                if not nested(first.narrow[0], second.narrow[0]):
                    promising.append((first, second))
        promising.sort(key=lambda p: (-p[0].prior * p[1].prior, p[0].rank, p[1].rank))
        for first, second in promising[:PAIRS_TRIED]:
            line = first.line
            both = None if line is None else replace_at(line, *second.narrow)
            found = None if both is None else self.bench.value(both)
            if found is None or not agree(found, truth):
                continue
            if self.elsewhere([both], False)[0]:
                context = self.scene.context
                return _match([first], context), _match([second], context)
        return ()


def edits(scene: Scene, least: float = 0.0, above: float = ALL) -> Iterator[Edit]:
    """Yield the edits of a line that undo slips of priors in a range."""
    repairs = [
        (m, r)
        for m in catalogue().values()
        for r in m.repairs
        if least <= m.prior * r.weight < above
    ]
    for spot in spots(scene):
        size = span_size(scene.line, spot.path)
        for mistake, repair in repairs:
            for mend in repair.mend(spot):
                if mend.right != spot.node:
                    yield Edit(mistake, repair, spot, mend, size)


def _far(found: Measured, aim: Measured) -> bool:
    """Tell by a glance at a few values that an edited line has not those aimed at."""
    a, b = found.values, aim.values
    if a.shape != b.shape or found.names != aim.names or found.rank != aim.rank:
        return False
    step = -(-a.size // GLANCE)
    mine, theirs = a.reshape(-1)[::step], b.reshape(-1)[::step]
    top = np.abs(b).max(initial=0.0, where=np.isfinite(b))
    return bool(np.any(np.abs(mine - theirs) > ROUNDED * top))


def agree(found: Measured, aim: Measured) -> bool:
    """Tell whether an edited line has the values aimed at, wherever these are defined.

    Entries are compared at the scale of their array: a sum of large terms may be small.
    """
    if found.rank != aim.rank:
        return False
    both = together(found, aim)
    if both is None:
        return False
    left, right = both
    usable = np.isfinite(right)
    if int(usable.sum()) < min(ENOUGH, right.size) or not np.isfinite(left[usable]).all():
        return False
    gap = np.where(usable, np.abs(left - right), 0.0)
    scale = np.where(usable, np.abs(right), 0.0)
    own = tuple(range(right.ndim - aim.rank, right.ndim))
    if own:
        gap, scale = gap.max(axis=own), scale.max(axis=own)
    clear = gap <= CLOSE * scale
    if aim.rank:
        usable = usable.any(axis=own)
    known, top = int(usable.sum()), scale.max(initial=0.0)
    near = gap <= np.maximum(BLURRED * top, ROUNDED * scale)
    lost = int((usable & ~near).sum())
    return bool(2 * int((clear & usable).sum()) >= known and lost <= known // CANCELLED)


def _alike(a: Measured, b: Measured) -> bool:
    return a.rank == b.rank and a.names == b.names and a.values.shape == b.values.shape


def _turned(m: Measured) -> Measured:
    """Return the transpose: of a vector the row."""
    if m.rank == 1:
        return Measured(m.values[..., None, :], m.names, 2)
    if m.rank == 2 and m.values.shape[-2] == 1:
        return Measured(m.values[..., 0, :], m.names, 1)
    if m.rank == 2:
        return Measured(np.swapaxes(m.values, -1, -2), m.names, 2)
    return m


def _match(fits: Iterable[Edit], context: Context) -> Match:
    """Name the best of the edits; list the others."""
    best, *rest = sorted(fits, key=lambda e: e.rank)
    mistake, mend, node = best.mistake, best.mend, best.spot.node
    right = mend.right if mend.shown is None else mend.shown
    message = best.repair.message or mistake.message
    return Match(
        mistake=mistake,
        sites=(),
        variant=best.line or node,
        right_part=right,
        wrong_part=node,
        message=mend.told or told(message, context, node=node, right=mend.right, wrong=node),
        why=told(best.repair.why or mistake.why, context, node=node, right=mend.right, wrong=node),
        also_consistent_with=consistent(mistake.name, (e.mistake.name for e in rest)),
        place=best.spot.path,
        children=mend.children,
        prior=best.prior,
    )
