"""The last touches to a value: deltas, signs, and sums of fractions over like ranges joined into one."""

from fractions import Fraction
from itertools import permutations

from gradproof.canonical.atoms import Bound, Value
from gradproof.canonical.deltas import settle_deltas
from gradproof.canonical.indices import Index
from gradproof.canonical.polynomials import (
    Monomial,
    Poly,
    divide,
    divides,
    exponents,
    from_terms,
    terms,
)
from gradproof.canonical.substitution import substitute
from gradproof.canonical.sums import sum_over
from gradproof.canonical.workspace import Workspace


def settle(w: Workspace, v: Value) -> Value:
    """Return a value in its final form."""
    if not v.den.is_one() or w.deltas or w.relations:
        v = settle_deltas(w, v)
        v = _settle_signs(w, v)
    return join_sums(w, v)


def by_sign(w: Workspace, p: Poly, k: int) -> tuple[Poly, Poly, Poly]:
    """Return the coefficients of 1, s and s² of the sign s, atom number `k`."""
    found: tuple[dict[Monomial, int], ...] = ({}, {}, {})
    for m, c in terms(p):
        found[m[k]][(*m[:k], 0, *m[k + 1 :])] = c
    a, b, c = (from_terms(w.ring, f) for f in found)
    return a, b, c


def _settle_signs(w: Workspace, v: Value) -> Value:
    """Apply ``1/s = s`` (where it is defined) and ``s² f = f`` for the sign s of f."""
    for k in w.used(v):
        if w.atoms[k].kind != "sign":
            continue
        num, den = v.num, v.den
        least = min(exponents(den, k))
        if least:
            a, b, c = by_sign(w, num, k)
            even, odd = a + c, b
            if least % 2:
                even, odd = odd, even
            num = even + odd * w.gens[k]
            den = divide(den, w.gens[k] ** least)
        if divides(w.atoms[k].args[0].num, den):
            a, b, c = by_sign(w, num, k)
            num = a + c + b * w.gens[k]
        v = w.make(_absorb(w, num, k), _absorb(w, den, k))
    return v


def _absorb(w: Workspace, p: Poly, k: int) -> Poly:
    if p.degrees()[k] < 2:
        return p
    a, b, c = by_sign(w, p, k)
    f = w.atoms[k].args[0].num
    return a + b * w.gens[k] + c if divides(f, c) else p


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


def _group(
    w: Workspace, v: Value, done: set[tuple[str, ...]]
) -> tuple[tuple[str, ...], list[int]] | None:
    groups: dict[tuple[str, ...], list[int]] = {}
    for k, d in enumerate(v.num.degrees()):
        if d > 0 and w.atoms[k].kind == "sum" and not w.atoms[k].args[0].den.is_one():
            extents = tuple(b.extent.key for b in w.atoms[k].bounds)
            groups.setdefault(extents, []).append(k)
    for extents, numbers in sorted(groups.items()):
        if extents in done:
            continue
        if all(sum(m[k] for k in numbers) <= 1 for m, _ in terms(v.num)):
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
    kernel = w.mul(w.total(kernels), w.number(Fraction(1, len(orders))))
    for b in opened:
        kernel = sum_over(w, kernel, b.name, b.extent)
    rest = w.polynomial(from_terms(w.ring, parts.get(None, {})))
    return w.div(w.add(rest, kernel), w.polynomial(v.den))


def _alike(p: tuple[Bound, ...], opened: list[Bound]) -> bool:
    return all(a.extent == b.extent for a, b in zip(p, opened, strict=True))
