"""Whole derivations for the second evaluator: what is defined, which sizes fit, points to try, which lines are true."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
from _witness import (
    Book,
    Defined,
    Unevaluable,
    World,
    difference,
    each,
    evaluate,
    key_of,
    walk,
    written,
)
from mpmath import fp, mp

from gradproof.notation.documents import read_document
from gradproof.notation.elaborate.rows import read_items
from gradproof.notation.surface import Statement, Surface

SIZES = {"m": 3, "n": 2, "k": 4, "K": 3, "d": 2, "V": 3}
OTHER_SIZES = (3, 2, 4)
TRUE, FALSE, UNKNOWN = "true", "false", "unknown"
CONSTANTS = {"e", "\\pi", "I", "1"}

Step = tuple[Surface, Surface]
"""Two sides that are claimed to be equal."""


@dataclass
class Row:
    """One line: its statements, the chain's head that it continues, and the side just before."""

    statements: list[Statement]
    links: list[Step] = field(default_factory=list)
    head: Surface | None = None
    before: Surface | None = None
    last: Surface | None = None
    fault: str = ""


class Sizes:
    """Classes of index letters, axes and sizes that are the same number."""

    def __init__(self) -> None:
        self.parent: dict[str, str] = {}

    def find(self, x: str) -> str:
        self.parent.setdefault(x, x)
        while self.parent[x] != x:
            x = self.parent[x]
        return x

    def join(self, a: str, b: str) -> None:
        self.parent[self.find(a)] = self.find(b)


def exactly(world: World) -> World:
    """Return the same point with numbers of `mpmath.mp`."""

    def converted(value: Any) -> Any:
        return each(mp.mpf, value)

    other = World(world.book, {k: converted(v) for k, v in world.fixed.items()}, mp)
    other.directions = {k: converted(v) for k, v in world.directions.items()}
    return other


def unwrap(node: Surface) -> Surface:
    """Return what stands in brackets."""
    while node.head == "group":
        node = node.args[0]
    return node


def letters_of(nodes: Iterable[Surface]) -> tuple[str, ...] | None:
    """Return index letters; None where something else stands among them."""
    out = [written(n) if n.head == "name" else "" for n in nodes]
    return tuple(out) if all(out) else None


