"""A parameter occurs directly and within a defined factor, and only the direct path is followed."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Apply, Entry, Expr, Mul, Sym
from gradproof.mistakes.links import product_without
from gradproof.mistakes.mistake import Mistake, WrongDerivative
from gradproof.rewrite import ZERO


def _named(e: Expr, a: Application) -> bool:
    match e:
        case Sym(name) | Apply(name):
            return name in a.context.definitions
        case Entry(array):
            return _named(array, a)
        case _:
            return False


def _direct_only(a: Application) -> Iterator[Expr]:
    if not isinstance(a.node, Mul):
        return
    for k, factor in enumerate(a.node.factors):
        if _named(factor, a) and a.part(k) != ZERO:
            yield product_without(a, k)


MISTAKE: Final = Mistake(
    name="chain-shared-parameter-path-dropped",
    family="chain rule",
    headline="a second path to a shared parameter is missing",
    message="{var} also enters {node} through a factor that is defined with it; that term is missing",
    why="a parameter used twice gives two terms: d(W h)/dW = h + W · dh/dW",
    prior=0.6,
    derivatives=(WrongDerivative(frozenset({"product-rule"}), _direct_only),),
)
