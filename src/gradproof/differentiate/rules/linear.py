"""Linear rules: sums, signs, constant factors."""

from gradproof.differentiate.rule import Site, rule
from gradproof.expr import Add, Div, Expr, Mul, Neg
from gradproof.rewrite import add, div, mul, neg


@rule(
    "sum-rule",
    Add,
    title="sum rule",
    formula=r"\frac{d}{dx}(u + v) = \frac{du}{dx} + \frac{dv}{dx}",
)
def sum_rule(e: Add, site: Site) -> Expr:
    """Differentiate term by term."""
    return add(*(site.d(k) for k in range(len(e.terms))))


@rule("sign-rule", Neg, title="sign", formula=r"\frac{d}{dx}(-u) = -\frac{du}{dx}")
def sign_rule(_e: Neg, site: Site) -> Expr:
    """Keep the sign."""
    return neg(site.d(0))


def varying_factors(e: Mul, site: Site) -> list[int]:
    """Return the positions of the factors that depend on the variable."""
    return [k for k, f in enumerate(e.factors) if site.depends(f)]


@rule(
    "constant-multiple",
    Mul,
    title="constant multiple",
    formula=r"\frac{d}{dx}(c\,u) = c\,\frac{du}{dx}",
    when=lambda e, site: len(varying_factors(e, site)) == 1,
)
def constant_multiple(e: Mul, site: Site) -> Expr:
    """Keep the constant factors."""
    (k,) = varying_factors(e, site)
    return mul(*e.factors[:k], site.d(k), *e.factors[k + 1 :])


@rule(
    "constant-divisor",
    Div,
    title="constant divisor",
    formula=r"\frac{d}{dx}\frac{u}{c} = \frac1c \frac{du}{dx}",
    when=lambda e, site: not site.depends(e.den),
)
def constant_divisor(e: Div, site: Site) -> Expr:
    """Keep the constant denominator."""
    return div(site.d(0), e.den)
