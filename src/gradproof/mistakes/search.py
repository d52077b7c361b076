"""Which wrong rule leads from the line before to the person's line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from math import prod
from typing import Final, final

from gradproof.evaluate import Mode, Samples
from gradproof.expr import Context, Expr, Path
from gradproof.mistakes.bench import Bench, Measured, differ, equal
from gradproof.mistakes.catalogue import catalogue
from gradproof.mistakes.lanes import measure_together
from gradproof.mistakes.match import Match
from gradproof.mistakes.meeting import meeting
from gradproof.mistakes.mistake import Mistake
from gradproof.mistakes.opened import opened
from gradproof.mistakes.ranking import consistent, left_over, score
from gradproof.mistakes.sites import GENERAL, Placed, Workshop, nested, shown, span_size
from gradproof.mistakes.words import fill
from gradproof.rewrite import tidy

OFTEN: Final = 0.5
"""Prior above which a mistake is tried first; where one of these fits, rarer ones are not looked at."""

BUDGET: Final = 400
"""At most so many variants of one line are built in one search."""

PAIR_POOL: Final = 60
"""At most so many single variants are combined in pairs."""


@final
@dataclass(frozen=True, slots=True)
class _Candidate:
    """One variant: its wrong rules, the values of the line with them, and how much of the line they leave over."""

    placed: tuple[Placed, ...]
    values: Measured
    variants: "_Variants"
    left: int = 0

    @property
    def rank(self) -> tuple[float, str]:
        """What variants are ordered by."""
        return self.variants.rank(self.placed, self.left)


def explain(
    before: Expr,
    after: Expr,
    right: Expr | None,
    context: Context,
    samples: Samples,
    *,
    budget: int = BUDGET,
    mode: Mode = "total",
) -> tuple[Match, ...]:
    """Find the wrong rules that make `after` of `before`.

    `right` is what the line should be (`before` itself where None). First single sites are tried, then one
    mistake at several like sites, then pairs; `budget` bounds the number of variants built. A variant fits
    when it agrees with `after` on all sample points and differs from `right`. The result has one match for
    each independent slip, none where the line is right or nothing fits.
    """
    return Search(before, after, context).causes(right, Bench(samples, context, mode), budget)


@final
class Search:
    """The variants of the line before that may be the person's line; built once, for any sample points."""

    __slots__ = ("_after", "_before", "_context", "_inside", "_main", "tried")

    def __init__(self, before: Expr, after: Expr, context: Context) -> None:
        self._before = before
        self._after = after
        self._context = context
        self._main: _Variants | None = None
        self._inside: _Variants | None = None
        self.tried = 0
        """Variants that were compared with the line, over all calls."""

    def causes(
        self, right: Expr | None, bench: Bench, budget: int = BUDGET, *, single: bool = False
    ) -> tuple[Match, ...]:
        """Return the causes that fit on these sample points; see `explain`. With `single` one site at a time."""
        truth = bench.value(self._before if right is None else right)
        aim = bench.value(self._after)
        if aim is None or truth is None or not differ(aim, truth):
            return ()
        if self._main is None:
            self._main = _Variants(Workshop(self._before, self._context), self._after)
        hunts = [_Hunt(self._main, aim, truth, bench, budget)]
        fits = hunts[0].singles(1.0, OFTEN)
        if not any(-c.rank[0] >= score(OFTEN) for c in fits):
            fits += hunts[0].singles(OFTEN, GENERAL)
        if not fits and (self._inside or self._open()):
            assert self._inside is not None
            hunts.append(_Hunt(self._inside, aim, truth, bench, budget))
            fits = hunts[1].singles(1.0, GENERAL)
        if not fits and not single:
            fits = [c for hunt in hunts for c in hunt.alike(1.0, GENERAL)]
        fits = fits or [c for hunt in hunts for c in hunt.singles(GENERAL, 0.0)]
        if not fits and not single:
            fits = [c for hunt in hunts for c in hunt.alike(GENERAL, 0.0)]
        matches = (_one(fits, self._context),) if fits else ()
        if not matches and not single:
            matches = hunts[0].pairs(self._context)
        self.tried += sum(budget - hunt.budget for hunt in hunts)
        return matches

    def fitting(self, right: Expr | None, bench: Bench, budget: int = BUDGET) -> frozenset[str]:
        """Return the names of all mistakes that explain the line at one site, however rare they are."""
        truth = bench.value(self._before if right is None else right)
        aim = bench.value(self._after)
        if aim is None or truth is None or not differ(aim, truth):
            return frozenset()
        lines = [_Variants(Workshop(self._before, self._context), self._after)]
        if self._inside or self._open():
            assert self._inside is not None
            lines.append(self._inside)
        fits = (
            c for line in lines for c in _Hunt(line, aim, truth, bench, budget).singles(1.0, 0.0)
        )
        return frozenset(c.placed[0].mistake.name for c in fits)

    def _open(self) -> bool:
        """Write out what is differentiated; tell whether there is anything to."""
        inside = opened(self._before, self._context)
        if inside is not None:
            shop = Workshop(inside, self._context, opened=True)
            self._inside = _Variants(shop, self._after)
        return inside is not None


