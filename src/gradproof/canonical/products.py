"""Products over an index: of positive factors the exponential of a sum of logarithms."""

from gradproof.canonical.atoms import Atom, Bound, Value
from gradproof.canonical.exponentials import exp
from gradproof.canonical.functions import opaque
from gradproof.canonical.indices import CLOSED_MARK, Index, Range
from gradproof.canonical.intervals import sign_of_value
from gradproof.canonical.keys import value_key
from gradproof.canonical.logarithms import log
from gradproof.canonical.polynomials import factors
from gradproof.canonical.substitution import substitute
from gradproof.canonical.sums import count, resum, sum_over
from gradproof.canonical.workspace import Table, Workspace


def product_over(w: Workspace, body: Value, name: str, extent: Range) -> Value:
    """Return the product of `body` over the index variable `name` (see `sum_over`).

    Raises:
        NotCanonical: as for a sum.
    """
    if body.num.is_zero():
        return body
    if sign_of_value(w, body) > 0:
        return exp(w, sum_over(w, log(w, body), name, extent))
    out = w.one_value
    for p, side in ((body.num, 1), (body.den, -1)):
        content, parts = factors(p)
        pieces = [(w.number(content), 1), *((w.polynomial(f), e) for f, e in parts)]
        for piece, e in pieces:
            factor = _factor(w, piece, name, extent)
            out = w.mul(out, w.power(factor, side * e))
    return out


def _factor(w: Workspace, f: Value, name: str, extent: Range) -> Value:
    if sign_of_value(w, f) > 0:
        return exp(w, sum_over(w, log(w, f), name, extent))
    if name not in w.depends(f):
        many = count(w, extent)
        number = w.rational(many)
        if number is not None:
            return w.power(f, int(number))
        return opaque(w, "power", (f, many))
    height = w.height(f) + 1
    bound = f"{CLOSED_MARK}{height}"
    kernel = substitute(w, f, {name: Index.of(bound)})
    atom = Atom(
        "prod",
        f"prod({bound}:{extent.key};{value_key(w, kernel)})",
        args=(kernel,),
        bounds=(Bound(bound, extent),),
        depends=(w.depends(kernel) - {bound}) | extent.names,
        height=height,
    )
    return w.atom(atom)


def again(w: Workspace, atom: Atom, table: Table) -> Value:
    """Return a sum or product atom with index variables replaced in it."""
    if atom.kind == "sum":
        return resum(w, atom, table)
    (bound,) = atom.bounds
    extent = bound.extent.substitute(table)
    name = w.open(f"r{atom.height}", extent)
    kernel = substitute(w, atom.args[0], {**table, bound.name: Index.of(name)})
    return product_over(w, kernel, name, extent)
