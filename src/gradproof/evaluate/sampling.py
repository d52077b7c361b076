"""Drawing the sample points: inside the domains, on the constraints, on both sides of every kink."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import prod
from types import MappingProxyType
from typing import final

import numpy as np

from gradproof.evaluate.arithmetic import FLOAT, Array, BoolArray
from gradproof.evaluate.constraints import (
    Affine,
    Constraint,
    impose,
    impose_direction,
)
from gradproof.evaluate.domains import alternatives, infer_domains
from gradproof.evaluate.draws import STYLES, Style, draw, nonzero, stream
from gradproof.evaluate.evaluation import Trace, lanes_defined, ordered, run
from gradproof.evaluate.inventory import Inventory, take_inventory
from gradproof.evaluate.limits import MAX_DRAWN, MAX_POINTS, MAX_REDRAWS, Unsupported
from gradproof.evaluate.recognition import plan_constraints
from gradproof.evaluate.samples import Kept, Samples
from gradproof.evaluate.solving import solve_affine
from gradproof.expr import (
    Context,
    Differential,
    Domain,
    Entry,
    Expr,
    Space,
    Sym,
    walk,
    walk_reached,
)  # fmt: skip

_SIZES = (3, 2, 4, 5, 6, 7, 8, 9)


def make_samples(
    exprs: Iterable[Expr],
    context: Context,
    points: int = 24,
    seed: int = 0,
    *,
    moving: frozenset[str] | None = None,
) -> Samples:
    """Return sample points at which the expressions are defined.

    Sizes are small and pairwise different unless `context` fixes them. Undeclared domains are read off the
    expressions, failing that found by trial. `moving` says what varies under a differential; None: the
    symbols that stand under a differential sign of their own.

    Raises:
        Unsupported: a constraint that cannot be honoured, a symbol with two shapes or of a fixed size that is
            too large, or no points found.
    """
    listed = (*exprs, *(side for g in context.guards for side in (g.left, g.right)))
    if not 0 < points <= MAX_POINTS:
        raise Unsupported("limit:points")
    inventory = take_inventory(listed, context)
    constraints = plan_constraints(context, inventory.base)
    if constraints:
        sides = [s for pair in context.constraints for s in pair]
        inventory = _with_constrained(inventory, take_inventory(sides, context), constraints)
    sizes = _sizes(inventory, context)
    inferred = infer_domains(listed, context)
    tied = frozenset(n for pair in context.constraints for n in take_inventory(pair, context).base)
    plan = _Plan(
        inventory,
        context,
        sizes,
        constraints,
        seed,
        _moving(inventory, context, moving, listed),
        tied if constraints else frozenset(),
    )
    best: _Pool | None = None
    for attempt, domains in enumerate(alternatives(inventory.base, inferred, context)):
        pool = _Pool(plan, domains, listed, points)
        pool.fill(MAX_REDRAWS if attempt == 0 else 3)
        if best is None or pool.rank() > best.rank():
            best = pool
        if len(best.accepted()) >= -(-points // 2):
            break
    if best is None or not best.accepted():
        raise Unsupported("no sample point was found at which the expressions are defined")
    return best.samples()


def _with_constrained(
    inventory: Inventory, other: Inventory, constraints: Sequence[Constraint]
) -> Inventory:
    """Add the symbols that a constraint ties to those that occur."""
    tied = any(isinstance(c, Affine) for c in constraints)
    base = dict(inventory.base)
    if tied:
        for name, space in other.base.items():
            base.setdefault(name, space)
    sizes = tuple(dict.fromkeys([*inventory.sizes, *other.sizes]))
    return Inventory(base, sizes, inventory.least, inventory.indices, inventory.differentials)


def _moving(
    inventory: Inventory, context: Context, given: frozenset[str] | None, exprs: Sequence[Expr]
) -> Mapping[str, Space]:
    """Return what moves under a differential, with spaces.

    A defined name moves with its definition, unless nothing in the definition moves (``dJ = … dz`` where z has
    a definition too: z moves, and J with it). Where no name without a
    definition has a differential of its own, all that stand under a differential of something compound move:
    ``dJ = d(f(w)) + d(g(w))`` is no statement about a J that moves by itself.
    """
    spaces = {**inventory.differentials, **inventory.base}
    wanted = given if given is not None else context.moving
    names = [n for n in sorted(wanted) if n in spaces] if wanted else list(inventory.differentials)
    base = {n: spaces[n] for n in names if n not in context.definitions}
    if names and not base:
        base = dict(take_inventory(_compound(exprs), context).base)
    independent: dict[str, Space] = {}
    for name in names:
        if name in context.definitions:
            bodies = [d.body for d in context.definitions[name]]
            reached = {getattr(n, "name", None) for b in bodies for n in walk_reached(b, context)}
            if not reached & (base.keys() | set(names)) - {name}:
                independent[name] = spaces[name]
    return base | independent


def _compound(exprs: Iterable[Expr]) -> list[Expr]:
    """Return what stands under a differential sign and is no name and no entry."""
    return [
        n.body
        for e in exprs
        for _, n in walk(e)
        if isinstance(n, Differential) and not isinstance(n.body, Sym | Entry)
    ]


def _sizes(inventory: Inventory, context: Context) -> dict[str, int]:
    out = {n: context.sizes[n] for n in inventory.sizes if n in context.sizes}
    for name, value in context.sizes.items():
        out.setdefault(name, value)
    taken = set(out.values())
    for name in inventory.sizes:
        if name in out:
            continue
        fixed = context.values.get(name)
        if fixed is not None and fixed.denominator == 1 and fixed > 0:
            out[name] = fixed.numerator
            continue
        least = inventory.least.get(name, 1)
        free = [s for s in _SIZES if s not in taken and s >= least]
        out[name] = free[0] if free else least
        taken.add(out[name])
    return out


@final
@dataclass(frozen=True, slots=True)
class _Plan:
    inventory: Inventory
    context: Context
    sizes: Mapping[str, int]
    constraints: tuple[Constraint, ...]
    seed: int
    moving: Mapping[str, Space]
    tied: frozenset[str]

    def shape(self, space: Space) -> tuple[int, ...]:
        shape = tuple(self.sizes[s.name] + s.offset if s.name else s.offset for s in space.shape)
        if any(n < 0 for n in shape):
            raise Unsupported("an array of negative size")
        return shape

    def draw(self, domains: Mapping[str, Domain], count: int, turn: int) -> Samples:
        """Return `count` candidate points."""
        styles = _styles(count)
        values: dict[str, Array] = {}
        floats: dict[tuple[str, str, bool], Array] = {}
        for name, space in self.inventory.base.items():
            shape = self.shape(space)
            if count * prod(shape) > MAX_DRAWN:
                raise Unsupported("limit:elements")
            fixed = self.context.values.get(name)
            if fixed is not None and not shape:
                values[name] = np.full((count,), fixed, dtype=object)
                continue
            drawn = _drawn(self.seed, name, turn, shape, domains[name], count)
            values[name], floats[FLOAT.name, name, False] = drawn
        directions = {
            name: _directions(self.seed, name, turn, self.shape(space), count)
            for name, space in self.moving.items()
        }
        for c in self.constraints:
            if not isinstance(c, Affine) and c.name in values:
                rng = stream(self.seed, "constraint", c.name, str(turn))
                values[c.name] = values[c.name].copy()
                floats.pop((FLOAT.name, c.name, False), None)
                impose(c, values[c.name], domains[c.name], styles, rng)
                if c.name in directions:
                    directions[c.name] = directions[c.name].copy()
                    impose_direction(c, values[c.name], directions[c.name], rng)
        samples = Samples(
            count,
            self.sizes,
            values,
            directions,
            domains,
            constrained=self.tied,
            moving=frozenset(directions),
            cache=floats,
        )
        for c in self.constraints:
            if isinstance(c, Affine):
                samples = solve_affine(c, samples, self.context, domains[c.name])
        return samples


def _styles(count: int) -> tuple[Style, ...]:
    return tuple(STYLES[k % len(STYLES)] for k in range(count))


@lru_cache(maxsize=1024)
def _drawn(
    seed: int, name: str, turn: int, shape: tuple[int, ...], domain: Domain, count: int
) -> tuple[Array, Array]:
    """Return the values of one symbol at candidate points, exact and as floats; they depend on this alone."""
    array = np.empty((count, *shape), dtype=object)
    rng = stream(seed, name, str(turn))
    for p, style in enumerate(_styles(count)):
        _fill(array[p : p + 1], domain, style, rng)
    floats = FLOAT.lift(array)
    array.flags.writeable = floats.flags.writeable = False
    return array, floats


def _fill(cells: Array, domain: Domain, style: Style, rng: random.Random) -> None:
    flat = cells.reshape(-1)
    for k in range(flat.size):
        flat[k] = draw(domain, style, rng)


@lru_cache(maxsize=256)
def _directions(seed: int, name: str, turn: int, shape: tuple[int, ...], count: int) -> Array:
    rng = stream(seed, "direction", name, str(turn))
    array = np.empty((count, *shape), dtype=object)
    flat = array.reshape(-1)
    for k in range(flat.size):
        flat[k] = nonzero(rng)
    array.flags.writeable = False
    return array


@final
@dataclass(slots=True)
class _Pool:
    """Candidate points of one assignment of domains, and how many lanes are defined at each."""

    plan: _Plan
    domains: Mapping[str, Domain]
    exprs: tuple[Expr, ...]
    wanted: int
    batches: list[Samples] = field(default_factory=list[Samples])
    counts: list[Array] = field(default_factory=list[Array])
    kinks: list[dict[int, tuple[BoolArray, BoolArray]]] = field(
        default_factory=list[dict[int, tuple[BoolArray, BoolArray]]]
    )
    kept: list[Kept] = field(default_factory=list[Kept])
    excluded: list[BoolArray] = field(default_factory=list[BoolArray])

    def candidates(self, turn: int) -> int:
        """Return how many points to draw: what is wanted, then half as many more, then plenty."""
        half = max(self.wanted // 2, 1)
        return (self.wanted, half)[turn] if turn < 2 else self.wanted + half

    def fill(self, rounds: int) -> None:
        """Draw until there are enough points and every kink has been met from both sides."""
        for turn in range(rounds):
            batch = self.plan.draw(self.domains, self.candidates(turn), turn)
            if not batch.points:
                continue
            trace = Trace(used=None)
            rows: list[Array] = []
            self.excluded.append(np.zeros(batch.points, dtype=np.bool_))
            for e in self.exprs:
                rows.append(self._lanes(e, batch, trace))
            self.batches.append(batch)
            self.counts.append(np.array(rows).reshape(len(self.exprs), batch.points))
            self.kinks.append(trace.kinks)
            if self.complete() or (turn >= 3 and len(self.accepted()) >= self.wanted):
                return

    def _lanes(self, e: Expr, batch: Samples, trace: Trace) -> Array:
        """Return how many lanes of `e` are defined at each point (all 1 for what cannot be evaluated)."""
        context = self.plan.context
        try:
            (value,), names, ranges, admitted = run(
                (e,), batch, context, arithmetic=FLOAT, trace=trace
            )
        except Unsupported:
            return np.ones(batch.points, dtype=np.int64)
        if not self.batches:
            self.kept.append(Kept(e, context, names, ranges, value, admitted))
        ok = lanes_defined(FLOAT, ordered(value, len(names)), value.rank) & admitted
        self.excluded[-1] |= ~admitted.reshape(admitted.shape[0], -1).any(axis=1)
        return np.broadcast_to(ok.reshape(ok.shape[0], -1).sum(axis=1), (batch.points,))

    def accepted(self) -> list[int]:
        """Return the points (over all batches) where as much is defined as anywhere."""
        if not self.counts:
            return []
        counts = np.concatenate(self.counts, axis=1)
        if not counts.size:
            return list(range(counts.shape[1]))
        most = counts.max(axis=1, keepdims=True)
        good = ((counts == most) & (most > 0)).all(axis=0)
        return [int(p) for p in np.flatnonzero(good)]

    def _sides(self) -> list[BoolArray]:
        """Return, per kink and side, at which points it is met."""
        keys = dict.fromkeys(k for kinks in self.kinks for k in kinks)
        out: list[BoolArray] = []
        for key in keys:
            for side in (0, 1):
                rows = [
                    kinks[key][side] if key in kinks else np.zeros(b.points, dtype=np.bool_)
                    for kinks, b in zip(self.kinks, self.batches, strict=True)
                ]
                out.append(np.concatenate(rows))
        return out

    def complete(self) -> bool:
        """Tell whether there are enough points, with both sides of every kink among them."""
        good = self.accepted()
        excluded = np.concatenate(self.excluded)
        return len(good) >= self.wanted and all(
            side[good].any() or (side & excluded).any() for side in self._sides()
        )

    def rank(self) -> tuple[int, int, int]:
        """Order pools: more points, then fewer kinks met from one side, then more lanes defined."""
        good = self.accepted()
        met = sum(bool(side[good].any()) for side in self._sides()) if good else 0
        lanes = int(np.concatenate(self.counts, axis=1).max(axis=1).sum()) if good else 0
        return min(len(good), self.wanted), met, lanes

    def samples(self) -> Samples:
        """Return the chosen points: such that show every side of every kink first, then in order."""
        good = self.accepted()
        chosen: dict[int, None] = {}
        one_sided = 0
        excluded = np.concatenate(self.excluded)
        for side in self._sides():
            here = [p for p in good if side[p]]
            if not here:  # a side that only what is told of the points excludes is none to meet
                one_sided += not (side & excluded).any()
            elif not any(p in chosen for p in here) and len(chosen) < self.wanted:
                chosen[here[0]] = None
        for p in good:
            if len(chosen) >= self.wanted:
                break
            chosen.setdefault(p)
        at = np.array(sorted(chosen), dtype=np.int64)
        first = self.batches[0]
        base = self.plan.context.domains
        default = Domain()
        chosen_samples = Samples(
            len(at),
            MappingProxyType(dict(first.sizes)),
            _gathered([b.values for b in self.batches], at),
            _gathered([b.directions for b in self.batches], at),
            MappingProxyType(dict(self.domains)),
            MappingProxyType(
                {n: d for n, d in self.domains.items() if n not in base and d != default}
            ),
            first.constrained,
            first.moving,
            one_sided,
        )
        if len(at) == first.points and (at == np.arange(len(at))).all():
            chosen_samples.kept.extend(self.kept)
        for key in first.cache:
            if all(key in b.cache for b in self.batches):
                lifted = np.concatenate([b.cache[key] for b in self.batches])[at]
                chosen_samples.cache[key] = lifted
        return chosen_samples


def _gathered(batches: list[Mapping[str, Array]], at: Array) -> Mapping[str, Array]:
    out: dict[str, Array] = {}
    for name in batches[0]:
        array = np.concatenate([b[name] for b in batches])[at]
        array.flags.writeable = False
        out[name] = array
    return MappingProxyType(out)
