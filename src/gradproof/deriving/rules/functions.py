"""Differentials of functions: elementwise, powers, softmax, logsumexp, a function applied by name."""

from collections.abc import Callable
from fractions import Fraction
from typing import get_args

from gradproof.deriving.limits import NotDerived
from gradproof.deriving.rule import Share, Site, differential_rule
from gradproof.deriving.slopes import SLOPES, slope
from gradproof.expr import Apply, Expr, Fn, FunctionName, Num, Pow, Root
from gradproof.rewrite import TWO, add, power

D = Callable[[Expr], Expr]
MAGNUS = "Magnus and Neudecker, Matrix Differential Calculus, chapter 8"


def _slope(e: Fn, s: Site) -> Expr:
    if e.name == "log" and len(e.args) == 2:
        base = Fn("log", (e.args[1],))
        if s.moves(e.args[1]):
            raise NotDerived("a logarithm whose base varies")
        found = slope(s.arrays, Fn("log", e.args[:1]), s.value)
        return s.arrays.quotient(found, base) if found is not None else base
    found = slope(s.arrays, e, s.value)
    if found is None:
        raise NotDerived(f"the derivative of {e.name} of {len(e.args)} arguments")
    return found


@differential_rule(
    "elementwise-chain", Fn, title="chain rule, entry by entry",
    formula=r"d f(U) = f'(U) \odot dU, \quad A : (B \odot C) = (A \odot B) : C", source=MAGNUS,
    push=lambda e, d, s: s.by_entries(_slope(e, s), d(e.args[0])),
    functions=tuple(n for n in get_args(FunctionName) if n in SLOPES),
)  # fmt: skip
def elementwise_chain(e: Fn, g: Expr, s: Site) -> list[Share]:
    """Multiply the adjoint by the derivative of the function."""
    return [(e.args[0], s.by_entries(g, _slope(e, s)))]


def _power_slope(e: Pow, s: Site) -> Expr:
    if s.moves(e.exponent):
        raise NotDerived("a power whose exponent varies")
    shape = s.arrays.shape(e.base)
    if len(shape) == 2:
        raise NotDerived("a power of a matrix")
    if e.exponent == TWO:
        return s.arrays.times(TWO, e.base)
    return s.arrays.times(e.exponent, power(e.base, add(e.exponent, Num(Fraction(-1)))))


@differential_rule(
    "power", Pow, title="power rule", formula=r"d u^p = p\,u^{p-1} \odot du", source=MAGNUS,
    push=lambda e, d, s: s.by_entries(_power_slope(e, s), d(e.base)),
)  # fmt: skip
def power_rule(e: Pow, g: Expr, s: Site) -> list[Share]:
    """Multiply the adjoint by the derivative of the power."""
    return [(e.base, s.by_entries(g, _power_slope(e, s)))]


def _root_slope(e: Root, s: Site) -> Expr:
    if s.moves(e.degree):
        raise NotDerived("a root whose degree varies")
    return s.arrays.quotient(s.value, s.arrays.times(e.degree, e.arg))


@differential_rule(
    "root", Root, title="power rule for roots", formula=r"d \sqrt[n]{u} = \sqrt[n]{u}\,du/(n u)", source=MAGNUS,
    push=lambda e, d, s: s.by_entries(_root_slope(e, s), d(e.arg)),
)  # fmt: skip
def root_rule(e: Root, g: Expr, s: Site) -> list[Share]:
    """Multiply the adjoint by the derivative of the root."""
    return [(e.arg, s.by_entries(g, _root_slope(e, s)))]


@differential_rule(
    "function-chain", Apply, title="chain rule for a function by name",
    formula=r"d f(U) = f'(U) \odot dU", source=MAGNUS,
    push=lambda e, d, s: s.by_entries(Apply(e.name, e.args, e.primes + 1), d(e.args[0])),
)  # fmt: skip
def function_chain(e: Apply, g: Expr, s: Site) -> list[Share]:
    """Multiply the adjoint by the derivative of the function."""
    if len(e.args) != 1:
        raise NotDerived(f"{e.name}, a function of {len(e.args)} arguments without a definition")
    return [(e.args[0], s.by_entries(g, Apply(e.name, e.args, e.primes + 1)))]
