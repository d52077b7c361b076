"""What is known of square matrices from how they are made: symmetric, positive semidefinite, positive definite."""

from collections import Counter
from itertools import permutations
from typing import Final

from gradproof.codegen.graph import Graph
from gradproof.codegen.ops import Add, Arg, Contract, Eye, Form, Input, Inverse, Ref
from gradproof.codegen.signs import nonnegative, positive

_STRENGTH: Final[dict[Form, int]] = {"general": 0, "symmetric": 1, "semidefinite": 2, "definite": 3}


def form(graph: Graph, ref: Ref) -> Form:
    """Return the form of a matrix; `general` also for what is no matrix of one size twice.

    Source: Horn and Johnson, "Matrix Analysis", 2nd ed., observations 7.1.3 and 7.1.8.
    """
    found = graph.forms.get(ref)
    if found is None:
        shape = graph.shapes[ref]
        square = len(shape) == 2 and shape[0] == shape[1]
        found = graph.forms[ref] = _form(graph, ref) if square else "general"
    return found


def symmetric(graph: Graph, ref: Ref) -> bool:
    """Tell whether a node is a matrix that certainly equals its transpose."""
    return form(graph, ref) != "general"


def _form(graph: Graph, ref: Ref) -> Form:
    op = graph.ops[ref]
    match op:
        case Input():
            return op.form
        case Eye():
            return "definite"
        case Inverse(arg):
            return form(graph, arg)
        case Add():
            return _sum(graph, op)
        case Contract():
            return _product(graph, op)
        case _:
            return "general"


def _sum(graph: Graph, op: Add) -> Form:
    """A sum of semidefinite matrices is semidefinite, and definite where one of them is."""
    own = {(t.coef, t.ref, t.axes) for t in op.terms}
    forms: list[Form] = []
    for t in op.terms:
        found = form(graph, t.ref) if len(set(t.axes)) == 2 else "general"
        if found == "general":
            if t.axes and (t.coef, t.ref, t.axes[::-1]) not in own:
                return "general"
            found = "symmetric"
        forms.append(found if t.coef > 0 else "symmetric")
    if all(_STRENGTH[f] >= 2 for f in forms):
        return "definite" if "definite" in forms else "semidefinite"
    return "symmetric"


def _product(graph: Graph, op: Contract) -> Form:
    inner = range(2, len(op.dims))
    if op.rank != 2 or len(inner) > 2:
        return "general"
    whole = _counted(graph, op.args, {})
    for order in permutations(inner):
        mirror = {0: 1, 1: 0, **dict(zip(inner, order, strict=True))}
        if _counted(graph, op.args, mirror) == whole:
            return _definiteness(graph, op, mirror)
    return "general"


def _counted(
    graph: Graph, args: tuple[Arg, ...], moved: dict[int, int]
) -> Counter[tuple[Ref, tuple[int, ...]]]:
    """Count operands with their axes, renamed; of a symmetric matrix the order of the axes does not count."""
    out: Counter[tuple[Ref, tuple[int, ...]]] = Counter()
    for a in args:
        axes = tuple(moved.get(k, k) for k in a.axes)
        out[a.ref, tuple(sorted(axes)) if symmetric(graph, a.ref) else axes] += 1
    return out


def _definiteness(graph: Graph, op: Contract, mirror: dict[int, int]) -> Form:
    """Return the form of a symmetric product: ``c S``, ``diag(d)``, and ``B D Bᵀ`` with nonnegative d."""
    if op.coef <= 0:
        return "symmetric"
    middle = [a for a in op.args if not {0, 1} & set(a.axes)]
    outer = [a for a in op.args if a not in middle]
    factors = [a for a in middle if not a.axes]
    if len(op.dims) == 2:
        deltas = [a for a in outer if isinstance(graph.ops[a.ref], Eye)]
        signs = [a for a in outer if len(set(a.axes)) == 1] if deltas else []
        matrices = [a for a in outer if a not in signs]
        if len(matrices) == 1 and len(set(matrices[0].axes)) == 2:
            return _scaled(graph, form(graph, matrices[0].ref), [*factors, *signs])
    left = [a for a in outer if 0 in a.axes]
    right = [(a.ref, tuple(mirror[k] for k in a.axes)) for a in outer if 1 in a.axes]
    if any({0, 1} <= set(a.axes) for a in outer) or Counter(
        (a.ref, a.axes) for a in left
    ) != Counter(right):
        return "symmetric"
    if all(mirror[k] == k for k in range(2, len(op.dims))):
        return _scaled(graph, "semidefinite", middle)
    cores = [a for a in middle if len(set(a.axes)) == 2]
    if len(cores) == 1 and len(cores) + len(factors) == len(middle):
        found = _scaled(graph, form(graph, cores[0].ref), factors)
        return "semidefinite" if found == "definite" else found
    return "symmetric"


def _scaled(graph: Graph, found: Form, weights: list[Arg]) -> Form:
    """Return the form of a matrix times numbers, or times a diagonal, of these signs."""
    if found == "general":
        return "symmetric"
    if found == "definite" and all(positive(graph, a.ref) for a in weights):
        return "definite"
    if _STRENGTH[found] >= 2 and all(nonnegative(graph, a.ref) for a in weights):
        return "semidefinite"
    return "symmetric"
