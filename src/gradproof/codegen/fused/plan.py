"""One pass over the rows of the data: which nodes are computed row by row, and what is summed over the rows.

A size m is that of the rows if every node with an axis of that size is a function of one row, and no such node
needs a sum over rows. What does not have the axis is computed before the pass or, where it needs a sum, after.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Literal, assert_never, final

from gradproof.codegen import algebra
from gradproof.codegen.dims import Dim
from gradproof.codegen.fused.parts import Plan, Product, RowSum
from gradproof.codegen.graph import Graph, Label, Value, operands
from gradproof.codegen.ops import (
    Add,
    Along,
    Cholesky,
    Constant,
    Contract,
    Determinant,
    Extent,
    Eye,
    Input,
    Inverse,
    Map,
    Number,
    Op,
    Pad,
    Positions,
    Ref,
    Reshape,
    Slice,
    Solve,
)  # fmt: skip
from gradproof.codegen.rebuild import with_operands


@final
class _Unfit(Exception):
    """The program does not fit into one pass over these rows."""


def plan(graph: Graph, roots: Sequence[Ref]) -> Plan | None:
    """Return how a program is computed in one pass over rows, or None where it cannot be."""
    for rows in _candidates(graph, roots):
        try:
            return _Planner(graph, rows).result(roots)
        except _Unfit:
            continue
    return None


def _candidates(graph: Graph, roots: Sequence[Ref]) -> Iterator[Dim]:
    """Yield the sizes that may be those of rows, first those of most inputs."""
    counts: dict[Dim, int] = {}
    matrices: set[Dim] = set()
    for ref in graph.order(roots):
        op = graph.ops[ref]
        if isinstance(op, Input) and op.shape:
            first = op.shape[0]
            counts[first] = counts.get(first, 0) + 1
            if len(op.shape) == 2 and op.shape[1] != first:
                matrices.add(first)
    yield from sorted(matrices, key=lambda d: (-counts[d], str(d)))


@final
class _Planner:
    __slots__ = (
        "_graph", "_late", "_made", "_matrices", "_products", "_rows", "_shared", "_steps", "_streams", "_sums",
    )  # fmt: skip

    def __init__(self, graph: Graph, rows: Dim) -> None:
        self._graph, self._rows = graph, rows
        self._made: dict[Ref, Value] = {}
        self._late: set[Ref] = set()
        self._products: dict[Ref, Product] = {}
        self._steps: dict[Ref, None] = {}
        self._streams: dict[Ref, None] = {}
        self._shared: dict[Ref, None] = {}
        self._sums: dict[Ref, RowSum] = {}
        self._matrices: set[Ref] = set()

    def result(self, roots: Sequence[Ref]) -> Plan:
        """Return the plan.

        Raises:
            _Unfit: there is none.
        """
        found = tuple(self._node(r) for r in roots)
        if any(self._axis(r) is not None for r in found):
            raise _Unfit
        if not self._products and all(s.kind == "plain" for s in self._sums.values()):
            raise _Unfit
        return self._pruned(found)

    def _pruned(self, roots: tuple[Ref, ...]) -> Plan:
        """Return the plan without what nothing needs."""
        graph = self._graph
        sums = [
            self._sums[r]
            for r in sorted(self._down(roots, frozenset(self._sums)))
            if r in self._sums
        ]
        ends = [x for s in sums for x in (s.rows, s.matrix) if x is not None]
        needed = self._down(ends, frozenset(self._products))
        products = [self._products[r] for r in sorted(needed) if r in self._products]
        for p in products:
            needed |= self._down([p.matrix], frozenset(self._products))
        products = [self._products[r] for r in sorted(needed) if r in self._products]
        steps = [r for r in sorted(needed) if r in self._steps and r not in self._products]
        inner = {x for r in steps for x in operands(graph.ops[r])} | {p.factor for p in products}
        streams = [r for r in self._streams if r in needed or any(p.matrix == r for p in products)]
        shared = [r for r in sorted(inner) if r in self._shared]
        return Plan(
            graph, self._rows, tuple(streams), tuple(shared), tuple(products), tuple(steps),
            tuple(sums), roots,
        )  # fmt: skip

    def _down(self, roots: Sequence[Ref], ends: frozenset[Ref]) -> set[Ref]:
        """Return what nodes need, down to `ends`."""
        needed: set[Ref] = set()
        todo = list(roots)
        while todo:
            ref = todo.pop()
            if ref not in needed:
                needed.add(ref)
                if ref not in ends:
                    todo.extend(operands(self._graph.ops[ref]))
        return needed

    # Nodes in the form in which rows compute them.

    def _node(self, ref: Ref) -> Ref:
        """Return the node that stands for one of the graph, with its axes in the same order."""
        graph = self._graph
        for r in graph.order([ref]):
            if r not in self._made:
                x = graph.labelled(r)
                made = self._renewed(r, x)
                self._made[r] = Value(made.ref, tuple(x.labels.index(k) for k in made.labels))
        return self._made[ref].ref

    def _renewed(self, ref: Ref, x: Value) -> Value:
        """Return a node made anew, the axis of the rows first; `x` is the node with labels."""
        graph = self._graph
        op = graph.ops[ref]
        axis = self._axis(ref)
        match op:
            case Input():
                if axis is not None:
                    if axis != 0 or len(op.shape) > 2:
                        raise _Unfit
                    self._streams.setdefault(ref)
                return x
            case Number() | Constant() | Extent():
                return x
            case Positions() | Eye():
                if axis is not None:
                    raise _Unfit
                return x
            case Contract():
                return self._arranged(self._contract(op, x.labels), x.labels)
            case Add(terms):
                parts = (
                    (t.coef, self._operand(t.ref, tuple(x.labels[k] for k in t.axes)))
                    for t in terms
                )
                return self._arranged(algebra.total(graph, parts), x.labels)
            case Map(fn, args):
                values = (self._operand(a.ref, tuple(x.labels[k] for k in a.axes)) for a in args)
                return self._arranged(algebra.apply(graph, fn, *values), x.labels)
            case (
                Along() | Inverse() | Cholesky() | Determinant() | Reshape() | Slice() | Pad() | Solve()
            ):  # fmt: skip
                return self._whole(ref, op, x)
            case _:
                assert_never(op)

    def _whole(self, ref: Ref, op: Op, x: Value) -> Value:
        """Return a node of an operation on whole axes."""
        graph = self._graph
        new = {r: self._made[r].ref for r in operands(op)}
        if any(self._made[r].labels != tuple(range(len(self._made[r].labels))) for r in new):
            raise _Unfit
        made = graph.node(with_operands(op, new))
        rowed = [r for r in new.values() if self._axis(r) is not None]
        if rowed:
            if not isinstance(op, Along) or self._axis(rowed[0]) != 0:
                raise _Unfit
            if len(graph.shapes[rowed[0]]) != 2:
                raise _Unfit
        self._note(made)
        return Value(made, x.labels)

    def _operand(self, ref: Ref, labels: tuple[Label, ...]) -> Value:
        made = self._made[ref]
        return Value(made.ref, tuple(labels[k] for k in made.labels))

    def _arranged(self, x: Value, labels: tuple[Label, ...]) -> Value:
        """Return a value with axes in order; whatever was made on the way is noted."""
        sizes = self._graph.sizes
        labels = tuple(sorted(labels, key=lambda k: sizes[k] != self._rows))
        ref = algebra.arranged(self._graph, x, labels)
        axis = self._axis(ref)
        if axis not in (None, 0) or (axis == 0 and len(labels) > 2):
            raise _Unfit
        self._note(ref)
        return Value(ref, labels)

    def _note(self, ref: Ref) -> None:
        """Note when a node is computed: with the rows, before or after them."""
        graph = self._graph
        op = graph.ops[ref]
        if ref in self._sums or ref in self._products or isinstance(op, Input | Number):
            return
        for r in operands(op):
            self._note(r)
        late = any(r in self._late for r in operands(op))
        if self._axis(ref) is None:
            if late:
                self._late.add(ref)
            return
        if late:
            raise _Unfit
        if ref not in self._steps:
            for r in operands(op):
                self._share(r)
            self._steps.setdefault(ref)

    def _share(self, ref: Ref) -> None:
        if self._axis(ref) is None and not isinstance(self._graph.ops[ref], Number):
            if ref in self._late:
                raise _Unfit
            self._shared.setdefault(ref)

    def _axis(self, ref: Ref) -> int | None:
        """Return which axis of a node is that of the rows."""
        shape = self._graph.shapes[ref]
        places = [k for k, d in enumerate(shape) if d == self._rows]
        if len(places) > 1:
            raise _Unfit
        return places[0] if places else None

    # Products.

    def _contract(self, op: Contract, own: tuple[Label, ...]) -> Value:
        graph = self._graph
        labels = (*own, *(graph.label(d) for d in op.dims[op.rank :]))
        rows = [x for x in labels if graph.sizes[x] == self._rows]
        values = [self._operand(a.ref, tuple(labels[k] for k in a.axes)) for a in op.args]
        over = set(labels[op.rank :])
        if not rows:
            return algebra.product(graph, values, over=over, coef=op.coef)
        if len(rows) > 1:
            raise _Unfit
        (row,) = rows
        return self._reduced(values, row, over, op.coef)

    def _reduced(self, values: list[Value], row: Label, over: set[Label], coef: Fraction) -> Value:
        """Return a product in which some factors have the label of the rows."""
        values = self._flat(values, over)
        values = self._multiplied(values, row, over)
        inside = [v for v in values if row in v.labels]
        outside = [v for v in values if row not in v.labels]
        if not inside:
            raise _Unfit
        if row not in over:
            return algebra.times(self._graph, *inside, *outside, coef=coef)
        bound = over & {x for v in inside for x in v.labels}
        if any(set(v.labels) & bound for v in outside):
            raise _Unfit
        whole = self._summed(inside, row, bound - {row})
        return algebra.times(self._graph, *outside, whole, coef=coef)

    def _flat(self, values: list[Value], over: set[Label]) -> list[Value]:
        """Take pointwise products apart, so that the data meets its factors."""
        graph = self._graph
        out: list[Value] = []
        for v in values:
            op = graph.ops[v.ref]
            if (
                isinstance(op, Contract)
                and op.rank == len(op.dims)
                and op.coef == 1
                and len(op.args) > 1
            ):
                parts = [Value(a.ref, tuple(v.labels[k] for k in a.axes)) for a in op.args]
                out += self._flat(parts, over)
            else:
                out.append(v)
        return out

    def _multiplied(self, values: list[Value], row: Label, over: set[Label]) -> list[Value]:
        """Carry out the sums over other labels than that of the rows."""
        graph = self._graph
        inner = sorted({x for v in values for x in v.labels if x in over and x != row})
        for x in inner:
            having = [v for v in values if x in v.labels]
            inside = [v for v in having if row in v.labels]
            outside = [v for v in having if row not in v.labels]
            if not inside or (not outside and row in over and len(inside) == 1):
                continue
            matrices = [v for v in inside if self._is_matrix(v)]
            rest = [v for v in values if v not in having]
            if not outside:
                values = [*rest, self._noted(algebra.product(graph, inside, over=(x,)))]
                continue
            if len(matrices) > 1 or not (matrices or len(inside) == 1):
                raise _Unfit
            if matrices:
                factor = algebra.times(graph, *outside)
                if len(inside) > 1:
                    raise _Unfit
                values = [*rest, self._product(matrices[0], factor, x)]
            else:
                values = [*rest, self._product(inside[0], algebra.times(graph, *outside), x)]
        return values

    def _is_matrix(self, v: Value) -> bool:
        return len(v.labels) == 2 and isinstance(self._graph.ops[v.ref], Input)

    def _product(self, matrix: Value, factor: Value, over: Label) -> Value:
        graph = self._graph
        rest = tuple(x for x in factor.labels if x != over)
        if len(rest) > 1:
            raise _Unfit
        shared = algebra.arranged(graph, factor, (over, *rest))
        self._note(shared)
        self._share(shared)
        (row,) = (x for x in matrix.labels if x != over)
        made = algebra.product(graph, (matrix, Value(shared, (over, *rest))), over=(over,))
        ref = algebra.arranged(graph, made, (row, *rest))
        self._products.setdefault(ref, Product(ref, matrix.ref, shared))
        self._matrices.add(matrix.ref)
        return Value(ref, (row, *rest))

    def _noted(self, x: Value) -> Value:
        rows = [label for label in x.labels if self._graph.sizes[label] == self._rows]
        ordered = (*rows, *(label for label in x.labels if label not in rows))
        return self._arranged(x, ordered)

    def _summed(self, inside: list[Value], row: Label, bound: set[Label]) -> Value:
        """Return a sum over the rows, of factors that all depend on the row."""
        graph = self._graph
        free = {x for v in inside for x in v.labels} - {row} - bound
        matrices = [v for v in inside if self._is_matrix(v) and not set(v.labels) & bound]
        others = [v for v in inside if v not in matrices]
        labels = {x for v in matrices for x in v.labels} - {row}
        if len(matrices) > 2 or (
            len(matrices) == 2 and (len(labels) != 2 or matrices[0].ref != matrices[1].ref)
        ):
            raise _Unfit
        if matrices and {x for v in others for x in v.labels} & labels:
            raise _Unfit
        weight = self._noted(algebra.times(graph, *others)) if others else None
        if weight is not None and bound:
            weight = self._noted(algebra.product(graph, (weight,), over=bound))
        if weight is None or len(weight.labels) > (1 if len(matrices) == 2 else 2):
            raise _Unfit
        made = algebra.product(graph, (*matrices, weight), over=(row,))
        axes = (
            *(x for v in matrices for x in v.labels if x != row),
            *(x for x in weight.labels if x != row),
        )
        ref = algebra.arranged(graph, made, axes)
        if free != set(axes):
            raise _Unfit
        kind: Literal["plain", "outer", "gram"] = ("plain", "outer", "gram")[len(matrices)]
        matrix = matrices[0].ref if matrices else None
        self._sums.setdefault(ref, RowSum(ref, kind, weight.ref, matrix))
        self._late.add(ref)
        return Value(ref, axes)
