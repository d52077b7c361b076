"""Names: the variable itself, defined symbols and functions, unknown ones, names bound locally."""

from gradproof.differentiate.dependence import base_name
from gradproof.differentiate.rule import NotSupported, Site, rule
from gradproof.differentiate.unfold import call, definitions_of, has_definition, unfold
from gradproof.expr import Apply, Context, Definition, Derivative, Expr, Sym, has_parameter
from gradproof.rewrite import ZERO, add, free_names, mul


def _defined(e: Sym | Apply, site: Site) -> bool:
    return has_definition(e, site.context)


@rule(
    "definition",
    Sym,
    title="definition",
    formula=r"z = g(x) \Rightarrow \frac{dz}{dx} = \frac{d}{dx} g(x)",
    when=lambda e, site: _defined(e, site) and not e.space.shape,
)
def definition(e: Sym, site: Site) -> Expr:
    """Put in what a defined symbol stands for."""
    return site.of(unfold(e, site.context))


@rule(
    "unknown-dependence",
    Sym,
    title="unknown dependence",
    formula=r"\frac{du}{dx} = \frac{du}{dx}",
    when=lambda e, site: not _defined(e, site) and not e.space.shape,
)
def unknown_dependence(e: Sym, site: Site) -> Expr:
    """Leave the derivative of a symbol that depends on the variable in an unknown way."""
    return Derivative(e, (site.wrt,))


def _scalar_call(e: Apply, context: Context) -> Definition | None:
    """Return the definition of a function of one scalar, where the argument is not its parameter."""
    found = definitions_of(e, context)
    if len(found) != 1 or found[0].indices or len(found[0].params) != 1 or len(e.args) != 1:
        return None
    (param,) = found[0].params
    if not isinstance(param, Sym) or param.space.shape or param == e.args[0]:
        return None
    return found[0]


@rule(
    "defined-function",
    Apply,
    title="chain rule for a defined function",
    formula=r"\frac{d}{dx} f(u) = f'(u) \frac{du}{dx}",
    when=lambda e, site: _defined(e, site) and _scalar_call(e, site.context) is not None,
)
def defined_function(e: Apply, site: Site) -> Expr:
    """The derivative of the definition at the argument, times that of the argument."""
    d = _scalar_call(e, site.context)
    assert d is not None
    (param,) = d.params
    body = d.body
    for _ in range(e.primes):
        body = site.by(body, param, Apply(e.name, (param,), e.primes))
    named = Apply(e.name, (param,), e.primes + 1)
    slope = call(Definition(d.name, site.by(body, param, named), d.params), e.args, site.context)
    linked = site.chain(slope, 0) if site.depends(e.args[0]) else ZERO
    hidden = free_names(d.body) - free_names(param)
    if e.primes or not any(site.depends(Sym(n)) for n in sorted(hidden)):
        return linked
    if base_name(site.wrt) in free_names(param):
        return linked
    inside = call(d, e.args, site.context)
    return add(site.of(inside, 1)) if site.depends(inside) else linked


@rule(
    "defined-call",
    Apply,
    title="definition",
    formula=r"f(u, v) = g(u, v) \Rightarrow \frac{d}{dx} f(u, v) = \frac{d}{dx} g(u, v)",
    when=lambda e, site: _defined(e, site) and _scalar_call(e, site.context) is None,
)
def defined_call(e: Apply, site: Site) -> Expr:
    """Put the arguments into the definition."""
    if e.primes == 0:
        return site.of(site.once(lambda: unfold(e, site.context)))
    found = definitions_of(e, site.context)
    if len(found) != 1 or len(found[0].params) != 1 or found[0].indices:
        raise NotSupported(f"a prime on {e.name}, which is no function of one variable")
    body, (param,) = found[0].body, found[0].params
    if not isinstance(param, Sym) or param.space.shape:
        raise NotSupported(f"a prime on {e.name}, whose argument is no scalar")
    for _ in range(e.primes):
        body = site.by(body, param, Apply(e.name, (param,), e.primes))
    return site.of(call(Definition(e.name, body, (param,)), e.args, site.context), 1)


@rule(
    "unknown-function",
    Apply,
    title="chain rule for an unknown function",
    formula=r"\frac{d}{dx} f(u) = f'(u) \frac{du}{dx}",
    when=lambda e, site: not _defined(e, site),
)
def unknown_function(e: Apply, site: Site) -> Expr:
    """A prime for a function of one scalar; else the derivative stays unevaluated."""
    hidden = has_parameter(e.name, base_name(site.wrt) or "")
    if len(e.args) != 1 or e.name in site.context.varying or hidden:
        return Derivative(e, (site.wrt,))
    match e.args[0]:
        case Sym(_, space) if space.shape:
            return Derivative(e, (site.wrt,))
        case _:
            return mul(site.chain(Apply(e.name, e.args, e.primes + 1), 0))
