"""Sums over an index: linear over terms, factors pulled out, deltas eliminated, nested sums joined."""

from itertools import permutations

from gradproof.canonical.atoms import Atom, Bound, Value
from gradproof.canonical.deltas import by_deltas, settle_deltas
from gradproof.canonical.indices import CLOSED_MARK, Index, Range, at_least, within
from gradproof.canonical.keys import sign_of, value_key
from gradproof.canonical.limits import MAX_JOINED, NotCanonical
from gradproof.canonical.names import index_value
from gradproof.canonical.polynomials import (
    Monomial,
    Poly,
    content,
    divide,
    from_terms,
    gcd,
    monomial,
    terms,
)
from gradproof.canonical.substitution import substitute
from gradproof.canonical.workspace import Table, Workspace


def sum_over(w: Workspace, body: Value, name: str, extent: Range) -> Value:
    """Return the sum of `body` over the index variable `name`.

    Args:
        w: the workspace.
        body: what is added up.
        name: an index variable, free in `body`; it is bound afterwards.
        extent: where it runs.

    Raises:
        NotCanonical: the range may be negative in length, or a term is not defined.
    """
    rest: list[Value] = []
    out: list[Value] = []
    for here, part in by_deltas(w, body):
        found = _elimination(w, here, name, extent)
        if found is None:
            rest.append(w.product([part, *(w.generator(k) for k in here)]))
            continue
        hit, index = found
        table = {name: index}
        others = (substitute(w, w.generator(k), table) for k in here if k != hit)
        out.append(w.product([substitute(w, part, table), *others]))
    remaining = settle_deltas(w, w.total(rest))
    return w.total([*out, _plain(w, remaining, name, extent)])


def count(w: Workspace, extent: Range) -> Value:
    """Return how many values an index takes.

    Raises:
        NotCanonical: the range is not known, or its bounds may lie the wrong way round.
    """
    if not at_least(extent.length, 0, w.ranges, w.sizes):
        raise NotCanonical("a range whose length is not known")
    return index_value(w, extent.length)


def _elimination(
    w: Workspace, here: tuple[int, ...], name: str, extent: Range
) -> tuple[int, Index] | None:
    """Return a delta that fixes the index to a value within its range, and that value."""
    for k in here:
        atom = w.atoms[k]
        if name in atom.depends:
            index = atom.indices[0].solve(name)
            if index is not None and within(index, extent, w.ranges, w.sizes):
                return k, index
    return None


def _plain(w: Workspace, v: Value, name: str, extent: Range) -> Value:
    """Sum a value whose deltas cannot be eliminated."""
    if v.num.is_zero():
        return v
    bound = [name in a.depends for a in w.atoms]
    used = w.used(v)
    if not any(bound[k] for k in used):
        return w.mul(v, count(w, extent))
    outside, inside = _split(w, v.den, bound)
    groups = _group(w, v.num, bound, by_bound=inside.is_one())
    out: list[Value] = []
    for free, part in groups:
        if inside.is_one() and part.is_one():
            total = count(w, extent)
        elif inside.is_one():
            total = close(w, w.polynomial(part), (Bound(name, extent),))
        else:
            kernel = w.make(part, inside)
            if len(groups) > 1 or kernel.den != inside:
                total = _plain(w, kernel, name, extent)
            else:
                total = close(w, kernel, (Bound(name, extent),))
        out.append(w.mul(w.polynomial(free), total))
    total = w.total(out)
    return total if outside.is_one() else w.div(total, w.polynomial(outside))


def _group(w: Workspace, p: Poly, bound: list[bool], *, by_bound: bool) -> list[tuple[Poly, Poly]]:
    """Write p as a sum of (part without the index) · (part with it).

    The parts with the index are monomials if `by_bound`, else the parts without it are.
    """
    groups: dict[Monomial, dict[Monomial, int]] = {}
    pad = w.room - len(bound)
    for m, c in terms(p):
        inner = (*(e if b else 0 for e, b in zip(m, bound, strict=False)), *(0,) * pad)
        outer = (*(0 if b else e for e, b in zip(m, bound, strict=False)), *(0,) * pad)
        key, other = (inner, outer) if by_bound else (outer, inner)
        groups.setdefault(key, {})[other] = c
    out: list[tuple[Poly, Poly]] = []
    for key, found in groups.items():
        mono, poly = from_terms(w.ring, {key: 1}), from_terms(w.ring, found)
        out.append((poly, mono) if by_bound else (mono, poly))
    return out


def _split(w: Workspace, den: Poly, bound: list[bool]) -> tuple[Poly, Poly]:
    """Write a denominator as (factor without the index) · (factor with it)."""
    if den.is_one():
        return den, den
    parts = [outer for outer, _ in _group(w, den, bound, by_bound=True)]
    common = parts[0]
    for p in parts[1:]:
        common = gcd(common, p)
    return common, divide(den, common)


