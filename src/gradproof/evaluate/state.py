"""What a walk carries: the state of one evaluation, and the environment of one scope within it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal, Protocol, final

import numpy as np

from gradproof.evaluate.arithmetic import Array, BoolArray, IntArray
from gradproof.evaluate.jets import Algebra, Value
from gradproof.evaluate.limits import MAX_AXES, MAX_ELEMENTS, MAX_VISITS, Unsupported
from gradproof.expr import Context, Expr, Space

Mode = Literal["total", "local"]
"""How a derivative goes through definitions: through all of them, or only through the first."""


class Points(Protocol):
    """Where the values of the base symbols come from."""

    @property
    def points(self) -> int:
        """Number of sample points."""
        ...

    @property
    def sizes(self) -> Mapping[str, int]:
        """Values of the symbolic sizes."""
        ...

    @property
    def values(self) -> Mapping[str, Array]:
        """Per base symbol an object array of `Fraction`, first axis the point."""
        ...

    @property
    def directions(self) -> Mapping[str, Array]:
        """As `values`: in which direction a symbol moves under a differential."""
        ...

    def lifted(self, name: str, algebra: Algebra, *, direction: bool = False) -> Array:
        """Return the values (or the direction) of a base symbol as numbers of an arithmetic."""
        ...


@final
@dataclass(frozen=True, slots=True)
class Seed:
    """A symbol that moves under a tag.

    `entry` holds the index values of the entry that moves (None: the symbol moves in its sampled direction);
    `serial` tells seeds apart over the whole evaluation.
    """

    tag: int
    entry: tuple[IntArray, ...] | None
    serial: int


@final
@dataclass(frozen=True, slots=True)
class Binding:
    """A name bound to a value: whole, at one `entry`, or (`family`) at whatever entry is asked for.

    `tags` are those in force at an evaluation at a point (None: another kind of binding).
    """

    value: Value
    entry: tuple[IntArray, ...] | None = None
    family: bool = False
    tags: int | None = None


@final
@dataclass(frozen=True, slots=True)
class Local:
    """A name that stands for an expression (a ``let``), which sees the bindings of its own place."""

    body: Expr
    bindings: "Mapping[str, Binding | Local]"


@final
@dataclass(frozen=True, slots=True)
class Env:
    """One scope: index values, bound names, moving names.

    Attributes:
        indices: index name to its values, an integer array over the batch axes.
        axes: number of index axes in force.
        lanes: product of their sizes.
        bindings: names bound to values.
        seeds: names that move, and under which tags.
        tags: all tags in force.
        depth: definitions unfolded on the way here.
        floors: (tags, depth) of each derivative in force, for the mode "local".
        elementwise: a scalar function is being applied to an array: products are entry by entry.
        memo: values of definitions in this scope.
    """

    indices: Mapping[str, IntArray] = field(default_factory=dict[str, IntArray])
    axes: int = 0
    lanes: int = 1
    bindings: Mapping[str, Binding | Local] = field(default_factory=dict[str, Binding | Local])
    seeds: Mapping[str, tuple[Seed, ...]] = field(default_factory=dict[str, tuple[Seed, ...]])
    tags: int = 0
    depth: int = 0
    floors: tuple[tuple[int, int], ...] = ()
    elementwise: bool = False
    memo: dict[object, Value] = field(default_factory=dict[object, Value])

    def with_indices(self, new: Mapping[str, IntArray]) -> "Env":
        """Bind index variables to values; the same scope if nothing changes."""
        if all(self.indices.get(k) is v for k, v in new.items()):
            return self
        return Env(
            {**self.indices, **new}, self.axes, self.lanes, self.bindings, self.seeds, self.tags,
            self.depth, self.floors, self.elementwise,
        )  # fmt: skip

    def with_binding(self, name: str, binding: Binding | Local) -> "Env":
        """Bind a name; what moved it from outside is already in the value."""
        seeds = self.seeds
        if name in seeds and not (isinstance(binding, Binding) and binding.entry is not None):
            seeds = {k: v for k, v in seeds.items() if k != name}
        return replace(self, bindings={**self.bindings, name: binding}, seeds=seeds, memo={})

    def deeper(self) -> "Env":
        """Return the scope inside a definition; it differs only where that matters."""
        return replace(self, depth=self.depth + 1) if self.floors else self


@final
@dataclass(slots=True)
class State:
    """One evaluation over `points` under `context`; `walk` is the walk itself."""

    points: Points
    context: Context
    algebra: Algebra
    mode: Mode
    walk: "Callable[[State, Expr, Env], Value]"
    moving: frozenset[str] = frozenset()
    visits: int = 0
    serials: int = 0
    met: set[int] = field(default_factory=set[int])
    active: dict[str, int] = field(default_factory=dict[str, int])
    gathered: dict[object, Array] = field(default_factory=dict[object, Array])
    numbers: dict[tuple[int, int], Value] = field(default_factory=dict[tuple[int, int], Value])
    kinks: dict[int, tuple[BoolArray, BoolArray]] | None = None
    used: dict[str, dict[tuple[int, ...], None]] | None = None

    def value(self, e: Expr, env: Env) -> Value:
        """Return the value of `e` in `env`."""
        self.visits += 1
        if self.visits > MAX_VISITS:
            raise Unsupported("limit:nodes")
        return self.walk(self, e, env)

    def number(self, value: Fraction) -> Value:
        """Return a constant."""
        key = value.as_integer_ratio()
        found = self.numbers.get(key)
        if found is None:
            found = self.numbers[key] = self.algebra.number(value)
        return found

    def open_axis(self, env: Env, lower: int, upper: int) -> tuple[IntArray, Env]:
        """Return a new index axis running over lower..upper, and the scope in which it is in force.

        Raises:
            Unsupported: too many axes, or too many elements in all.
        """
        count = max(upper - lower + 1, 0)
        lanes = env.lanes * max(count, 1)
        if env.axes >= MAX_AXES:
            raise Unsupported("limit:axes")
        if lanes * self.points.points > MAX_ELEMENTS:
            raise Unsupported("limit:elements")
        grid = np.arange(lower, upper + 1, dtype=np.int64).reshape((count,) + (1,) * (env.axes + 1))
        opened = Env(
            env.indices, env.axes + 1, lanes, env.bindings, env.seeds, env.tags, env.depth,
            env.floors, env.elementwise,
        )  # fmt: skip
        return grid, opened

    def watch_kink(self, key: int, one: BoolArray, other: BoolArray, rank: int = 0) -> None:
        """Record at which points each side of a kink is met (arrays over batch and `rank` own axes)."""
        if self.kinks is None:
            return
        sides: list[BoolArray] = []
        for side in (one, other):
            axes = tuple(k for k in range(side.ndim) if k != side.ndim - rank - 1)
            sides.append(np.broadcast_to(side.any(axis=axes), (self.points.points,)))
        if key in self.kinks:
            before = self.kinks[key]
            sides = [sides[0] | before[0], sides[1] | before[1]]
        self.kinks[key] = (sides[0], sides[1])


def size_value(state: State, name: str, offset: int) -> int:
    """Return the value of the size ``name + offset``.

    Raises:
        Unsupported: a size that was not sampled.
    """
    if not name:
        return offset
    found = state.points.sizes.get(name)
    if found is None:
        raise Unsupported(f"the size {name} is not known")
    return found + offset


def space_shape(state: State, space: Space) -> tuple[int, ...]:
    """Return the sizes of a space in numbers."""
    return tuple(size_value(state, s.name, s.offset) for s in space.shape)


def content(indices: tuple[IntArray, ...]) -> tuple[tuple[tuple[int, ...], bytes], ...]:
    """Return a key for index values."""
    return tuple((i.shape, i.tobytes()) for i in indices)
