"""What expressions are made of, definitions included: base symbols, sizes, free indices, differentials."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import final

from gradproof.evaluate.indexing import flatten_entry
from gradproof.evaluate.limits import MAX_NODES, ShapeMismatch, Unsupported
from gradproof.expr import (
    Apply,
    At,
    Context,
    Definition,
    Differential,
    Entry,
    Expr,
    Idx,
    Let,
    Num,
    Prod,
    Size,
    Space,
    Sum,
    Sym,
    children,
    formal_indices,
)


@final
@dataclass(frozen=True, slots=True)
class Inventory:
    """Base symbols with their spaces, sizes and free indices, each in order of first appearance.

    Attributes:
        base: names that are sampled.
        sizes: names of sizes.
        least: smallest value that a size must have for the literal indices that occur.
        indices: free index variables.
        differentials: names under a differential sign of their own (``d x``).
    """

    base: Mapping[str, Space]
    sizes: tuple[str, ...]
    least: Mapping[str, int]
    indices: tuple[str, ...]
    differentials: Mapping[str, Space]


def take_inventory(exprs: Iterable[Expr], context: Context) -> Inventory:
    """Return what `exprs` are made of under `context`.

    Raises:
        Unsupported: more nodes than the limit.
        ShapeMismatch: a symbol that is used with two shapes.
    """
    collector = _Collector(context)
    none: frozenset[str] = frozenset()
    try:
        for e in exprs:
            collector.visit(e, none, none)
    except RecursionError:
        raise Unsupported("limit:depth") from None
    base = {k: v for k, v in collector.base.items() if v.rank or k not in collector.sizes}
    return Inventory(
        base,
        tuple(collector.sizes),
        collector.least,
        tuple(collector.indices),
        collector.differentials,
    )


@final
@dataclass(slots=True)
class _Collector:
    context: Context
    base: dict[str, Space] = field(default_factory=dict[str, Space])
    sizes: dict[str, None] = field(default_factory=dict[str, None])
    least: dict[str, int] = field(default_factory=dict[str, int])
    indices: dict[str, None] = field(default_factory=dict[str, None])
    differentials: dict[str, Space] = field(default_factory=dict[str, Space])
    seen: set[object] = field(default_factory=set[object])
    nodes: int = 0

    def visit(self, e: Expr, names: frozenset[str], indices: frozenset[str]) -> None:
        """Collect from `e` in a scope that binds `names` and `indices`."""
        self.nodes += 1
        if self.nodes > 10 * MAX_NODES:
            raise Unsupported("limit:nodes")
        match e:
            case Sym(name, space):
                self._name(name, space, names, indices)
            case Idx(name):
                if name not in indices:
                    self._open(name)
            case Entry():
                self._entry(e, names, indices)
            case Sum(body, index, lower, upper, condition) | Prod(
                body, index, lower, upper, condition
            ):
                if lower is None or upper is None:
                    self._range(index.name)
                for limit in (lower, upper):
                    if limit is not None:
                        self._limit(limit, names, indices)
                inner = indices | {index.name}
                self.visit(body, names, inner)
                if condition is not None:
                    self.visit(condition, names, inner)
            case Apply():
                self._apply(e, names, indices)
            case At(body, symbol, value) | Let(symbol, value, body):
                self.visit(value, names, indices)
                bound = names | {symbol.name} if isinstance(symbol, Sym) else names
                if not isinstance(symbol, Sym):
                    self.visit(symbol, names, indices)
                self.visit(body, bound, indices)
            case Differential(body):
                target = flatten_entry(body)[0] if isinstance(body, Entry) else body
                if isinstance(target, Sym) and target.name not in names:
                    self.differentials.setdefault(target.name, target.space)
                self.visit(body, names, indices)
            case _:
                for space in _spaces(e):
                    self._space(space)
                for child in children(e):
                    self.visit(child, names, indices)

    def _space(self, space: Space) -> None:
        for size in space.shape:
            self._size(size)

    def _size(self, size: Size, least: int = 1) -> None:
        if size.name:
            self.sizes.setdefault(size.name)
            need = least - size.offset
            if need > self.least.get(size.name, 1):
                self.least[size.name] = need

    def _open(self, name: str) -> None:
        self.indices.setdefault(name)
        self._range(name)

    def _range(self, name: str) -> None:
        found = self.context.ranges.get(name)
        if found is not None:
            self._size(found.upper, found.lower)

    def _limit(self, e: Expr, names: frozenset[str], indices: frozenset[str]) -> None:
        """Visit the bound of a sum; a bare name in it is a size."""
        if isinstance(e, Sym) and not e.space.rank:
            known = names | self.context.definitions.keys() | self.context.values.keys()
            if e.name not in known:
                self._size(Size(e.name))
                return
        for child in children(e):
            self._limit(child, names, indices)
        if not children(e):
            self.visit(e, names, indices)

    def _entry(self, e: Entry, names: frozenset[str], indices: frozenset[str]) -> None:
        array, positions = flatten_entry(e)
        if isinstance(array, Sym) and array.name not in names:
            start = self.context.origins.get(array.name, ())
            for k, (position, size) in enumerate(zip(positions, array.space.shape, strict=False)):
                if isinstance(position, Num) and position.value.denominator == 1:
                    first = start[k] if k < len(start) else 1
                    self._size(size, position.value.numerator - first + 1)
        self.visit(array, names, indices)
        for position in positions:
            self.visit(position, names, indices)

    def _name(
        self, name: str, space: Space, names: frozenset[str], indices: frozenset[str]
    ) -> None:
        self._space(space)
        if name in names:
            return
        definitions = self.context.definitions.get(name)
        if definitions is None or any(d.indices for d in definitions):
            known = self.base.setdefault(name, space)
            if known != space and definitions is None:
                raise ShapeMismatch(f"{name} is used with two shapes")
        for d in definitions or ():
            self._definition(d, names, indices)

    def _definition(self, d: Definition, names: frozenset[str], indices: frozenset[str]) -> None:
        key = (d.name, d.params, d.indices, names, indices)
        if key in self.seen:
            return
        self.seen.add(key)
        formal = frozenset(i.name for i in formal_indices(d))
        for i in formal_indices(d):
            self._range(i.name)
        shifted = frozenset(c.name for i in d.indices for c in children(i) if isinstance(c, Idx))
        self.visit(d.body, names, indices | formal | shifted)

    def _apply(self, e: Apply, names: frozenset[str], indices: frozenset[str]) -> None:
        for arg in e.args:
            self.visit(arg, names, indices)
        if e.name in names:
            return
        for d in self.context.definitions.get(e.name, ()):
            bound: set[str] = set()
            opened: set[str] = set()
            if len(d.params) == len(e.args):
                for param, arg in zip(d.params, e.args, strict=True):
                    if param != arg:
                        _bind(param, arg, bound, opened)
            self._definition(d, names | bound, indices | opened)


def _bind(param: Expr, arg: Expr, names: set[str], indices: set[str]) -> None:
    """Add what binding `param` to `arg` binds: a name, or the formal indices of a family."""
    if isinstance(param, Sym):
        names.add(param.name)
    elif isinstance(param, Entry):
        family, formal = flatten_entry(param)
        other = flatten_entry(arg)[0] if isinstance(arg, Entry) else None
        if isinstance(family, Sym) and isinstance(other, Sym) and other.name == family.name:
            indices.update(i.name for i in formal if isinstance(i, Idx))
        elif isinstance(family, Sym):
            names.add(family.name)


def _spaces(e: Expr) -> tuple[Space, ...]:
    space = getattr(e, "space", None)
    return (space,) if isinstance(space, Space) else ()


def lexical_indices(e: Expr) -> tuple[str, ...]:
    """Return the index variables that are free in `e` itself, in order of first appearance.

    >>> lexical_indices(Sum(Entry(Sym("x"), (Idx("i"),)), Idx("j")))
    ('i',)
    """
    found: dict[str, None] = {}

    def visit(node: Expr, bound: frozenset[str]) -> None:
        match node:
            case Idx(name):
                if name not in bound:
                    found.setdefault(name)
            case Sym() | Num():
                pass
            case Sum(body, index, lower, upper, condition) | Prod(
                body, index, lower, upper, condition
            ):
                visit(body, bound | {index.name})
                if condition is not None:
                    visit(condition, bound | {index.name})
                for limit in (lower, upper):
                    if limit is not None:
                        visit(limit, bound)
            case _:
                for child in children(node):
                    visit(child, bound)

    visit(e, frozenset())
    return tuple(found)
