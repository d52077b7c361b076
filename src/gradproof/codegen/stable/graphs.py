"""Stable spelling of a whole graph: pointwise parts as scalar trees, sums over like ranges joined first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, final

from gradproof.codegen import algebra
from gradproof.codegen.dims import Shape
from gradproof.codegen.graph import Graph, Label, Value, operands
from gradproof.codegen.ops import (
    Add,
    Arg,
    Contract,
    Map,
    Number,
    Op,
    Ref,
    Term,
)  # fmt: skip
from gradproof.codegen.rebuild import with_operands
from gradproof.codegen.scalar import scalars
from gradproof.codegen.stable import tree
from gradproof.codegen.stable.building import built
from gradproof.codegen.stable.reading import CURVED, READ
from gradproof.codegen.stable.scalar import stable
from gradproof.codegen.stable.tree import Leaf, Scalar, functions
from gradproof.expr import Domain

_SIGNS: Final = {
    "positive": Domain(lower=Fraction(0)),
    "nonnegative": Domain(lower=Fraction(0), lower_open=False),
}


def stabilise(graph: Graph, roots: Sequence[Ref]) -> tuple[tuple[Ref, ...], tuple[str, ...]]:
    """Return nodes that are equal to the given ones wherever these are defined, and the rules that were used.

    They are spelled to keep their digits.
    """
    work = _Stabiliser(graph)
    return tuple(work.node(r) for r in roots), tuple(work.rules)


@final
@dataclass(slots=True, eq=False)
class _Leaves:
    """What the leaves of a tree stand for: nodes with labels."""

    values: list[Value] = field(default_factory=list[Value])
    numbers: dict[Value, int] = field(default_factory=dict[Value, int])

    def leaf(self, x: Value) -> Leaf:
        found = self.numbers.get(x)
        if found is None:
            found = self.numbers[x] = len(self.values)
            self.values.append(x)
        return Leaf(found)


@final
@dataclass(frozen=True, slots=True, eq=False)
class _Reduction:
    """``Σ_over body``, the sizes of `over` in order."""

    body: Scalar
    over: tuple[Label, ...]


@final
class _Stabiliser:
    __slots__ = ("_done", "_graph", "rules")

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._done: dict[Ref, Ref] = {}
        self.rules: dict[str, None] = {}

    def node(self, ref: Ref) -> Ref:
        """Return the stable form of a node."""
        found = self._done.get(ref)
        if found is None:
            for r in self._graph.order([ref]):
                if r not in self._done and (r == ref or not self._inner(r)):
                    self._done[r] = made = self._rebuilt(r)
                    if r in self._graph.hints:
                        self._graph.hints.setdefault(made, self._graph.hints[r])
            found = self._done[ref]
        return found

    def _inner(self, ref: Ref) -> bool:
        """Tell whether a node is certain to be looked at as a part of another one only."""
        op = self._graph.ops[ref]
        return isinstance(op, Map | Add) or (isinstance(op, Contract) and op.rank == len(op.dims))

    def _rebuilt(self, ref: Ref) -> Ref:
        graph = self._graph
        op = graph.ops[ref]
        match op:
            case Map() | Add() | Contract():
                return self._pointwise(ref)
            case _:
                return graph.node(with_operands(op, {r: self.node(r) for r in operands(op)}))

    def _pointwise(self, ref: Ref) -> Ref:
        """Spell a node whose operands are taken in as far as they are pointwise."""
        graph = self._graph
        x = graph.labelled(ref)
        leaves = _Leaves()
        op = graph.ops[ref]
        if isinstance(op, Contract) and op.rank < len(op.dims):
            inner = tuple(graph.label(d) for d in op.dims[op.rank :])
            body = self._product(op, (*x.labels, *inner), leaves)
            value = self._summed(body, inner, leaves)
        elif isinstance(op, Add):
            value = self._sum(op, x.labels, leaves)
        else:
            value = self._back(self._stable(self._inside(op, x.labels, leaves), leaves), leaves)
        return algebra.arranged(graph, value, x.labels)

    # From the graph to trees.

    def _read(self, x: Value, leaves: _Leaves) -> Scalar:
        """Return the tree of a value at its labels."""
        op = self._graph.ops[x.ref]
        if isinstance(op, Number):
            return tree.number(op.value)
        if isinstance(op, Add) and self._joinable(op, x.labels, leaves) is not None:
            return leaves.leaf(Value(self.node(x.ref), x.labels))
        if self._inner(x.ref) and not (isinstance(op, Map) and op.fn not in READ):
            return self._inside(op, x.labels, leaves)
        if isinstance(op, Map):
            return self._boundary(op, x.labels, leaves)
        return leaves.leaf(Value(self.node(x.ref), x.labels))

    def _inside(self, op: Op, labels: tuple[Label, ...], leaves: _Leaves) -> Scalar:
        match op:
            case Map(fn, args) if fn in READ:
                return tree.apply(fn, *(self._read(_at(a, labels), leaves) for a in args))
            case Map():
                return self._boundary(op, labels, leaves)
            case Add(terms):
                return tree.add(*(self._term(t, labels, leaves) for t in terms))
            case Contract():
                return self._product(op, labels, leaves)
            case _:
                raise TypeError(f"{type(op).__name__} is not pointwise")

    def _boundary(self, op: Map, labels: tuple[Label, ...], leaves: _Leaves) -> Scalar:
        """Return the leaf of a function that is not taken apart; its operands are spelled for themselves."""
        graph = self._graph
        args = [Value(self.node(a.ref), tuple(labels[k] for k in a.axes)) for a in op.args]
        return leaves.leaf(algebra.apply(graph, op.fn, *args))

    def _term(self, t: Term, labels: tuple[Label, ...], leaves: _Leaves) -> Scalar:
        return tree.mul(tree.number(t.coef), self._read(_at(t, labels), leaves))

    def _product(self, op: Contract, labels: tuple[Label, ...], leaves: _Leaves) -> Scalar:
        return tree.mul(
            tree.number(op.coef), *(self._read(_at(a, labels), leaves) for a in op.args)
        )

    # Sums.

    def _sum(self, op: Add, labels: tuple[Label, ...], leaves: _Leaves) -> Value:
        """Spell a sum; sums over like ranges among its terms become one."""
        graph = self._graph
        joined = self._joinable(op, labels, leaves)
        if joined is None:
            return self._back(self._stable(self._inside(op, labels, leaves), leaves), leaves)
        groups, rest = joined
        values = [
            self._summed(tree.add(*(r.body for r in group)), group[0].over, leaves)
            for group in groups
        ]
        other = tree.add(*rest)
        if other != tree.ZERO:
            values.append(self._back(self._stable(other, leaves), leaves))
        return algebra.total(graph, ((algebra.UNIT, v) for v in values))

    def _joinable(
        self, op: Add, labels: tuple[Label, ...], leaves: _Leaves
    ) -> tuple[list[list[_Reduction]], list[Scalar]] | None:
        """Return the terms that are sums, grouped by their ranges, and the others; None if there are no two alike."""
        graph = self._graph
        ranges: dict[Shape, list[Term]] = {}
        for t in op.terms:
            found = self._reduced(t.ref)
            if found is not None:
                ranges.setdefault(tuple(sorted(found)), []).append(t)
        curved = {d for d, ts in ranges.items() if any(self._curved(t.ref) for t in ts)}
        nested = {d: self._covering(d, curved) for d in ranges}
        counts: dict[Shape, int] = {}
        for d, ts in ranges.items():
            if nested[d] is not None:
                counts[nested[d] or ()] = counts.get(nested[d] or (), 0) + len(ts)
        if not any(n > 1 for n in counts.values()):
            return None
        shared = {d: tuple(graph.label(x) for x in d) for d, n in counts.items() if n > 1}
        groups: dict[Shape, list[_Reduction]] = {}
        rest: list[Scalar] = []
        for t in op.terms:
            found = self._reduced(t.ref)
            range_ = None if found is None else nested[tuple(sorted(found))]
            over = None if range_ is None else shared.get(range_)
            if over is not None and range_ is not None:
                body = tree.mul(tree.number(t.coef), self._body(_at(t, labels), over, leaves))
                groups.setdefault(range_, []).append(_Reduction(body, over))
            else:
                rest.append(self._term(t, labels, leaves))
        return [groups[d] for d in sorted(groups)], rest

    def _covering(self, dims: Shape, curved: set[Shape]) -> Shape | None:
        """Return the range of a sum with exponentials that this range contains."""
        if dims in curved:
            return dims
        inside = sorted(d for d in curved if set(d) < set(dims))
        return inside[-1] if inside else None

    def _reduced(self, ref: Ref) -> Shape | None:
        """Return over what a node sums, where it is a sum, perhaps with factors before it."""
        op = self._graph.ops[ref]
        if not isinstance(op, Contract):
            return None
        if op.rank < len(op.dims):
            dims = op.dims[op.rank :]
            return dims if len(set(op.dims)) == len(op.dims) else None
        inner = [f for a in op.args if (f := self._reduced(a.ref)) is not None]
        return inner[0] if len(inner) == 1 else None

    def _curved(self, ref: Ref) -> bool:
        """Tell whether exponentials or logarithms stand in a node, down to the next sums."""
        op = self._graph.ops[ref]
        match op:
            case Map(fn, args):
                return fn in CURVED or (fn in READ and any(self._curved(a.ref) for a in args))
            case Add(terms):
                return any(self._curved(t.ref) for t in terms)
            case Contract(_, args, dims, rank):
                return any(
                    self._curved(a.ref)
                    for a in args
                    if rank < len(dims) or self._inner(a.ref) or self._reduced(a.ref)
                )
            case _:
                return False

    def _body(self, x: Value, over: tuple[Label, ...], leaves: _Leaves) -> Scalar:
        """Return what a sum adds up, at the labels `over`; sums over other labels stay inside."""
        graph = self._graph
        op = graph.ops[x.ref]
        if not isinstance(op, Contract):
            return self._read(x, leaves)
        if op.rank == len(op.dims):
            factors = [
                self._body(v, over, leaves)
                if self._reduced(v.ref) is not None
                else self._read(v, leaves)
                for v in (_at(a, x.labels) for a in op.args)
            ]
            return tree.mul(tree.number(op.coef), *factors)
        sizes = {graph.sizes[label]: label for label in over}
        own = [*x.labels]
        extra: list[Label] = []
        for d in op.dims[op.rank :]:
            label = sizes.get(d)
            if label is None:
                label = graph.label(d)
                extra.append(label)
            own.append(label)
        values = [Value(a.ref, tuple(own[k] for k in a.axes)) for a in op.args]
        inside = [v for v in values if set(v.labels) & set(extra)]
        outside = [v for v in values if not set(v.labels) & set(extra)]
        parts = [self._read(v, leaves) for v in outside]
        if inside:
            total = algebra.product(graph, inside, over=extra)
            parts.append(leaves.leaf(Value(self.node(total.ref), total.labels)))
        return tree.mul(tree.number(op.coef), *parts)

    def _summed(self, body: Scalar, over: tuple[Label, ...], leaves: _Leaves) -> Value:
        """Return the sum of a body over labels."""
        if not functions(body) & CURVED:
            return self._back_product(body, over, leaves)
        return self._back_product(self._stable(body, leaves), over, leaves)

    def _back_product(self, body: Scalar, over: tuple[Label, ...], leaves: _Leaves) -> Value:
        graph = self._graph
        coef = Fraction(1)
        factors: list[Value] = []
        for f in body.args if isinstance(body, tree.Op) and body.name == "mul" else (body,):
            if isinstance(f, tree.Number):
                coef *= f.value
            else:
                factors.append(self._back(f, leaves))
        return algebra.product(graph, factors, over=over, coef=coef)

    def _stable(self, t: Scalar, leaves: _Leaves) -> Scalar:
        if not functions(t) & CURVED:
            return t
        domains: dict[int, Domain] = {}
        for k, x in enumerate(leaves.values):
            op = self._graph.ops[x.ref]
            known = _SIGNS.get(scalars()[op.fn].range) if isinstance(op, Map) else None
            if known is not None:
                domains[k] = known
        found = stable(t, tuple(sorted(domains.items())))
        self.rules.update(dict.fromkeys(found.rules))
        return found.tree

    def _back(self, t: Scalar, leaves: _Leaves) -> Value:
        return built(self._graph, t, leaves.values)


def _at(a: Arg | Term, labels: Sequence[Label]) -> Value:
    return Value(a.ref, tuple(labels[k] for k in a.axes))
