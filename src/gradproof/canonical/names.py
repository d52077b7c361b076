"""Symbols, entries of arrays, index values, and conditions between indices, as atoms."""

from fractions import Fraction

from gradproof.canonical.atoms import Atom, Relation, Value
from gradproof.canonical.indices import SIZE_MARK, Index
from gradproof.canonical.polynomials import Poly
from gradproof.canonical.workspace import Workspace


def symbol(w: Workspace, name: str) -> Value:
    """Return a scalar symbol (a size is one too)."""
    return _named(w, Atom("symbol", repr(name), name=name))


def entry(w: Workspace, name: str, indices: tuple[Index, ...]) -> Value:
    """Return an entry of an array."""
    if name in w.symmetric and len(indices) == 2:
        indices = (min(indices, key=_key), max(indices, key=_key))
    key = f"{name!r}[{','.join(i.key for i in indices)}]"
    depends = frozenset[str]().union(*(i.names for i in indices))
    return _named(w, Atom("entry", key, name=name, indices=indices, depends=depends))


def index_value(w: Workspace, index: Index) -> Value:
    """Return the number that an index form is."""
    out = w.number(index.constant)
    for name, c in index.terms:
        if name.startswith(SIZE_MARK):
            part = symbol(w, name[1:])
        else:
            form = Index.of(name)
            atom = Atom("index", f"<{form.key}>", indices=(form,), depends=form.names)
            part = w.atom(atom)
        out = w.add(out, w.mul(w.number(c), part))
    return out


def delta(w: Workspace, left: Index, right: Index) -> Value:
    """Return the Kronecker delta of two index forms."""
    gap = left.plus(right, -1)
    if not gap.terms:
        return w.number(0 if gap.constant else 1)
    if gap.terms[0][1] < 0:
        gap = gap.times(-1)
    names = tuple(n for n, _ in gap.terms)
    if not gap.constant and [c for _, c in gap.terms] == [1, -1] and _distinct(w, names):
        return w.zero_value
    atom = Atom("delta", f"[{gap.key}=0]", indices=(gap,), depends=gap.names)
    k, new = w.intern(atom)
    if new:
        w.deltas.add(k)
        w.relate(k, Relation(2, w.gens[k]))
    return w.generator(k)


def order(w: Workspace, left: Index, right: Index) -> Value:
    """Return 1 where ``left < right``, else 0."""
    gap = left.plus(right, -1)
    if not gap.terms:
        return w.number(1 if gap.constant < 0 else 0)
    k, new = w.intern(Atom("order", f"[{gap.key}<0]", indices=(gap,), depends=gap.names))
    if new:
        w.relate(k, Relation(2, w.gens[k]))
    return w.generator(k)


def _key(index: Index) -> str:
    return index.key


def _distinct(w: Workspace, names: tuple[str, ...]) -> bool:
    a, b = names
    return (a, b) in w.context.distinct or (b, a) in w.context.distinct


def _named(w: Workspace, atom: Atom) -> Value:
    """Return the atom of a name; where the name has few values, a relation says so."""
    rule = w.rules.get(atom.key)
    if rule is not None:
        return rule
    k, new = w.intern(atom)
    if new:
        domain = w.context.domains.get(atom.name)
        if domain is not None and domain.members:
            image = _members(w, w.gens[k], domain.members)
            if image is not None:
                w.relate(k, Relation(len(set(domain.members)), image))
    return w.generator(k)


def _members(w: Workspace, x: Poly, members: tuple[Fraction, ...]) -> Poly | None:
    """Return what ``x^n`` is for an x that has one of n whole values."""
    found = sorted(set(members))
    if len(found) > 4 or any(m.denominator != 1 for m in found):
        return None
    product = w.one
    for m in found:
        product = product * (x - int(m))
    return x ** len(found) - product
