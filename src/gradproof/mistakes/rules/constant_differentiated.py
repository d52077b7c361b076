"""A constant is differentiated by itself: d(w x + b)/dw = x + 1, d(a² x)/dx = 2a."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application, NotSupported, base_name, differentiate
from gradproof.expr import Entry, Expr, Fn, Mul, Pow, Sym, walk
from gradproof.mistakes.mistake import Mistake, WrongDerivative
from gradproof.rewrite import ZERO, mul


def _by_itself(e: Expr, a: Application) -> Iterator[Expr]:
    """Yield the derivatives of a constant by the symbols in it."""
    inside = (n for _, n in walk(e) if isinstance(n, Sym | Entry))
    for symbol in dict.fromkeys(inside):
        if isinstance(symbol, Sym) and symbol.space.shape:
            continue
        if base_name(symbol) in (None, base_name(a.wrt)) or base_name(symbol) in a.context.sizes:
            continue
        try:
            slope = differentiate(e, symbol, a.context, steps=False).expr
        except NotSupported:
            continue
        if slope != ZERO:
            yield slope


def _term(a: Application) -> Iterator[Expr]:
    yield from _by_itself(a.node, a)


def _factor(a: Application) -> Iterator[Expr]:
    if not isinstance(a.node, Mul):
        return
    parts = [f if a.part(k) == ZERO else a.part(k) for k, f in enumerate(a.node.factors)]
    for k, f in enumerate(a.node.factors):
        if a.part(k) == ZERO and isinstance(f, Pow | Fn):
            for slope in _by_itself(f, a):
                yield mul(*parts[:k], slope, *parts[k + 1 :])


MISTAKE: Final = Mistake(
    name="constant-differentiated",
    family="variable, model, notation",
    headline="a constant was differentiated",
    message="a constant in {node} was differentiated as if it were {var}",
    why="only {var} varies here; what does not contain it has the derivative 0 as a term, and stays"
    " as a factor",
    prior=0.42,
    derivatives=(
        WrongDerivative(frozenset({"constant"}), _term),
        WrongDerivative(frozenset({"constant-multiple"}), _factor),
    ),
)
