"""Capital letters that count as numbers only because nothing is said of them, where matrices may be meant."""

from fractions import Fraction

from gradproof.expr import (
    Context,
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

_ONE = Fraction(1)
_SQUARE = Space((Size("n"), Size("n")))


def as_matrices(left: Expr, right: Expr, context: Context) -> tuple[Expr, Expr] | None:
    """Return two sides with matrices for capital letters of which nothing is said; None where none is likely one.

    Likely is a letter whose inverse stands in a product with its differential (``X^{-1} dX``): the order counts then.
    """
    names = {
        name
        for side in (left, right)
        for _, node in walk(side)
        if isinstance(node, Mul)
        for name in _inverted(node.factors) & _moving(node.factors)
        if len(name) == 1 and name.isupper() and not _said(name, context)
    }
    if not names:
        return None
    return _matrices(left, names, context), _matrices(right, names, context)


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
