"""Kronecker deltas: ``δ_ij f(j) = δ_ij f(i)``, and ``Σ_j δ_ij f(j) = f(i)``."""

from gradproof.canonical.atoms import Value
from gradproof.canonical.indices import Index
from gradproof.canonical.names import delta
from gradproof.canonical.polynomials import Monomial, from_terms, terms
from gradproof.canonical.substitution import substitute
from gradproof.canonical.workspace import Workspace


def by_deltas(w: Workspace, v: Value) -> list[tuple[tuple[int, ...], Value]]:
    """Return deltas (as numbers of atoms) with what they multiply, in order; none first."""
    used = [k for k in sorted(w.deltas) if v.num.degrees()[k] > 0]
    if not used:
        return [((), v)]
    groups: dict[tuple[int, ...], dict[Monomial, int]] = {}
    for m, c in terms(v.num):
        here = tuple(k for k in used if m[k])
        rest = tuple(0 if k in here else e for k, e in enumerate(m))
        group = groups.setdefault(here, {})
        group[rest] = group.get(rest, 0) + c
    return [
        (here, w.make(from_terms(w.ring, group), v.den)) for here, group in sorted(groups.items())
    ]


def settle_deltas(w: Workspace, v: Value) -> Value:
    """Write each product of deltas, and what it multiplies, in terms of the fewest index variables."""
    if not has_deltas(w, v):
        return v
    out: list[Value] = []
    for here, rest in by_deltas(w, v):
        if not here:
            out.append(rest)
            continue
        factor, table = _solve(w, here)
        if not factor.num.is_zero():
            out.append(w.mul(factor, substitute(w, rest, table) if table else rest))
    return w.total(out)


def has_deltas(w: Workspace, v: Value) -> bool:
    """Tell whether a delta stands in the numerator of a value."""
    if not w.deltas:
        return False
    degrees = v.num.degrees()
    return any(degrees[k] > 0 for k in w.deltas)


def _solve(w: Workspace, here: tuple[int, ...]) -> tuple[Value, dict[str, Index]]:
    """Return a product of deltas in its simplest form, and what index variables are where it is 1."""
    table: dict[str, Index] = {}
    rest = w.one_value
    for k in here:
        form = w.atoms[k].indices[0].substitute(table)
        if not form.terms:
            if form.constant:
                return w.zero_value, {}
            continue
        for name in sorted(form.names, reverse=True):
            found = form.solve(name)
            if found is not None:
                table = {n: i.substitute({name: found}) for n, i in table.items()}
                table[name] = found
                break
        else:
            rest = w.mul(rest, delta(w, form, Index()))
    for name, index in table.items():
        rest = w.mul(rest, delta(w, Index.of(name), index))
    return rest, table
