"""Derivatives, gradients, differentials, and values at a point."""

from collections.abc import Sequence
from dataclasses import replace

from gradproof.expr import Apply, At, Derivative, Differential, Entry, Expr, Gradient, Sym
from gradproof.notation.elaborate import build
from gradproof.notation.elaborate.build import Built
from gradproof.notation.elaborate.converter import Converter
from gradproof.notation.elaborate.symbols import full_key, function_name, spelled, unwrapped
from gradproof.notation.elaborate.usage import ancestors
from gradproof.notation.surface import Name, Surface

STEPS = ("\\varepsilon", "\\epsilon", "\\tau")
"""Letters for the length of a step, in the order of use."""


def deriv_node(c: Converter, node: Surface) -> Built:
    """Convert a derivative with its variables."""
    if node.args[0].head == "hole":
        return c.opaque(node, "derivative")
    if node.text == "delta":
        c.note("delta-derivative", r"\delta is read as the sign of a partial derivative", node)
    wrt = [_variable(c, w) for w in node.args[1:]]
    body = c.convert(node.args[0])
    shape: build.Shape = body.shape
    for w in wrt:
        shape = None if shape is None or w.shape is None else (*shape, *w.shape)
    expr = Derivative(body.expr, tuple(w.expr for w in wrt), "d" if node.text == "d" else "partial")
    return Built(expr, node.span, (body, *wrt), shape)


def _variable(c: Converter, node: Surface) -> Built:
    """Convert the variable of a derivative: an array stands for the whole of it, a transposed one for itself."""
    if node.head == "group" and len(node.args) == 1:
        return _variable(c, node.args[0])
    if node.head == "transpose" and c.table.written_whole(node) is None:
        c.note(
            "layout-variable",
            "the derivative by a transposed variable is laid out along rows",
            node,
        )
        return _variable(c, node.args[0])
    return c.whole(node)


def grad_node(c: Converter, node: Surface) -> Built:
    """Convert a gradient or Hessian."""
    node = _by_subscript(c, node)
    body = c.convert(node.args[0]) if node.args[0].head != "hole" else None
    if body is None:
        return c.opaque(node, "gradient")
    order = 2 if node.text == "2" else 1
    if len(node.args) == 1:
        return Built(Gradient(body.expr, None, order), node.span, (body,), None)
    wrt = _variable(c, node.args[1])
    shape = None if body.shape is None or wrt.shape is None else (*body.shape, *wrt.shape * order)
    return Built(Gradient(body.expr, wrt.expr, order), node.span, (body, wrt), shape)


def _by_subscript(c: Converter, node: Surface) -> Surface:
    r"""Read ``\nabla J_w`` and ``\nabla J_{u(i)}``, where J is defined and no J_w is, as gradients by w and u_i."""
    name = node.args[0].name
    if len(node.args) != 1 or name is None or node.args[0].head != "name" or not name.sub:
        return node
    whole = replace(name, sub=())
    key, bodies = full_key(whole), c.table.bodies
    if key not in bodies or full_key(name) in bodies or full_key(name) in c.table.spaces:
        return node
    variable = _below(name.sub)
    if variable is None or variable.name is None:
        return node
    own = c.table.resolve(variable.name).key
    letter = own in c.table.letters or own not in ancestors(key, c.table)
    if letter and own not in c.table.spaces:
        return node
    c.note(
        "gradient-variable", f"the gradient is read as that of {key} by {spelled(variable)}", node
    )
    body = replace(node.args[0], name=whole)
    return replace(node, args=(body, variable))


def _below(items: tuple[Surface, ...]) -> Surface | None:
    """Return the name that stands below another: ``w``, ``u_i``, or ``u(i)`` for ``u_i``."""
    parts = items[0].args if len(items) == 1 and items[0].head in ("call", "mul") else items
    first = parts[0]
    rest = tuple(a for p in parts[1:] for a in (p.args if p.head == "group" else (p,)))
    if first.head != "name" or first.name is None or (first.name.sub and rest):
        return None
    return replace(first, name=replace(first.name, sub=(*first.name.sub, *rest)))


