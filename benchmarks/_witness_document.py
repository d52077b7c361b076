"""Whole derivations for the second evaluator: what is defined, which sizes fit, points to try, which lines are true."""

import random
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import numpy as np
from _told import Told
from _witness import (
    Book,
    Defined,
    Unevaluable,
    World,
    difference,
    each,
    evaluate,
    holds,
    key_of,
    own_key,
    walk,
    written,
)
from mpmath import fp, mp

from gradproof.notation.documents import read_document
from gradproof.notation.elaborate.rows import read_items
from gradproof.notation.surface import Statement, Surface

TURNED = {"m": 2, "n": 4, "k": 3, "K": 4, "d": 4, "p": 2, "V": 4}
"""Other sizes, for what has no value with the first ones: the inverse of a product that is singular."""
SIZES = {"m": 3, "n": 2, "k": 4, "K": 3, "d": 2, "V": 3}
OTHER_SIZES = (3, 2, 4)
OTHERWISE = re.compile(r"\b(otherwise|else|in all other cases)\W*$", re.IGNORECASE)
NEGATED = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
ENOUGH = 3
"""Points with values after which a line need not be tried any more."""
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
    number: int = 0
    known: int = 0
    """How many facts are declared before it."""
    facts: list[Statement] = field(default_factory=list)
    """What holds on this line only."""
    defines: bool = False
    otherwise: bool = False
    """Whether it stands under "otherwise": the condition before it does not hold."""
    conditions: list[Statement] = field(default_factory=list)
    """What the line itself says that it holds for."""


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


def facts_of(declared: Iterable[str]) -> list[Statement]:
    """Return facts in TeX as statements."""
    out: list[Statement] = []
    for fact in declared:
        items, _ = read_items(read_document("fact.md", f"${fact}$\n"), ())
        out += [s for item in items for s in item.row.statements]
    return out


def letters_of(nodes: Iterable[Surface]) -> tuple[str, ...] | None:
    """Return index letters; None where something else stands among them."""
    shifted = [n.args[0] if n.head == "add" and n.args else n for n in nodes]
    out = [written(n) if n.head == "name" else "" for n in shifted]
    return tuple(out) if all(out) else None


def display(place: Any) -> int | None:
    """Return the number of the display that a place is in: its rows are one line."""
    return place.block


def ones(node: Surface) -> bool:
    """Tell whether a factor is the column or row of ones."""
    node = unwrap(node)
    if node.head == "transpose":
        node = unwrap(node.args[0])
    return node.name is not None and node.name.base == "1"


def with_variable(node: Surface, by: Surface) -> Surface:
    """Return a tree whose gradients without a variable are those by a name."""
    args = tuple(with_variable(a, by) for a in node.args)
    if node.head == "grad" and len(args) == 1:
        body = args[0].args[0] if args[0].head == "call" and len(args[0].args) == 2 else args[0]
        return replace(node, args=(body, by))
    return replace(node, args=args)


def symmetric_in(facts: Iterable[Statement]) -> set[str]:
    """Return the matrices that some facts call symmetric."""
    out: set[str] = set()
    for s in facts:
        for a, b in (s.sides[:2], s.sides[1::-1]) if s.relations == ("=",) else ():
            if a.head == "transpose" and unwrap(a.args[0]).name is not None and b.name is not None:
                out.add(key_of(b.name))
    return out


def met(condition: Surface, world: World) -> bool:
    """Tell whether a condition holds at a point; what has no value there does not."""
    try:
        return holds(condition, world, {})
    except (Unevaluable, ArithmeticError, ValueError, TypeError):
        return False


