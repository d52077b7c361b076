"""Which edit of the right gradient the code computes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from gradproof.expr import Context, Expr
from gradproof.gradcode.edits import MOST, Edited, edits
from gradproof.gradcode.fit import Closeness, poorer
from gradproof.gradcode.forms import Form
from gradproof.gradcode.numbers import Floats
from gradproof.gradcode.quantities import Quantities
from gradproof.gradcode.wrong_rules import Aim, arranged, matches
from gradproof.mistakes.bench import Bench


@final
@dataclass(frozen=True, slots=True)
class Rewritten:
    """An edit of the right gradient that gives the numbers of the code at all points, and how closely."""

    edited: Edited
    form: Form
    closeness: Closeness


def rewritten(
    form: Form, known: Quantities, aims: tuple[Aim, ...], least: Closeness
) -> list[Rewritten]:
    """Return the edits of one form whose values are those of the code at all points."""
    benches = [(a, Bench(a.samples, form.context)) for a in aims]
    out: list[Rewritten] = []
    for edited in distinct(form.expr, form.context, known):
        closeness = fitting(edited.line, form, benches, least)
        if closeness != "none":
            out.append(Rewritten(edited, form, closeness))
    return out


def fitting(
    line: Expr, form: Form, benches: Sequence[tuple[Aim, Bench]], least: Closeness
) -> Closeness:
    """Return how closely a line gives the numbers of the code at all points."""
    poorest: Closeness = "double"
    for aim, bench in benches:
        values = measured(line, form, bench, aim)
        found = "none" if values is None else matches(values, aim, least)
        if found == "none":
            return "none"
        poorest = poorer((poorest, found))
    return poorest


def measured(line: Expr, form: Form, bench: Bench, aim: Aim) -> Floats | None:
    """Return the values of a line as the code's are laid out; None where it has none, or other indices."""
    found = bench.value(line)
    values = None if found is None else arranged(found, form.letters, aim.samples.points)
    return None if values is None else squeezed(values)


def distinct(line: Expr, context: Context, known: Quantities) -> Iterator[Edited]:
    """Yield the edits of a line, each once and at most `MOST`."""
    tried: set[tuple[str, Expr]] = set()
    for edited in edits(line, context, known):
        key = (edited.mistake, edited.line)
        if key in tried:
            continue
        if len(tried) >= MOST:
            return
        tried.add(key)
        yield edited


def squeezed(values: Floats) -> Floats:
    """Return values without axes of one entry (a row is compared as the vector that it is)."""
    keep = [n for n in values.shape[1:] if n != 1]
    return np.reshape(values, (len(values), *keep))
