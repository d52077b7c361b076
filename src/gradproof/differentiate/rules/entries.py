"""Entries of arrays: of the variable's array, of defined arrays, of array expressions."""

from gradproof.differentiate.components import component
from gradproof.differentiate.dependence import base_name
from gradproof.differentiate.rule import NotSupported, Site, rule
from gradproof.differentiate.unfold import has_definition, mentions_itself, unfold
from gradproof.expr import Apply, Delta, Derivative, Entry, Expr, Fn, Sym
from gradproof.rewrite import ONE, difference, mul, tidy_root

_STEPS = 8


def _kind(e: Entry, site: Site) -> str:
    match e.array:
        case Sym(name):
            if isinstance(site.wrt, Entry) and name == base_name(site.wrt):
                return "variable"
            return "defined" if has_definition(e, site.context) else "unknown"
        case Apply():
            return "defined" if has_definition(e, site.context) else "unknown"
        case Fn("softmax"):
            return "softmax"
        case _:
            return "expression"


@rule(
    "entries-are-independent",
    Entry,
    title="entries of the variable",
    formula=r"\frac{\partial w_i}{\partial w_j} = \delta_{ij}",
    when=lambda e, site: _kind(e, site) == "variable",
)
def entries_are_independent(e: Entry, site: Site) -> Expr:
    """One entry by another: a Kronecker delta; by recurrence where the array is defined by one."""
    wrt = site.wrt
    if not isinstance(wrt, Entry) or len(wrt.indices) != len(e.indices):
        raise NotSupported("a row of an array by one of its entries")
    name = base_name(wrt)
    if name is not None and mentions_itself(name, site.context):
        gaps = [difference(a, b) for a, b in zip(e.indices, wrt.indices, strict=True)]
        if any(g is None for g in gaps):
            raise NotSupported(f"{name} is defined by a recurrence")
        steps = next((g for g in gaps if g), None)
        if steps is not None and 0 < steps <= _STEPS:
            return site.of(unfold(e, site.context))
        if steps is not None and steps > _STEPS:
            raise NotSupported("limit:definitions (a recurrence over too many steps)")
    deltas = [
        tidy_root(Delta(a, b), site.context) for a, b in zip(e.indices, wrt.indices, strict=True)
    ]
    return mul(*deltas) if deltas else ONE


@rule(
    "entry-of-definition",
    Entry,
    title="definition",
    formula=r"z_i = g_i(x) \Rightarrow \frac{dz_i}{dx} = \frac{d}{dx} g_i(x)",
    when=lambda e, site: _kind(e, site) == "defined",
)
def entry_of_definition(e: Entry, site: Site) -> Expr:
    """Put in what the entry stands for."""
    return site.of(site.once(lambda: unfold(e, site.context)))


@rule(
    "entry-of-unknown",
    Entry,
    title="unknown dependence",
    formula=r"\frac{du_i}{dx} = \frac{du_i}{dx}",
    when=lambda e, site: _kind(e, site) == "unknown",
)
def entry_of_unknown(e: Entry, site: Site) -> Expr:
    """Leave the derivative of an array that depends on the variable in an unknown way."""
    return Derivative(e, (site.wrt,))


@rule(
    "entry-of-expression",
    Entry,
    title="entry of an array expression",
    formula=r"(A x)_i = \sum_k A_{ik} x_k, \quad (f(x))_i = f(x_i)",
    when=lambda e, site: _kind(e, site) == "expression",
)
def entry_of_expression(e: Entry, site: Site) -> Expr:
    """Write the entry in components."""
    return site.of(site.once(lambda: component(e.array, e.indices, site.context, site.taken)))
