"""The factor that a linear inside leaves behind is missing: ∂/∂w ln σ(xw) = 1 - σ."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application, base_name
from gradproof.expr import Add, Entry, Expr, MatMul, Mul, Neg, Sym
from gradproof.mistakes.factors import product, transposed
from gradproof.mistakes.links import trivial, with_inner
from gradproof.mistakes.mistake import Mend, Mistake, Repair, WrongDerivative
from gradproof.mistakes.scene import Spot
from gradproof.rewrite import ONE, free_names, mul, neg


def _without_factor(a: Application) -> Iterator[Expr]:
    for k, inner in enumerate(a.inner):
        names = free_names(inner)
        if not trivial(inner) and names and base_name(a.wrt) not in names:
            yield with_inner(a, k, ONE)
            for rest in _one_factor_less(inner):
                yield with_inner(a, k, rest)


def _one_factor_less(inner: Expr) -> Iterator[Expr]:
    """Yield the coefficient without one of its symbols; its sign and its numbers stay."""
    match inner:
        case Neg(u):
            yield from (neg(rest) for rest in _one_factor_less(u))
        case Mul(factors):
            for k, f in enumerate(factors):
                if free_names(f):
                    yield mul(*factors[:k], *factors[k + 1 :])
        case Sym() | Entry():
            yield ONE
        case _:
            return


def _beside(spot: Spot) -> Iterator[Mend]:
    """The matrix that multiplies the variable is nowhere in the line."""
    yield from _multiplied(spot, [m for m in _multipliers(spot) if m.name not in spot.scene.own])


def _once_more(spot: Spot) -> Iterator[Mend]:
    """The matrix that multiplies the variable stands in the line, but not in front."""
    if spot.whole:
        yield from _multiplied(spot, [m for m in _multipliers(spot) if m.name in spot.scene.own])


def _multipliers(spot: Spot) -> list[Sym]:
    return [m for m in spot.scene.multipliers if isinstance(m, Sym)]


def _multiplied(spot: Spot, matrices: list[Sym]) -> Iterator[Mend]:
    if not spot.rank or isinstance(spot.parent, MatMul) or isinstance(spot.node, Neg | Mul):
        return
    if isinstance(spot.parent, Add) and not spot.term:
        return
    for m in matrices:
        for f in (transposed(m, spot.context), m):
            yield Mend(product(f, spot.node))
            yield Mend(product(spot.node, f))


MISTAKE: Final = Mistake(
    name="chain-linear-factor-dropped",
    family="chain rule",
    headline="the factor of a linear inside is missing",
    message="the factor {inner} that the inside of {node} leaves behind is missing",
    why="the inside is linear in {var} with the coefficient {inner}, and the chain rule multiplies"
    " with it",
    prior=0.92,
    derivatives=(WrongDerivative(frozenset(), _without_factor),),
    repairs=(
        Repair(
            _beside,
            message="the factor that the inside leaves behind is missing: {wrong} should be {right}",
            why="the inside is linear in the variable, and the chain rule multiplies with its coefficient",
        ),
        Repair(
            _once_more,
            weight=0.75,
            message="the factor that the inside leaves behind is missing: {wrong} should be {right}",
            why="the inside is linear in the variable, and the chain rule multiplies with its coefficient",
        ),
    ),
)
