"""Two slips in one gradient: tried where no single one gives the numbers of the code.

First every edit with every factor in front of the result, which costs little: the factor that an edited line lacks is
read off its values. Then every edit after every other, the likeliest and shortest first, up to a limit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, final

import numpy as np

from gradproof.expr import Expr
from gradproof.gradcode.edited import distinct, fitting, measured
from gradproof.gradcode.edits import Edited, factors_in_front
from gradproof.gradcode.fit import Closeness
from gradproof.gradcode.forms import Form
from gradproof.gradcode.numbers import Floats
from gradproof.gradcode.quantities import Quantities
from gradproof.gradcode.wrong_rules import Aim
from gradproof.mistakes.bench import Bench

FIRST: Final = 60
"""Edits that are combined with one another."""

LIMIT: Final = 1200
"""At most so many pairs of one form are tried."""

Benches = Sequence[tuple[Aim, Bench]]


@final
@dataclass(frozen=True, slots=True)
class Two:
    """Two edits, the second of the line after the first, that give the numbers of the code at all points."""

    first: Edited
    second: Edited
    closeness: Closeness


def two_slips(
    form: Form, known: Quantities, aims: tuple[Aim, ...], least: Closeness
) -> Iterator[Two]:
    """Yield pairs of edits that explain the code."""
    benches = [(a, Bench(a.samples, form.context)) for a in aims]
    single = list(distinct(form.expr, form.context, known))
    met = False
    for two in _scaled(single, form, known, benches, least):
        met = True
        yield two
    if not met:
        yield from _any(single, form, known, benches, least)


def _scaled(
    single: Sequence[Edited], form: Form, known: Quantities, benches: Benches, least: Closeness
) -> Iterator[Two]:
    aim, bench = benches[0]
    whole = measured(form.expr, form, bench, aim)
    if whole is None:
        return
    ratios: list[Floats | None] = []
    for s in factors_in_front(form.expr, known):
        values = measured(s.line, form, bench, aim)
        ratios.append(None if values is None else _ratio(whole, values))
    for e in single:
        values = measured(e.line, form, bench, aim)
        ratio = None if values is None else _ratio(values, aim.code)
        if ratio is None:
            continue
        for second, factor in zip(factors_in_front(e.line, known), ratios, strict=False):
            if factor is not None and _alike(ratio, factor):
                closeness = fitting(second.line, form, benches, least)
                if closeness != "none":
                    yield Two(e, second, closeness)


def _ratio(values: Floats, aim: Floats) -> Floats | None:
    """Return at each point the number by which values have to be multiplied, nan where there is none.

    Where three of four points have no such number, there is none at all.
    """
    if values.shape != aim.shape:
        return None
    a, b = values.reshape(len(values), -1), aim.reshape(len(aim), -1)
    with np.errstate(all="ignore"):
        ratio = (a * b).sum(axis=1) / (a * a).sum(axis=1)
        gap = np.abs(ratio[:, None] * a - b).max(axis=1)
        near = gap <= 1e-3 * np.abs(b).max(axis=1)
    out = np.where(near & np.isfinite(ratio), ratio, np.nan)
    return out if 4 * int(np.isfinite(out).sum()) >= len(out) else None


def _alike(a: Floats, b: Floats) -> bool:
    both = np.isfinite(a) & np.isfinite(b)
    return bool(both.any()) and bool(np.allclose(a[both], b[both], rtol=1e-3, atol=0.0))


def _any(
    single: Sequence[Edited], form: Form, known: Quantities, benches: Benches, least: Closeness
) -> Iterator[Two]:
    likely = [e for e in single if e.cost == 1][:FIRST]
    done: set[Expr] = set()
    tried = 0
    for first in likely:
        after = (e for e in distinct(first.line, form.context, known) if e.cost == 1)
        for second in islice(after, FIRST):
            if second.line in done:
                continue
            done.add(second.line)
            tried += 1
            if tried > LIMIT:
                return
            closeness = fitting(second.line, form, benches, least)
            if closeness != "none":
                yield Two(first, second, closeness)
                return
