"""Function applications: built-in functions, functions of the document, and what is only named."""

from collections.abc import Sequence

from gradproof.expr import (
    Apply,
    Derivative,
    Det,
    Diag,
    Expr,
    Fn,
    FunctionName,
    Inverse,
    Ones,
    Size,
    Space,
    Sym,
    Trace,
    Vec,
    free_indices,
)
from gradproof.notation.elaborate import build
from gradproof.notation.elaborate.build import Built
from gradproof.notation.elaborate.converter import Converter
from gradproof.notation.elaborate.roles import is_square
from gradproof.notation.elaborate.symbols import (
    MATRIX_FUNCTIONS,
    SIGMOIDS,
    Resolved,
    built_in,
    full_key,
    unwrapped,
)
from gradproof.notation.surface import Surface

SQUARE_ARGUMENT = frozenset({"tr", "det", "logdet"})
ARRAY_ARGUMENT = frozenset({"softmax", "logsoftmax", "logsumexp", "mean", "var"})
"""Functions of a whole vector, or of the rows of a matrix."""


def apply_call(c: Converter, node: Surface) -> Built:
    """Convert a call: a definition of the document wins over a built-in function of that name."""
    callee, args = node.args[0], node.args[1:]
    primes = 0
    if callee.head == "compose":
        outer, inner = callee.args
        nested = Surface("call", node.span, (inner, *args), inner.text)
        return c.convert(Surface("call", node.span, (outer, nested), outer.text))
    family = c.table.quantity(node)
    if family is not None:
        return _family(c, node, family)
    if callee.head == "prime":
        primes, callee = int(callee.text or "1"), callee.args[0]
    key = full_key(callee.name) if callee.name is not None else callee.text or node.text
    own = key in c.table.defined_functions or (node.text and node.text in c.table.defined_functions)
    builtin = built_in(node.text or key)
    if not own and builtin is not None:
        return _builtin(c, node, builtin, args, primes)
    own = own or key in c.table.functions
    if not own and key in SIGMOIDS and len(args) == 1:
        return _builtin(c, node, "sigmoid", args, primes, habit=key)
    if not own and node.text in MATRIX_FUNCTIONS and len(args) == 1:
        return _matrix_function(c, node, args[0])
    if " of " in node.text and len(args) == 1:
        return _along(c, node, args[0])
    if not own and callee.name is None:
        return c.opaque(node, node.text)
    if any(a.head in ("given", "relation", "tuple") for a in args):
        return build.opaque(key, node.span, [c.opaque(a) for a in args])
    squared = [k for k in range(len(args)) if (key, k) in c.table.square_params]
    if any(not is_square(args[k]) for k in squared):
        return build.opaque(key, node.span, [c.opaque(a) for a in args])
    kids = [c.whole(a.args[0] if k in squared else a) for k, a in enumerate(args)]
    whole = len(kids) == 1 and isinstance(kids[0].expr, Sym) and bool(kids[0].shape)
    if primes == 1 and whole and key not in c.table.elementwise:
        return _slope(c, key, kids[0], node)
    return Built(
        Apply(key, tuple(k.expr for k in kids), primes),
        node.span,
        tuple(kids),
        _result(c, key, kids),
    )


def _slope(c: Converter, key: str, x: Built, node: Surface) -> Built:
    """Convert ``f'(w)`` of a function of a whole array to its derivative by the array."""
    body = Built(Apply(key, (x.expr,)), node.span, (x,), _result(c, key, [x]))
    shape = None if body.shape is None or x.shape is None else (*body.shape, *x.shape)
    return Built(Derivative(body.expr, (x.expr,)), node.span, (body, x), shape)


def _family(c: Converter, node: Surface, family: Resolved) -> Built:
    """Convert ``P(k | x_n)`` to the entry of a family over its indices."""
    space = c.table.space(family.key)
    symbol = Built(Sym(family.key, space), node.args[0].span, (), space.shape)
    items = [c.index(i) for i in family.indices]
    if len(items) > len(space.shape):
        return build.opaque("entry", node.span, [symbol, *items])
    return build.entry(symbol, items, node.span) if items else symbol


def _result(c: Converter, key: str, kids: Sequence[Built]) -> build.Shape:
    """Shape of a defined function's value: that of its argument where it is a scalar function."""
    if key in c.table.vague:
        return None
    if len(kids) == 1 and key in c.table.elementwise:
        return kids[0].shape
    return c.table.shapes.get(key, ())


def _builtin(
    c: Converter,
    node: Surface,
    name: FunctionName,
    args: Sequence[Surface],
    primes: int,
    habit: str = "",
) -> Built:
    if not args:
        return c.opaque(node, name)
    if habit:
        c.note("function-habit", f"{habit} is read as the logistic function 1/(1+e^{{-x}})", node)
    kids = [c.whole(a) if name in ARRAY_ARGUMENT else c.convert(a) for a in args]
    if primes and name not in ARRAY_ARGUMENT and len(kids) == 1:
        return Built(
            Apply(name, tuple(k.expr for k in kids), primes), node.span, tuple(kids), kids[0].shape
        )
    if primes or (name in ARRAY_ARGUMENT and kids[0].shape == ()):
        return build.opaque(name, node.span, kids)
    if len(kids) > 1 and name not in ("max", "min", "log"):
        return build.opaque(name, node.span, kids)
    if name in ("max", "min") and len(kids) == 1:
        return build.opaque(name, node.span, kids)
    shape = kids[0].shape
    if name in ARRAY_ARGUMENT and shape is not None and len(shape) == 2 and not _is_row(shape):
        if name in ("mean", "var"):
            return build.opaque(name, node.span, kids)
        c.note("row-wise", f"{name} of a matrix is taken of each of its rows", node)
    built = build.fn(Fn(name, tuple(k.expr for k in kids)), kids, node.span)
    return _entry_meant(c, built, node) if name in ("softmax", "logsoftmax") else built


