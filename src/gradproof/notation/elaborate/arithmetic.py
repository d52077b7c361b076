"""Arithmetic, arrays, known functions and cases."""

import math
from fractions import Fraction
from typing import Literal

from gradproof.expr import (
    Apply,
    Branch,
    Cases,
    Compare,
    Delta,
    Det,
    Fn,
    Hadamard,
    Indicator,
    Kron,
    Norm,
    Num,
    Opaque,
    Root,
    Row,
    Size,
    Stack,
    Sym,
)  # fmt: skip
from gradproof.notation.elaborate import build
from gradproof.notation.elaborate.broadcast import aligned
from gradproof.notation.elaborate.build import Built
from gradproof.notation.elaborate.converter import FULL_RANK, Converter, is_pseudo_inverse
from gradproof.notation.elaborate.fitting import stacked_shape
from gradproof.notation.elaborate.primes import named_function, primed_node
from gradproof.notation.elaborate.products import product, row_by_column
from gradproof.notation.elaborate.roles import square_key
from gradproof.notation.elaborate.sizes import UNKNOWN
from gradproof.notation.elaborate.symbols import (
    full_key,
    primes_of,
    spelled,
    unwrapped,
    walk_surface,
)
from gradproof.notation.surface import Name, Surface

_FACTORIAL = 20
"""Largest number whose factorial is written out."""


def number_node(c: Converter, node: Surface) -> Built:
    """Convert a number."""
    return build.number(Fraction(node.text), node.span)


def function_node(c: Converter, node: Surface) -> Built:
    """Convert a function standing alone: a quantity where the document defines it so (``cos = …``)."""
    if node.text in c.table.named:
        return Built(Sym(node.text), node.span)
    return named_function(c, node) or c.opaque(node)


def group_node(c: Converter, node: Surface) -> Built:
    """Convert a bracket: its content, or a tuple."""
    if len(node.args) != 1:
        return c.opaque(node, "tuple")
    return c.convert(node.args[0])


def add_node(c: Converter, node: Surface) -> Built:
    """Convert a sum of terms."""
    return build.add(aligned(c, [c.convert(a) for a in node.args], node), node.span)


def neg_node(c: Converter, node: Surface) -> Built:
    """Convert a minus sign."""
    return build.neg(c.convert(node.args[0]), node.span)


def mul_node(c: Converter, node: Surface) -> Built:
    """Convert a product; beside a matrix that stands as a whole no dropped index is looked for."""
    if c.repairing and (c.bound or c.free):
        whole = [c.whole(a) for a in node.args]
        if any(f.shape is not None and len(f.shape) == 2 for f in whole):
            return product(c, whole, node.text, node)
        row = row_by_column(c, whole, node)
        if row is not None:
            return row
    return product(c, [c.convert(a) for a in node.args], node.text, node)


def div_node(c: Converter, node: Surface) -> Built:
    """Convert a quotient."""
    return build.divide(c.convert(node.args[0]), c.convert(node.args[1]), node.span)


def pow_node(c: Converter, node: Surface) -> Built:
    """Convert a power; ``e^{u}`` is the exponential, a letter on an array a label."""
    base, exponent = node.args
    name = base.name
    square = square_key(node, c.table)
    if square is not None and name is not None:
        space = c.table.space(square)
        symbol = Built(Sym(square, space), node.span, (), space.shape)
        indices = c.table.resolve(name).indices
        return build.entry(symbol, [c.index(i) for i in indices], node.span) if indices else symbol
    if name is not None and full_key(name) == "e" and _is_euler(c, exponent):
        inner = c.convert(exponent)
        return build.fn(Fn("exp", (inner.expr,)), [inner], node.span)
    if exponent.name is not None and full_key(exponent.name) == "t" and _no_power(c, base):
        return build.transpose(c.whole(base), node.span)
    if exponent.name is not None and _indexes(c, name, full_key(exponent.name)):
        c.note("superscript-index", "the index letter above a vector is read as its index", node)
        return build.line_entry(c.whole(base), [c.index(exponent)], node.span)
    if exponent.name is not None and _either(c, name, full_key(exponent.name)):
        return c.opaque(node, "an index letter above a name")
    if name is not None and exponent.name is not None and _label_exponent(c, name, exponent.name):
        key = f"{full_key(name)}^{{{full_key(exponent.name)}}}"
        shape = c.table.shapes.get(key, ())
        return Built(Sym(key, c.table.space(key)), node.span, (), shape or None)
    inner = c.convert(base)
    if len(inner.shape or ()) == 1 and exponent.text == "2" and c.reads_as("norm"):
        length = Built(Norm(inner.expr), base.span, (inner,))
        return build.power(length, c.convert(exponent), node.span)
    if exponent.text == "2" and _is_oblong(inner.shape):
        c.note("entrywise-power", "a matrix that is not square is squared entry by entry", node)
        return Built(Hadamard((inner.expr, inner.expr)), node.span, (inner, inner), inner.shape)
    return build.power(inner, c.convert(exponent), node.span)


