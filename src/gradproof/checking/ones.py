"""A bold ``1`` alone beside a gradient: it has ones in all places of what the gradient is by."""

from gradproof.expr import (
    Context,
    Derivative,
    Div,
    Expr,
    Gradient,
    Mul,
    Neg,
    Ones,
    Space,
    Sym,
    children,
    is_scalar,
    rebuild,
)  # fmt: skip


def with_ones(left: Expr, right: Expr, context: Context) -> tuple[Expr, Expr]:
    """Return the sides; a multiple of a ``1`` without a shape, beside the gradient of a number, has its shape.

    Beside a square matrix it may be the identity, and stays as it is.
    """
    return _beside(right, left, context), _beside(left, right, context)


def _beside(gradient: Expr, e: Expr, context: Context) -> Expr:
    match gradient:
        case Gradient(body, Sym(_, space), 1) | Derivative(body, (Sym(_, space),)):
            square = space.rank == 2 and space.shape[0] == space.shape[1]
            if space.shape and not square and is_scalar(body, context) and is_scalar(e, context):
                return _spread(e, space)
        case _:
            pass
    return e


def _spread(e: Expr, space: Space) -> Expr:
    match e:
        case Sym("1", Space(())):
            return Ones(space)
        case Neg() | Mul() | Div():
            kids = children(e)
            new = tuple(_spread(k, space) for k in kids)
            told = sum(a is not b for a, b in zip(kids, new, strict=True)) == 1
            return rebuild(e, new) if told and not (isinstance(e, Div) and new[0] is kids[0]) else e
        case _:
            return e
