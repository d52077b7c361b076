"""Functions with kinks, away from the kink: |x|, relu, max, min, cases, indicators."""

from fractions import Fraction

from gradproof.differentiate.rule import Site, rule
from gradproof.expr import Branch, Cases, Compare, Expr, Fn, Indicator, Num
from gradproof.rewrite import ZERO, add, mul, tidy_root


@rule(
    "abs-rule",
    Fn,
    functions=("abs",),
    title="derivative of the absolute value",
    formula=r"\frac{d}{dx} |u| = \operatorname{sign}(u) \frac{du}{dx} \quad (u \ne 0)",
)
def abs_rule(e: Fn, site: Site) -> Expr:
    """The sign."""
    return site.chain(Fn("sign", e.args), 0)


@rule(
    "sign-function-rule",
    Fn,
    functions=("sign",),
    title="derivative of the sign function",
    formula=r"\frac{d}{dx} \operatorname{sign}(u) = 0 \quad (u \ne 0)",
)
def sign_function_rule(_e: Fn, _site: Site) -> Expr:
    """Constant on both sides of the jump."""
    return ZERO


@rule(
    "relu-rule",
    Fn,
    functions=("relu",),
    title="derivative of the rectifier",
    formula=r"\frac{d}{dx} \operatorname{relu}(u) = [u > 0] \frac{du}{dx} \quad (u \ne 0)",
)
def relu_rule(e: Fn, site: Site) -> Expr:
    """The indicator of the active side."""
    return site.chain(Indicator(Compare(">", e.args[0], Num(Fraction(0)))), 0)


@rule(
    "max-rule",
    Fn,
    functions=("max", "min"),
    title="derivative of a maximum or minimum",
    formula=r"\frac{d}{dx} \max(u, v) = [u > v] \frac{du}{dx} + [v > u] \frac{dv}{dx}"
    r" \quad (u \ne v)",
)
def max_rule(e: Fn, site: Site) -> Expr:
    """The derivative of the argument that is chosen; the first of equal ones."""
    strict, weak = (">", ">=") if e.name == "max" else ("<", "<=")
    terms: list[Expr] = []
    for k, u in enumerate(e.args):
        if not site.depends(u):
            continue
        chosen = mul(
            *(
                Indicator(Compare(strict if j < k else weak, u, v))
                for j, v in enumerate(e.args)
                if j != k
            )
        )
        terms.append(site.chain(chosen, k))
    return add(*terms)


@rule(
    "indicator-rule",
    Indicator,
    title="derivative of an indicator",
    formula=r"\frac{d}{dx} [u > v] = 0 \quad (u \ne v)",
)
def indicator_rule(_e: Indicator, _site: Site) -> Expr:
    """Constant on both sides of the jump."""
    return ZERO


@rule(
    "cases-rule",
    Cases,
    title="derivative case by case",
    formula=r"\frac{d}{dx} \{u \text{ if } c;\ v \text{ otherwise}\} = \{u' \text{ if } c;\ v'"
    r" \text{ otherwise}\}",
)
def cases_rule(e: Cases, site: Site) -> Expr:
    """Differentiate in every case; on the border nothing is said."""
    rows = tuple(Branch(site.d(k, 0), branch.condition) for k, branch in enumerate(e.branches))
    return tidy_root(Cases(rows), site.context)