def _entry_meant(c: Converter, x: Built, node: Surface) -> Built:
    r"""Restore the index of ``\log(softmax(z))`` in a sum over the entries of z."""
    known = any(isinstance(k.expr, Sym) and k.expr.name in c.table.families for k in x.kids)
    letter = (
        c.dropped(x.shape[0])
        if c.repairing and known and len(x.shape or ()) == 1 and x.shape
        else None
    )
    if letter is None:
        return x
    message = f"the entry {letter} of it is meant: the index of the sum or derivative was left out"
    c.note("index-missing", message, node)
    return build.entry(x, [c.place(letter, node)], node.span)


def _is_row(shape: tuple[Size, ...]) -> bool:
    return shape[0] == build.ONE


def _along(c: Converter, node: Surface, arg: Surface) -> Built:
    """Convert a sum or mean along an axis: a product with ones."""
    x = c.whole(arg)
    if x.shape is None or len(x.shape) != 2:
        return build.opaque("a sum along an axis", node.span, [x])
    what, _, axis = node.text.partition(" of ")
    size = x.shape[1] if axis.startswith("rows") else x.shape[0]
    ones = Built(Ones(Space((size,))), node.span, (), (size,))
    if axis.startswith("rows"):
        out = build.product([x, ones], "j", node.span)
    else:
        out = build.product([build.transpose(ones, node.span), x], "j", node.span)
    if what == "mean":
        count = (
            Built(Sym(size.name), node.span) if size.name else build.number(size.offset, node.span)
        )
        out = build.divide(out, count, node.span)
    c.note("axis", f"the {what} of the {axis.split()[0]} is read as a product with ones", node)
    return out


def _as_matrices(c: Converter, arg: Surface) -> Built:
    """Convert what has to be square; where it is not, products in it are those of matrices."""
    told = list(c.notes)
    x = c.whole(arg)
    if x.shape is None or len(x.shape) != 2 or x.shape[0] == x.shape[1] or c.matrices:
        return x
    found = list(c.notes)
    c.notes[:], c.matrices = told, True
    other = c.whole(arg)
    c.matrices = False
    if other.expr == x.expr:
        c.notes[:] = found
        return x
    return other


def _of_a_function(c: Converter, node: Surface, arg: Surface) -> Built | None:
    """Convert ``tr(log M)``: a logarithm or exponential in a trace or determinant is the one of the whole matrix."""
    inner = unwrapped(arg)
    if node.text not in ("tr", "det") or inner.head != "call" or inner.text not in ("log", "exp"):
        return None
    x = c.whole(inner.args[1]) if len(inner.args) == 2 else None
    if x is None or x.shape is None or len(x.shape) != 2 or x.shape[0] != x.shape[1]:
        return None
    if node.text == "det" or inner.text == "exp":
        return build.opaque("a function of a whole matrix", node.span, [x])
    c.note("matrix-function", "the logarithm is read as that of the whole matrix", node)
    det = Built(Det(x.expr), node.span, (x,))
    return build.fn(Fn("log", (det.expr,)), [det], node.span)


def _matrix_function(c: Converter, node: Surface, arg: Surface) -> Built:
    found = _of_a_function(c, node, arg)
    if found is not None:
        return found
    x = _as_matrices(c, arg) if node.text in SQUARE_ARGUMENT else c.whole(arg)
    expr: Expr
    shape: build.Shape = ()
    if node.text == "tr":
        expr = Trace(x.expr)
    elif node.text == "det":
        expr = Det(x.expr)
    elif node.text == "logdet":
        inner = Built(Det(x.expr), node.span, (x,))
        return build.fn(Fn("log", (inner.expr,)), [inner], node.span)
    elif node.text == "adj":  # for matrices with an inverse
        inverse = Built(Inverse(x.expr), node.span, (x,), x.shape)
        return build.product([Built(Det(x.expr), node.span, (x,)), inverse], "j", node.span)
    elif node.text == "vec":
        expr = Vec(x.expr)
        shape = None
        if x.shape is not None:
            shape = x.shape if len(x.shape) < 2 else (build.times(*x.shape),)
    elif x.shape == () and free_indices(x.expr):  # diag(a_i): all of these entries are meant
        return build.opaque("diag of an entry", node.span, [x])
    else:
        expr = Diag(x.expr)
        shape = None
        if x.shape is not None:
            matrix = len(x.shape) == 2 and not _is_row(x.shape)
            shape = x.shape[:1] if matrix else x.shape[-1:] * 2
    return Built(expr, node.span, (x,), shape)
