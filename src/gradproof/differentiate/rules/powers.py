"""Powers and roots."""

from fractions import Fraction

from gradproof.differentiate.components import is_squared_norm
from gradproof.differentiate.rule import NotSupported, Site, rule
from gradproof.expr import Const, Expr, Fn, Num, Pow, Root
from gradproof.rewrite import MINUS_ONE, ONE, TWO, ZERO, add, div, mul, power


def _is_e(e: Expr) -> bool:
    return e == Const("e")


@rule(
    "power-rule",
    Pow,
    title="power rule",
    formula=r"\frac{d}{dx} u^n = n u^{n-1} \frac{du}{dx}",
    when=lambda e, site: (
        site.depends(e.base) and not site.depends(e.exponent) and not is_squared_norm(e)
    ),
)
def power_rule(e: Pow, site: Site) -> Expr:
    """The exponent is constant."""
    if e.exponent == ZERO:
        return ZERO
    return site.chain(mul(e.exponent, power(e.base, add(e.exponent, MINUS_ONE))), 0)


@rule(
    "exponential-rule",
    Pow,
    title="derivative of an exponential",
    formula=r"\frac{d}{dx} e^u = e^u \frac{du}{dx}",
    when=lambda e, site: _is_e(e.base) and site.depends(e.exponent),
)
def exponential_rule(e: Pow, site: Site) -> Expr:
    """The base is e."""
    return site.chain(e, 1)


@rule(
    "constant-base-rule",
    Pow,
    title="derivative of an exponential with base a",
    formula=r"\frac{d}{dx} a^u = a^u \ln a \frac{du}{dx}",
    when=lambda e, site: (
        not _is_e(e.base) and not site.depends(e.base) and site.depends(e.exponent)
    ),
)
def constant_base_rule(e: Pow, site: Site) -> Expr:
    """The base is a constant other than e."""
    return site.chain(mul(e, Fn("log", (e.base,))), 1)


@rule(
    "general-power-rule",
    Pow,
    title="power with variable base and exponent",
    formula=r"\frac{d}{dx} u^v = u^v \left(v' \ln u + v \frac{u'}{u}\right)",
    when=lambda e, site: site.depends(e.base) and site.depends(e.exponent),
)
def general_power_rule(e: Pow, site: Site) -> Expr:
    """Write u^v as exp(v log u); needs a positive base, as real powers do."""
    first = mul(site.d(1), Fn("log", (e.base,)))
    return mul(e, add(first, mul(e.exponent, div(site.d(0), e.base))))


@rule(
    "sqrt-rule",
    Fn,
    functions=("sqrt",),
    title="derivative of the square root",
    formula=r"\frac{d}{dx}\sqrt{u} = \frac{1}{2\sqrt{u}} \frac{du}{dx}",
)
def sqrt_rule(e: Fn, site: Site) -> Expr:
    """Half the reciprocal of the root."""
    return site.chain(div(ONE, mul(TWO, e)), 0)


@rule(
    "root-rule",
    Root,
    title="derivative of the n-th root",
    formula=r"\frac{d}{dx}\sqrt[n]{u} = \frac{1}{n \sqrt[n]{u}^{\,n-1}} \frac{du}{dx}",
)
def root_rule(e: Root, site: Site) -> Expr:
    """The real root, of negative numbers too where the degree is odd."""
    if site.depends(e.degree):
        raise NotSupported("the degree of a root depends on the variable")
    below = add(e.degree, MINUS_ONE)
    if isinstance(e.degree, Num) and e.degree == Num(Fraction(2)):
        return site.chain(div(ONE, mul(TWO, e)), 0)
    return site.chain(div(ONE, mul(e.degree, power(e, below))), 0)
