"""Which edit of the right gradient the code computes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

import numpy as np

from gradproof.expr import Context, Expr
from gradproof.gradcode.edits import MOST, Edited, edits
from gradproof.gradcode.fit import Closeness
from gradproof.gradcode.forms import Form
from gradproof.gradcode.numbers import Floats
from gradproof.gradcode.quantities import Quantities
from gradproof.gradcode.wrong_rules import Aim, arranged, matches
from gradproof.mistakes.bench import Bench


@final
@dataclass(frozen=True, slots=True)
class Rewritten:
    """An edit of the right gradient that gives the numbers of the code at all points."""

    edited: Edited
    form: Form


def rewritten(
    form: Form, known: Quantities, aims: tuple[Aim, ...], closeness: Closeness
) -> list[Rewritten]:
    """Return the edits of one form whose values are those of the code at all points."""
    benches = [(a, Bench(a.samples, form.context)) for a in aims]
    first, bench = benches[0]
    out: list[Rewritten] = []
    for edited in _distinct(form.expr, form.context, known):
        if _fits(edited.line, form, bench, first, closeness) and all(
            _fits(edited.line, form, b, a, closeness) for a, b in benches[1:]
        ):
            out.append(Rewritten(edited, form))
    return out


def _distinct(line: Expr, context: Context, known: Quantities) -> Iterator[Edited]:
    tried: set[tuple[str, Expr]] = set()
    for edited in edits(line, context, known):
        key = (edited.mistake, edited.line)
        if key in tried:
            continue
        if len(tried) >= MOST:
            return
        tried.add(key)
        yield edited


def _fits(line: Expr, form: Form, bench: Bench, aim: Aim, closeness: Closeness) -> bool:
    measured = bench.value(line)
    if measured is None:
        return False
    values = arranged(measured, form.letters, aim.samples.points)
    return values is not None and matches(squeezed(values), aim, closeness)


def squeezed(values: Floats) -> Floats:
    """Return values without axes of one entry (a row is compared as the vector that it is)."""
    keep = [n for n in values.shape[1:] if n != 1]
    return np.reshape(values, (len(values), *keep))
