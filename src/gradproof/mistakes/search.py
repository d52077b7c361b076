"""Which wrong rule leads from the line before to the person's line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, final

import numpy as np

from gradproof.evaluate import Mode, Samples
from gradproof.expr import Context, Expr, Path
from gradproof.mistakes.bench import Measured, close, differ, equal, measure, together
from gradproof.mistakes.catalogue import catalogue
from gradproof.mistakes.mistake import Mistake
from gradproof.mistakes.sites import Placed, Workshop, nested, shown, span_size
from gradproof.mistakes.words import fill

LATER: Final = 0.8
"""Factor on the prior of a rewriting that comes after a derivative in the same step."""

PAIR_POOL: Final = 60
"""At most so many single variants are combined in pairs."""


@final
@dataclass(frozen=True, slots=True)
class Match:
    """A cause of a wrong line.

    Attributes:
        mistake: which.
        sites: paths into the line before where the wrong rule was used (the empty path for a slip made
            after its derivative was taken).
        variant: the line that the wrong rules give.
        right_part: what the right rule gives at the (first) site.
        wrong_part: what the wrong rule gave.
        message: what to say.
        why: the rule that was broken.
        also_consistent_with: names of other mistakes that explain the same line.
    """

    mistake: Mistake
    sites: tuple[Path, ...]
    variant: Expr
    right_part: Expr
    wrong_part: Expr
    message: str
    why: str
    also_consistent_with: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class _Candidate:
    """One variant with its place in the ranking."""

    placed: tuple[Placed, ...]
    expr: Expr
    values: Measured
    rank: tuple[float, int, int, str]


def explain(
    before: Expr,
    after: Expr,
    right: Expr | None,
    context: Context,
    samples: Samples,
    *,
    budget: int = 400,
    mode: Mode = "total",
) -> tuple[Match, ...]:
    """Find the wrong rules that make `after` of `before`.

    `right` is what the line should be (`before` itself where None). First single sites are tried, then one
    mistake at several like sites, then pairs; `budget` bounds the number of variants built. A variant fits
    when it agrees with `after` on all sample points and differs from `right`. The result has one match for
    each independent slip, none where the line is right or nothing fits.
    """
    aim = measure(after, samples, context, mode)
    truth = measure(before if right is None else right, samples, context, mode)
    if aim is None or truth is None or not differ(aim, truth):
        return ()
    hunt = _Hunt(Workshop(before, context), aim, truth, context, samples, mode, budget)
    placed = [p for m in catalogue().values() for p in hunt.shop.places(m, after)]
    singles = hunt.build((p,) for p in placed)
    fits = [c for c in singles if equal(c.values, aim)]
    if not fits:
        fits = [c for c in hunt.build(_alike(placed)) if equal(c.values, aim)]
    if fits:
        return (_one(fits),)
    return hunt.pairs(singles)


@final
class _Hunt:
    __slots__ = ("aim", "budget", "context", "mode", "samples", "shop", "truth")

    def __init__(
        self,
        shop: Workshop,
        aim: Measured,
        truth: Measured,
        context: Context,
        samples: Samples,
        mode: Mode,
        budget: int,
    ) -> None:
        self.shop = shop
        self.aim = aim
        self.truth = truth
        self.context = context
        self.samples = samples
        self.mode: Mode = mode
        self.budget = budget

    def build(self, groups: Iterable[tuple[Placed, ...]]) -> list[_Candidate]:
        """Build and evaluate variants within the budget; those that are right are left out."""
        found: list[_Candidate] = []
        for group in groups:
            if self.budget <= 0:
                break
            self.budget -= 1
            expr = self.shop.build(group)
            values = None if expr is None else measure(expr, self.samples, self.context, self.mode)
            if expr is not None and values is not None and differ(values, self.truth):
                found.append(_Candidate(group, expr, values, self._rank(group)))
        return found

    def _rank(self, group: tuple[Placed, ...]) -> tuple[float, int, int, str]:
        prior = 1.0
        for p in {p.mistake.name: p for p in group}.values():
            late = p.stage == "result" and self.shop.evaluated is not None
            if p.stage == "derivative":
                prior *= p.mistake.derivatives[p.rule].weight
            prior *= p.mistake.prior * (LATER if late else 1.0)
        size = sum(span_size(self.shop.before, p.path) for p in group if p.stage != "result")
        return -prior, len(group), size, group[0].mistake.name

    def pairs(self, singles: list[_Candidate]) -> tuple[Match, ...]:
        """Find two independent slips whose effects add up (or multiply) to the whole difference."""
        pool = sorted(singles, key=lambda c: c.rank)[:PAIR_POOL]
        promising = (
            (a.placed[0], b.placed[0])
            for i, a in enumerate(pool)
            for b in pool[i + 1 :]
            if not nested(a.placed[0].path, b.placed[0].path) and self._meet(a, b)
        )
        fits = [c for c in self.build(promising) if equal(c.values, self.aim)]
        if not fits:
            return ()
        best = min(fits, key=lambda c: c.rank)
        return tuple(_match(best, (p,), ()) for p in best.placed)

    def _meet(self, a: _Candidate, b: _Candidate) -> bool:
        """Tell whether two single effects, added or multiplied, can give the person's line."""
        first, second = together(a.values, self.truth), together(b.values, self.truth)
        goal = together(self.aim, self.truth)
        if first is None or second is None or goal is None:
            return False
        with np.errstate(all="ignore"):
            try:
                added = first[0] + second[0] - first[1]
                multiplied = first[0] * second[0] / first[1]
            except ValueError:
                return False
            for guess in (added, multiplied):
                if guess.shape != goal[0].shape:
                    continue
                usable = np.isfinite(guess) & np.isfinite(goal[0])
                if usable.any() and close(guess[usable], goal[0][usable]):
                    return True
        return False


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


def _one(fits: list[_Candidate]) -> Match:
    """Name the best of the variants that explain the whole line; list the others."""
    ranked = sorted(fits, key=lambda c: c.rank)
    best = ranked[0]
    own = best.placed[0].mistake.name
    others = dict.fromkeys(c.placed[0].mistake.name for c in ranked)
    others.pop(own)
    return _match(best, best.placed, tuple(others))


def _match(c: _Candidate, placed: tuple[Placed, ...], others: tuple[str, ...]) -> Match:
    first = placed[0]
    sites = tuple(() if p.stage == "result" else shown(p.path) for p in placed)
    return Match(
        first.mistake,
        tuple(dict.fromkeys(sites)),
        c.expr,
        first.right,
        first.wrong,
        fill(first.mistake.message, first),
        fill(first.mistake.why, first),
        others,
    )
