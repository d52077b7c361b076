"""Derivatives of derivatives, values at a point, local names."""

from gradproof.differentiate.nested import evaluate_inside, variables
from gradproof.differentiate.rule import NotSupported, Site, rule
from gradproof.expr import Apply, At, Derivative, Expr, Gradient, Let, Path
from gradproof.rewrite import free_names, substitute


def _inner(e: Expr, site: Site) -> Expr:
    """Return `e` with the derivatives in it evaluated."""

    def by(body: Expr, wrt: Expr, _path: Path) -> Expr:
        return site.by(body, wrt, Derivative(body, (wrt,)))

    def prime(call: Apply, _path: Path) -> Expr:
        return call

    return evaluate_inside(e, (), by, site.context, prime)


@rule(
    "higher-derivative",
    Derivative,
    title="derivative of a derivative",
    formula=r"\frac{d}{dy} \frac{du}{dx} = \frac{d^2 u}{dy\,dx}",
)
def higher_derivative(e: Derivative, site: Site) -> Expr:
    """Evaluate the inner derivative first; where it is unknown, name both variables."""
    inner = _inner(e, site)
    if inner == e or (isinstance(inner, Derivative) and inner.body == e.body):
        return Derivative(e.body, (*e.wrt, site.wrt), e.notation)
    return site.of(inner)


@rule(
    "derivative-of-gradient",
    Gradient,
    title="derivative of a derivative",
    formula=r"\frac{d}{dy} \nabla_x u = \frac{d^2 u}{dy\,dx}",
)
def derivative_of_gradient(e: Gradient, site: Site) -> Expr:
    """Evaluate the inner derivative first."""
    wrts = variables(e) or ()
    return site.of(Derivative(e.body, wrts))


@rule(
    "value-at-point",
    At,
    title="value at a point",
    formula=r"\frac{d}{dx} \left. u \right|_{t = a} = \frac{d}{dx} u(a)",
)
def value_at_point(e: At, site: Site) -> Expr:
    """Put the value in, after the derivatives inside are evaluated; of something unknown, stay."""
    inner = _inner(e, site)
    if inner == e:
        return Derivative(e, (site.wrt,))
    return site.of(inner)


@rule(
    "local-name",
    Let,
    title="local name",
    formula=r"\frac{d}{dx} (u \text{ where } t = a) = \frac{d}{dx} u(a)",
)
def local_name(e: Let, site: Site) -> Expr:
    """Put in what the local name stands for."""
    if e.symbol.name in free_names(e.value):
        raise NotSupported(f"{e.symbol.name} is defined by itself")
    return site.of(substitute(e.body, {e.symbol: e.value}, site.context))
