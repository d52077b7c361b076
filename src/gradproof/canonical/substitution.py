"""Replacing index variables in values; atoms are made again, so that what becomes simpler does."""

from gradproof.canonical.atoms import Atom, Value
from gradproof.canonical.exponentials import exp, power
from gradproof.canonical.functions import call, opaque
from gradproof.canonical.indices import Index
from gradproof.canonical.logarithms import log, log_absolute
from gradproof.canonical.names import delta, entry, index_value, order
from gradproof.canonical.polynomials import Poly, from_terms, terms, variable
from gradproof.canonical.signs import sign
from gradproof.canonical.workspace import Table, Workspace

_OWN = frozenset({"sin", "cos", "arcsin", "arctan", "erf"})


def substitute(w: Workspace, v: Value, table: Table) -> Value:
    """Replace index variables in a value.

    Raises:
        NotCanonical: the value is not defined there (a division by zero).
    """
    images: dict[int, Value] = {}
    for k in w.used(v):
        if not table.keys().isdisjoint(w.atoms[k].depends):
            images[k] = _atom(w, w.atoms[k], table)
    if not images:
        return v
    renamed: dict[int, int] = {}
    for k, image in images.items():
        target = variable(image.num) if image.den.is_one() else None
        if target is None:
            return _compose(w, v, images)
        renamed[k] = target
    den = v.den if v.den.is_one() else _rename(w, v.den, renamed)
    return w.make(_rename(w, v.num, renamed), den)


def _rename(w: Workspace, p: Poly, renamed: dict[int, int]) -> Poly:
    found: dict[tuple[int, ...], int] = {}
    for m, c in terms(p):
        new = list(m)
        for k in renamed:
            new[k] = 0
        for k, target in renamed.items():
            new[target] += m[k]
        spot = tuple(new)
        found[spot] = found.get(spot, 0) + c
    return from_terms(w.ring, found)


def _compose(w: Workspace, v: Value, images: dict[int, Value]) -> Value:
    num = _evaluate(w, v.num, images)
    return num if v.den.is_one() else w.div(num, _evaluate(w, v.den, images))


def _evaluate(w: Workspace, p: Poly, images: dict[int, Value]) -> Value:
    out: list[Value] = []
    for m, c in terms(p):
        rest = tuple(0 if k in images else e for k, e in enumerate(m))
        part = w.polynomial(from_terms(w.ring, {rest: c}))
        for k, image in images.items():
            if m[k]:
                part = w.mul(part, w.power(image, m[k]))
        out.append(part)
    return w.total(out)


def _atom(w: Workspace, atom: Atom, table: Table) -> Value:
    """Return an atom with index variables replaced."""
    match atom.kind:
        case "symbol":
            return w.atom(atom)
        case "entry":
            return entry(w, atom.name, tuple(i.substitute(table) for i in atom.indices))
        case "index":
            return index_value(w, atom.indices[0].substitute(table))
        case "delta":
            return delta(w, atom.indices[0].substitute(table), Index())
        case "order":
            return order(w, atom.indices[0].substitute(table), Index())
        case "log":
            return log(w, substitute(w, atom.args[0], table))
        case "logabs":
            return log_absolute(w, substitute(w, atom.args[0], table))
        case "sign":
            return sign(w, substitute(w, atom.args[0], table))
        case "exp":
            direction = substitute(w, atom.args[0], table)
            return exp(w, w.div(direction, w.number(atom.scale)))
        case "root":
            inverse = w.div(w.one_value, w.number(atom.scale))
            return power(w, substitute(w, atom.args[0], table), inverse)
        case "function" | "apply":
            args = [substitute(w, a, table) for a in atom.args]
            if atom.name in _OWN:
                return call(w, atom.name, args)
            return opaque(w, atom.name, tuple(args))
        case "sum" | "prod":
            return w.resum(w, atom, table)
