"""The penalty on the weights is differentiated with a wrong factor, dropped, or put on the bias."""

from collections.abc import Iterable, Iterator
from typing import Final

from gradproof.differentiate import Application, NotSupported, base_name, differentiate
from gradproof.expr import (
    Add,
    Context,
    Div,
    Entry,
    Expr,
    Fn,
    Frobenius,
    MatMul,
    Mul,
    Norm,
    Num,
    Pow,
    Sum,
    Sym,
    Trace,
    walk,
)
from gradproof.mistakes.mistake import Mend, Mistake, Repair, WrongDerivative
from gradproof.mistakes.scene import Scene, Spot
from gradproof.rewrite import TWO, ZERO, add, div, free_names, mul


def _squared(e: Expr, context: Context) -> Expr | None:
    """Return the parameter of which a penalty is the square times symbolic constants, or None."""
    found: Expr | None = None
    for _, node in walk(e):
        match node:
            case Pow(Sym() | Entry() as base, Num(n)) if n == 2 and found is None:
                found = base
            case Pow() | Add() | Fn():
                return None
            case _:
                pass
    if found is None or base_name(found) in context.definitions:
        return None
    own = free_names(found)
    factors = {n.name for _, n in walk(e) if isinstance(n, Sym)} - own
    rest = {base_name(n) for _, n in walk(e) if isinstance(n, Entry)} - {base_name(found)}
    return found if factors and not rest else None


def _is_loss(e: Expr, penalties: list[Expr]) -> bool:
    """Tell whether a term measures the fit: a sum, a square of a difference, a logarithm."""
    return e not in penalties and any(
        isinstance(n, Sum | Fn) or (isinstance(n, Pow) and isinstance(n.base, Add | Sym | Entry))
        for _, n in walk(e)
    )


def _misweighted(a: Application) -> Iterator[Expr]:
    if not isinstance(a.node, Add):
        return
    terms = a.node.terms
    squares = [_squared(t, a.context) for t in terms]
    penalties = [t for t, s in zip(terms, squares, strict=True) if s is not None]
    if not penalties or not any(_is_loss(t, penalties) for t in terms):
        return
    for k, square in enumerate(squares):
        if square is None:
            continue
        own = a.part(k)
        others = add(*(a.part(i) for i in range(len(terms)) if i != k and a.part(i) != ZERO))
        if own != ZERO:
            yield from (add(others, d) for d in (div(own, TWO), mul(TWO, own)))
            yield others
        elif base_name(square) != base_name(a.wrt):
            for d in _on_another(terms[k], square, a):
                yield from (add(a.result, d), add(a.result, div(d, TWO)))


def _on_another(penalty: Expr, square: Expr, a: Application) -> Iterator[Expr]:
    """Yield the derivative of the penalty as if it were on the variable."""
    match penalty:
        case Sum(body):
            yield from _on_another(body, square, a)
        case Mul(factors):
            for k, f in enumerate(factors):
                for d in _on_another(f, square, a):
                    yield mul(*factors[:k], d, *factors[k + 1 :])
        case Div(num, den):
            yield from (div(d, den) for d in _on_another(num, square, a))
        case Pow(base, exponent) if base == square:
            try:
                yield differentiate(Pow(a.wrt, exponent), a.wrt, a.context, steps=False).expr
            except NotSupported:
                return
        case _:
            return


def _in_the_line(spot: Spot) -> Iterator[Mend]:
    """The penalty's derivative has a wrong factor, or is missing; ``λI`` in a second derivative."""
    if not spot.term:
        return
    names = {n.name for _, n in walk(spot.node) if isinstance(n, Sym)}
    for weight in _weights(spot.scene):
        if weight.name in names:
            yield from (Mend(mul(TWO, spot.node)), Mend(div(spot.node, TWO)))
        elif not spot.path and weight.name not in spot.scene.own:
            for v in spot.scene.variables:
                yield Mend(add(spot.node, mul(TWO, weight, v)))
                yield Mend(add(spot.node, mul(weight, v)))


def _weights(scene: Scene) -> Iterator[Sym]:
    """Yield the scalars that multiply a square or the absolute value of the variable."""
    names = {v.name for v in scene.variables}
    for n in scene.reached:
        if isinstance(n, Mul) and _penalty(n.factors[-1]):
            held = {m.name for _, m in walk(n.factors[-1]) if isinstance(m, Sym)}
            if held and held <= names:
                yield from (f for f in _scalars(n.factors[:-1]))


def _penalty(e: Expr) -> bool:
    if isinstance(e, Fn):
        return e.name == "abs"
    return isinstance(e, Pow | MatMul | Norm | Frobenius | Trace)


def _scalars(factors: Iterable[Expr]) -> Iterator[Sym]:
    for f in factors:
        yield from (n for _, n in walk(f) if isinstance(n, Sym) and not n.space.shape)


MISTAKE: Final = Mistake(
    name="regulariser-factor",
    family="variable, model, notation",
    headline="the penalty has a wrong factor",
    message="the penalty in {node} was not differentiated as it stands",
    why="d/dw λ w² = 2 λ w, d/dw (λ/2) w² = λ w; only the parameters in the penalty feel it, the bias"
    " mostly does not",
    prior=0.78,
    derivatives=(WrongDerivative(frozenset({"sum-rule"}), _misweighted),),
    repairs=(
        Repair(
            _in_the_line,
            message="the penalty was not differentiated as it stands: {wrong} should be {right}",
        ),
    ),
)
