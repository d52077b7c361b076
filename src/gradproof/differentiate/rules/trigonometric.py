"""Trigonometric and hyperbolic functions and the inverses."""

from collections.abc import Callable
from typing import Final

from gradproof.differentiate.rule import Rule, Site, rule
from gradproof.expr import Expr, Fn, FunctionName
from gradproof.rewrite import ONE, TWO, add, div, mul, neg, power, sub


def _f(name: FunctionName, u: Expr) -> Expr:
    return Fn(name, (u,))


def _table(name: FunctionName, formula: str, outer: Callable[[Expr], Expr]) -> Rule:
    """Make the rule for a function of one variable from its derivative."""

    @rule(
        f"{name}-rule",
        Fn,
        functions=(name,),
        title=f"derivative of {name}",
        formula=formula,
    )
    def made(e: Fn, site: Site) -> Expr:
        return site.chain(outer(e.args[0]), 0)

    return made


SIN: Final = _table("sin", r"\frac{d}{dx}\sin u = \cos u\, u'", lambda u: _f("cos", u))
COS: Final = _table("cos", r"\frac{d}{dx}\cos u = -\sin u\, u'", lambda u: neg(_f("sin", u)))
TAN: Final = _table(
    "tan", r"\frac{d}{dx}\tan u = \sec^2 u\, u'", lambda u: power(_f("sec", u), TWO)
)
COT: Final = _table(
    "cot", r"\frac{d}{dx}\cot u = -\csc^2 u\, u'", lambda u: neg(power(_f("csc", u), TWO))
)
SEC: Final = _table(
    "sec", r"\frac{d}{dx}\sec u = \sec u \tan u\, u'", lambda u: mul(_f("sec", u), _f("tan", u))
)
CSC: Final = _table(
    "csc",
    r"\frac{d}{dx}\csc u = -\csc u \cot u\, u'",
    lambda u: neg(mul(_f("csc", u), _f("cot", u))),
)
ARCSIN: Final = _table(
    "arcsin",
    r"\frac{d}{dx}\arcsin u = \frac{1}{\sqrt{1 - u^2}} u'",
    lambda u: div(ONE, _f("sqrt", sub(ONE, power(u, TWO)))),
)
ARCCOS: Final = _table(
    "arccos",
    r"\frac{d}{dx}\arccos u = -\frac{1}{\sqrt{1 - u^2}} u'",
    lambda u: neg(div(ONE, _f("sqrt", sub(ONE, power(u, TWO))))),
)
ARCTAN: Final = _table(
    "arctan",
    r"\frac{d}{dx}\arctan u = \frac{1}{1 + u^2} u'",
    lambda u: div(ONE, add(ONE, power(u, TWO))),
)
SINH: Final = _table("sinh", r"\frac{d}{dx}\sinh u = \cosh u\, u'", lambda u: _f("cosh", u))
COSH: Final = _table("cosh", r"\frac{d}{dx}\cosh u = \sinh u\, u'", lambda u: _f("sinh", u))
TANH: Final = _table(
    "tanh",
    r"\frac{d}{dx}\tanh u = (1 - \tanh^2 u)\, u'",
    lambda u: sub(ONE, power(_f("tanh", u), TWO)),
)
