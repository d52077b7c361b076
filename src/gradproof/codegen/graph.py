"""The graph: every operation once, with its shape; and values, which are nodes whose axes bear labels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import assert_never, final

from gradproof.codegen.dims import Dim, Shape
from gradproof.codegen.ops import (
    Add,
    Along,
    Cholesky,
    Constant,
    Contract,
    Determinant,
    Extent,
    Eye,
    Form,
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

Label = int
"""An axis by name: where two values share a label, their axes run together."""


@final
@dataclass(frozen=True, slots=True)
class Value:
    """A node with a label for each of its axes; no two are equal."""

    ref: Ref
    labels: tuple[Label, ...] = ()


@final
@dataclass(slots=True, eq=False)
class Graph:
    """Operations, each once, in an order in which operands come first.

    Attributes:
        ops: the operations; a `Ref` is a place in it.
        shapes: their shapes.
        hints: names that the formula gives to nodes.
        sizes: the size of each label.
        forms: what is known of square matrices, as far as `codegen.forms` has found it out.
    """

    ops: list[Op] = field(default_factory=list[Op])
    shapes: list[Shape] = field(default_factory=list[Shape])
    hints: dict[Ref, str] = field(default_factory=dict[Ref, str])
    sizes: list[Dim] = field(default_factory=list[Dim])
    forms: dict[Ref, Form] = field(default_factory=dict[Ref, Form])
    _places: dict[Op, Ref] = field(default_factory=dict[Op, Ref])

    def node(self, op: Op) -> Ref:
        """Return the node of an operation; builders that simplify are in `codegen.algebra`."""
        found = self._places.get(op)
        if found is None:
            found = self._places[op] = len(self.ops)
            self.ops.append(op)
            self.shapes.append(_shape(op))
        return found

    def label(self, dim: Dim) -> Label:
        """Return a new label for an axis of a size."""
        self.sizes.append(dim)
        return len(self.sizes) - 1

    def labelled(self, ref: Ref) -> Value:
        """Return a node with new labels."""
        return Value(ref, tuple(self.label(d) for d in self.shapes[ref]))

    def dims(self, labels: Sequence[Label]) -> Shape:
        """Return the sizes of labels."""
        return tuple(self.sizes[x] for x in labels)

    def order(self, roots: Sequence[Ref]) -> list[Ref]:
        """Return the nodes that some need, operands first."""
        needed: set[Ref] = set()
        todo = list(roots)
        while todo:
            ref = todo.pop()
            if ref not in needed:
                needed.add(ref)
                todo.extend(operands(self.ops[ref]))
        return sorted(needed)


def operands(op: Op) -> Iterator[Ref]:
    """Yield the nodes that an operation takes, as often as it takes them."""
    match op:
        case Input() | Number() | Constant() | Extent() | Positions() | Eye():
            return
        case Add(terms):
            for t in terms:
                yield t.ref
        case Contract(_, args) | Map(_, args):
            for a in args:
                yield a.ref
        case Along() | Inverse() | Cholesky() | Determinant() | Reshape() | Slice() | Pad():
            yield op.arg
        case Solve(a, b):
            yield a
            yield b
        case _:
            assert_never(op)


def _shape(op: Op) -> Shape:
    match op:
        case Number() | Constant() | Extent():
            return ()
        case Positions(dim):
            return (dim,)
        case Eye(dim):
            return (dim, dim)
        case Contract(_, _, dims, rank):
            return dims[:rank]
        case (
            Input() | Add() | Map() | Along() | Inverse() | Cholesky() | Determinant() | Solve()
            | Reshape() | Slice() | Pad()
        ):  # fmt: skip
            return op.shape
        case _:
            assert_never(op)
