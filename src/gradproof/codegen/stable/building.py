"""Trees made into nodes of a graph; functions of whole vectors are put together where they show."""

from collections.abc import Sequence
from fractions import Fraction

from gradproof.codegen import algebra
from gradproof.codegen.graph import Graph, Label, Value
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
        return along(graph, "logsumexp", *inner)
    return algebra.apply(graph, "log", x)


def exponents(graph: Graph, x: Value) -> tuple[Value, Label] | None:
    """Return the vector u and its label, of a value ``Σ_k e^{u_k}``."""
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
    places = tuple(labels[arg.axes[k]] for k in u.axes)
    return (Value(u.ref, places), labels[-1]) if labels[-1] in places else None


def along(graph: Graph, fn: AlongName, x: Value, last: Label) -> Value:
    """Return a function of the vectors along a label."""
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
                label = _same(*whole, part)
                if label is not None:
                    rest = (built(graph, a, leaves) for i, a in enumerate(args) if i not in (j, k))
                    return algebra.times(graph, along(graph, "softmax", part, label), *rest)
    return algebra.times(graph, *(built(graph, a, leaves) for a in args))


def _same(whole: Value, last: Label, part: Value) -> Label | None:
    """Return the label along which a vector runs, where `part` is an entry of it."""
    if whole.ref != part.ref:
        return None
    apart = [(a, b) for a, b in zip(whole.labels, part.labels, strict=True) if a != b]
    return apart[0][1] if len(apart) == 1 and apart[0][0] == last else None


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
    return _residual(graph, _normalised(graph, values))


def _normalised(graph: Graph, values: list[tuple[Fraction, Value]]) -> list[tuple[Fraction, Value]]:
    """Join ``u_k - logsumexp(u)`` to one function."""
    for c, x in values:
        op = graph.ops[x.ref]
        if not isinstance(op, Along) or op.fn != "logsumexp":
            continue
        for d, y in values:
            last = [label for label in y.labels if label not in x.labels]
            if d != -c or len(last) != 1 or len(y.labels) != len(x.labels) + 1:
                continue
            if algebra.arranged(graph, y, (*x.labels, *last)) == op.arg:
                rest = [v for v in values if v not in ((c, x), (d, y))]
                joined = along(graph, "logsoftmax", y, *last)
                return _normalised(graph, [*rest, (d, joined)])
    return values


def _residual(graph: Graph, values: list[tuple[Fraction, Value]]) -> Value:
    """Return a sum; ``a s_k + b_k`` with a softmax s keeps its tail as ``(a + b_k) s_k + b_k (1 - s_k)``.

    The complement ``1 - s_k`` is ``-expm1(logsoftmax_k)``; factors that all terms have are taken out first.
    """
    for k, (c, x) in enumerate(values):
        found = _with_softmax(graph, x)
        if found is None:
            continue
        s, factors = found
        rest = [v for j, v in enumerate(values) if j != k]
        if not rest or any(s.labels[-1] not in y.labels for _, y in rest):
            continue
        if any(_with_softmax(graph, y) is not None for _, y in rest):
            continue
        before = algebra.times(graph, *factors, coef=c)
        after = algebra.total(graph, rest)
        op = graph.ops[s.ref]
        assert isinstance(op, Along)
        log = Value(graph.node(Along("logsoftmax", op.arg, op.shape)), s.labels)
        both = algebra.total(graph, ((algebra.UNIT, before), (algebra.UNIT, after)))
        lower = algebra.times(graph, after, algebra.apply(graph, "expm1", log))
        upper = algebra.times(graph, both, s)
        return algebra.total(graph, ((algebra.UNIT, upper), (-algebra.UNIT, lower)))
    return algebra.total(graph, values)


def _with_softmax(graph: Graph, x: Value) -> tuple[Value, list[Value]] | None:
    """Return the softmax in a product without sums, and the other factors, none of which runs along its vector."""
    op = graph.ops[x.ref]
    if isinstance(op, Along) and op.fn == "softmax":
        return x, []
    if not isinstance(op, Contract) or op.rank < len(op.dims) or op.coef != 1:
        return None
    args = [Value(a.ref, tuple(x.labels[k] for k in a.axes)) for a in op.args]
    for k, a in enumerate(args):
        inner = graph.ops[a.ref]
        others = [*args[:k], *args[k + 1 :]]
        if not isinstance(inner, Along) or inner.fn != "softmax":
            continue
        if all(a.labels[-1] not in o.labels for o in others):
            return a, others
    return None


def negative(t: Scalar) -> bool:
    """Tell whether a minus stands before a tree."""
    first = t.args[0] if isinstance(t, Op) and t.name == "mul" else t
    return isinstance(first, Number) and first.value < 0
