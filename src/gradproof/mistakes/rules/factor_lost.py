"""A factor of a product is lost."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import (
    Add,
    Context,
    Derivative,
    Det,
    Div,
    Expr,
    Hadamard,
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


def _lost(e: Expr, context: Context) -> Iterator[Slip]:
    match e:
        case Mul(factors):
            for k, f in enumerate(factors):
                if f != num(-1):
                    yield Slip(mul(*factors[:k], *factors[k + 1 :]), e)
        case MatMul(factors):
            for k in range(len(factors)):
                yield Slip(product(*factors[:k], *factors[k + 1 :]), e)
        case Hadamard(factors):
            for k in range(len(factors)):
                rest = (*factors[:k], *factors[k + 1 :])
                yield Slip(elementwise(*rest, context=context), e)
        case Div(u, Mul(factors)):
            for k in range(len(factors)):
                yield Slip(Div(u, mul(*factors[:k], *factors[k + 1 :])), e)
        case Div(u, v) if not isinstance(v, Num) or v.value != 1:
            yield Slip(u, e)
        case _:
            return


def _bracket_lost(e: Expr, context: Context) -> Iterator[Slip]:
    """A bracket goes as a whole: what is left could be a term of it, too, but nobody loses that."""
    factors = e.factors if isinstance(e, Mul | MatMul | Hadamard) else ()
    brackets = [k for k, f in enumerate(factors) if isinstance(f, Add)]
    if brackets:
        slips = list(_lost(e, context))
        yield from (slips[k] for k in brackets if k < len(slips))
    if isinstance(e, Div) and isinstance(e.num, Add | Mul):
        for slip in _bracket_lost(e.num, context):
            yield Slip(Div(slip.wrong, e.den), e)
    if isinstance(e, Div) and isinstance(e.den, Mul):
        for k, f in enumerate(e.den.factors):
            if isinstance(f, Add):
                yield Slip(Div(e.num, mul(*e.den.factors[:k], *e.den.factors[k + 1 :])), e)


def _of_the_whole(e: Expr, context: Context) -> Iterator[Slip]:
    """The whole is off by a symbol of the line or of a definition, or by what is differentiated."""
    bodies = (d.body for found in context.definitions.values() for d in found)
    nodes = (n for body in (e, *bodies) for _, n in walk(body))
    known = context.definitions
    names = {n.name for n in nodes if isinstance(n, Sym) and not n.space.shape}
    own = dict.fromkeys(n.body for _, n in walk(e) if isinstance(n, Derivative))
    for q in (*(Sym(name) for name in sorted(names - known.keys())), *own):
        yield Slip(mul(q, e), e)
        yield Slip(div(e, q), e)


def _number(spot: Spot) -> Iterator[Mend]:
    """A number, or a scalar of the line before, in front of a term."""
    if not spot.scaled or isinstance(spot.node, Num):
        return
    scalars = [n for n in spot.scene.reached if isinstance(n, Det | Norm)]
    for s in (TWO, *spot.scene.scalars, *scalars):
        yield Mend(_with(s, spot.node))
        yield Mend(div(spot.node, s))


def _with(s: Expr, e: Expr) -> Expr:
    """Return the product, a letter before the last factor: ``a b x``."""
    if isinstance(e, Mul) and isinstance(s, Sym):
        return Mul((*e.factors[:-1], s, e.factors[-1]))
    return mul(s, e)


def _array(spot: Spot) -> Iterator[Mend]:
    """An array that is nowhere in the term, in a product."""
    if isinstance(spot.parent, MatMul) or not spot.rank or isinstance(spot.node, Neg | Mul):
        return
    fs = spot.node.factors if isinstance(spot.node, MatMul) else (spot.node,)
    held = {n.name for _, n in walk(spot.node) if isinstance(n, Sym)}
    inverses = [n for n in spot.scene.reached if isinstance(n, Inverse)]
    inverses += [Inverse(n.arg) for n in spot.scene.reached if isinstance(n, Det)]
    for a in (*spot.scene.arrays, *inverses):
        if isinstance(a, Sym) and a.name in held and a not in spot.scene.variables:
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
    rewritings=(
        WrongRewriting(_lost, on=(Mul, Div, MatMul, Hadamard)),
        WrongRewriting(_bracket_lost, weight=1.1, on=(Mul, Div, MatMul, Hadamard)),
        WrongRewriting(_of_the_whole, whole=True),
    ),
    repairs=(
        Repair(_array, weight=1.25, message="a factor is missing: {wrong} should be {right}"),
        Repair(_number, message="a factor is missing: {wrong} should be {right}"),
    ),
)
