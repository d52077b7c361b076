"""Between which bounds a value certainly lies; from it, which sign it has."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Final, final

from gradproof.canonical.atoms import Atom, Value
from gradproof.canonical.indices import at_least
from gradproof.canonical.polynomials import Poly, factors, terms
from gradproof.canonical.workspace import Workspace
from gradproof.expr import Domain


@final
@dataclass(frozen=True, slots=True)
class Interval:
    """Where a real number lies: None is unbounded, an open end is not attained."""

    lower: Fraction | None = None
    upper: Fraction | None = None
    lower_open: bool = True
    upper_open: bool = True

    @property
    def positive(self) -> bool:
        """Whether every member exceeds 0."""
        return self.lower is not None and (self.lower > 0 or (self.lower == 0 and self.lower_open))

    @property
    def negative(self) -> bool:
        """Whether every member is below 0."""
        return self.upper is not None and (self.upper < 0 or (self.upper == 0 and self.upper_open))


_ZERO, _ONE = Fraction(0), Fraction(1)
UNKNOWN: Final = Interval()
ABOVE_ZERO: Final = Interval(_ZERO)
NOT_NEGATIVE: Final = Interval(_ZERO, lower_open=False)
UNIT: Final = Interval(_ZERO, _ONE, False, False)
AROUND: Final = Interval(-_ONE, _ONE, False, False)
COUNT: Final = Interval(_ONE, lower_open=False)
PI: Final = Interval(Fraction(333, 106), Fraction(355, 113))

_FUNCTIONS: Final = {
    "sin": AROUND, "cos": AROUND, "erf": Interval(-_ONE, _ONE),
    "arctan": Interval(Fraction(-2), Fraction(2)), "arcsin": Interval(Fraction(-2), Fraction(2)),
}  # fmt: skip


def sign_of_value(w: Workspace, v: Value) -> int:
    """Return 1 or -1 where a value is certain to be positive or negative, else 0."""
    top = _sign_by_factors(w, v.num)
    return top * _sign_by_factors(w, v.den) if top else 0


def _sign_by_factors(w: Workspace, p: Poly) -> int:
    found = sign_of_poly(w, p)
    if found or len(p) < 2:
        return found
    content, parts = factors(p)
    out = 1 if content > 0 else -1
    if len(parts) == 1 and parts[0][1] == 1:
        return 0
    for f, e in parts:
        found = sign_of_poly(w, f)
        if not found:
            return 0
        out *= found**e
    return out


def sign_of_poly(w: Workspace, p: Poly) -> int:
    """Return 1 or -1 where a polynomial is certain to be positive or negative, else 0."""
    found = bounds(w, p)
    return 1 if found.positive else -1 if found.negative else 0


def bounds(w: Workspace, p: Poly) -> Interval:
    """Return bounds of a polynomial from those of its atoms, term by term."""
    if len(p) > 200:
        return UNKNOWN
    total = Interval(_ZERO, _ZERO, False, False)
    known: dict[int, Interval] = {}
    for m, c in terms(p):
        term = Interval(Fraction(c), Fraction(c), False, False)
        for k, e in enumerate(m):
            if e:
                if k not in known:
                    known[k] = atom_bounds(w, w.atoms[k])
                term = _times(term, _power(known[k], e))
        total = _plus(total, term)
        if total.lower is None and total.upper is None:
            return UNKNOWN
    return total


def atom_bounds(w: Workspace, atom: Atom) -> Interval:
    """Return where the value of an atom lies."""
    match atom.kind:
        case "symbol" | "entry":
            if atom.name in w.sizes and not atom.indices:
                return COUNT
            return from_domain(w.context.domains.get(atom.name))
        case "index":
            if at_least(atom.indices[0], 1, w.ranges, w.sizes):
                return COUNT
            return UNKNOWN
        case "delta" | "order":
            return UNIT
        case "sign":
            return AROUND
        case "function":
            return PI if atom.name == "pi" else _FUNCTIONS.get(atom.name, UNKNOWN)
        case "exp":
            return ABOVE_ZERO if honest(w, atom) else UNKNOWN
        case "root":
            return ABOVE_ZERO if sign_of_value(w, atom.args[0]) > 0 else NOT_NEGATIVE
        case "sum":
            return _sum_bounds(w, atom)
        case "log" | "logabs" | "prod" | "apply":
            return UNKNOWN


def honest(w: Workspace, atom: Atom) -> bool:
    """Tell whether ``e^u`` is one: a power ``a^γ`` may stand for a negative number, or for zero."""
    parts = (w.atoms[k] for k in w.used(atom.args[0]))
    return all(
        a.kind != "logabs" and (a.kind != "log" or sign_of_value(w, a.args[0]) > 0) for a in parts
    )


def from_domain(d: Domain | None) -> Interval:
    """Return a declared domain as an interval."""
    if d is None:
        return UNKNOWN
    if d.members:
        return Interval(min(d.members), max(d.members), False, False)
    return Interval(d.lower, d.upper, d.lower_open, d.upper_open)


def _sum_bounds(w: Workspace, atom: Atom) -> Interval:
    inside = sign_of_value(w, atom.args[0])
    ranges = {**w.ranges, **{b.name: b.extent for b in atom.bounds}}
    filled = all(at_least(b.extent.length, 1, ranges, w.sizes) for b in atom.bounds)
    if inside > 0 and filled:
        return ABOVE_ZERO
    if inside < 0 and filled:
        return Interval(None, _ZERO)
    found = bounds(w, atom.args[0].num) if atom.args[0].den.is_one() else UNKNOWN
    return NOT_NEGATIVE if found.lower is not None and found.lower >= 0 else UNKNOWN


def _plus(a: Interval, b: Interval) -> Interval:
    lower = None if a.lower is None or b.lower is None else a.lower + b.lower
    upper = None if a.upper is None or b.upper is None else a.upper + b.upper
    return Interval(lower, upper, a.lower_open or b.lower_open, a.upper_open or b.upper_open)


def _power(a: Interval, e: int) -> Interval:
    if e == 1:
        return a
    if a.lower is not None and a.lower >= 0:
        upper = None if a.upper is None else a.upper**e
        return Interval(a.lower**e, upper, a.lower_open, a.upper_open)
    if e % 2:
        return UNKNOWN
    if a.negative or (a.upper is not None and a.upper <= 0):
        turned = Interval(
            None if a.upper is None else -a.upper,
            None if a.lower is None else -a.lower,
            a.upper_open,
            a.lower_open,
        )
        return _power(turned, e)
    if a.lower is None or a.upper is None:
        return NOT_NEGATIVE
    far = max(-a.lower, a.upper)
    return Interval(_ZERO, far**e, False, False)


def _times(a: Interval, b: Interval) -> Interval:
    """Return where the product lies; exact for intervals that do not straddle zero."""
    ends: list[tuple[Fraction | None, int, bool]] = []
    for x, y in product(_ends(a), _ends(b)):
        ends.append(_end_product(x, y))
    lowest = [e for e in ends if e[0] is None and e[1] < 0]
    highest = [e for e in ends if e[0] is None and e[1] > 0]
    finite = [(e[0], e[2]) for e in ends if e[0] is not None]
    lower = upper = None
    lower_open = upper_open = True
    if not lowest and finite:
        lower = min(v for v, _ in finite)
        lower_open = all(o for v, o in finite if v == lower)
    if not highest and finite:
        upper = max(v for v, _ in finite)
        upper_open = all(o for v, o in finite if v == upper)
    return Interval(lower, upper, lower_open, upper_open)


_End = tuple[Fraction | None, int, bool]


def _ends(a: Interval) -> tuple[_End, _End]:
    """Return both ends as (value or None, sign, open)."""
    return (
        (a.lower, -1 if a.lower is None else _sgn(a.lower), a.lower_open),
        (a.upper, 1 if a.upper is None else _sgn(a.upper), a.upper_open),
    )


def _sgn(x: Fraction) -> int:
    return (x > 0) - (x < 0)


def _end_product(x: _End, y: _End) -> _End:
    sign = x[1] * y[1]
    if not sign:
        closed_zero = (x[1] == 0 and not x[2]) or (y[1] == 0 and not y[2])
        return _ZERO, 0, not closed_zero
    if x[0] is None or y[0] is None:
        return None, sign, True
    return x[0] * y[0], sign, x[2] or y[2]
