"""Product rule and quotient rule."""

from gradproof.differentiate.rule import Site, rule
from gradproof.differentiate.rules.linear import varying_factors
from gradproof.expr import Div, Expr, Mul
from gradproof.rewrite import TWO, add, div, mul, neg, power, sub


@rule(
    "product-rule",
    Mul,
    title="product rule",
    formula=r"\frac{d}{dx}(u v) = \frac{du}{dx} v + u \frac{dv}{dx}",
    when=lambda e, site: len(varying_factors(e, site)) > 1,
)
def product_rule(e: Mul, site: Site) -> Expr:
    """Differentiate one factor after the other and add."""
    return add(
        *(mul(*e.factors[:k], site.d(k), *e.factors[k + 1 :]) for k in varying_factors(e, site))
    )


@rule(
    "reciprocal-rule",
    Div,
    title="derivative of a reciprocal",
    formula=r"\frac{d}{dx}\frac{c}{v} = -\frac{c}{v^2} \frac{dv}{dx}",
    when=lambda e, site: site.depends(e.den) and not site.depends(e.num),
)
def reciprocal_rule(e: Div, site: Site) -> Expr:
    """A constant over something that varies."""
    return site.chain(neg(div(e.num, power(e.den, TWO))), 1)


@rule(
    "quotient-rule",
    Div,
    title="quotient rule",
    formula=r"\frac{d}{dx}\frac{u}{v} = \frac{u' v - u v'}{v^2}",
    when=lambda e, site: site.depends(e.den) and site.depends(e.num),
)
def quotient_rule(e: Div, site: Site) -> Expr:
    """Both numerator and denominator vary."""
    top = sub(mul(site.d(0), e.den), mul(e.num, site.d(1)))
    return div(top, power(e.den, TWO))
