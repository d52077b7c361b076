"""Something that depends on the variable is treated as a constant: softmax's normaliser, a batch mean."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application, NotSupported, evaluate_derivatives
from gradproof.differentiate.dependence import Dependence
from gradproof.differentiate.unfold import has_definition
from gradproof.expr import Apply, Context, Derivative, Div, Entry, Expr, Neg, Sum, Sym, walk
from gradproof.mistakes.mistake import Mistake, Slip, WrongDerivative, WrongExchange
from gradproof.rewrite import ZERO, div, free_names, like_sum, mul, neg

NAMES: Final = frozenset({"definition", "entry-of-definition", "defined-call"})


def _frozen_name(a: Application) -> Iterator[Expr]:
    if a.result != ZERO:
        yield ZERO


def _frozen_denominator(a: Application) -> Iterator[Expr]:
    if isinstance(a.node, Div):
        yield div(a.part(0), a.node.den)


def _frozen_normaliser(a: Application) -> Iterator[Expr]:
    if isinstance(a.node, Entry):
        yield mul(a.node, a.part(-1))


def _frozen_in_slope(e: Expr, context: Context, after: Expr) -> Iterator[Slip]:
    """A defined factor that the line shows is kept when a first derivative is differentiated again."""
    if not isinstance(e, Derivative) or len(e.wrt) < 2:
        return
    *first, last = e.wrt
    depends = Dependence(last, context).of
    kept = [q for _, q in walk(after) if _defined(q, context) and depends(q)]
    if not kept:
        return
    try:
        slope = evaluate_derivatives(Derivative(e.body, tuple(first)), context, steps=False).expr
    except NotSupported:
        return
    for factor in dict.fromkeys(kept):
        yield Slip(_apart(slope, factor, last, context), e)


def _defined(e: Expr, context: Context) -> bool:
    return isinstance(e, Sym | Entry | Apply) and has_definition(e, context)


def _apart(e: Expr, factor: Expr, wrt: Expr, context: Context) -> Expr:
    """Return the derivative with `factor` taken out as a constant, under sums and signs."""
    match e:
        case Neg(u):
            return neg(_apart(u, factor, wrt, context))
        case Sum(body) if e.index.name in free_names(factor):
            return like_sum(e, _apart(body, factor, wrt, context), context)
        case _:
            return mul(factor, Derivative(div(e, factor), (wrt,)))


MISTAKE: Final = Mistake(
    name="chain-dependent-held-constant",
    family="chain rule",
    headline="something that depends on the variable was held constant",
    message="a part of {node} depends on {var} and was taken as a constant",
    why="d/d{var} {node} is {right}; everything that contains {var} is differentiated",
    prior=0.58,
    derivatives=(
        WrongDerivative(NAMES, _frozen_name),
        WrongDerivative(frozenset({"quotient-rule"}), _frozen_denominator),
        WrongDerivative(frozenset({"softmax-rule"}), _frozen_normaliser),
    ),
    exchanges=(WrongExchange(_frozen_in_slope),),
)
