"""The styles for whole arrays: by matrix differentials, and adjoint by adjoint through the definitions."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from gradproof.deriving.adjoints import adjoints
from gradproof.deriving.arrays import Arrays
from gradproof.deriving.derivation import Line
from gradproof.deriving.forward import hessian, jacobian
from gradproof.deriving.limits import NotDerived
from gradproof.deriving.readable import readable
from gradproof.deriving.reverse import gradient
from gradproof.expr import (
    Add,
    Context,
    Derivative,
    Expr,
    Fn,
    Frobenius,
    Gradient,
    Identity,
    Sym,
    Trace,
    children,
    rebuild,
    subtrees,
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
    arrays = Arrays.under(context)
    lines = tuple(replace(x, right=_with_ones(_with_traces(x.right), arrays)) for x in lines)
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
    arrays = Arrays.under(context)
    known: dict[Expr, Expr] = {}
    for line in adjoints(goal.body, goal.wrt, context):
        assert line.left is not None
        left = _noted(line.left, goal)
        yield replace(line, left=left, right=_noted(line.right, goal))
        value = _put_in(line.right, known)
        end = _with_ones(readable(value, context), arrays)
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


def _with_ones(e: Expr, arrays: Arrays) -> Expr:
    """Write a quantity that is added to an array as the multiple of ones that it is; plain numbers stay as they are."""
    kids = children(e)
    if not kids:
        return e
    new = tuple(_with_ones(k, arrays) for k in kids)
    e = e if all(a is b for a, b in zip(kids, new, strict=True)) else rebuild(e, new)
    if not isinstance(e, Add):
        return e
    try:
        shapes = [arrays.shape(t) for t in e.terms]
    except NotDerived:
        return e
    shape = max(shapes, key=len)
    filled = [arrays.filled(t, shape) if _needs_ones(t) else t for t in e.terms]
    return Add(tuple(filled)) if shape and () in shapes else e


def _needs_ones(e: Expr) -> bool:
    """Tell a quantity from a plain number, and from a mean, which people subtract from an array as it is."""
    nodes = tuple(subtrees(e))
    means = any(isinstance(n, Fn) and n.name in ("mean", "var") for n in nodes)
    return not means and any(isinstance(n, Sym) for n in nodes)


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