def diff_node(c: Converter, node: Surface) -> Built:
    """Convert a differential, or the name of an adjoint in the course convention."""
    inner = node.args[0]
    own = c.table.written_whole(node)
    if own is not None:
        return c.symbol(own, node)
    body = c.whole(inner)
    if body.shape == () and c.reads_as("gradient"):
        variable = _argument(body)
        if variable is not None:
            return _gradient(body, variable, node)
    return Built(Differential(body.expr), node.span, (body,), body.shape)


def _gradient(body: Built, variable: Built, node: Surface) -> Built:
    return Built(Gradient(body.expr, variable.expr), node.span, (body, variable), variable.shape)


def _argument(body: Built) -> Built | None:
    """Return the one array that a function is applied to, in ``f(X)`` or ``f(X)^2``."""
    found: dict[Expr, Built] = {}
    todo = [body]
    while todo:
        node = todo.pop()
        if isinstance(node.expr, Apply) and len(node.kids) == 1:
            if isinstance(node.kids[0].expr, Sym) and node.kids[0].shape:
                found.setdefault(node.kids[0].expr, node.kids[0])
        else:
            todo.extend(node.kids)
    return next(iter(found.values())) if len(found) == 1 else None


def _applied(node: Surface, point: Surface, c: Converter) -> Surface:
    """Apply the functions that stand alone in an expression to a point: ``f^2`` at X is ``f(X)^2``."""
    if function_name(node) in c.table.defined_functions and node.head in ("name", "function"):
        return Surface("call", node.span, (node, point))
    return replace(node, args=tuple(_applied(a, point, c) for a in node.args))


def _derivative_at(c: Converter, node: Surface) -> Built | None:
    r"""Convert ``d(f^2)(X)``, the derivative of a function at a point: the gradient of ``f(X)^2``."""
    inner, point = node.args
    if inner.head != "diff" or point.head == "relation":
        return None
    body = c.convert(_applied(inner.args[0], point, c))
    variable = _argument(body)
    if body.shape != () or variable is None:
        return None
    c.note("gradient-meant", "d of a function at a point is read as its gradient there", node)
    return _gradient(body, variable, node)


def _generic(body: Built, points: Sequence[Surface], c: Converter) -> bool:
    """Tell whether a derivative at ``(x, y)`` is meant as it stands: what is differentiated by is its own value."""
    if not isinstance(body.expr, Derivative) or any(p.head != "name" for p in points):
        return False
    keys = {c.table.resolve(p.name).key for p in points if p.name is not None}
    arrays = (w.array if isinstance(w, Entry) else w for w in body.expr.wrt)
    return all(isinstance(a, Sym) and a.name in keys for a in arrays)


def at_node(c: Converter, node: Surface) -> Built:
    """Convert a value at a point."""
    body = c.convert(node.args[0])
    if len(node.args) > 2 and _generic(body, node.args[1:], c):
        return body
    if len(node.args) != 2:
        return c.opaque(node, "at")
    derivative = _derivative_at(c, node)
    if derivative is not None:
        return derivative
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


def directional_node(c: Converter, node: Surface) -> Built:
    """Convert ``D_X f(H)``: the derivative of ``f(X + εH)`` by ε at 0."""
    function, point, direction = node.args
    letter = next((x for x in STEPS if x not in c.table.bodies and x not in c.table.domains), None)
    if direction.head == "hole" or letter is None:
        return c.opaque(node, "a directional derivative without its direction")
    name = Surface("name", node.span, name=Name(letter))
    step = Surface("mul", node.span, (name, Surface("group", node.span, (direction,), "(")), "j")
    moved = Surface("add", node.span, (point, step))
    callee = unwrapped(function)
    body = c.convert(Surface("call", node.span, (callee, moved), callee.text))
    symbol, zero = Built(Sym(letter), node.span), build.number(0, node.span)
    slope = Built(Derivative(body.expr, (symbol.expr,)), node.span, (body, symbol), body.shape)
    expr = At(slope.expr, symbol.expr, zero.expr)
    return Built(expr, node.span, (slope, symbol, zero), body.shape)