def _is_oblong(shape: build.Shape) -> bool:
    """Tell whether a shape is that of a matrix with two sizes that the author tells apart."""
    return shape is not None and len(shape) == 2 and shape[0] != shape[1] and not _unnamed(shape)


def _unnamed(shape: tuple[Size, ...]) -> bool:
    return any(s.name.startswith((UNKNOWN, "n_{", "?")) for s in shape)


def _is_euler(c: Converter, exponent: Surface) -> bool:
    """Tell whether the base e is Euler's number: always, but for a whole power of a name that the document has."""
    if not c.is_quantity_e():
        return True
    inner = unwrapped(exponent)
    inner = inner.args[0] if inner.head == "neg" else inner
    return not (inner.head == "number" and inner.text.isdigit())


def _no_power(c: Converter, base: Surface) -> bool:
    """Tell whether ``^t`` is a transpose: on an array of known shape, and t stands for nothing."""
    known = "t" in c.table.letters or "t" in c.table.domains or "t" in c.defined
    return not known and bool(c.whole(base).shape)


def _indexes(c: Converter, name: Name | None, letter: str) -> bool:
    """Tell whether a letter above a name counts its entries: an index letter above a vector.

    It is one in its statement, or counts just as many in the document.
    """
    if name is None:
        return False
    resolved = c.table.resolve(name)
    rest = c.table.shapes.get(resolved.key, ())[len(resolved.indices) :]
    if len(rest) != 1:
        return False
    bounds = c.table.indices.get(letter) if letter in c.table.letters else None
    counted = bounds is not None and bounds.lower == 1 and bounds.upper == rest[0]
    return letter in c.free or letter in c.bound or counted


def _either(c: Converter, name: Name | None, letter: str) -> bool:
    """Tell whether a letter above a member may be an index or an exponent: a free one, of no power series."""
    if name is None or letter not in c.free or not c.table.resolve(name).indices:
        return False
    return not any(
        n.head == "sum"
        and any(p.head == "pow" and _names(p.args[1]) == letter for p in walk_surface(n.args[0]))
        for body in c.table.bodies.values()
        for n in walk_surface(body)
        if letter in [_names(b.args[0] if b.args else b) for b in n.args[1:]]
    )


def _names(node: Surface) -> str:
    return "" if node.name is None else full_key(node.name)


def _label_exponent(c: Converter, name: Name, exponent: Name) -> bool:
    """Tell whether a letter exponent is a label: the base is an array, so it cannot be a power."""
    key = c.table.resolve(name).key
    rank = len(c.table.shapes.get(key, ())) - len(c.table.resolve(name).indices)
    return (rank > 0 or key in c.table.vague) and not exponent.sub


def had_node(c: Converter, node: Surface) -> Built:
    """Convert an elementwise product."""
    factors = [c.convert(a) for a in node.args]
    if all(f.shape == () for f in factors):
        return build.product(factors, "j" * (len(factors) - 1), node.span)
    return build.hadamard(factors, node.span)


def frob_node(c: Converter, node: Surface) -> Built:
    """Convert ``a : b`` or an inner product."""
    a, b = c.whole(node.args[0]), c.whole(node.args[1])
    return build.frobenius(a, b, node.span)


def kron_node(c: Converter, node: Surface) -> Built:
    """Convert a Kronecker product."""
    a, b = c.whole(node.args[0]), c.whole(node.args[1])
    return Built(Kron(a.expr, b.expr), node.span, (a, b), None)


def transpose_node(c: Converter, node: Surface) -> Built:
    """Convert a transpose, or the derivative or name that a prime may be instead."""
    if primes_of(node):
        return primed_node(c, node)
    return build.transpose(c.whole(node.args[0]), node.span)


def log_node(c: Converter, node: Surface) -> Built:
    """Convert a logarithm with a written base."""
    args = [c.convert(a) for a in node.args]
    return build.fn(Fn("log", tuple(a.expr for a in args)), args, node.span)


def abs_node(c: Converter, node: Surface) -> Built:
    """Convert bars: absolute value, length of a vector, determinant."""
    x = c.convert(node.args[0])
    if x.shape == ():
        return build.fn(Fn("abs", (x.expr,)), [x], node.span)
    if x.shape is not None and len(x.shape) == 1:
        return Built(Norm(x.expr, "2"), node.span, (x,))
    if x.shape is None:
        return build.opaque("determinant", node.span, [x])
    return Built(Det(x.expr), node.span, (x,))


def norm_node(c: Converter, node: Surface) -> Built:
    """Convert a norm."""
    x = c.whole(node.args[0])
    orders: dict[str, Literal["1", "2", "inf", "F"]] = {
        "": "2", "2": "2", "1": "1", "F": "F", "\\infty": "inf", "infty": "inf", "∞": "inf",
    }  # fmt: skip
    order = orders.get(node.text)
    if order is None:
        return build.opaque("norm", node.span, [x])
    if order == "2" and (x.shape is None or len(x.shape) == 2) and node.text == "":
        order = "F"
    return Built(Norm(x.expr, order), node.span, (x,))


