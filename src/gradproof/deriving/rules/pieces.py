"""Differentials of functions with a kink, and of squares of norms, which have none."""

from collections.abc import Callable, Iterator
from typing import Literal

from gradproof.deriving.limits import NotDerived
from gradproof.deriving.rule import Share, Site, differential_rule
from gradproof.expr import Compare, Expr, Fn, Frobenius, Indicator, Norm, Pow
from gradproof.rewrite import TWO

D = Callable[[Expr], Expr]


def _is_square(e: Pow) -> bool:
    return isinstance(e.base, Norm) and e.base.order in ("2", "F") and e.exponent == TWO


def _square(e: Pow, s: Site) -> tuple[Expr, Expr]:
    """Return what the norm is of, and twice that."""
    assert isinstance(e.base, Norm)
    x = e.base.arg
    if e.base.order == "2" and len(s.arrays.shape(x)) > 1:
        raise NotDerived("the spectral norm of a matrix")
    return x, s.arrays.times(TWO, x)


def _push_square(e: Pow, d: D, s: Site) -> Expr:
    x, twice = _square(e, s)
    return Frobenius(twice, d(x)) if s.arrays.shape(x) else s.arrays.times(twice, d(x))


@differential_rule(
    "squared-norm", Pow, title="square of a norm", formula=r"d \|u\|^2 = 2 u : du",
    source="Magnus and Neudecker, Matrix Differential Calculus, chapter 9", push=_push_square, when=_is_square,
)  # fmt: skip
def squared_norm(e: Pow, g: Expr, s: Site) -> list[Share]:
    """Multiply what the norm is of by twice the adjoint."""
    x, twice = _square(e, s)
    return [(x, s.arrays.times(g, twice))]


def _parts(e: Fn, s: Site) -> Iterator[Share]:
    """Yield the moving arguments, each with the indicator that it is the one that counts."""
    if len(e.args) != 2 or any(s.arrays.shape(x) for x in e.args):
        raise NotDerived(f"the {e.name} of other than two numbers")
    u, v = e.args
    op: Literal[">", "<"] = ">" if e.name == "max" else "<"
    for x, other in ((u, v), (v, u)):
        if s.moves(x):
            yield x, Indicator(Compare(op, x, other))


@differential_rule(
    "larger-of-two", Fn, title="maximum and minimum of two numbers",
    formula=r"d \max(u, v) = [u > v]\,du + [v > u]\,dv", functions=("max", "min"),
    source="Goodfellow, Bengio, Courville, Deep Learning, section 6.3",
    push=lambda e, d, s: s.arrays.total([s.arrays.times(w, d(x)) for x, w in _parts(e, s)]),
)  # fmt: skip
def larger_of_two(e: Fn, g: Expr, s: Site) -> list[Share]:
    """Pass the adjoint to the argument that counts."""
    return [(x, s.arrays.times(g, w)) for x, w in _parts(e, s)]
