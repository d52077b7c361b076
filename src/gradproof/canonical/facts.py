"""Declared facts as rules: ``Σ_k y_k = c``, ``A = Aᵀ``, and equations that are solved for a symbol."""

from gradproof.canonical.atoms import Value
from gradproof.canonical.env import Env
from gradproof.canonical.indices import SIZE_MARK
from gradproof.canonical.letters import size_index
from gradproof.canonical.limits import NotCanonical
from gradproof.canonical.polynomials import Monomial, from_terms, terms
from gradproof.canonical.reading import read
from gradproof.canonical.sums import entry_total
from gradproof.canonical.workspace import Workspace
from gradproof.expr import Entry, Expr, Idx, Sym, Transpose


def prepare(w: Workspace) -> None:
    """Take up what the context declares: sizes, equal indices, and constraints of the kinds known here."""
    for extent in w.context.ranges.values():
        size_index(w, extent.upper)
    for a, b in sorted(w.context.equal):
        first, second = w.chosen.get(a, a), w.chosen.get(b, b)
        keep, drop = min(first, second), max(first, second)
        for name in sorted({a, b, first, second, *w.chosen}):
            if w.chosen.get(name, name) == drop:
                w.chosen[name] = keep
    for left, right in w.context.constraints:
        _symmetry(w, left, right)
    for left, right in w.context.constraints:
        try:
            _take(w, left, right)
        except NotCanonical:
            continue
    w.memo.clear()


def _symmetry(w: Workspace, left: Expr, right: Expr) -> None:
    match left, right:
        case (Transpose(Sym(a)), Sym(b)) | (Sym(a), Transpose(Sym(b))) if a == b:
            w.symmetric.add(a)
        case Entry(Sym(a), (Idx() as i, Idx() as j)), Entry(Sym(b), (k, m)) if (
            a == b and (i, j) == (m, k) and i != j
        ):
            w.symmetric.add(a)
        case _:
            pass


def _take(w: Workspace, left: Expr, right: Expr) -> None:
    x, y = read(w, left, Env()), read(w, right, Env())
    for one, other in ((x, y), (y, x)):
        atom = w.single(one)
        if atom is None or atom.kind != "sum" or w.depends(other):
            continue
        found = entry_total(w, atom.args[0], atom.bounds)
        if found is not None and _plain(atom.args[0], w, atom.bounds[0].name):
            w.totals[found] = (atom.bounds[0].extent, other)
            return
        if not atom.depends:
            w.rules[atom.key] = other
            return
    _solve(w, w.sub(x, y))


def _plain(kernel: Value, w: Workspace, bound: str) -> bool:
    """Tell whether the other indices of an entry are letters that stand for any value."""
    atom = w.single(kernel)
    if atom is None:
        return False
    names = [i.name or SIZE_MARK for i in atom.indices]
    letters = not any(n.startswith(SIZE_MARK) for n in names)
    return letters and len(set(names)) == len(names) and bound in names


def _solve(w: Workspace, gap: Value) -> None:
    """Solve an equation between scalars for the last symbol that is linear in it."""
    used = w.used(gap)
    if not gap.den.is_one() or any(w.atoms[k].kind != "symbol" for k in used):
        return
    degrees = gap.num.degrees()
    for k in reversed(used):
        if degrees[k] != 1 or k in w.relations or w.atoms[k].name in w.sizes:
            continue
        factor: dict[Monomial, int] = {}
        rest: dict[Monomial, int] = {}
        for m, c in terms(gap.num):
            (factor if m[k] else rest)[(*m[:k], 0, *m[k + 1 :])] = c
        scale = from_terms(w.ring, factor)
        if scale.is_constant():
            value = w.make(-from_terms(w.ring, rest), scale)
            w.rules[w.atoms[k].key] = value
            return
