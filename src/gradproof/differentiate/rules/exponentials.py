"""Exponential function, logarithms, error function."""

from gradproof.differentiate.dependence import base_name
from gradproof.differentiate.rule import Site, rule
from gradproof.expr import Apply, Const, Derivative, Expr, Fn, has_parameter, is_density
from gradproof.rewrite import ONE, TWO, div, mul, neg, power, sub


@rule(
    "exp-rule",
    Fn,
    functions=("exp",),
    title="derivative of exp",
    formula=r"\frac{d}{dx} e^u = e^u \frac{du}{dx}",
)
def exp_rule(e: Fn, site: Site) -> Expr:
    """The exponential function is its own derivative."""
    return site.chain(e, 0)


@rule(
    "log-rule",
    Fn,
    functions=("log",),
    title="derivative of the logarithm",
    formula=r"\frac{d}{dx} \ln u = \frac1u \frac{du}{dx}",
    when=lambda e, site: len(e.args) == 1 and not is_score(e.args[0], site),
)
def log_rule(e: Fn, site: Site) -> Expr:
    """The natural logarithm."""
    return site.chain(div(ONE, e.args[0]), 0)


def is_score(e: Expr, site: Site) -> bool:
    """Tell whether an expression is a density of which only the parameter is known that it depends on."""
    name = base_name(site.wrt) or ""
    if is_density(e):
        return has_parameter(e.head, name)
    return (
        isinstance(e, Apply)
        and e.name not in site.context.definitions
        and has_parameter(e.name, name)
    )


@rule(
    "score",
    Fn,
    functions=("log",),
    title="the score of a density stays as it is",
    formula=r"\frac{d \log p_\theta(x)}{d\theta} = \frac{d \log p_\theta(x)}{d\theta}",
    when=lambda e, site: len(e.args) == 1 and is_score(e.args[0], site),
)
def score(e: Fn, site: Site) -> Expr:
    """Leave the derivative of the logarithm of a density that no formula gives."""
    return Derivative(e, (site.wrt,))


@rule(
    "log-base-rule",
    Fn,
    functions=("log",),
    title="derivative of the logarithm to another base",
    formula=r"\frac{d}{dx} \log_b u = \frac{1}{u \ln b} \frac{du}{dx}",
    when=lambda e, site: len(e.args) == 2 and not site.depends(e.args[1]),
)
def log_base_rule(e: Fn, site: Site) -> Expr:
    """A constant base."""
    u, b = e.args
    return site.chain(div(ONE, mul(u, Fn("log", (b,)))), 0)


@rule(
    "log-variable-base-rule",
    Fn,
    functions=("log",),
    title="derivative of the logarithm to a variable base",
    formula=r"\frac{d}{dx} \log_v u = \frac{u'}{u \ln v} - \frac{v' \ln u}{v \ln^2 v}",
    when=lambda e, site: len(e.args) == 2 and site.depends(e.args[1]),
)
def log_variable_base_rule(e: Fn, site: Site) -> Expr:
    """The base varies: ln u / ln v."""
    u, v = e.args
    log_v = Fn("log", (v,))
    first = div(site.d(0), mul(u, log_v))
    return sub(first, div(mul(site.d(1), Fn("log", (u,))), mul(v, power(log_v, TWO))))


@rule(
    "erf-rule",
    Fn,
    functions=("erf",),
    title="derivative of the error function",
    formula=r"\frac{d}{dx} \operatorname{erf} u = \frac{2}{\sqrt\pi} e^{-u^2} \frac{du}{dx}",
)
def erf_rule(e: Fn, site: Site) -> Expr:
    """Twice the normal density of variance one half."""
    bell = Fn("exp", (neg(power(e.args[0], TWO)),))
    return site.chain(mul(div(TWO, Fn("sqrt", (Const("pi"),))), bell), 0)
