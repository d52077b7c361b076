"""What a part of a formula is lowered to: a value, and which of its labels are its own axes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import final

from gradproof.codegen.algebra import arranged
from gradproof.codegen.dims import Dim
from gradproof.codegen.graph import Graph, Label, Value
from gradproof.codegen.limits import CannotCompile
from gradproof.expr import Context, Expr, Size


@final
@dataclass(frozen=True, slots=True)
class Low:
    """A lowered part.

    Attributes:
        value: its labels are axes, and indices of sums around it; it may lack some along which it is constant.
        axes: the own axes in order.
        row: whether its one axis lies down (a transposed vector).
    """

    value: Value
    axes: tuple[Label, ...] = ()
    row: bool = False

    @property
    def rank(self) -> int:
        """The number of own axes."""
        return len(self.axes)


@final
@dataclass(frozen=True, slots=True)
class Bound:
    """An index in scope: its label, and its first value."""

    label: Label
    first: Dim


@final
@dataclass(frozen=True, slots=True)
class Scope:
    """What the names of indices and parameters stand for at a place of the formula."""

    indices: Mapping[str, Bound] = field(default_factory=lambda: MappingProxyType({}))
    parameters: Mapping[str, "tuple[Expr, Scope]"] = field(
        default_factory=lambda: MappingProxyType({})
    )

    def with_index(self, name: str, bound: Bound) -> "Scope":
        """Return the scope inside a sum."""
        return replace(self, indices=MappingProxyType({**self.indices, name: bound}))

    def with_parameters(self, found: "Mapping[str, tuple[Expr, Scope]]") -> "Scope":
        """Return the scope inside a function or below a local name."""
        return replace(self, parameters=MappingProxyType({**self.parameters, **found}))


class Unequal(Exception):
    """Two sizes have to be one that nothing says are; the lowering begins anew with them taken for equal."""

    def __init__(self, left: str, right: str, refusal: str) -> None:
        super().__init__(refusal)
        self.pair = (left, right)


@final
@dataclass(slots=True, eq=False)
class Work:
    """A lowering at work.

    Attributes:
        symbols: all symbols of the formula that have to be given, in the order in which they first stand.
        bodies: definitions that are lowered already, with the number of their own axes.
        extents: names that are sizes.
        equal: sizes by other names that they are taken for.
        active: names whose definitions are being lowered.
    """

    graph: Graph
    context: Context
    symbols: dict[str, Value] = field(default_factory=dict[str, Value])
    bodies: dict[str, tuple[Value, bool]] = field(default_factory=dict[str, tuple[Value, bool]])
    active: list[str] = field(default_factory=list[str])
    extents: frozenset[str] = frozenset()
    equal: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def dim(self, size: Size) -> Dim:
        """Return a size, where the author fixed it as a number."""
        fixed = self.context.sizes.get(size.name)
        if fixed is not None:
            return Dim.number(fixed + size.offset)
        return Dim.of(Size(self.equal.get(size.name, size.name), size.offset))

    def same(self, a: Label, b: Label, what: str) -> None:
        """Refuse two axes of different sizes.

        Raises:
            CannotCompile: they differ.
        """
        left, right = self.graph.sizes[a], self.graph.sizes[b]
        if left != right:
            self.unequal(
                left,
                right,
                f"{what}: sizes {left} and {right} do not fit; declare the shapes, such as "
                r"--declare 'X \in \mathbb{R}^{m \times n}'",
            )

    def unequal(self, left: Dim, right: Dim, refusal: str) -> None:
        """Tell that two sizes differ that have to be one.

        Raises:
            Unequal: both are names, so that they may be taken for equal.
            CannotCompile: they are not.
        """
        one, other = left.single, right.single
        if one is not None and other is not None and one[1] == other[1]:
            raise Unequal(one[0], other[0], refusal)
        raise CannotCompile(refusal)

    def placed(self, x: Low, axes: tuple[Label, ...]) -> Low:
        """Return the same with other labels for its axes."""
        names = dict(zip(x.axes, axes, strict=True))
        labels = tuple(names.get(label, label) for label in x.value.labels)
        return replace(x, value=Value(x.value.ref, labels), axes=axes)

    def whole(self, x: Low, first: tuple[Label, ...] = ()) -> Value:
        """Return a value with all labels: indices of sums around (or the given ones) first, then its own axes."""
        outer = first or tuple(label for label in x.value.labels if label not in x.axes)
        labels = (*outer, *x.axes)
        return Value(arranged(self.graph, x.value, labels), labels)
