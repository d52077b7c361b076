"""The slip that the numbers of the code show: the likeliest wrong rule or edit that gives exactly these numbers."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, final

import numpy as np

from gradproof.evaluate import Unsupported
from gradproof.expr import Expr, Num, subtrees
from gradproof.gradcode.edited import Rewritten, rewritten, squeezed
from gradproof.gradcode.fit import Closeness
from gradproof.gradcode.forms import Forms
from gradproof.gradcode.numbers import Floats
from gradproof.gradcode.quantities import quantities
from gradproof.gradcode.question import Asked, name_of
from gradproof.gradcode.truth import Points
from gradproof.gradcode.wrong_rules import Aim, Named, search, settled
from gradproof.mistakes import catalogue
from gradproof.mistakes.words import fill
from gradproof.rewrite import tidy
from gradproof.spell import to_plain

OWN: Final = {
    "mean-over-wrong-size": ("the mean is taken over the wrong size", 0.62),
    "mean-factor-added": ("a factor 1/m too many", 0.6),
    "sum-over-wrong-axis": ("the sum runs along the wrong axis", 0.7),
    "value-overwritten": ("a value was overwritten in place before it was used", 0.56),
}
"""Mistakes that only code makes: their headline, and how common they are."""

EXACT: Final = {
    "sign-loss-vs-likelihood": 1.15,
    "quadratic-form-symmetrised": 1.2,
    "sum-dropped": 1.5,
}
"""Weights of mistakes that an edit tells apart better than their place in the list of mistakes says."""


@final
@dataclass(frozen=True, slots=True)
class Slip:
    """A mistake that explains the numbers.

    Attributes:
        mistake: its name.
        told: what is wrong, in words.
        computed: the formula that the code computes, in its shortest form.
        also: names of other mistakes that give the same numbers.
    """

    mistake: str
    told: str
    computed: Expr
    also: tuple[str, ...]


@final
@dataclass(frozen=True, slots=True)
class _Cause:
    mistake: str
    prior: float
    weight: int
    told: str
    computed: Expr

    @property
    def rank(self) -> tuple[float, int, str, str]:
        return -self.prior, self.weight, self.mistake, self.told


def name_slip(
    asked: Asked, k: int, forms: Forms, sets: Sequence[tuple[Points, Floats]], least: Closeness
) -> Slip | None:
    """Return the mistake whose gradient the code computes at all points, None where none is known.

    Args:
        asked: the question.
        k: which variable.
        forms: the right gradient by it.
        sets: points, and what the code gives there.
        least: the poorest closeness that the type of the code's numbers allows.
    """
    aims = tuple(_aim(points, code, k) for points, code in sets)
    aims = tuple(a for a in aims if len(a.code))
    if not aims:
        return None
    tried: dict[Closeness, None] = dict.fromkeys(("double", "single", least))
    for closeness in tried:
        causes = list(_causes(asked, k, forms, aims, closeness))
        if causes:
            causes.sort(key=lambda c: c.rank)
            best = causes[0]
            shortest = min((c.computed for c in causes), key=lambda e: (_size(e), to_plain(e)))
            also = dict.fromkeys(c.mistake for c in causes)
            also.pop(best.mistake)
            return Slip(best.mistake, best.told, shortest, tuple(also))
    return None


def _aim(points: Points, code: Floats, k: int) -> Aim:
    """Return what is aimed at, without the points at which the code gives no number."""
    flat = squeezed(code)
    good = [int(p) for p in np.flatnonzero(np.isfinite(flat).reshape(len(flat), -1).all(axis=1))]
    right = squeezed(points.gradients[k])[good]
    return Aim(points.samples.subset(good), flat[good], right, points.blurs[k][good])


def _causes(
    asked: Asked, k: int, forms: Forms, aims: tuple[Aim, ...], closeness: Closeness
) -> "list[_Cause]":
    out: list[_Cause] = []
    goal, variable = asked.goals[k], name_of(asked.questions[k].wrt)
    for form in forms.forms:
        own = settled(form, aims)
        if not own:
            continue
        with suppress(Unsupported):
            out.extend(_of_rule(n) for n in search(form, own, closeness))
        if not form.goal:
            sizes = own[0].samples.sizes
            known = quantities(form.expr, goal, variable, form.context, sizes)
            with suppress(Unsupported):
                out.extend(_of_edit(r) for r in rewritten(form, known, own, closeness))
    return out


def _of_rule(n: Named) -> _Cause:
    first = n.placed[0]
    told = fill(first.mistake.message, first, n.form.context)
    return _Cause(first.mistake.name, n.prior, n.size, told, tidy(n.computed, n.form.context))


def _of_edit(r: Rewritten) -> _Cause:
    e = r.edited
    if e.mistake in OWN:
        headline, prior = OWN[e.mistake]
    else:
        mistake = catalogue()[e.mistake]
        headline, prior = mistake.headline, mistake.prior
    prior *= EXACT.get(e.mistake, 1.0) * (1.0, 0.92, 0.8)[min(e.cost, 3) - 1]
    if e.mistake == "term-lost" and e.path == ():
        prior *= 1.9
    told = headline
    wrong, right = to_plain(e.after), to_plain(e.before)
    if len(wrong) + len(right) < 120 and e.path != ():
        told = f"{headline}: {wrong} stands where {right} belongs"
    return _Cause(e.mistake, prior, _size(e.before), told, e.line)


def _size(e: Expr) -> int:
    """Return how long an expression is; what nobody writes counts more."""
    return sum(3 if isinstance(n, Num) and n.value == 1 else 1 for n in subtrees(e))
