"""The styles for whole arrays: by matrix differentials, and adjoint by adjoint through the definitions."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from gradproof.deriving.adjoints import adjoints
from gradproof.deriving.derivation import Line
from gradproof.deriving.forward import hessian, jacobian
from gradproof.deriving.readable import readable
from gradproof.deriving.reverse import gradient
from gradproof.expr import (
    Context,
    Derivative,
    Expr,
    Frobenius,
    Gradient,
    Identity,
    Sym,
    Trace,
    children,
    rebuild,
)

SUBSTITUTION = "substitution"


def differential(goal: Derivative, context: Context, *, order: int = 1) -> tuple[Line, ...]:
    """Return the lines that lead from the differential of a formula to its gradient, Jacobian or Hessian.

    Raises:
        NotDerived: a node without a rule, or a shape that is not known.
    """
    body, wrt = goal.body, goal.wrt[0]
    if order == 2:
        lines, _ = hessian(body, wrt, context)
    elif isinstance(body, Sym) and body.space.shape:
        lines, _ = jacobian(body, wrt, context)
    else:
        lines, _ = gradient(body, wrt, context)
    lines = tuple(replace(x, right=_with_traces(x.right)) for x in lines)
    if order == 2:
        return lines
    last = lines[-1]
    if isinstance(last.left, Gradient | Derivative):
        lines = (*lines[:-1], replace(last, left=replace(goal, wrt=(wrt,))))
    return lines


def adjoint_chain(goal: Derivative, context: Context) -> Iterator[Line]:
    """Yield the derivative of a scalar by every value between it and the variable, each from the one before.

    A line gives the rule, with the derivatives before it by name; the next puts in what they are.

    Raises:
        NotDerived: a node without a rule, or a shape that is not known.
    """
    known: dict[Expr, Expr] = {}
    for line in adjoints(goal.body, goal.wrt, context):
        assert line.left is not None
        left = _noted(line.left, goal)
        yield replace(line, left=left, right=_noted(line.right, goal))
        value = _put_in(line.right, known)
        end = readable(value, context)
        if end != line.right:
            yield Line(None, end, SUBSTITUTION, ("simplification",))
        known[line.left] = end


def _with_traces(e: Expr) -> Expr:
    """Write ``I : dU`` as the trace that it is."""
    if isinstance(e, Frobenius) and isinstance(e.left, Identity):
        return Trace(e.right)
    kids = children(e)
    if not kids:
        return e
    new = tuple(_with_traces(k) for k in kids)
    return e if all(a is b for a, b in zip(kids, new, strict=True)) else rebuild(e, new)


def _put_in(e: Expr, known: Mapping[Expr, Expr]) -> Expr:
    """Replace derivatives by what was found for them."""
    if e in known:
        return known[e]
    kids = children(e)
    if not kids:
        return e
    new = tuple(_put_in(k, known) for k in kids)
    return e if all(a is b for a, b in zip(kids, new, strict=True)) else rebuild(e, new)


def _noted(e: Expr, goal: Derivative) -> Expr:
    """Write derivatives with the sign of the goal."""
    if isinstance(e, Derivative):
        return replace(e, notation=goal.notation)
    kids = children(e)
    return rebuild(e, tuple(_noted(k, goal) for k in kids)) if kids else e
