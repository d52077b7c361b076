"""Derivatives of the functions known by name, each as an expression in the argument and the value."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from gradproof.deriving.arrays import Arrays
from gradproof.expr import (
    Add,
    Apply,
    Compare,
    Const,
    Div,
    Expr,
    Fn,
    HadamardDiv,
    Indicator,
    Neg,
    Pow,
)  # fmt: skip
from gradproof.rewrite import ONE, TWO, ZERO

Slope = Callable[[Arrays, Expr, Expr], Expr]
"""The derivative of a function from its argument and its value, entry by entry."""


def _one_over(a: Arrays, x: Expr) -> Expr:
    return HadamardDiv(ONE, x) if a.shape(x) else Div(ONE, x)


def _complement(x: Expr) -> Expr:
    return Add((ONE, Neg(x)))


def _square(a: Arrays, x: Expr) -> Expr:
    return a.hadamard(x, x) if a.shape(x) else Pow(x, TWO)


def _kink(a: Arrays, x: Expr) -> Expr:
    return Apply("relu", (x,), 1) if a.shape(x) else Indicator(Compare(">", x, ZERO))


def _root_of_pi() -> Expr:
    return Div(TWO, Fn("sqrt", (Const("pi"),)))


SLOPES: Final = MappingProxyType[str, tuple[Slope, str]]({
    "exp": (lambda a, x, v: v, r"\exp' = \exp"),
    "log": (lambda a, x, v: _one_over(a, x), r"\log' u = 1/u"),
    "sqrt": (lambda a, x, v: _one_over(a, a.times(TWO, v)), r"\sqrt{u}' = 1/(2\sqrt{u})"),
    "abs": (lambda a, x, v: Fn("sign", (x,)), r"|u|' = \operatorname{sign} u"),
    "sign": (lambda a, x, v: ZERO, r"\operatorname{sign}' = 0"),
    "sin": (lambda a, x, v: Fn("cos", (x,)), r"\sin' = \cos"),
    "cos": (lambda a, x, v: Neg(Fn("sin", (x,))), r"\cos' = -\sin"),
    "tan": (lambda a, x, v: Add((ONE, _square(a, v))), r"\tan' = 1 + \tan^2"),
    "sinh": (lambda a, x, v: Fn("cosh", (x,)), r"\sinh' = \cosh"),
    "cosh": (lambda a, x, v: Fn("sinh", (x,)), r"\cosh' = \sinh"),
    "tanh": (lambda a, x, v: _complement(_square(a, v)), r"\tanh' = 1 - \tanh^2"),
    "sec": (lambda a, x, v: a.hadamard(v, Fn("tan", (x,))), r"\sec' = \sec \tan"),
    "csc": (lambda a, x, v: Neg(a.hadamard(v, Fn("cot", (x,)))), r"\csc' = -\csc \cot"),
    "cot": (lambda a, x, v: Neg(Add((ONE, _square(a, v)))), r"\cot' = -1 - \cot^2"),
    "arcsin": (
        lambda a, x, v: _one_over(a, Fn("sqrt", (_complement(_square(a, x)),))),
        r"\arcsin' u = 1/\sqrt{1 - u^2}",
    ),
    "arccos": (
        lambda a, x, v: Neg(_one_over(a, Fn("sqrt", (_complement(_square(a, x)),)))),
        r"\arccos' u = -1/\sqrt{1 - u^2}",
    ),
    "arctan": (lambda a, x, v: _one_over(a, Add((ONE, _square(a, x)))), r"\arctan' u = 1/(1 + u^2)"),
    "sigmoid": (lambda a, x, v: a.hadamard(v, _complement(v)), r"\sigma' = \sigma (1 - \sigma)"),
    "softplus": (lambda a, x, v: Fn("sigmoid", (x,)), r"\operatorname{softplus}' = \sigma"),
    "relu": (lambda a, x, v: _kink(a, x), r"\operatorname{relu}' u = 1[u > 0]"),
    "erf": (
        lambda a, x, v: a.times(_root_of_pi(), Fn("exp", (Neg(_square(a, x)),))),
        r"\operatorname{erf}' u = 2 e^{-u^2}/\sqrt\pi",
    ),
})  # fmt: skip
"""Per name the derivative and its formula."""


def slope(a: Arrays, e: Fn, value: Expr) -> Expr | None:
    """Return the derivative of an elementwise function of one argument, None where there is none."""
    found = SLOPES.get(e.name)
    return None if found is None or len(e.args) != 1 else found[0](a, e.args[0], value)