class Text:
    """A derivation as read: declarations and rows.

    Args:
        document: the Markdown text, one display a line.
        given: how each display is meant: a definition is taken from a row that is given; None lets every first
            equation for a name that has no value be its definition.
    """

    def __init__(
        self, document: str, given: Sequence[bool] | None = None, path: str = "witness.md"
    ) -> None:
        items, _ = read_items(read_document(path, document), ())
        self.book = Book()
        self.sizes = Sizes()
        self.declared: list[Statement] = []
        self.rows: dict[int, Row] = {}
        self.nodes: list[Surface] = []
        for item in items:
            statements = list(item.row.statements)
            self.nodes += [n for s in statements for side in s.sides for n in walk(side)]
            if item.place.block is None:
                self.declared += statements
                continue
            row = self.rows.setdefault(item.place.block, Row([]))
            row.statements += statements
            if any(note.fatal for note in item.row.notes) or not statements:
                row.fault = "not read"
        self.shapes: dict[str, tuple[str, ...]] = {}
        self._declare()
        self._define(given)
        self._survey()
        self._chain()

    # --- what is declared and defined ---

    def _declare(self) -> None:
        for s in self.declared:
            first = s.sides[0]
            if s.relations == ("in",) and first.name is not None:
                key, space = key_of(first.name), s.sides[1]
                axes = letters_of(first.name.sub) or ()
                if space.head == "space":
                    axes += tuple(map(written, space.args))
                elif space.head == "pow":
                    axes += (written(space.args[1]),)
                self._shape(first, axes, key)
            elif s.relations == ("=",) and s.sides[1].head == "tuple":
                ends = [a for a in s.sides[1].args if a.head != "dots"]
                self.sizes.join("letter " + written(first), "size " + written(ends[-1]))
            else:
                for side in s.sides:
                    if side.name is not None and side.name.sub and letters_of(side.name.sub):
                        self._shape(side, letters_of(side.name.sub) or (), key_of(side.name))

    def _shape(self, node: Surface, axes: tuple[str, ...], key: str) -> None:
        assert node.name is not None
        if node.name.sub and letters_of(node.name.sub) is None:
            key = f"{key}_{','.join(map(written, node.name.sub))}"
            axes = tuple(a for a in axes if a)
        self.shapes[key] = axes

    def _define(self, given: Sequence[bool] | None) -> None:
        for block, row in self.rows.items():
            if given is not None and not given[block]:
                continue
            for s in row.statements:
                if s.relations[:1] not in (("=",), (":=",), ("==",)):
                    continue
                self._defined(unwrap(s.sides[0]), s.sides[1])

    def _defined(self, left: Surface, body: Surface) -> bool:
        if left.head == "name" and left.name is not None:
            key, letters = key_of(left.name), letters_of(left.name.sub)
            if letters is None:
                key, letters = f"{key}_{','.join(map(written, left.name.sub))}", ()
            new = Defined(body, letters)
        elif left.head == "call" and len(left.args) == 2 and left.args[0].name is not None:
            key, inside = key_of(left.args[0].name), unwrap(left.args[1])
            if left.args[0].name.sub or inside.name is None or inside.name.sub:
                return False
            new = Defined(body, (), key_of(inside.name))
        else:
            return False
        if key in self.book.definitions or key in self.shapes:
            return False
        self.book.definitions[key] = new
        return True

    # --- sizes ---

    def _survey(self) -> None:
        join = self.sizes.join
        axes: dict[str, int] = {k: len(v) for k, v in self.shapes.items()}
        for key, shape in self.shapes.items():
            for k, size in enumerate(shape):
                join(
                    f"axis {key} {k}", "letter " + size if size in self._letters else "size " + size
                )
        for key, d in self.book.definitions.items():
            for k, letter in enumerate(d.letters):
                join(f"axis {key} {k}", "letter " + letter)
            if d.letters:
                axes[key] = len(d.letters)
        for node in self.nodes:
            if node.head == "name" and node.name is not None and node.name.sub:
                key, subs = key_of(node.name), node.name.sub
                if f"{key}_{','.join(map(written, subs))}" in {
                    *self.book.definitions,
                    *self.shapes,
                }:
                    continue
                axes.setdefault(key, len(subs))
                for k, sub in enumerate(subs):
                    if sub.head == "name":
                        join(f"axis {key} {k}", "letter " + written(sub))
            elif node.head in ("sum", "prod"):
                for r in node.args[1:]:
                    if r.head == "range" and len(r.args) > 2 and r.args[2].head == "name":
                        join("letter " + written(r.args[0]), "size " + written(r.args[2]))
            elif node.head == "delta" and all(a.head == "name" for a in node.args):
                join(*("letter " + written(a) for a in node.args))
            elif node.head == "diff":
                inside = unwrap(node.args[0])
                if inside.name is not None and key_of(inside.name) not in self.book.definitions:
                    self.book.moving.add(key_of(inside.name))
        self._axis_counts = axes
        self.settle({})

    def settle(self, chosen: Mapping[str, int]) -> None:
        """Give every size a number; `chosen` holds those of classes that are not free, by root."""
        known = {
            self.sizes.find(x): SIZES.get(x[5:], 3)
            for x in list(self.sizes.parent)
            if x.startswith("size ")
        }
        known.update(chosen)
        spare = iter(OTHER_SIZES * 20)
        for x in list(self.sizes.parent):
            if x.startswith("letter "):
                root = self.sizes.find(x)
                if root not in known:
                    known[root] = next(spare)
                self.book.letters[x[7:]] = known[root]
        self.size_values = {
            x[5:]: known[self.sizes.find(x)] for x in self.sizes.parent if x.startswith("size ")
        }
        for key, count in self._axis_counts.items():
            roots = [self.sizes.find(f"axis {key} {k}") for k in range(count)]
            self.book.axes[key] = tuple(known.get(r, 3) for r in roots)

    @property
    def _letters(self) -> set[str]:
        return {
            written(sub)
            for node in self.nodes
            if node.head == "name" and node.name is not None
            for sub in node.name.sub
            if sub.head == "name"
        }

    # --- lines as links ---

    def _chain(self) -> None:
        head: Surface | None = None
        last: Surface | None = None
        for row in self.rows.values():
            for s in row.statements:
                sides = list(s.sides)
                if any(r not in ("=", ":=", "==") for r in s.relations):
                    row.fault = row.fault or "another relation"
                    continue
                if len(sides) == 1 and not s.relations:
                    row.fault = row.fault or "no equation"
                    continue
                start = 0
                if sides[0].head == "hole":
                    if last is None or head is None:
                        row.fault = row.fault or "nothing to continue"
                        continue
                    row.links.append((head, sides[1]))
                    row.before, start = last, 1
                else:
                    head = sides[0]
                row.head = head
                rest = sides[start + 1 :]
                if start == 0 and len(rest) > 1 and rest[-1].text == "0":
                    rest.pop()  # set to zero: a condition, no claim
                row.links += [(head, x) for x in rest]
                last = row.last = ([sides[0], *rest] if start == 0 else sides)[-1]

    # --- points ---

    def base_names(self) -> list[str]:
        """Return the names that need a value, in order."""
        names: dict[str, None] = {}
        bound = set(self.book.letters)
        parameters = {d.parameter for d in self.book.definitions.values()}
        callees = {id(n.args[0]) for n in self.nodes if n.head == "call"}
        indexed = {id(s) for n in self.nodes if n.name is not None for s in n.name.sub}
        for node in self.nodes:
            if node.head != "name" or node.name is None or id(node) in indexed:
                continue
            key = key_of(node.name)
            own = f"{key}_{','.join(map(written, node.name.sub))}" if node.name.sub else key
            if own in self.book.definitions or (own in self.shapes and own != key):
                key = own
            if key in self.book.definitions or (id(node) in callees and key not in parameters):
                continue
            if not node.name.sub and key in bound and key not in self.shapes:
                continue
            if key in CONSTANTS and key not in self.shapes and not node.name.sub:
                continue
            names.setdefault(key)
        for p in parameters:
            if p is not None:
                names.setdefault(p)
        return [n for n in names if n not in self.size_values]

    def _ranges(self) -> tuple[dict[str, tuple[float, float]], dict[str, list[float]]]:
        ranges: dict[str, tuple[float, float]] = {}
        sets: dict[str, list[float]] = {}
        empty = Book()
        for s in self.declared:
            first = s.sides[0]
            if s.relations == ("in",) and first.name is not None:
                key = self._own(first)
                where = s.sides[1].args[0] if s.sides[1].head == "pow" else s.sides[1]
                if where.head in ("set", "interval", "tuple", "group", "matrix"):
                    try:
                        inside = where.args
                        if where.head == "group":
                            inside = unwrap(where).args
                        ends = [float(evaluate(a, World(empty, {}), {})) for a in inside]
                    except Unevaluable:
                        continue
                    if where.head == "set":
                        sets[key] = ends
                    elif len(ends) == 2:
                        ranges[key] = (ends[0], ends[1])
            elif any(r in ("<", "<=", ">", ">=") for r in s.relations):
                for k, side in enumerate(s.sides):
                    if side.name is None:
                        continue
                    low, high = -np.inf, np.inf
                    for j, other in ((k - 1, -1), (k + 1, 1)):
                        if 0 <= j < len(s.sides) and s.sides[j].head in ("number", "neg"):
                            bound = float(evaluate(s.sides[j], World(empty, {}), {}))
                            sign = s.relations[min(j, k)]
                            above = (sign in ("<", "<=")) == (other == 1)
                            low, high = (low, bound) if above else (bound, high)
                    ranges[self._own(side)] = (low, high)
        return ranges, sets

    def _own(self, node: Surface) -> str:
        assert node.name is not None
        own = f"{key_of(node.name)}_{','.join(map(written, node.name.sub))}"
        return own if own in self.shapes else key_of(node.name)

    def worlds(self, count: int, seed: int = 0, context: Any = fp) -> list[World]:
        """Return points at which everything declared holds."""
        ranges, sets = self._ranges()
        out: list[World] = []
        for number in range(count):
            chance = random.Random(f"{seed} {number}")
            fixed: dict[str, Any] = {
                k: context.mpf(v) for k, v in self.size_values.items() if k not in self.shapes
            }
            for key in self.base_names():
                wide = {key: (0.0, 1.0)} if number % 2 and key not in self.shapes else {}
                fixed[key] = self._sampled(key, chance, {**wide, **ranges}, sets, context)
            for key, value in self.size_values.items():
                fixed.setdefault(key, context.mpf(value))
            self._constrain(fixed)
            world = World(self.book, fixed, context)
            for key in sorted(self.book.moving):
                if key in fixed:
                    world.directions[key] = self._direction(key, fixed[key], chance, context)
            out.append(world)
        return out

    def _sampled(
        self,
        key: str,
        chance: random.Random,
        ranges: Mapping[str, tuple[float, float]],
        sets: Mapping[str, list[float]],
        context: Any,
    ) -> Any:
        def one() -> Any:
            if key in sets:
                return context.mpf(chance.choice(sets[key]))
            low, high = ranges.get(key, (-np.inf, np.inf))
            low = max(low, -2.0) if high > -2.0 else high - 2.0
            high = min(high, low + 3.0 if key in ranges else 2.0)
            place = chance.randrange(1, 997)
            return context.mpf(low) + (context.mpf(high) - context.mpf(low)) * place / 997

        shape = self.book.axes.get(key, ())
        if not shape:
            return one()
        out = np.empty(shape, dtype=object)
        for place in np.ndindex(*shape):
            out[place] = one()
        if len(shape) == 2 and shape[0] == shape[1]:
            for k in range(shape[0]):
                out[k, k] = out[k, k] + 5
        return out

    def _direction(self, key: str, value: Any, chance: random.Random, context: Any) -> Any:
        if not isinstance(value, np.ndarray):
            return context.mpf(chance.randrange(3, 17)) / 10
        out = np.empty(value.shape, dtype=object)
        for place in np.ndindex(*value.shape):
            out[place] = context.mpf(chance.randrange(-15, 17)) / 10
        return (out + out.T) / 2 if key in self._symmetric() else out

    def _symmetric(self) -> set[str]:
        return {
            key_of(unwrap(s.sides[0].args[0]).name)  # type: ignore[arg-type]
            for s in self.declared
            if s.relations == ("=",)
            and s.sides[0].head == "transpose"
            and s.sides[0].args[0].name is not None
        }

    def _constrain(self, fixed: dict[str, Any]) -> None:
        for key in self._symmetric():
            fixed[key] = (fixed[key] + fixed[key].T) / 2
        for s in self.declared:
            if s.relations != ("=",) or s.sides[0].head != "sum" or s.sides[1].text != "1":
                continue
            body = unwrap(s.sides[0].args[0])
            if body.name is None or key_of(body.name) not in fixed:
                continue
            value = fixed[key_of(body.name)]
            fixed[key_of(body.name)] = value + (1 - value.sum()) / value.size

    # --- truth ---

    def free_letters(self, *sides: Surface) -> tuple[str, ...]:
        """Return the index letters of some sides that no sum binds."""
        found: dict[str, None] = {}

        def visit(node: Surface, bound: frozenset[str]) -> None:
            if node.head in ("sum", "prod"):
                bound = bound | {
                    written(r.args[0]) for r in node.args[1:] if r.args and r.args[0].head == "name"
                }
            if node.head == "name" and node.name is not None:
                key = written(node)
                plain = not node.name.sub and key in self.book.letters
                if plain and key not in bound and key not in self.shapes:
                    found.setdefault(key)
                for sub in node.name.sub:
                    visit(sub, bound)
            for arg in node.args:
                visit(arg, bound)

        for side in sides:
            visit(side, frozenset())
        return tuple(sorted(x for x in found if x not in self.size_values))

    def apart(self, a: Surface, b: Surface, world: World, local: Mapping[str, int]) -> Any:
        """Return how far two sides are apart.

        Raises:
            Unevaluable: one of them has no value here.
        """
        try:
            left, right = (evaluate(x, world, local) for x in (a, b))
            return difference(left, right, world.context)
        except Unevaluable:
            raise
        except (ArithmeticError, ValueError, TypeError, IndexError, KeyError, AttributeError) as e:
            raise Unevaluable(f"{type(e).__name__}: {e}") from e

    def places(self, *sides: Surface) -> list[dict[str, int]]:
        """Return values of the free letters of some sides."""
        letters = self.free_letters(*sides)
        sizes = [range(1, self.book.letters[x] + 1) for x in letters]
        return [dict(zip(letters, p, strict=True)) for p in product(*sizes)]

    def equal(
        self, a: Surface, b: Surface, worlds: Sequence[World], tolerance: float = 1e-5
    ) -> str:
        """Tell whether two sides are equal at all points; `UNKNOWN` where fewer than two points have values."""
        reached = 0
        self.reason = ""
        for number, world in enumerate(worlds):
            places = self.places(a, b)
            random.Random(number).shuffle(places)
            for local in places[:6]:
                try:
                    found = self.apart(a, b, world, local)
                except Unevaluable as e:
                    self.reason = str(e)
                    if "shapes" in self.reason or "identity" in self.reason:
                        return UNKNOWN
                    continue
                reached += 1
                if not found <= tolerance and self.certain(a, b, world, local, tolerance):
                    return FALSE
        return TRUE if reached >= 2 else UNKNOWN

    def certain(
        self, a: Surface, b: Surface, world: World, local: Mapping[str, int], tolerance: float
    ) -> bool:
        """Tell whether two sides that differ in floating point differ in 40 digits, too."""
        with mp.workdps(40):
            try:
                return not self.apart(a, b, exactly(world), local) <= tolerance
            except Unevaluable:
                return False

    def truth(self, block: int, worlds: Sequence[World]) -> str:
        """Tell whether a line is true."""
        row = self.rows[block]
        if row.fault:
            self.reason = row.fault
            return UNKNOWN
        found = [self.equal(a, b, worlds) for a, b in row.links]
        return FALSE if FALSE in found else UNKNOWN if UNKNOWN in found else TRUE
