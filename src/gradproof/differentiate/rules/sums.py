"""Sums and products over an index."""

from dataclasses import replace

from gradproof.differentiate.rule import NotSupported, Site, rule
from gradproof.expr import Compare, Expr, Prod, Sum
from gradproof.rewrite import (
    div,
    free_names,
    fresh_index,
    like_sum,
    mul,
    rename_bound,
)  # fmt: skip


def _apart(e: Sum | Prod, site: Site) -> Sum | Prod:
    """Rename the bound index where the variable has an index of that name."""
    for bound in (e.lower, e.upper, e.condition):
        if bound is not None and site.depends(bound):
            raise NotSupported("the range of a sum depends on the variable")
    if e.index.name not in free_names(site.wrt) | site.loose:
        return e
    return rename_bound(e, fresh_index(site.taken), site.context)


@rule(
    "sum-over-index",
    Sum,
    title="derivative of a sum over an index",
    formula=r"\frac{d}{dx} \sum_k u_k = \sum_k \frac{d u_k}{dx}",
)
def sum_over_index(e: Sum, site: Site) -> Expr:
    """Differentiate under the sum; deltas collapse it."""
    total = site.once(lambda: _apart(e, site))
    assert isinstance(total, Sum)
    return like_sum(total, site.at(total.body, 0), site.context)


@rule(
    "product-over-index",
    Prod,
    title="derivative of a product over an index",
    formula=r"\frac{d}{dx} \prod_k u_k = \sum_k \frac{d u_k}{dx} \prod_{l \ne k} u_l",
)
def product_over_index(e: Prod, site: Site) -> Expr:
    r"""One factor after the other; with a condition the logarithmic form ``∏u · Σ u'/u``."""
    total = _apart(e, site)
    assert isinstance(total, Prod)
    inner = site.at(total.body, 0)
    k = total.index
    frame = Sum(total.body, k, total.lower, total.upper, total.condition)
    if total.condition is not None:
        return mul(total, like_sum(frame, div(inner, total.body), site.context))
    other = fresh_index(site.taken | {k.name})
    renamed = rename_bound(total, other, site.context)
    rest = replace(renamed, condition=Compare("!=", other, k))
    return like_sum(frame, mul(inner, rest), site.context)
