"""Which single edit of a wrong line makes it right: the slip is its inverse, its place the site."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, final

import numpy as np

from gradproof.evaluate import Mode, Samples, Unsupported, make_samples
from gradproof.expr import Context, Expr, Path, replace_at
from gradproof.mistakes.bench import ENOUGH, Bench, Measured, together
from gradproof.mistakes.catalogue import catalogue
from gradproof.mistakes.match import Match
from gradproof.mistakes.mistake import Mend, Mistake, Repair
from gradproof.mistakes.scene import Scene, Spot, spots
from gradproof.mistakes.sites import span_size
from gradproof.mistakes.words import told

TIERS: Final = (0.5, 0.33, 0.0)
"""Priors down to which edits are tried before rarer ones are looked at."""

BUDGET: Final = 4000
"""At most so many edits of one line are evaluated."""

CLOSE: Final = 1e-8
"""Difference, relative to the largest entry, up to which arrays count as equal."""

BLURRED: Final = 1e-6
"""The same, relative to the largest entry of all points, at a few of them: ``1 - h`` is rounded where h is almost 1."""

AGAIN: Final = 6
"""Sample points of other sizes on which an edit that fits is tried once more."""


@final
@dataclass(frozen=True, slots=True)
class _Edit:
    mistake: Mistake
    repair: Repair
    spot: Spot
    mend: Mend
    size: int

    @property
    def prior(self) -> float:
        return self.mistake.prior * self.repair.weight

    @property
    def rank(self) -> tuple[float, int, str, Path]:
        return -self.prior, self.size, self.mistake.name, self.spot.path

    @property
    def line(self) -> Expr | None:
        try:
            return replace_at(self.spot.scene.line, self.spot.path, self.mend.right)
        except TypeError:
            return None


def mended(scene: Scene, bench: Bench, samples: Samples, mode: Mode = "total") -> tuple[Match, ...]:
    """Return the edit of the line that makes it equal the other side, as a match; none where none does.

    First shapes have to be those of the other side exactly; failing that, a row may stand for a column
    and a matrix for its transpose.
    """
    truth = bench.value(scene.left)
    own = bench.value(scene.line)
    if truth is None or (own is not None and _agree(own, truth)):
        return ()
    edits = sorted(_edits(scene), key=lambda e: e.rank)
    values: dict[Expr, Measured | None] = {}
    for turned in (False, True):
        aim = _turned(truth) if turned else truth
        above = 2.0
        for least in TIERS:
            tier = [e for e in edits if least <= e.prior < above]
            above = least
            fits = [e for e in tier if _fits(e, aim, bench, values)]
            fits = _elsewhere(fits, scene, samples, mode, turned)
            if fits:
                return (_match(fits, scene.context),)
    return ()


def _edits(scene: Scene) -> Iterator[_Edit]:
    mistakes = [m for m in catalogue().values() if m.repairs]
    for spot in spots(scene):
        size = span_size(scene.line, spot.path)
        for mistake in mistakes:
            for repair in mistake.repairs:
                for mend in repair.mend(spot):
                    if mend.right != spot.node:
                        yield _Edit(mistake, repair, spot, mend, size)


def _fits(edit: _Edit, aim: Measured, bench: Bench, values: dict[Expr, Measured | None]) -> bool:
    line = edit.line
    if line is None:
        return False
    if line not in values:
        values[line] = bench.value(line) if len(values) < BUDGET else None
    found = values[line]
    return found is not None and _agree(found, aim)


def _agree(found: Measured, aim: Measured) -> bool:
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
    return bool(4 * int((clear & usable).sum()) >= 3 * known and np.all(gap <= BLURRED * top))


def _elsewhere(
    fits: list[_Edit], scene: Scene, samples: Samples, mode: Mode, turned: bool
) -> list[_Edit]:
    """Keep the edits that fit where the sizes are others, too: 2 is not n."""
    context = scene.context
    fixed = context.sizes.keys() | context.values.keys()
    sizes = {n: s + 1 for n, s in samples.sizes.items() if n not in fixed}
    if not fits or not sizes:
        return fits
    wider = replace(context, sizes=MappingProxyType({**context.sizes, **sizes}))
    try:
        exprs = (scene.left, *(e.line or scene.line for e in fits))
        other = make_samples(exprs, wider, points=AGAIN, moving=wider.moving or None)
    except Unsupported:
        return fits
    bench = Bench(other, wider, mode)
    truth = bench.value(scene.left)
    if truth is None:
        return fits
    aim = _turned(truth) if turned else truth
    return [e for e in fits if _fits(e, aim, bench, {})]


def _turned(m: Measured) -> Measured:
    """Return the transpose: of a vector the row."""
    if m.rank == 1:
        return Measured(m.values[..., None, :], m.names, 2)
    if m.rank == 2 and m.values.shape[-2] == 1:
        return Measured(m.values[..., 0, :], m.names, 1)
    if m.rank == 2:
        return Measured(np.swapaxes(m.values, -1, -2), m.names, 2)
    return m


def _match(fits: Iterable[_Edit], context: Context) -> Match:
    """Name the best of the edits; list the others."""
    best, *rest = sorted(fits, key=lambda e: e.rank)
    mistake, mend, node = best.mistake, best.mend, best.spot.node
    others = dict.fromkeys(e.mistake.name for e in rest)
    others.pop(mistake.name, None)
    right = mend.right if mend.shown is None else mend.shown
    message = best.repair.message or mistake.message
    return Match(
        mistake=mistake,
        sites=(),
        variant=best.line or node,
        right_part=right,
        wrong_part=node,
        message=told(message, context, node=node, right=mend.right, wrong=node),
        why=told(best.repair.why or mistake.why, context, node=node, right=mend.right, wrong=node),
        also_consistent_with=tuple(others),
        place=best.spot.path,
        children=mend.children,
        prior=best.prior,
    )
