"""Which wrong rule gives the numbers of the code: every variant of the derivation is compared with them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, final

import numpy as np

from gradproof.evaluate import Samples
from gradproof.expr import Entry, Expr, Opaque, Sym, walk_reached
from gradproof.gradcode.fit import Closeness, fit, poorer, same
from gradproof.gradcode.forms import Form
from gradproof.gradcode.numbers import Floats
from gradproof.mistakes import catalogue
from gradproof.mistakes.bench import Bench, Measured
from gradproof.mistakes.lanes import measure_together
from gradproof.mistakes.sites import Placed, Workshop, shown, span_size

BUDGET: Final = 3000
"""At most so many variants of one form are evaluated."""

ENOUGH: Final = 4
"""Points below which nothing is concluded."""


@final
@dataclass(frozen=True, slots=True)
class Aim:
    """What the code gives at the points of one set, and what is right there; points are the first axis.

    `blurs` is what single precision explains at each point.
    """

    samples: Samples
    code: Floats
    right: Floats
    blurs: Floats


@final
@dataclass(frozen=True, slots=True)
class Named:
    """A wrong rule whose gradient is that of the code.

    Attributes:
        placed: the wrong rules at their sites (one mistake, at one site or at several).
        computed: the gradient that they give.
        form: the form that they were used on.
        prior: how likely.
        size: how much of the form they touch.
        closeness: how closely it is that of the code.
    """

    placed: tuple[Placed, ...]
    computed: Expr
    form: Form
    prior: float
    size: int
    closeness: Closeness


def arranged(m: Measured, letters: tuple[str, ...], points: int) -> Floats | None:
    """Return measured values with axes points, letters in order, own axes; None where the indices are others."""
    values = m.values
    axes = values.ndim - m.rank - 1
    values = values.reshape((1,) * (len(m.names) - axes) + values.shape)
    count = len(m.names)
    others = [count - 1 - k for k, name in enumerate(m.names) if name not in letters]
    if any(values.shape[k] > 1 for k in others) or not set(letters) <= set(m.names):
        return None
    own = list(range(count + 1, values.ndim))
    where = [count - 1 - m.names.index(name) for name in letters]
    turned = values.transpose([count, *where, *own, *others])
    turned = turned.reshape(turned.shape[: turned.ndim - len(others)])
    return np.broadcast_to(turned, (points, *turned.shape[1:]))


def settled(form: Form, aims: tuple[Aim, ...]) -> tuple[Aim, ...]:
    """Return the points at which a form itself is right in floating point; none where these are too few."""
    out: list[Aim] = []
    for a in aims:
        measured = Bench(a.samples, form.context).value(form.expr)
        values = None if measured is None else arranged(measured, form.letters, a.samples.points)
        if values is None or values.shape != a.right.shape:
            return ()
        chosen = [int(k) for k in np.flatnonzero(fit(values, a.right).errors <= 1e-9)]
        if len(chosen) < min(ENOUGH, a.samples.points):
            return ()
        out.append(Aim(a.samples.subset(chosen), a.code[chosen], a.right[chosen], a.blurs[chosen]))
    return tuple(out)


def search(form: Form, aims: tuple[Aim, ...], least: Closeness) -> list[Named]:
    """Return the wrong rules that give the numbers of the code in one form of the gradient, at all points.

    The form has to be right itself at these points: see `settled`.
    """
    first = aims[0]
    after = Opaque("code", tuple(_quantities(form)))
    shop = Workshop(form.expr, form.context)
    placed = [p for m in catalogue().values() for p in shop.places(m, after)]
    placed.sort(key=lambda p: (-p.prior, p.mistake.name, p.path, p.choice))
    bench = Bench(first.samples, form.context)
    single = list(islice(((p,) for p in placed), BUDGET))
    found = _fitting(shop, single, bench, form, first, least)
    if not found:
        found = _fitting(shop, list(islice(_alike(placed), BUDGET)), bench, form, first, least)
    others = [(a, Bench(a.samples, form.context)) for a in aims[1:]]
    out: list[Named] = []
    for group in found:
        line = shop.build(group)
        if line is None:
            continue
        kept = [(first, bench), *others]
        closeness = poorer(_closeness(b.value(line), form, a, least) for a, b in kept)
        if closeness != "none":
            size = sum(span_size(form.expr, shown(p.path)) for p in group if p.stage != "result")
            out.append(Named(group, line, form, group[0].prior, size, closeness))
    return out


def _quantities(form: Form) -> Iterator[Expr]:
    """Yield the scalars and entries that a person may mix up."""
    seen: dict[Expr, None] = {}
    for node in walk_reached(form.expr, form.context):
        if isinstance(node, Sym | Entry):
            seen[node] = None
    yield from seen


def _fitting(
    shop: Workshop,
    groups: list[tuple[Placed, ...]],
    bench: Bench,
    form: Form,
    aim: Aim,
    least: Closeness,
) -> list[tuple[Placed, ...]]:
    out: list[tuple[Placed, ...]] = []
    for group, known in zip(groups, measure_together(shop, groups, bench), strict=True):
        measured = known
        if measured is None:
            line = shop.build(group)
            measured = None if line is None else bench.value(line)
        if _closeness(measured, form, aim, least) != "none":
            out.append(group)
    return out


def _closeness(m: Measured | None, form: Form, aim: Aim, least: Closeness) -> Closeness:
    """Return how closely values are those of the code; ``none`` where they are not, or are right."""
    if m is None:
        return "none"
    values = arranged(m, form.letters, aim.samples.points)
    if values is None:
        return "none"
    return matches(values, aim, least)


def matches(values: Floats, aim: Aim, least: Closeness) -> Closeness:
    """Return how closely values are those of the code wherever both are defined; ``none`` where they are right."""
    known = np.isfinite(values).reshape(len(values), -1).all(axis=1)
    if values.shape != aim.code.shape or 4 * int(known.sum()) < 3 * len(values):
        return "none"
    found = fit(values, aim.code, least, aim.blurs).closeness
    if found == "none":
        return "none"
    enough: Closeness = "half" if least == "half" else "single"
    return "none" if same(values, aim.right, enough, aim.blurs) else found


def _alike(placed: Iterable[Placed]) -> Iterator[tuple[Placed, ...]]:
    """Yield the groups of like sites at which one mistake may have been made every time."""
    groups: dict[tuple[str, str, int, int], list[Placed]] = {}
    for p in placed:
        groups.setdefault((p.mistake.name, p.stage, p.rule, p.choice), []).append(p)
    for members in groups.values():
        same_node: dict[Expr, list[Placed]] = {}
        for p in members:
            same_node.setdefault(p.node, []).append(p)
        for group in (*same_node.values(), members):
            if 1 < len(group) <= 12:
                yield tuple(group)
