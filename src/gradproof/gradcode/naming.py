"""The slip that the numbers of the code show: the likeliest wrong rule or edit that gives exactly these numbers."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, final

import numpy as np

from gradproof.evaluate import Unsupported
from gradproof.expr import Derivative, Div, Expr, Gradient, Mul, Num, Sym, subtrees
from gradproof.gradcode.cause import Cause
from gradproof.gradcode.edited import Rewritten, rewritten, squeezed
from gradproof.gradcode.edits import Edited
from gradproof.gradcode.fit import Closeness
from gradproof.gradcode.forms import Form, Forms
from gradproof.gradcode.forward import forward_causes
from gradproof.gradcode.held import held_causes
from gradproof.gradcode.numbers import Floats
from gradproof.gradcode.pairs import two_slips
from gradproof.gradcode.quantities import Quantities, quantities
from gradproof.gradcode.question import Asked, name_of
from gradproof.gradcode.stretched import stretched_causes
from gradproof.gradcode.truth import Points
from gradproof.gradcode.wrong_rules import Aim, Named, search, settled
from gradproof.mistakes import catalogue
from gradproof.mistakes.ranking import consistent
from gradproof.mistakes.words import fill
from gradproof.rewrite import tidy
from gradproof.spell import to_plain

OWN: Final = {
    "mean-over-wrong-size": ("the mean is taken over the wrong size", 0.62),
    "mean-factor-added": ("a factor 1/m too many", 0.6),
    "sum-over-wrong-axis": ("the sum runs along the wrong axis", 0.7),
    "forward-differs": ("a value on the way is not that of the formula", 0.4),
    "broadcast-stretched": ("NumPy stretches a column and a vector to a matrix", 0.5),
    "value-overwritten": ("a value was overwritten in place before it was used", 0.56),
}
"""Mistakes that only code makes: their headline, and how common they are."""

EXACT: Final = {
    "sign-loss-vs-likelihood": 1.15,
    "quadratic-form-symmetrised": 1.2,
    "sum-dropped": 1.5,
}
"""Weights of mistakes that an edit tells apart better than their place in the list of mistakes says."""


LIKELY: Final = 0.6
"""Share of the likelihood of the best explanation from which on another one is told, too."""

OTHERS: Final = 3
"""Other explanations that are told."""

FORMS: Final = 2
"""Forms in which pairs of slips are looked for."""

SHORT: Final = 120
"""Characters of what stands and what belongs there that are quoted."""


@final
@dataclass(frozen=True, slots=True)
class Slip:
    """A mistake that explains the numbers.

    Attributes:
        mistake: its name.
        told: what is wrong, in words.
        computed: the formula that the code computes, in its shortest form; None where it is none.
        also: names of other mistakes that give the same numbers, the likeliest first.
        second: a second mistake that was made beside it: its name, and what is wrong.
    """

    mistake: str
    told: str
    computed: Expr | None
    also: tuple[str, ...]
    second: tuple[str, str] | None = None


def name_slip(
    asked: Asked,
    k: int,
    forms: Forms,
    sets: Sequence[tuple[Points, Floats]],
    least: Closeness,
    *,
    deep: bool,
) -> Slip | None:
    """Return the mistake whose gradient the code computes at all points, None where none is known.

    Args:
        asked: the question.
        k: which variable.
        forms: the right gradient by it.
        sets: points, and what the code gives there.
        least: the poorest closeness that the type of the code's numbers allows.
        deep: whether another formula and two slips are looked for, where no single slip is known to fit.
    """
    aims = tuple(_aim(points, code, k) for points, code in sets)
    aims = tuple(a for a in aims if len(a.code))
    if not aims:
        return None
    for found in (_other, _double) if deep else (_single,):
        causes = list(found(asked, k, forms, aims, least))
        closest = [c for c in causes if c.closeness == "double"] or causes
        if closest:
            return _slip(sorted(closest, key=lambda c: c.rank), asked)
    return None


def _slip(causes: Sequence[Cause], asked: Asked) -> Slip:
    """Return what is said of causes, the best first."""
    best = causes[0]
    lines = [c.computed for c in causes if c.computed is not None and c.second == best.second]
    own = {*asked.base, *asked.defined, *asked.sizes}
    shortest = min(lines, key=lambda e: (_borrowed(e, own), _size(e), to_plain(e)), default=None)
    also = consistent(best.mistake, (c.mistake for c in causes if c.prior >= LIKELY * best.prior))
    same = [c for c in causes if (c.mistake, c.prior) == (best.mistake, best.prior)]
    told = min((c.told for c in same), key=lambda t: (len(t), t))
    return Slip(best.mistake, told, shortest, also[:OTHERS], best.second)


def _aim(points: Points, code: Floats, k: int) -> Aim:
    """Return what is aimed at, without the points at which the code gives no number."""
    flat = squeezed(code)
    good = [int(p) for p in np.flatnonzero(np.isfinite(flat).reshape(len(flat), -1).all(axis=1))]
    right = squeezed(points.gradients[k])[good]
    return Aim(points.samples.subset(good), flat[good], right, points.blurs[k][good])


def _single(
    asked: Asked, k: int, forms: Forms, aims: tuple[Aim, ...], least: Closeness
) -> Iterator[Cause]:
    """Yield single slips: wrong rules, edits of the result, values taken as constants."""
    for form, own in _settled(forms, aims):
        with suppress(Unsupported):
            yield from (_of_rule(n) for n in search(form, own, least))
        if not form.goal:
            with suppress(Unsupported):
                known = _known(asked, k, form, own)
                yield from (_of_edit(r) for r in rewritten(form, known, own, least))
    yield from held_causes(asked, k, aims, least)


def _other(
    asked: Asked, k: int, forms: Forms, aims: tuple[Aim, ...], least: Closeness
) -> Iterator[Cause]:
    """Yield slips that only code makes: another formula, shapes that NumPy stretches."""
    yield from forward_causes(asked, k, forms, aims, least)
    for form, own in _settled(forms, aims):
        if not form.goal:
            yield from stretched_causes(form, asked, own, least)


def _double(
    asked: Asked, k: int, forms: Forms, aims: tuple[Aim, ...], least: Closeness
) -> Iterator[Cause]:
    """Yield pairs of slips, of the form that is shown and of the shortest others."""
    lines = [(f, own) for f, own in _settled(forms, aims) if not f.goal]
    lines.sort(key=lambda fo: (fo[0].expr != forms.shown, _size(fo[0].expr)))
    for form, own in lines[:FORMS]:
        with suppress(Unsupported):
            for two in two_slips(form, _known(asked, k, form, own), own, least):
                yield _of_two(Rewritten(two.first, form, two.closeness), two.second)


def _settled(forms: Forms, aims: tuple[Aim, ...]) -> Iterator[tuple[Form, tuple[Aim, ...]]]:
    for form in forms.forms:
        own = settled(form, aims)
        if own:
            yield form, own


def _known(asked: Asked, k: int, form: Form, own: tuple[Aim, ...]) -> Quantities:
    variable = name_of(asked.questions[k].wrt)
    sizes = own[0].samples.sizes
    return quantities(form.expr, asked.goals[k], variable, form.context, sizes)


def _of_rule(n: Named) -> Cause:
    first = n.placed[0]
    told = fill(first.mistake.message, first, n.form.context)
    line = tidy(n.computed, n.form.context)
    return Cause(first.mistake.name, n.prior, n.size, told, line, n.closeness)


def _of_edit(r: Rewritten) -> Cause:
    told, prior = _told(r.edited)
    return Cause(r.edited.mistake, prior, _size(r.edited.before), told, r.edited.line, r.closeness)


def _of_two(r: Rewritten, second: Edited) -> Cause:
    first, prior = _told(r.edited)
    told, other = _told(second)
    size = _size(r.edited.before) + _size(second.before)
    return Cause(
        r.edited.mistake,
        prior * other,
        size,
        first,
        second.line,
        r.closeness,
        (second.mistake, told),
    )


def _told(e: Edited) -> tuple[str, float]:
    """Return what is wrong, in words, and how likely it is."""
    if e.mistake in OWN:
        headline, prior = OWN[e.mistake]
    else:
        mistake = catalogue()[e.mistake]
        headline, prior = mistake.headline, mistake.prior
    prior *= EXACT.get(e.mistake, 1.0) * (1.0, 0.92, 0.8)[min(e.cost, 3) - 1]
    if e.mistake == "term-lost" and e.path == ():
        prior *= 1.9
    match e.after:
        case Div(top, size) if e.path == () and top == e.before:
            return f"{headline}: {to_plain(size)} divides", prior
        case Mul((factor, rest)) if e.path == () and rest == e.before:
            return f"{headline}: {to_plain(factor)} multiplies", prior
        case _:
            pass
    wrong, right = to_plain(e.after), to_plain(e.before)
    if len(wrong) + len(right) < SHORT and e.path != ():
        return f"{headline}: {wrong} stands where {right} belongs", prior
    return headline, prior


def _borrowed(e: Expr, own: set[str]) -> bool:
    """Tell whether a line has links, or names that a derivation gave and the formula does not know."""
    return any(
        isinstance(n, Derivative | Gradient) or (isinstance(n, Sym) and n.name not in own)
        for n in subtrees(e)
    )


def _size(e: Expr) -> int:
    """Return how long an expression is; what nobody writes counts more."""
    return sum(3 if isinstance(n, Num) and n.value == 1 else 1 for n in subtrees(e))