@final
class _Variants:
    """The places for wrong rules in one line, looked for as they are asked for."""

    __slots__ = ("_after", "_found", "_sizes", "shop")

    def __init__(self, shop: Workshop, after: Expr) -> None:
        self.shop = shop
        self._after = after
        self._sizes: dict[Path, int] = {}
        self._found: dict[str, tuple[Placed, ...]] = {}

    def placed(self, below: float = 2.0, least: float = 0.0) -> list[Placed]:
        """Return the places with a prior in a range, the most likely first."""
        found = [
            p
            for m in catalogue().values()
            if m.highest >= least
            for p in self._of(m)
            if least <= p.prior < below
        ]
        return sorted(found, key=lambda p: self.rank((p,)))

    def _of(self, mistake: Mistake) -> tuple[Placed, ...]:
        known = self._found.get(mistake.name)
        if known is None:
            known = tuple(self.shop.places(mistake, self._after))
            self._found[mistake.name] = known
        return known

    def rank(self, group: tuple[Placed, ...], left: int = 0) -> tuple[float, str]:
        """Return what variants are ordered by: their score, the highest first, then the name."""
        size = sum(self._size(shown(p.path)) for p in group if p.stage != "result")
        value = score(prior_of(group), left_over=left, places=len(group), width=size)
        return -value, group[0].mistake.name

    def left(self, line: Expr) -> int:
        """Return how much of the person's line a variant leaves over."""
        return left_over(tidy(line, self.shop.context), self._after)

    def _size(self, path: Path) -> int:
        known = self._sizes.get(path)
        if known is None:
            known = self._sizes[path] = span_size(self.shop.before, path)
        return known


