"""Derivatives, gradients, differentials, and values at a point."""

from gradproof.expr import At, Derivative, Differential, Gradient, Sym
from gradproof.notation.elaborate import build
from gradproof.notation.elaborate.build import Built
from gradproof.notation.elaborate.converter import Converter
from gradproof.notation.surface import Surface


def deriv_node(c: Converter, node: Surface) -> Built:
    """Convert a derivative with its variables."""
    if node.args[0].head == "hole" or node.text == "delta":
        return c.opaque(node, "derivative")
    wrt = [_variable(c, w) for w in node.args[1:]]
    body = c.convert(node.args[0])
    shape: build.Shape = body.shape
    for w in wrt:
        shape = None if shape is None or w.shape is None else (*shape, *w.shape)
    expr = Derivative(
        body.expr, tuple(w.expr for w in wrt), "partial" if node.text == "partial" else "d"
    )
    return Built(expr, node.span, (body, *wrt), shape)


def _variable(c: Converter, node: Surface) -> Built:
    """Convert the variable of a derivative: an array stands for the whole of it."""
    if node.head == "group" and len(node.args) == 1:
        return _variable(c, node.args[0])
    if node.head == "transpose" and c.table.written_whole(node) is None:
        return c.opaque(node, "transposed variable")
    return c.whole(node)


def grad_node(c: Converter, node: Surface) -> Built:
    """Convert a gradient or Hessian."""
    body = c.convert(node.args[0]) if node.args[0].head != "hole" else None
    if body is None:
        return c.opaque(node, "gradient")
    order = 2 if node.text == "2" else 1
    if len(node.args) == 1:
        return Built(Gradient(body.expr, None, order), node.span, (body,), None)
    wrt = _variable(c, node.args[1])
    shape = None if body.shape is None or wrt.shape is None else (*body.shape, *wrt.shape * order)
    return Built(Gradient(body.expr, wrt.expr, order), node.span, (body, wrt), shape)


def diff_node(c: Converter, node: Surface) -> Built:
    """Convert a differential, or the name of an adjoint in the course convention."""
    inner = node.args[0]
    own = c.table.written_whole(node)
    if own is not None:
        return c.symbol(own, node)
    body = c.whole(inner)
    return Built(Differential(body.expr), node.span, (body,), body.shape)


def at_node(c: Converter, node: Surface) -> Built:
    """Convert a value at a point."""
    body = c.convert(node.args[0])
    if len(node.args) != 2:
        return c.opaque(node, "at")
    point = node.args[1]
    if point.head == "relation" and point.text == "=" and len(point.args) == 2:
        symbol, value = c.whole(point.args[0]), c.convert(point.args[1])
    elif isinstance(body.expr, Derivative):
        symbol, value = body.kids[1], c.convert(point)
    else:
        return c.opaque(node, "at")
    if not isinstance(symbol.expr, Sym):
        return c.opaque(node, "at")
    return Built(
        At(body.expr, symbol.expr, value.expr), node.span, (body, symbol, value), body.shape
    )
