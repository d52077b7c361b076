"""Products in which derivatives by arrays take part: the chain rule first, then the product as it is written."""

from collections.abc import Sequence

from gradproof.evaluate import arrays
from gradproof.evaluate.calculus import raw_derivative
from gradproof.evaluate.jets import Value
from gradproof.evaluate.layouts import Raw, applied, arranged, contracted
from gradproof.evaluate.limits import ShapeMismatch, Unsupported
from gradproof.evaluate.state import Env, State
from gradproof.expr import Derivative, Expr


def chained(factors: Sequence[Expr]) -> bool:
    """Tell whether a product holds a first derivative as a factor of its own."""
    return any(_single(f) for f in factors)


def _single(e: Expr) -> bool:
    return isinstance(e, Derivative) and len(e.wrt) == 1


def product_with_derivatives(
    state: State, factors: Sequence[Expr], env: Env, *, elementwise: bool = False
) -> Value:
    """Return a product of arrays some of which are derivatives.

    Factors ``∂a/∂b`` and ``∂b/∂c`` are joined wherever they stand. What is left is multiplied as written; where
    the shapes do not allow that, a derivative is contracted with a neighbour of the shape of its outputs.

    Raises:
        ShapeMismatch: the factors fit in no way.
    """
    items: list[Value | Raw] = []
    names: list[tuple[Expr, Expr] | None] = []
    for f in factors:
        if isinstance(f, Derivative) and len(f.wrt) == 1:
            items.append(raw_derivative(state, f.body, f.wrt, env))
            names.append((f.body, f.wrt[0]))
        else:
            items.append(state.value(f, env))
            names.append(None)
    _join(state, items, names)
    total = items[0]
    for item in items[1:]:
        total = _times(state, total, item, elementwise)
    return _shown(state, total)


def _join(state: State, items: list[Value | Raw], names: list[tuple[Expr, Expr] | None]) -> None:
    """Contract factors that are linked by what stands between them, in place."""
    found = True
    while found:
        found = False
        for i, one in enumerate(names):
            for j, other in enumerate(names):
                if i == j or one is None or other is None or one[1] != other[0]:
                    continue
                left, right = items[i], items[j]
                if not isinstance(left, Raw) or not isinstance(right, Raw):
                    continue
                items[min(i, j)] = contracted(state, left, right)
                names[min(i, j)] = (one[0], other[1])
                del items[max(i, j)], names[max(i, j)]
                found = True
                break
            if found:
                break


def _shown(state: State, item: Value | Raw) -> Value:
    return arranged(state, item) if isinstance(item, Raw) else item


def _times(state: State, x: Value | Raw, y: Value | Raw, elementwise: bool) -> Value | Raw:
    if isinstance(x, Raw) and not _rank(y):
        return Raw(state.algebra.mul(x.value, _value(y)), x.outputs)
    if isinstance(y, Raw) and not _rank(x):
        return Raw(state.algebra.mul(_value(x), y.value), y.outputs)
    a, b = _shown(state, x), _shown(state, y)
    try:
        return state.algebra.mul(a, b) if elementwise else arrays.matmul(state, a, b)
    except (ShapeMismatch, Unsupported):
        found = applied(state, x, y)
        if found is None:
            raise
        return found


def _value(item: Value | Raw) -> Value:
    return item.value if isinstance(item, Raw) else item


def _rank(item: Value | Raw) -> int:
    return _value(item).rank