def delta_node(c: Converter, node: Surface) -> Built:
    """Convert a Kronecker delta."""
    left, right = c.index(node.args[0]), c.index(node.args[1])
    return Built(Delta(left.expr, right.expr), node.span, (left, right))


def indicator_node(c: Converter, node: Surface) -> Built:
    """Convert an indicator."""
    found = c.condition(node.args[0])
    if found is None:
        return c.opaque(node, "indicator")
    if any(k.shape for k in found[1].kids):
        return _step(c, found[1], node)
    return Built(Indicator(found[0]), node.span, (found[1],))


def _step(c: Converter, test: Built, node: Surface) -> Built:
    r"""Convert ``1[Z > 0]`` of an array: the slope of the rectifier, entry by entry."""
    compare = test.expr
    if not isinstance(compare, Compare) or compare.op in ("=", "!="):
        return c.opaque(node, "indicator")
    high, low = test.kids if compare.op in (">", ">=") else test.kids[::-1]
    zero = isinstance(low.expr, Num) and low.expr.value == 0
    x = high if zero else build.add([high, build.neg(low, node.span)], node.span)
    c.note("step-of-array", "the indicator of an array is taken entry by entry", node)
    return Built(Apply("relu", (x.expr,), 1), node.span, (x,), x.shape)


def cases_node(c: Converter, node: Surface) -> Built:
    """Convert a definition by cases."""
    branches: list[Branch] = []
    kids: list[Built] = []
    for branch in node.args:
        value = c.convert(branch.args[0])
        test = branch.args[1] if len(branch.args) > 1 else None
        if test is None or test.head in ("text", "hole"):
            branches.append(Branch(value.expr, None))
            kids.append(Built(branches[-1], branch.span, (value,), value.shape))
            continue
        found = c.condition(test)
        if found is None:
            return c.opaque(node, "cases")
        branches.append(Branch(value.expr, found[0]))
        kids.append(Built(branches[-1], branch.span, (value, found[1]), value.shape))
    return Built(
        Cases(tuple(branches)), node.span, tuple(kids), build.join([k.shape for k in kids])
    )


def matrix_node(c: Converter, node: Surface) -> Built:
    """Convert a matrix written out."""
    rows = [
        Built(Row(tuple(x.expr for x in cells)), row.span, tuple(cells), None)
        for row in node.args
        for cells in [[c.convert(cell) for cell in row.args]]
    ]
    stack = Stack(tuple(r.expr for r in rows if isinstance(r.expr, Row)))
    height, width = Size("", len(rows)), Size("", len(node.args[0].args) if node.args else 0)
    flat = all(cell.shape == () for r in rows for cell in r.kids)
    shape: build.Shape = None
    if not any(a.head == "dots" for r in node.args for a in r.args):
        shape = (height,) if width == build.ONE else (height, width)
        shape = shape if flat else stacked_shape([[cell.shape for cell in r.kids] for r in rows])
    return Built(stack, node.span, tuple(rows), shape)


def sqrt_node(c: Converter, node: Surface) -> Built:
    """Convert a square root."""
    x = c.convert(node.args[0])
    return build.fn(Fn("sqrt", (x.expr,)), [x], node.span)


def root_node(c: Converter, node: Surface) -> Built:
    """Convert a root with a degree."""
    x, degree = c.convert(node.args[0]), c.convert(node.args[1])
    return Built(Root(x.expr, degree.expr), node.span, (x, degree), x.shape)


def factorial_node(c: Converter, node: Surface) -> Built:
    """Convert a factorial: of a small number its value, else something that is only read."""
    x = c.convert(node.args[0])
    if (
        isinstance(x.expr, Num)
        and x.expr.value.denominator == 1
        and 0 <= x.expr.value <= _FACTORIAL
    ):
        return build.number(math.factorial(int(x.expr.value)), node.span)
    return Built(Opaque("factorial", (x.expr,)), node.span, (x,), x.shape)


def index_of_node(c: Converter, node: Surface) -> Built:
    """Convert ``(Az)_i``."""
    array = c.whole(node.args[0])
    if node.text == "^" and is_pseudo_inverse(node.args[1:]) and len(array.shape or ()) == 2:
        c.note("full-rank", FULL_RANK, node)
        return build.pseudo_inverse(array, node.span)
    items = [c.index(i) for i in node.args[1:]]
    if array.shape == () or not all(
        c.table.is_index(i) or i.head == "number" for i in node.args[1:]
    ):
        return build.opaque("entry", node.span, [array, *items])
    if not isinstance(array.expr, Sym | Apply):
        named = [spelled(i) if i.head == "name" else "" for i in node.args[1:]]
        items = [c.place(x, node) if x else i for x, i in zip(named, items, strict=True)]
    return build.line_entry(array, items, node.span)


def inner_node(c: Converter, node: Surface) -> Built:
    """Convert an inner product; the angles around one thing alone are an average of some kind."""
    return frob_node(c, node) if len(node.args) == 2 else c.opaque(node, "angle brackets")
