"""A factor of a product is lost."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import (
    Context,
    Det,
    Div,
    Expr,
    Inverse,
    MatMul,
    Mul,
    Neg,
    Norm,
    Num,
    Sym,
    rank,
    walk,
)
from gradproof.mistakes.factors import elementwise, product, transposed
from gradproof.mistakes.mistake import Mend, Mistake, Repair, Slip, WrongRewriting
from gradproof.mistakes.scene import Spot
from gradproof.rewrite import TWO, div, mul, num


def _lost(e: Expr, _context: Context) -> Iterator[Slip]:
    match e:
        case Mul(factors):
            for k, f in enumerate(factors):
                if f != num(-1):
                    yield Slip(mul(*factors[:k], *factors[k + 1 :]), e)
        case Div(u, Mul(factors)):
            for k in range(len(factors)):
                yield Slip(Div(u, mul(*factors[:k], *factors[k + 1 :])), e)
        case Div(u, v) if not isinstance(v, Num) or v.value != 1:
            yield Slip(u, e)
        case _:
            return


def _of_the_whole(e: Expr, context: Context) -> Iterator[Slip]:
    """The whole is off by a symbol that stands in the line or in a definition."""
    bodies = (d.body for found in context.definitions.values() for d in found)
    nodes = (n for body in (e, *bodies) for _, n in walk(body))
    known = context.definitions
    names = {n.name for n in nodes if isinstance(n, Sym) and not n.space.shape}
    for name in sorted(names - known.keys()):
        yield Slip(mul(Sym(name), e), e)
        yield Slip(div(e, Sym(name)), e)


def _number(spot: Spot) -> Iterator[Mend]:
    """A number, or a scalar of the line before, in front of a term."""
    if not spot.scaled or isinstance(spot.node, Num):
        return
    scalars = [n for n in spot.scene.reached if isinstance(n, Det | Norm)]
    for s in (TWO, *spot.scene.scalars, *scalars):
        yield Mend(mul(s, spot.node))
        yield Mend(div(spot.node, s))


def _array(spot: Spot) -> Iterator[Mend]:
    """An array that is nowhere in the line, in a product."""
    if isinstance(spot.parent, MatMul) or not spot.rank or isinstance(spot.node, Neg | Mul):
        return
    fs = spot.node.factors if isinstance(spot.node, MatMul) else (spot.node,)
    inverses = (n for n in spot.scene.reached if isinstance(n, Inverse))
    for a in (*spot.scene.arrays, *inverses):
        if isinstance(a, Sym) and a.name in spot.scene.own and a not in spot.scene.variables:
            continue
        for f in (a, transposed(a, spot.context)):
            for k in range(len(fs) + 1):
                yield Mend(product(*fs[:k], f, *fs[k:]))
        if rank(a, spot.context) == spot.rank:
            yield Mend(elementwise(spot.node, a, context=spot.context))


MISTAKE: Final = Mistake(
    name="factor-lost",
    family="algebra",
    headline="a factor was lost",
    message="a factor of {node} is missing",
    why="every factor of the line before must appear again or cancel",
    prior=0.27,
    rewritings=(WrongRewriting(_lost, on=(Mul, Div)), WrongRewriting(_of_the_whole, whole=True)),
    repairs=(
        Repair(_array, weight=1.25, message="a factor is missing: {wrong} should be {right}"),
        Repair(_number, message="a factor is missing: {wrong} should be {right}"),
    ),
)
