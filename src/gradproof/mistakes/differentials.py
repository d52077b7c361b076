"""A total differential written out: ``df = ∂f/∂x dx + ∂f/∂y dy``; so wrong rules of differentiation apply to it."""

from gradproof.expr import (
    Add,
    Context,
    Derivative,
    Differential,
    Entry,
    Expr,
    Mul,
    Sym,
    children,
    is_scalar,
    rebuild,
    walk,
)


def written_out(line: Expr, after: Expr, context: Context) -> Expr | None:
    """Return the line with the differentials of what is defined written out by those that the other side holds.

    None where there is nothing to write out, or arrays move.
    """
    moving = tuple(dict.fromkeys(n.body for _, n in walk(after) if isinstance(n, Differential)))
    if not moving or not all(isinstance(x, Sym | Entry) and is_scalar(x, context) for x in moving):
        return None
    new = _written_out(line, moving, context)
    return None if new is line else new


def _written_out(e: Expr, moving: tuple[Expr, ...], context: Context) -> Expr:
    match e:
        case Differential(Sym() | Entry() as body) if body in moving:
            return e
        case Differential(body) if is_scalar(body, context):
            terms = tuple(
                Mul(
                    (
                        Derivative(body, (x,), "partial" if len(moving) > 1 else "d"),
                        Differential(x),
                    )
                )
                for x in moving
            )
            return terms[0] if len(terms) == 1 else Add(terms)
        case _:
            kids = children(e)
            new = tuple(_written_out(k, moving, context) for k in kids)
            return e if all(a is b for a, b in zip(kids, new, strict=True)) else rebuild(e, new)
