"""Trees made into nodes of a graph; functions of whole vectors are put together where they show."""

from collections.abc import Sequence
from fractions import Fraction

from gradproof.codegen import algebra
from gradproof.codegen.graph import Graph, Value
from gradproof.codegen.ops import Along, AlongName, Contract, Map
from gradproof.codegen.powers import power, reciprocal
from gradproof.codegen.stable import tree
from gradproof.codegen.stable.tree import Leaf, Number, Op, Scalar


def built(graph: Graph, t: Scalar, leaves: Sequence[Value]) -> Value:
    """Return the value of a tree whose leaves stand for values."""
    match t:
        case Leaf(k):
            return leaves[k]
        case Number(value):
            return algebra.number(graph, value)
        case Op("add", args):
            return _sum(graph, args, leaves)
        case Op("mul", args):
            return _product(graph, args, leaves)
        case Op("pow", (base, Number(value))):
            return power(graph, built(graph, base, leaves), value)
        case Op("reciprocal", (arg,)):
            return reciprocal(graph, built(graph, arg, leaves))
        case Op("log", (Leaf(k),)):
            return _logarithm(graph, leaves[k])
        case Op(name, args):
            return algebra.apply(graph, name, *(built(graph, a, leaves) for a in args))


def _logarithm(graph: Graph, x: Value) -> Value:
    """Return a logarithm; that of a softmax, or of a sum of exponentials, is one function of the vector."""
    op = graph.ops[x.ref]
    if isinstance(op, Along) and op.fn == "softmax":
        return Value(graph.node(Along("logsoftmax", op.arg, op.shape)), x.labels)
    inner = exponents(graph, x)
    if inner is not None:
        return along(graph, "logsumexp", inner)
    return algebra.apply(graph, "log", x)


def exponents(graph: Graph, x: Value) -> Value | None:
    """Return the vector u, its label last, of a value ``Σ_k e^{u_k}``."""
    op = graph.ops[x.ref]
    if (
        not isinstance(op, Contract)
        or op.coef != 1
        or len(op.args) != 1
        or len(op.dims) != op.rank + 1
    ):
        return None
    (arg,) = op.args
    inner = graph.ops[arg.ref]
    if not isinstance(inner, Map) or inner.fn != "exp":
        return None
    labels = (*x.labels, graph.label(op.dims[-1]))
    (u,) = inner.args
    return Value(u.ref, tuple(labels[arg.axes[k]] for k in u.axes))


def along(graph: Graph, fn: AlongName, x: Value, last: int | None = None) -> Value:
    """Return a function of the vectors along a label (the last one, where none is given)."""
    last = x.labels[-1] if last is None else last
    labels = (*(label for label in x.labels if label != last), last)
    ref = algebra.arranged(graph, x, labels)
    shape = graph.shapes[ref]
    if fn in ("softmax", "logsoftmax"):
        return Value(graph.node(Along(fn, ref, shape)), labels)
    return Value(graph.node(Along(fn, ref, shape[:-1])), labels[:-1])


def _product(graph: Graph, args: Sequence[Scalar], leaves: Sequence[Value]) -> Value:
    """Return a product; ``e^{u_k} / Σ_l e^{u_l}`` is a softmax."""
    for k, f in enumerate(args):
        if not (isinstance(f, Op) and f.name == "reciprocal" and isinstance(f.args[0], Leaf)):
            continue
        whole = exponents(graph, leaves[f.args[0].number])
        if whole is None:
            continue
        for j, g in enumerate(args):
            if isinstance(g, Op) and g.name == "exp":
                part = built(graph, g.args[0], leaves)
                label = _same(whole, part)
                if label is not None:
                    rest = (built(graph, a, leaves) for i, a in enumerate(args) if i not in (j, k))
                    return algebra.times(graph, along(graph, "softmax", part, label), *rest)
    return algebra.times(graph, *(built(graph, a, leaves) for a in args))


def _same(whole: Value, part: Value) -> int | None:
    """Return the label along which a vector runs, where `part` is an entry of it."""
    if whole.ref != part.ref:
        return None
    apart = [b for a, b in zip(whole.labels, part.labels, strict=True) if a != b]
    return apart[0] if len(apart) == 1 and whole.labels[-1] not in part.labels else None


def _sum(graph: Graph, args: Sequence[Scalar], leaves: Sequence[Value]) -> Value:
    """Return a sum; one in which all terms are negative as the negative of a sum."""
    if all(map(negative, args)):
        turned = _sum(graph, [tree.neg(a) for a in args], leaves)
        return algebra.times(graph, turned, coef=-algebra.UNIT)
    values: list[tuple[Fraction, Value]] = []
    for a in args:
        coef = Fraction(1)
        if isinstance(a, Op) and a.name == "mul" and isinstance(a.args[0], Number):
            coef, a = a.args[0].value, tree.mul(*a.args[1:])
        values.append((coef, built(graph, a, leaves)))
    return algebra.total(graph, _normalised(graph, values))


def _normalised(graph: Graph, values: list[tuple[Fraction, Value]]) -> list[tuple[Fraction, Value]]:
    """Join ``u_k - logsumexp(u)`` to one function."""
    for c, x in values:
        op = graph.ops[x.ref]
        if not isinstance(op, Along) or op.fn != "logsumexp":
            continue
        for d, y in values:
            if d == -c and y.ref == op.arg and y.labels[:-1] == x.labels:
                rest = [v for v in values if v not in ((c, x), (d, y))]
                return _normalised(graph, [*rest, (d, along(graph, "logsoftmax", y))])
    return values


def negative(t: Scalar) -> bool:
    """Tell whether a minus stands before a tree."""
    first = t.args[0] if isinstance(t, Op) and t.name == "mul" else t
    return isinstance(first, Number) and first.value < 0
