"""The gradient of a scalar: adjoints of all nodes, last computed first.

Each rule is the transpose of the operation's differential; sums of products stay products
(Laue, Mitterreiter, Giesen, "Computing higher order derivatives of matrix and tensor expressions",
NeurIPS 2018, section 2). Adjoints lack the labels along which they are constant.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import assert_never

from gradproof.codegen.algebra import UNIT, arranged, eye, number, product, total
from gradproof.codegen.graph import Graph, Label, Value, operands
from gradproof.codegen.limits import CannotCompile
from gradproof.codegen.ops import (
    Add,
    Along,
    Arg,
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
    Pad,
    Positions,
    Ref,
    Reshape,
    Slice,
    Solve,
    Term,
)  # fmt: skip
from gradproof.codegen.partials import partials
from gradproof.codegen.structural import pulled_back

Share = tuple[Ref, Value]
"""An operand, and what it gets: labels are those of the operand in `Sweep.labels`."""


def gradients(graph: Graph, value: Ref, wrt: Sequence[Ref]) -> tuple[Ref, ...]:
    """Return the nodes of the gradients of a scalar by some inputs, each of the shape of its input.

    Raises:
        CannotCompile: the value is no scalar.
    """
    if graph.shapes[value]:
        raise CannotCompile(
            "what is differentiated is no scalar; expected a loss, such as 'J = y^T z'"
        )
    return Sweep(graph, value, wrt).result()


class Sweep:
    """One backward pass."""

    __slots__ = ("_adjoints", "_graph", "_labels", "_moving", "_value", "_wrt")

    def __init__(self, graph: Graph, value: Ref, wrt: Sequence[Ref]) -> None:
        self._graph, self._value, self._wrt = graph, value, tuple(wrt)
        self._moving: set[Ref] = set(wrt)
        self._labels: dict[Ref, tuple[Label, ...]] = {}
        self._adjoints: dict[Ref, list[Value]] = {}

    def result(self) -> tuple[Ref, ...]:
        """Return the gradients."""
        graph = self._graph
        order = graph.order([self._value])
        for ref in order:
            if any(x in self._moving for x in operands(graph.ops[ref])):
                self._moving.add(ref)
        self._adjoints[self._value] = [number(graph, 1)]
        for ref in reversed(order):
            parts = self._adjoints.get(ref)
            if parts is None or ref in self._wrt or ref not in self._moving:
                continue
            adjoint = total(graph, ((UNIT, p) for p in parts))
            for operand, share in self._shares(ref, adjoint):
                self._adjoints.setdefault(operand, []).append(share)
        return tuple(self._found(ref) for ref in self._wrt)

    def _found(self, ref: Ref) -> Ref:
        parts = self._adjoints.get(ref, [])
        whole = total(self._graph, ((UNIT, p) for p in parts))
        return arranged(self._graph, whole, self._own(ref))

    def _own(self, ref: Ref) -> tuple[Label, ...]:
        """Return the labels of a node in this pass."""
        found = self._labels.get(ref)
        if found is None:
            found = self._labels[ref] = self._graph.labelled(ref).labels
        return found

    def _moves(self, ref: Ref) -> bool:
        return ref in self._moving

    def _shares(self, ref: Ref, adjoint: Value) -> Iterator[Share]:
        graph, op = self._graph, self._graph.ops[ref]
        own = self._own(ref)
        match op:
            case Add(terms):
                for t in terms:
                    if self._moves(t.ref):
                        yield t.ref, self._passed(t, own, [adjoint], t.coef, own)
            case Contract(coef, args, dims, rank):
                inner = tuple(graph.label(d) for d in dims[rank:])
                axes = (*own, *inner)
                values = [Value(a.ref, tuple(axes[k] for k in a.axes)) for a in args]
                for k, a in enumerate(args):
                    if self._moves(a.ref):
                        rest = [*values[:k], *values[k + 1 :], adjoint]
                        yield a.ref, self._passed(a, axes, rest, coef, axes)
            case Map(_, args):
                for a, slope in zip(args, partials(graph, ref, own), strict=True):
                    if slope is not None and self._moves(a.ref):
                        yield a.ref, self._passed(a, own, [adjoint, slope], UNIT, own)
            case Along() | Inverse() | Determinant() | Reshape() | Slice() | Pad():
                if self._moves(op.arg):
                    yield op.arg, pulled_back(graph, ref, op, own, adjoint, self._own(op.arg))
            case Solve() | Cholesky():
                raise CannotCompile(
                    "a factor, or a system of equations, is made after differentiation"
                )
            case Input() | Number() | Constant() | Extent() | Positions() | Eye():
                return
            case _:
                assert_never(op)

    def _passed(
        self,
        a: Arg | Term,
        axes: tuple[Label, ...],
        factors: list[Value],
        coef: Fraction,
        over: tuple[Label, ...],
    ) -> Value:
        """Return the product, summed over what the operand does not have; a diagonal goes back on the diagonal."""
        graph = self._graph
        own = self._own(a.ref)
        names = [axes[k] for k in a.axes]
        new: dict[Label, Label] = {}
        factors = list(factors)
        for mine, theirs in zip(own, names, strict=True):
            if theirs in new:
                factors.append(eye(graph, new[theirs], mine))
            else:
                new[theirs] = mine
        factors = [Value(f.ref, tuple(new.get(x, x) for x in f.labels)) for f in factors]
        summed = [x for x in over if x not in new]
        return product(graph, factors, over=summed, coef=coef)
