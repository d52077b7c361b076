"""The logistic function and its relatives: sigmoid, softplus, softmax, logsumexp."""

from gradproof.differentiate.components import component, extent_of, fresh_sum
from gradproof.differentiate.rule import NotSupported, Site, rule
from gradproof.expr import Entry, Expr, Fn
from gradproof.rewrite import ONE, mul, sub


@rule(
    "sigmoid-rule",
    Fn,
    functions=("sigmoid",),
    title="derivative of the sigmoid",
    formula=r"\frac{d}{dx} \sigma(u) = \sigma(u) (1 - \sigma(u)) \frac{du}{dx}",
)
def sigmoid_rule(e: Fn, site: Site) -> Expr:
    """The sigmoid times its complement."""
    return site.chain(mul(e, sub(ONE, e)), 0)


@rule(
    "softplus-rule",
    Fn,
    functions=("softplus",),
    title="derivative of softplus",
    formula=r"\frac{d}{dx} \ln(1 + e^u) = \sigma(u) \frac{du}{dx}",
)
def softplus_rule(e: Fn, site: Site) -> Expr:
    """The sigmoid."""
    return site.chain(Fn("sigmoid", e.args), 0)


def is_softmax_entry(e: Entry, _site: Site) -> bool:
    """Tell whether `e` is one entry of a softmax of one vector."""
    return isinstance(e.array, Fn) and e.array.name == "softmax"


@rule(
    "softmax-rule",
    Entry,
    title="derivative of the softmax",
    formula=r"\frac{\partial p_i}{\partial x} = p_i \left(\frac{\partial z_i}{\partial x}"
    r" - \sum_k p_k \frac{\partial z_k}{\partial x}\right)",
    when=is_softmax_entry,
)
def softmax_rule(e: Entry, site: Site) -> Expr:
    r"""``∂p_i/∂z_j = p_i (δ_ij - p_j)``, for every path through the scores."""
    if not isinstance(e.array, Fn) or len(e.array.args) != 1 or len(e.indices) != 1:
        raise NotSupported("a softmax of one vector has entries with one index")
    (scores,) = e.array.args
    own = site.of(component(scores, e.indices, site.context, site.taken))
    return mul(e, sub(own, _expected(scores, site, 1)))


@rule(
    "logsumexp-rule",
    Fn,
    functions=("logsumexp",),
    title="derivative of log-sum-exp",
    formula=r"\frac{\partial}{\partial x} \ln \sum_k e^{z_k} = \sum_k p_k \frac{\partial z_k}{\partial x}",
)
def logsumexp_rule(e: Fn, site: Site) -> Expr:
    """The softmax is its gradient."""
    if len(e.args) != 1 or not extent_of(e.args[0], site.context):
        raise NotSupported("log-sum-exp is of one vector")
    return _expected(e.args[0], site, 0)


def _expected(scores: Expr, site: Site, branch: int) -> Expr:
    """Return the mean of the derivatives of the scores, weighted with their softmax."""
    (size,) = extent_of(scores, site.context)
    k, close = fresh_sum(size, site.taken)
    inner = site.of(component(scores, (k,), site.context, site.taken | {k.name}), branch)
    return close(mul(Entry(Fn("softmax", (scores,)), (k,)), inner), site.context)