def close(w: Workspace, kernel: Value, bounds: tuple[Bound, ...]) -> Value:
    """Return the sum of a kernel over indices as an atom, under the names that suit it best."""
    local = (str(kernel.num), str(kernel.den), bounds)
    known = w.memo.get(local)
    if known is not None:
        return known
    original = kernel
    kernel, bounds = _join(w, kernel, bounds)
    height = w.height(kernel)
    taken = w.depends(kernel)
    best: tuple[tuple[str, ...], Value, tuple[Bound, ...]] | None = None
    while any(f"{CLOSED_MARK}{height + 1 + k}" in taken for k in range(len(bounds))):
        height += 1
    for chosen in permutations(bounds):
        named, table = _names(chosen, height)
        renamed = substitute(w, kernel, table)
        key = (*(b.extent.key for b in named), value_key(w, renamed))
        if best is None or key < best[0]:
            best = key, renamed, named
    if best is None:
        return original
    number, renamed = _numeric(w, best[1])
    out = w.mul(number, _atom(w, renamed, best[2], height + len(bounds)))
    w.memo[local] = out
    return out


def _names(bounds: tuple[Bound, ...], height: int) -> tuple[tuple[Bound, ...], dict[str, Index]]:
    """Give bound indices their canonical names; a range that begins at a number begins at 1."""
    table: dict[str, Index] = {}
    named: list[Bound] = []
    for k, b in enumerate(bounds):
        name = f"{CLOSED_MARK}{height + 1 + k}"
        first = b.extent.lower.number
        shift = 0 if first is None else first - 1
        table[b.name] = Index.of(name).shifted(shift)
        extent = b.extent
        if shift:
            extent = Range(Index((), 1), extent.upper.shifted(-shift))
        named.append(Bound(name, extent))
    return tuple(named), table


def _numeric(w: Workspace, v: Value) -> tuple[Value, Value]:
    """Split off the numeric factor and the sign of a kernel."""
    a, b = content(v.num) * sign_of(w, v.num), content(v.den) * sign_of(w, v.den)
    if a == 1 and b == 1:
        return w.one_value, v
    c = w.ring.constant
    number = w.make(c(a), c(b))
    return number, w.make(divide(v.num, c(a)), divide(v.den, c(b)))


def _atom(w: Workspace, kernel: Value, bounds: tuple[Bound, ...], height: int) -> Value:
    total = _declared(w, kernel, bounds)
    if total is not None:
        return total
    where = ",".join(f"{b.name}:{b.extent.key}" for b in bounds)
    names = {b.name for b in bounds}
    outer = frozenset[str]().union(*(b.extent.names for b in bounds))
    return w.atom(
        Atom(
            "sum",
            f"sum({where};{value_key(w, kernel)})",
            args=(kernel,),
            bounds=bounds,
            depends=(w.depends(kernel) - names) | outer,
            height=height,
        )
    )


def _declared(w: Workspace, kernel: Value, bounds: tuple[Bound, ...]) -> Value | None:
    """Return a sum of entries that a declared fact determines."""
    found = entry_total(w, kernel, bounds)
    if found is None:
        return None
    name, axis = found
    total = w.totals.get((name, axis))
    return total[1] if total is not None and total[0] == bounds[0].extent else None


def entry_total(w: Workspace, kernel: Value, bounds: tuple[Bound, ...]) -> tuple[str, int] | None:
    """Return name and axis if a kernel is an entry summed over one of its axes."""
    atom = w.single(kernel)
    if atom is None or atom.kind != "entry" or len(bounds) != 1:
        return None
    spots = [k for k, i in enumerate(atom.indices) if bounds[0].name in i.names]
    if len(spots) != 1 or atom.indices[spots[0]].name != bounds[0].name:
        return None
    return atom.name, spots[0]


def _join(
    w: Workspace, kernel: Value, bounds: tuple[Bound, ...]
) -> tuple[Value, tuple[Bound, ...]]:
    """Join sums that are factors of a kernel with the sum over it."""
    if len(kernel.num) != 1:
        return kernel, bounds
    m = monomial(kernel.num)
    names = {b.name for b in bounds}
    inner = [(k, e) for k, e in enumerate(m) if e and w.atoms[k].kind == "sum"]
    more = sum(e * len(w.atoms[k].bounds) for k, e in inner)
    if not inner or len(bounds) + more > MAX_JOINED:
        return kernel, bounds
    if any(b.extent.names & names for k, _ in inner for b in w.atoms[k].bounds):
        return kernel, bounds
    found = list(bounds)
    rest = tuple(0 if w.atoms[k].kind == "sum" else e for k, e in enumerate(m[: len(w.atoms)]))
    rest = (*rest, *(0,) * (w.room - len(rest)))
    out = w.make(from_terms(w.ring, {rest: int(kernel.num.leading_coefficient())}), kernel.den)
    for k, e in inner:
        atom = w.atoms[k]
        for _ in range(e):
            table: dict[str, Index] = {}
            for b in atom.bounds:
                fresh = w.open(f"j{len(found)}", b.extent)
                table[b.name] = Index.of(fresh)
                found.append(Bound(fresh, b.extent))
            out = w.mul(out, substitute(w, atom.args[0], table))
    return out, tuple(found)


def resum(w: Workspace, atom: Atom, table: Table) -> Value:
    """Return a sum atom with index variables replaced in its kernel and bounds."""
    inner: dict[str, Index] = dict(table)
    opened: list[Bound] = []
    for k, b in enumerate(atom.bounds):
        extent = b.extent.substitute(table)
        name = w.open(f"r{atom.height}_{k}", extent)
        inner[b.name] = Index.of(name)
        opened.append(Bound(name, extent))
    out = substitute(w, atom.args[0], inner)
    for b in opened:
        out = sum_over(w, out, b.name, b.extent)
    return out