class Text:
    """A derivation as read: declarations and rows.

    Args:
        document: the text; `path` tells by its ending how it is written.
        given: how each line is meant: a definition is taken from a line that is given; None lets every first
            equation for a name that has no value be its definition.
        declared: facts from outside the document.
        line_of: the key of the line that a row belongs to; None where the row only declares.
        said: what was assumed to read the document.
    """

    def __init__(
        self,
        document: str,
        given: Sequence[bool] | Mapping[Any, bool] | None = None,
        path: str = "witness.md",
        declared: Sequence[str] = (),
        line_of: Callable[[Any], Hashable | None] = display,
        said: Told | None = None,
    ) -> None:
        items, _ = read_items(read_document(path, document), declared)
        self.book = Book()
        self.sizes = Sizes()
        self.declared: list[Statement] = []
        self.rows: dict[Any, Row] = {}
        self.nodes: list[Surface] = []
        for item in items:
            statements = list(item.row.statements)
            if said is not None and item.place in said.variables:
                by = unwrap(facts_of([said.variables[item.place]])[0].sides[0])
                statements = [
                    replace(s, sides=tuple(with_variable(x, by) for x in s.sides))
                    for s in statements
                ]
            self.nodes += [n for s in statements for side in s.sides for n in walk(side)]
            line = line_of(item.place)
            if line is None:
                self.declared += statements
                continue
            row = self.rows.setdefault(
                line, Row([], number=len(self.rows), known=len(self.declared))
            )
            row.statements += statements
            row.otherwise = row.otherwise or bool(OTHERWISE.search(item.words))
            row.conditions += [statements[k] for k in item.row.conditions]
            if any(note.fatal for note in item.row.notes) or not statements:
                row.fault = "not read"
        said = said or Told()
        for line, facts in said.of_line.items():
            if line in self.rows:
                self.rows[line].facts += facts_of(facts)
        self.assumed = facts_of(said.declared)
        self.shapes: dict[str, tuple[str, ...]] = {}
        self.versions: dict[str, list[tuple[int, Defined]]] = {}
        self._declare()
        self.book.columns = said.columns
        self.book.twins = symmetric_in(self.declared) if said.twins else set()
        self.held, self.implied = said.held, said.implied
        for family in said.families:
            name = unwrap(facts_of([family])[0].sides[0]).name
            if name is not None:
                size = f"n_{key_of(name)}"
                self.shapes.setdefault(key_of(name), (f"members of {key_of(name)}", size))
        self._define(given)
        self.fixed_letters: set[str] = set()
        self._letter_axes: set[tuple[str, int]] = set()
        self._survey()
        self.fixed_letters = self._fixed_letters()
        self._letter_axes = {
            (key_of(n.name), k)
            for n in self.nodes
            if n.name is not None
            for k, sub in enumerate(n.name.sub)
            if sub.head == "name" and written(sub) in self.fixed_letters
        }
        self._chain()

    # --- what is declared and defined ---

    def _declare(self) -> None:
        for s in (*self.declared, *self.assumed):
            first = s.sides[0]
            if s.relations == ("in",) and first.head in ("name", "tuple"):
                for one in first.args if first.head == "tuple" else (first,):
                    if one.name is not None:
                        self._in_space(one, s.sides[1])
            elif s.relations == ("=",) and s.sides[1].head == "tuple":
                ends = [a for a in s.sides[1].args if a.head != "dots"]
                self.sizes.join("letter " + written(first), "size " + written(ends[-1]))
            else:
                for side in s.sides:
                    if side.name is not None and side.name.sub and letters_of(side.name.sub):
                        self._shape(side, letters_of(side.name.sub) or (), key_of(side.name))

    def _in_space(self, node: Surface, space: Surface) -> None:
        assert node.name is not None
        axes = letters_of(node.name.sub) or ()
        if space.head == "space":
            axes += tuple(map(written, space.args))
        elif space.head == "pow":
            size = unwrap(space.args[1])
            axes += tuple(map(written, size.args if size.head == "mul" else (size,)))
        self._shape(node, axes, key_of(node.name))

    def _shape(self, node: Surface, axes: tuple[str, ...], key: str) -> None:
        assert node.name is not None
        if node.name.sub and letters_of(node.name.sub) is None:
            key = f"{key}_{','.join(map(written, node.name.sub))}"
            axes = tuple(a for a in axes if a)
        if len(self.shapes.get(key, ())) <= len(axes):
            self.shapes[key] = axes

    def _define(self, given: Sequence[bool] | Mapping[Any, bool] | None) -> None:
        for line, row in self.rows.items():
            if given is not None and not given[line]:
                continue
            row.defines = given is not None
            for s in row.statements:
                if s.relations[:1] in (("=",), (":=",), ("==",)):
                    self._defined(unwrap(s.sides[0]), s.sides[1], row.number, given is not None)
        if not isinstance(given, Mapping):
            return
        seen: set[str] = set()
        for line, row in self.rows.items():
            for s in row.statements if not given[line] else ():
                left = unwrap(s.sides[0])
                new = left.name is not None and key_of(left.name) not in seen
                if s.relations[:1] == ("=",) and new and key_of(left.name) not in self.shapes:
                    self._defined(left, s.sides[1], row.number, False)
            names = (n for s in row.statements for side in s.sides for n in walk(side))
            seen |= {key_of(n.name) for n in names if n.name is not None}

    def _defined(self, left: Surface, body: Surface, number: int, again: bool) -> None:
        if left.head == "pow" and left.args[1].text == "2":
            left, body = left.args[0], Surface("sqrt", body.span, (body,))
        elif left.head in ("call", "log") and left.text in ("log", "ln"):
            exp = Surface("function", body.span, text="exp")
            left, body = left.args[-1], Surface("call", body.span, (exp, body), "exp")
        if left.head == "transpose" and left.text == "prime" and left.args[0].name is not None:
            key, new = key_of(left.args[0].name) + "'", Defined(body, ())
        elif left.head == "name" and left.name is not None:
            key, letters = key_of(left.name), letters_of(left.name.sub)
            if letters is None:
                key, letters = f"{key}_{','.join(map(written, left.name.sub))}", ()
            new = Defined(body, letters)
        elif left.head == "call" and left.args[0].name is not None:
            key, inside = own_key(left.args[0].name), unwrap(left.args[1])
            if len(left.args) == 2 and inside.name is not None and not inside.name.sub:
                new = Defined(body, (), key_of(inside.name))
            else:
                new = Defined(body, ())
        else:
            return
        if key not in self.versions and (key not in self.shapes or again):
            self.book.definitions[key] = new
            self.versions[key] = [(number, new)]
        elif key in self.versions and again:
            self.versions[key].append((number, new))

    def book_at(self, row: Row | None) -> Book:
        """Return what is defined where a line stands: of several definitions of a name the last before it."""
        if row is None or all(len(v) == 1 for v in self.versions.values()):
            return self.book
        chosen = dict(self.book.definitions)
        for key, versions in self.versions.items():
            before = [d for number, d in versions if number <= row.number]
            chosen[key] = before[-1] if before else versions[0][1]
        return replace(self.book, definitions=chosen)

    # --- sizes ---

    def _survey(self) -> None:
        join = self.sizes.join
        axes: dict[str, int] = {k: len(v) for k, v in self.shapes.items()}
        for key, shape in self.shapes.items():
            for k, size in enumerate(shape):
                join(
                    f"axis {key} {k}", "letter " + size if size in self._letters else "size " + size
                )
        labels: set[int] = set()
        for key, d in self.book.definitions.items():
            for k, letter in enumerate(d.letters):
                join(f"axis {key} {k}", "letter " + letter)
            if d.letters:
                axes[key] = len(d.letters)
        for node in self.nodes:
            if node.head == "name" and node.name is not None and node.name.sub:
                key, subs = key_of(node.name), node.name.sub
                if id(node) in labels or f"{key}_{','.join(map(written, subs))}" in {
                    *self.book.definitions,
                    *self.shapes,
                }:
                    continue
                axes.setdefault(key, len(subs))
                row = len(subs) == 1 and self.shapes.get(key, ())[:1] == ("1",)
                for k, sub in enumerate(subs, int(row)):
                    if sub.head == "name":
                        join(f"axis {key} {k}", "letter " + written(sub))
            elif node.head == "call" and node.args[0].name is not None:
                labels |= (
                    {id(node.args[0])}
                    if own_key(node.args[0].name) in self.book.definitions
                    else set()
                )
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

    def settle(
        self,
        chosen: Mapping[str, int],
        outside: bool = False,
        sizes: Mapping[str, int] = SIZES,
    ) -> None:
        """Give every size a number; `chosen` holds those of classes that are not free, by root.

        With `outside` a letter that a definition holds and does not run over stands for an entry of its own, which
        no sum reaches.
        """
        known = {
            self.sizes.find(x): int(x[5:]) if x[5:].isdigit() else sizes.get(x[5:], 3)
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
        own: dict[str, list[str]] = {}
        for letter in sorted(self.fixed_letters) if outside else ():
            own.setdefault(self.sizes.find("letter " + letter), []).append(letter)
        self.outside = {
            x: known[root] + k for root, found in own.items() for k, x in enumerate(found, 1)
        }
        for key, count in self._axis_counts.items():
            roots = [self.sizes.find(f"axis {key} {k}") for k in range(count)]
            self.book.axes[key] = tuple(
                known.get(r, 3) + (len(own.get(r, ())) if (key, k) in self._letter_axes else 0)
                for k, r in enumerate(roots)
            )

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
        holding: list[Statement] = []
        for row in self.rows.values():
            holding = row.conditions = row.conditions or holding
            for s in row.statements:
                if s in holding:
                    continue
                sides = list(s.sides)
                if any(r not in ("=", ":=", "==") for r in s.relations):
                    if not self._only_condition(s):
                        row.fault = row.fault or "another relation"
                    continue
                if self._only_condition(s) and len(row.statements) > 1:
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

    def equations_before(self, row: Row) -> list[tuple[Surface, Surface, dict[str, int]]]:
        """Return what earlier lines and facts state as equations that need not hold everywhere."""
        out: list[Step] = []
        said = any(r is row for line, r in self.rows.items() if line in self.implied)
        rows = [r for r in self.rows.values() if r.number < row.number and not r.defines]
        rows = rows if said else []
        for s in (*self.declared[: row.known], *(s for r in rows for s in r.statements)):
            if not s.relations or set(s.relations) - {"=", "=="} or len(s.sides) < 2:
                continue
            sides = [x for x in s.sides if x.head != "hole"]
            if s.sides[0].head == "hole" and rows and rows[-1].head is not None:
                continue
            known = {n.head for x in sides for n in walk(x)} & {"tuple", "dots", "unknown", "text"}
            if not known:
                out += [(a, sides[-1], p) for p in self.places(*sides) for a in sides[:-1]]
        return out

    def _only_condition(self, s: Statement) -> bool:
        """Tell whether a statement of a line only says which indices are meant."""
        letters = self.book.letters
        return len(s.sides) > 1 and all(
            x.head in ("number", "tuple", "dots") or (x.name is not None and written(x) in letters)
            for x in s.sides
        )

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
            if not node.name.sub and key in bound and not self.shapes.get(key):
                continue
            if key in CONSTANTS and key not in self.shapes and not node.name.sub:
                continue
            names.setdefault(key)
        for p in parameters:
            if p is not None and p not in self.book.definitions:
                names.setdefault(p)
        return [n for n in names if n not in self.size_values]

    def _facts(self, row: Row | None) -> list[Statement]:
        """Return what is declared, the facts before a line last: they count where two are at odds."""
        if row is None:
            return self.declared
        before = self.declared[: row.known]
        return [*self.declared[row.known :], *before, *row.facts, *row.conditions]

    def _ranges(
        self, facts: Sequence[Statement]
    ) -> tuple[dict[str, tuple[float, float]], dict[str, list[float]]]:
        ranges: dict[str, tuple[float, float]] = {}
        sets: dict[str, list[float]] = {}
        empty = World(Book(), {})

        def within(key: str, low: float, high: float) -> None:
            before = ranges.get(key, (-np.inf, np.inf))
            both = max(low, before[0]), min(high, before[1])
            ranges[key] = both if both[0] < both[1] else (low, high)

        for s in facts:
            first = s.sides[0]
            if s.relations == ("in",):
                where = s.sides[1].args[0] if s.sides[1].head == "pow" else s.sides[1]
                named = [x for x in (first.args if first.head == "tuple" else (first,)) if x.name]
                if where.head == "space" and where.text.endswith("+"):
                    for one in named:
                        within(self._own(one), 0, np.inf)
                if where.head not in ("set", "interval", "tuple", "group", "matrix"):
                    continue
                try:
                    inside = unwrap(where).args if where.head == "group" else where.args
                    ends = [float(evaluate(a, empty, {})) for a in inside]
                except Unevaluable:
                    continue
                for one in named:
                    if where.head == "set":
                        sets[self._own(one)] = ends
                    elif len(ends) == 2:
                        within(self._own(one), *ends)
            elif any(r in ("<", "<=", ">", ">=") for r in s.relations):
                for k, side in enumerate(s.sides):
                    if side.name is None:
                        continue
                    for j, other in ((k - 1, -1), (k + 1, 1)):
                        if 0 <= j < len(s.sides) and s.sides[j].head in ("number", "neg"):
                            bound = float(evaluate(s.sides[j], empty, {}))
                            sign = s.relations[min(j, k)]
                            above = (sign in ("<", "<=")) == (other == 1)
                            within(
                                self._own(side), *((-np.inf, bound) if above else (bound, np.inf))
                            )
        return ranges, sets

    def _conditions(self, row: Row | None) -> list[Surface]:
        """Return the inequalities before a line that bound something else than a name."""
        out: list[Surface] = []
        for s in (*self.declared[: row.known], *row.conditions) if row is not None else ():
            plain = any(x.name is not None or x.head == "number" for x in s.sides)
            defined = any(x.name is not None and key_of(x.name) in self.versions for x in s.sides)
            only = all(x.name is not None or x.head in ("number", "neg") for x in s.sides)
            only = only and sum(x.name is not None for x in s.sides) < 2
            if plain and (defined or not only) and set(s.relations) <= {"<", "<=", ">", ">="}:
                out.append(Surface("relation", s.span, s.sides, " ".join(s.relations)))
        return out

    def _own(self, node: Surface) -> str:
        assert node.name is not None
        own = f"{key_of(node.name)}_{','.join(map(written, node.name.sub))}"
        return own if own in self.shapes else key_of(node.name)

    def worlds(
        self, count: int, seed: int = 0, context: Any = fp, line: Hashable | None = None
    ) -> list[World]:
        """Return points at which everything declared holds; with a `line`, what is declared before it."""
        row = self.rows.get(line)
        facts = self._facts(row)
        ranges, sets = self._ranges(facts)
        conditions = self._conditions(row)
        book = self.book_at(row)
        out: list[World] = []
        for number in range(count if not conditions else 40 * count):
            chance = random.Random(f"{seed} {number}")
            fixed: dict[str, Any] = {
                k: context.mpf(v)
                for k, v in self.size_values.items()
                if k not in self.shapes and k not in self.book.definitions
            }
            for key in self.base_names():
                narrow = number % 2 and (key not in self.shapes or number % 4 == 3)
                wide = {key: (0.0, 1.0)} if narrow else {}
                fixed[key] = self._sampled(key, chance, {**wide, **ranges}, sets, context)
            for key, value in self.size_values.items():
                if key not in self.book.definitions:
                    fixed.setdefault(key, context.mpf(value))
            taken: set[int] = set()
            for letter in sorted(self.fixed_letters):
                every = set(range(1, self.book.letters[letter] + 1))
                place = self.outside.get(letter) or chance.choice(sorted(every - taken or every))
                taken.add(place)
                fixed[letter] = context.mpf(place)
            if isinstance(fixed.get("1"), np.ndarray):
                fixed["1"] = np.full(fixed["1"].shape, context.mpf(1), dtype=object)
            self._constrain(fixed, facts)
            world = World(book, fixed, context)
            for key in sorted(self.book.moving):
                if key in fixed:
                    world.directions[key] = self._direction(
                        key, fixed[key], chance, context, key in symmetric_in(facts)
                    )
            if all(met(c, world) for c in conditions):
                out.append(world)
            if len(out) == count:
                break
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

    def _direction(
        self, key: str, value: Any, chance: random.Random, context: Any, symmetric: bool
    ) -> Any:
        if not isinstance(value, np.ndarray):
            return context.mpf(chance.randrange(3, 17)) / 10
        out = np.empty(value.shape, dtype=object)
        for place in np.ndindex(*value.shape):
            out[place] = context.mpf(chance.randrange(-15, 17)) / 10
        return (out + out.T) / 2 if symmetric else out

    def _constrain(self, fixed: dict[str, Any], facts: Sequence[Statement]) -> None:
        for key in symmetric_in(facts):
            value = fixed.get(key)
            if isinstance(value, np.ndarray) and value.ndim == 2:
                fixed[key] = (value + value.T) / 2
        for s in facts:
            left, right = s.sides[0], s.sides[-1]
            if s.relations in (("succ",), ("succeq",)) and left.name is not None:
                value = fixed.get(key_of(left.name))
                if isinstance(value, np.ndarray) and value.ndim == 2:
                    fixed[key_of(left.name)] = value @ value.T / 4 + np.eye(
                        len(value), dtype=object
                    )
            if s.relations != ("=",):
                continue
            of_ones = left.head == "mul" and any(map(ones, left.args))
            body = left.args[0] if left.head == "sum" else left
            if of_ones:
                body = next(a for a in left.args if not ones(a))
            key = key_of(unwrap(body).name) if unwrap(body).name is not None else ""
            value = fixed.get(key)
            if not isinstance(value, np.ndarray):
                continue
            if (left.head == "sum" or of_ones) and right.text == "1":
                fixed[key] = value + (1 - value.sum()) / value.size
            elif of_ones and ones(right) and value.ndim == 2:
                fixed[key] = value + ((1 - value.sum(axis=1)) / value.shape[1]).reshape(-1, 1)

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
                if plain and key not in bound and not self.shapes.get(key):
                    found.setdefault(key)
                for sub in node.name.sub:
                    visit(sub, bound)
            for arg in node.args:
                visit(arg, bound)

        for side in sides:
            visit(side, frozenset())
        own = self.fixed_letters
        return tuple(sorted(x for x in found if x not in self.size_values and x not in own))

    def _fixed_letters(self) -> set[str]:
        """Return letters of indices that a definition holds and does not run over: c in z_c."""
        out: set[str] = set()
        for definition in self.book.definitions.values():
            if definition.parameter is None:
                out |= set(self.free_letters(definition.body)) - set(definition.letters)
        return out

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

    def places(self, *sides: Surface, row: Row | None = None) -> list[dict[str, int]]:
        """Return values of the free letters of some sides, where what a line says of its letters holds."""
        letters = self.free_letters(*sides)
        sizes = [range(1, self.book.letters[x] + 1) for x in letters]
        found = [dict(zip(letters, p, strict=True)) for p in product(*sizes)]
        conditions = [
            c for c in self._of_letters(row) if all(x in letters for x in map(written, c.args))
        ]
        empty = World(Book(), {})
        return [p for p in found if all(holds(c, empty, p) for c in conditions)]

    def _of_letters(self, row: Row | None) -> list[Surface]:
        """Return the conditions on index letters of a line; of those before it the last of each pair counts."""
        if row is None:
            return []
        last: dict[frozenset[str], Surface] = {}
        for s in (*self.declared[: row.known], *row.statements, *row.facts):
            if len(s.sides) == 2 and s.relations[0] in ("=", "!=", "<", "<=", ">", ">="):
                names = list(map(written, s.sides))
                if all(x.name is not None for x in s.sides) and all(
                    n in self.book.letters for n in names
                ):
                    turned = row.otherwise and s not in (*row.statements, *row.facts)
                    sign = NEGATED[s.relations[0]] if turned else s.relations[0]
                    node = Surface("relation", s.span, s.sides, sign)
                    last[frozenset(names)] = node
        return list(last.values())

    def equal(
        self,
        a: Surface,
        b: Surface,
        worlds: Iterable[World],
        tolerance: float = 1e-5,
        row: Row | None = None,
    ) -> str:
        """Tell whether two sides are equal at all points; `UNKNOWN` where fewer than two points have values."""
        reached = valid = 0
        self.reason = ""
        for number, world in enumerate(worlds):
            if valid >= ENOUGH:
                break
            places = self.places(a, b, row=row)
            if not places:
                self.reason = "no index fits the conditions"
            random.Random(number).shuffle(places)
            before = reached
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
            valid += reached > before
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

    def truth(self, line: Hashable, worlds: Sequence[World]) -> str:
        """Tell whether a line is true."""
        row = self.rows[line]
        if row.fault:
            self.reason = row.fault
            return UNKNOWN
        found = [self.equal(a, b, worlds, row=row) for a, b in row.links]
        return FALSE if FALSE in found else UNKNOWN if UNKNOWN in found else TRUE
