"""The exponent is not lowered by one."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Add, Context, Div, Entry, Expr, Mul, Neg, Norm, Num, Pow, Sym
from gradproof.mistakes.links import with_outer
from gradproof.mistakes.mistake import Mend, Mistake, Repair, Slip, WrongDerivative, WrongRewriting
from gradproof.mistakes.scene import Spot
from gradproof.rewrite import MINUS_ONE, ONE, TWO, add, div, mul, num, power


def _other_exponent(a: Application) -> Iterator[Expr]:
    if isinstance(a.node, Pow):
        u, n = a.node.base, a.node.exponent
        yield with_outer(a, 0, mul(n, power(u, n)))
        yield with_outer(a, 0, mul(n, power(u, add(n, ONE))))
        yield with_outer(a, 0, mul(n, power(u, add(n, num(-2)))))
        yield with_outer(a, 0, mul(add(n, MINUS_ONE), power(u, add(n, MINUS_ONE))))


def _of_reciprocal(a: Application) -> Iterator[Expr]:
    if not isinstance(a.node, Div):
        return
    for base in _bases(a.node.den):
        yield mul(a.result, base)
        yield div(a.result, base)


def _bases(den: Expr) -> Iterator[Expr]:
    """Yield what stands under an exponent in a denominator: ``v`` and ``v²`` in ``2 v²``."""
    for f in den.factors if isinstance(den, Mul) else (den,):
        if not isinstance(f, Num):
            yield f
        if isinstance(f, Pow):
            yield f.base


def _copied(e: Expr, _context: Context) -> Iterator[Slip]:
    match e:
        case Pow(base, Num(n)):
            yield from (Slip(power(base, num(n + step)), e) for step in (-1, 1))
        case _:
            return


def _lowered(spot: Spot) -> Iterator[Mend]:
    """The exponent is off by one; a number of any spelling, so ``-1/2`` too."""
    match spot.node:
        case Pow(base, exponent):
            n = _number(exponent)
            if n is not None:
                yield from (Mend(power(base, num(n + step))) for step in (-1, 1))
        case _:
            return


def _number(e: Expr) -> Fraction | None:
    match e:
        case Num(n):
            return n
        case Neg(x):
            n = _number(x)
            return None if n is None else -n
        case Div(Num(a), Num(b)) if b:
            return a / b
        case Div(Neg(Num(a)), Num(b)) if b:
            return -a / b
        case _:
            return None


def _squared(spot: Spot) -> Iterator[Mend]:
    """A square has become its base."""
    if spot.rank != 0 or not isinstance(spot.parent, Mul | Neg | Div | Add):
        return
    if isinstance(spot.node, Norm):
        yield Mend(power(spot.node, TWO))
        yield Mend(power(spot.node, num(3)))
        return
    name = _array(spot.node)
    squares = (n.base for n in spot.scene.reached if isinstance(n, Pow) and n.exponent == TWO)
    if name is not None and any(_array(base) == name for base in squares):
        yield Mend(power(spot.node, TWO))


def _array(e: Expr) -> str | None:
    """Return the name of a symbol or of what it is an entry of."""
    e = e.array if isinstance(e, Entry) else e
    return e.name if isinstance(e, Sym) else None


MISTAKE: Final = Mistake(
    name="power-exponent-wrong",
    family="product, quotient, power",
    headline="the exponent was not lowered by one",
    message="the exponent in the derivative of {node} is wrong",
    why="(uⁿ)' = n uⁿ⁻¹ u'",
    prior=0.45,
    derivatives=(
        WrongDerivative(frozenset({"power-rule"}), _other_exponent),
        WrongDerivative(frozenset({"reciprocal-rule"}), _of_reciprocal),
    ),
    rewritings=(
        WrongRewriting(
            _copied,
            on=(Pow,),
            weight=0.7,
            message="the exponent is wrong: {wrong} stands in the place of {right}",
            why="an exponent stays what it was, unless a factor cancels",
        ),
    ),
    repairs=(
        Repair(_lowered, message="the exponent is wrong: {wrong} should be {right}"),
        Repair(_squared, weight=0.73, message="the exponent is lost: {wrong} should be {right}"),
    ),
)
