"""Whether a value is zero wherever it is defined: relations, sums of like range joined, signs by cases."""

from fractions import Fraction
from itertools import permutations

from gradproof.canonical.atoms import Bound, Value
from gradproof.canonical.deltas import settle_deltas
from gradproof.canonical.indices import Index
from gradproof.canonical.polynomials import Monomial, Poly, divides, from_terms, terms
from gradproof.canonical.substitution import substitute
from gradproof.canonical.sums import sum_over
from gradproof.canonical.workspace import Workspace


def is_zero(w: Workspace, v: Value) -> bool:
    """Tell whether a value is proved to be zero wherever it is defined."""
    v = settle_deltas(w, v)
    if _vanishes(w, v.num, v.den):
        return True
    joined = join_sums(w, v)
    return joined is not v and _vanishes(w, joined.num, joined.den)


def _vanishes(w: Workspace, p: Poly, den: Poly) -> bool:
    """Tell whether a numerator is zero for every value of the signs in it."""
    if p.is_zero():
        return True
    degrees = p.degrees()
    signs = [k for k, d in enumerate(degrees) if d and w.atoms[k].kind == "sign"]
    if not signs:
        return False
    k = signs[-1]
    constant, linear, square = _by_sign(w, p, k)
    nowhere_zero = bool(den.degrees()[k]) and all(m[k] for m in den.monoms())
    if not square.is_zero() and not nowhere_zero:
        argument = w.atoms[k].args[0].num
        if not divides(argument, constant):
            return False
    return _vanishes(w, linear, den) and _vanishes(w, constant + square, den)


def _by_sign(w: Workspace, p: Poly, k: int) -> tuple[Poly, Poly, Poly]:
    """Return the coefficients of 1, s and s² (the relation s³ = s has been applied)."""
    found: tuple[dict[Monomial, int], ...] = ({}, {}, {})
    for m, c in terms(p):
        found[m[k]][(*m[:k], 0, *m[k + 1 :])] = c
    a, b, c = (from_terms(w.ring, f) for f in found)
    return a, b, c


def join_sums(w: Workspace, v: Value) -> Value:
    """Join sums of fractions over like ranges into one sum, which may then split or vanish."""
    done: set[tuple[str, ...]] = set()
    while True:
        group = _group(w, v, done)
        if group is None:
            return v
        extents, numbers = group
        done.add(extents)
        v = _joined(w, v, numbers)
        if v.num.is_zero():
            return v


def _group(
    w: Workspace, v: Value, done: set[tuple[str, ...]]
) -> tuple[tuple[str, ...], list[int]] | None:
    groups: dict[tuple[str, ...], list[int]] = {}
    for k, d in enumerate(v.num.degrees()):
        if d and w.atoms[k].kind == "sum" and not w.atoms[k].args[0].den.is_one():
            extents = tuple(b.extent.key for b in w.atoms[k].bounds)
            groups.setdefault(extents, []).append(k)
    for extents, numbers in sorted(groups.items()):
        linear = all(sum(m[k] for k in numbers) <= 1 for m in v.num.monoms())
        if extents not in done and linear:
            return extents, numbers
    return None


def _joined(w: Workspace, v: Value, numbers: list[int]) -> Value:
    """Replace ``Σ c_t · S_t`` in a numerator by the sum of the joined kernel."""
    parts: dict[int | None, dict[Monomial, int]] = {}
    for m, c in terms(v.num):
        k = next((k for k in numbers if m[k]), None)
        rest = m if k is None else (*m[:k], 0, *m[k + 1 :])
        parts.setdefault(k, {})[rest] = c
    bounds = w.atoms[numbers[0]].bounds
    opened = [Bound(w.open(f"z{i}", b.extent), b.extent) for i, b in enumerate(bounds)]
    kernels: list[Value] = []
    orders = [p for p in permutations(opened) if _alike(p, opened)]
    for k in numbers:
        atom = w.atoms[k]
        weight = w.polynomial(from_terms(w.ring, parts[k]))
        for chosen in orders:
            table = {b.name: Index.of(o.name) for b, o in zip(atom.bounds, chosen, strict=True)}
            kernels.append(w.mul(weight, substitute(w, atom.args[0], table)))
    kernel = w.mul(w.total(kernels), w.number(Fraction(1, max(len(orders), 1))))
    for b in opened:
        kernel = sum_over(w, kernel, b.name, b.extent)
    rest = w.polynomial(from_terms(w.ring, parts.get(None, {})))
    return w.div(w.add(rest, kernel), w.polynomial(v.den))


def _alike(p: tuple[Bound, ...], opened: list[Bound]) -> bool:
    return all(a.extent == b.extent for a, b in zip(p, opened, strict=True))


