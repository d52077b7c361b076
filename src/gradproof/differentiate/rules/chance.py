"""Expectations: linear operators, whose density may depend on the variable."""

from gradproof.differentiate.rule import NotSupported, Site, rule
from gradproof.expr import (
    EXPECTATION,
    SAMPLED,
    Apply,
    Derivative,
    Entry,
    Expr,
    Fn,
    Opaque,
    Sym,
    densities_of,
    density_depends,
    is_density,
)  # fmt: skip
from gradproof.rewrite import add, mul


def _name(e: Expr) -> str:
    match e:
        case Sym(name):
            return name
        case Entry(array):
            return _name(array)
        case _:
            return ""


def _moves(e: Opaque, site: Site) -> bool:
    return e.head == EXPECTATION and density_depends(e, _name(site.wrt))


def _is_fixed(e: Opaque, site: Site) -> bool:
    return e.head == EXPECTATION and not _moves(e, site)


@rule(
    "expectation-linear",
    Opaque,
    title="the derivative passes inside an expectation",
    formula=r"\frac{d}{dx} \mathbb{E}_{t \sim p}[u] = \mathbb{E}_{t \sim p}\left[\frac{du}{dx}\right]",
    when=_is_fixed,
)
def expectation_linear(e: Opaque, site: Site) -> Expr:
    """Differentiate inside: the density does not depend on the variable."""
    return Opaque(EXPECTATION, (site.d(0), *e.args[1:]))


@rule(
    "score-function",
    Opaque,
    title="derivative of an expectation by a parameter of its density",
    formula=r"\frac{d}{d\theta} \mathbb{E}_{p_\theta}[u] = "
    r"\mathbb{E}_{p_\theta}\left[\frac{du}{d\theta} + u \frac{d \log p_\theta}{d\theta}\right]",
    when=_moves,
)
def score_function(e: Opaque, site: Site) -> Expr:
    """Weigh what is expected with the score (Williams, *Machine Learning* 8 (1992), eq. 4)."""
    body = e.args[0]
    score = Derivative(Fn("log", (_density(e),)), (site.wrt,))
    inside = add(site.d(0), mul(body, score))
    return Opaque(EXPECTATION, (inside, *e.args[1:]))


def _density(e: Opaque) -> Expr:
    """Return the density at what is sampled."""
    for item in e.args[1:]:
        match item:
            case Opaque(head, (what, Sym(name))) if head == SAMPLED:
                return Apply(name, (what,))
            case Opaque(head, (_, Apply() as density)) if head == SAMPLED:
                return density
            case _:
                pass
    for density in densities_of(e):
        if isinstance(density, Apply) or is_density(density):
            return density
    raise NotSupported(
        "the density below an expectation is not said to be of what; write x \\sim p"
    )