@final
class _Hunt:
    """The variants of one line that are tried, within a budget."""

    __slots__ = ("aim", "bench", "budget", "built", "truth", "variants")

    def __init__(
        self, variants: _Variants, aim: Measured, truth: Measured, bench: Bench, budget: int
    ) -> None:
        self.variants = variants
        self.aim = aim
        self.truth = truth
        self.bench = bench
        self.budget = budget
        self.built: list[_Candidate] = []

    def singles(self, below: float, least: float) -> list[_Candidate]:
        """Return the variants with one wrong rule at one site, of priors in a range, that fit."""
        found = self.build((p,) for p in self.variants.placed(_top(below), least))
        self.built.extend(found)
        return self._fitting(found)

    def alike(self, below: float, least: float) -> list[_Candidate]:
        """Return the variants with one wrong rule at several like sites, of priors in a range, that fit."""
        return self._fitting(self.build(_alike(self.variants.placed(_top(below), least))))

    def _fitting(self, candidates: list[_Candidate]) -> list[_Candidate]:
        """Keep those that give the person's line; those that are right, too, are none."""
        likely = (c for c in candidates if self._fits(c.values))
        return [c for c in map(self._confirmed, likely) if c is not None]

    def _fits(self, values: Measured | None) -> bool:
        return equal(values, self.aim) and differ(values, self.truth)

    def _confirmed(self, c: _Candidate) -> _Candidate | None:
        """Return the variant with what it leaves over, None where it has other values when it is written out."""
        line = self.variants.shop.build(c.placed)
        if line is None or not self._fits(self.bench.value(line)):
            return None
        return replace(c, left=self.variants.left(line))

    def build(self, groups: Iterable[tuple[Placed, ...]]) -> list[_Candidate]:
        """Evaluate variants within the budget, all at once where that can be done."""
        chosen = list(islice(groups, max(self.budget, 0)))
        self.budget -= len(chosen)
        shop = self.variants.shop
        found: list[_Candidate] = []
        for group, known in zip(chosen, measure_together(shop, chosen, self.bench), strict=True):
            values = known
            if values is None:
                line = shop.build(group)
                values = None if line is None else self.bench.value(line)
            if values is not None:
                found.append(_Candidate(group, values, self.variants))
        return found

    def pairs(self, context: Context) -> tuple[Match, ...]:
        """Find two independent slips whose effects add up (or multiply) to the whole difference."""
        wrong = (c for c in self.built if differ(c.values, self.truth))
        pool = sorted(wrong, key=lambda c: c.rank)[:PAIR_POOL]
        promising = (
            (pool[i].placed[0], pool[k].placed[0])
            for i, k in meeting([c.values for c in pool], self.truth, self.aim)
            if not nested(pool[i].placed[0].path, pool[k].placed[0].path)
        )
        fits = self._fitting(self.build(promising))
        if not fits:
            return ()
        best = min(fits, key=lambda c: c.rank)
        return tuple(_match(best, (p,), (), context) for p in best.placed)


def prior_of(group: tuple[Placed, ...]) -> float:
    """Return the prior of a group of wrong rules; one at several sites counts once."""
    return prod(p.prior for p in {p.mistake.name: p for p in group}.values())


def _top(below: float) -> float:
    """Return the bound of a range of priors: a prior of 1 is in the highest."""
    return below if below < 1 else 2.0


def _alike(placed: list[Placed]) -> Iterator[tuple[Placed, ...]]:
    """Yield the groups of sites at which one mistake may have been made every time.

    First the sites with equal nodes (one definition, reached on several ways), then all.
    """
    seen: set[tuple[int, ...]] = set()
    by_rule: dict[tuple[str, str, int, int], list[int]] = {}
    for k, p in enumerate(placed):
        by_rule.setdefault((p.mistake.name, p.stage, p.rule, p.choice), []).append(k)
    for members in by_rule.values():
        equal_nodes: dict[Expr, list[int]] = {}
        for k in members:
            equal_nodes.setdefault(placed[k].node, []).append(k)
        for group in (*equal_nodes.values(), members):
            flat = _outermost(placed, group)
            if len(flat) > 1 and flat not in seen:
                seen.add(flat)
                yield tuple(placed[k] for k in flat)


def _outermost(placed: list[Placed], group: list[int]) -> tuple[int, ...]:
    """Keep sites that do not lie within one another (in differentiation they may)."""
    if placed[group[0]].stage == "derivative":
        return tuple(group)
    kept: list[int] = []
    for k in group:
        if not any(nested(placed[k].path, placed[j].path) for j in kept):
            kept.append(k)
    return tuple(kept)


def _one(fits: list[_Candidate], context: Context) -> Match:
    """Name the best of the variants that explain the whole line; list the others."""
    ranked = sorted(fits, key=lambda c: c.rank)
    best = ranked[0]
    own = best.placed[0].mistake.name
    others = [c.placed[0].mistake.name for c in ranked]
    return _match(best, best.placed, consistent(own, others), context)


def _match(
    c: _Candidate, placed: tuple[Placed, ...], others: tuple[str, ...], context: Context
) -> Match:
    first = placed[0]
    message, why = first.told
    line = c.variants.shop.build(c.placed)
    assert line is not None
    sites = tuple(
        () if p.stage == "result" or c.variants.shop.opened else shown(p.path) for p in placed
    )
    return Match(
        first.mistake,
        tuple(dict.fromkeys(sites)),
        tidy(line, context),
        first.right,
        first.wrong,
        fill(message, first, context),
        fill(why, first, context),
        others,
        prior=prior_of(c.placed),
    )
