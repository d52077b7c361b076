"""Capital letters that count as numbers only because nothing is said of them, where matrices may be meant."""

from collections.abc import Set
from dataclasses import replace
from fractions import Fraction

from gradproof.expr import (
    Apply,
    Context,
    Derivative,
    Differential,
    Expr,
    Inverse,
    MatMul,
    Mul,
    Neg,
    Num,
    Pow,
    Size,
    Space,
    Sym,
    children,
    is_scalar,
    rebuild,
    walk,
)
from gradproof.notation.derivation import Structure

_ONE = Fraction(1)
_SQUARE = Space((Size("n"), Size("n")))


def as_matrices(
    left: Expr, right: Expr, context: Context, told: Set[Structure] = frozenset()
) -> tuple[Expr, Expr, Context] | None:
    """Return two sides with matrices for capital letters of which nothing is said; None where none is likely one.

    Likely is a letter whose inverse or power stands in a product with its slope (``X^{-1} dX``): the order counts
    then. Where words speak of a matrix, or ``A(t)`` is declared, it is any letter of which a power stands beside its
    slope.
    """
    found: set[str] = set()
    for side in (left, right):
        for _, node in walk(side):
            if isinstance(node, Mul):
                found |= _inverted(node.factors) & _moving(node.factors)
    nodes = [n for side in (left, right) for _, n in walk(side)]
    raised = {x for n in nodes if isinstance(n, Pow) for x in _called(n.base)}
    called = {key.partition("(")[0] for key in context.domains if "(" in key}
    beside = raised & {x for n in nodes for x in _slopes(n)}
    found |= beside if "matrix" in told else beside & called
    names = {n for n in found if len(n) == 1 and n.isupper() and not _said(n, context)}
    if not names:
        return None
    applied = {n.name for e in (left, right) for _, n in walk(e) if isinstance(n, Apply)} & names
    varying = replace(context, varying=context.varying | applied) if applied else context
    return _matrices(left, names, context), _matrices(right, names, context), varying


def _called(e: Expr) -> set[str]:
    return {e.name} if isinstance(e, Sym | Apply) and is_scalar(e) else set()


def _slopes(e: Expr) -> set[str]:
    """Return the names of which a node is the slope, ``dA``, ``dA/dt``, ``A'(t)``."""
    match e:
        case Differential(x) | Derivative(x, (Sym(),)):
            return _called(x)
        case Apply(name, (Sym(),), 1):
            return {name}
        case _:
            return set()


def _said(name: str, context: Context) -> bool:
    return name in context.domains or name in context.definitions or name in context.values


def _inverted(factors: tuple[Expr, ...]) -> set[str]:
    found: set[str] = set()
    for f in factors:
        match f:
            case Pow(Sym(name, space), Neg(Num()) | Num()) if not space.rank and is_inverse(f):
                found.add(name)
            case Neg(x):
                found |= _inverted((x,))
            case _:
                pass
    return found


def _moving(factors: tuple[Expr, ...]) -> set[str]:
    return {f.body.name for f in factors if isinstance(f, Differential) and isinstance(f.body, Sym)}


def is_inverse(e: Expr) -> bool:
    """Tell whether an expression is a power with the exponent -1."""
    return isinstance(e, Pow) and e.exponent in (Num(-_ONE), Neg(Num(_ONE)))


def _matrices(e: Expr, names: set[str], context: Context) -> Expr:
    kids = children(e)
    if isinstance(e, Sym):
        return Sym(e.name, _SQUARE) if e.name in names else e
    if isinstance(e, Apply) and e.name in names and e.primes < 2 and len(e.args) == 1:
        return Derivative(Sym(e.name, _SQUARE), e.args) if e.primes else Sym(e.name, _SQUARE)
    if not kids:
        return e
    new = tuple(_matrices(k, names, context) for k in kids)
    if is_inverse(e) and not is_scalar(new[0], context):
        return Inverse(new[0])
    if isinstance(e, Mul):
        arrays = tuple(k for k in new if not is_scalar(k, context))
        numbers = tuple(k for k in new if is_scalar(k, context))
        if len(arrays) > 1:
            product = MatMul(arrays)
            return Mul((*numbers, product)) if numbers else product
    return rebuild(e, new)
