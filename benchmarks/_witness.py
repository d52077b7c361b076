r"""A second, tiny evaluator: values of what was written, straight from the surface tree.

It knows nothing of `gradproof.expr`, `gradproof.evaluate` or the symbolic rules; of Gradproof it takes the surface
trees alone. Numbers are those of an mpmath context (`mpmath.fp` or `mpmath.mp`), arrays are two-dimensional NumPy
arrays of objects (a vector is a column), and every derivative is a central difference. What it does not understand
raises `Unevaluable`; nothing is guessed.

- A `World` maps names to values; definitions are evaluated in it when they are asked for, so a derivative by a defined
  quantity recomputes what is defined through it.
- Layout: the gradient of a number has the shape of its variable, the Jacobian of a column has its entries as rows.
- Differentials go along a direction for each name that stands somewhere as ``dx``.
"""

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
from mpmath import fp

from gradproof.notation.surface import Name, Surface

Value = Any
LIMIT = 600_000
"""Nodes that are evaluated for one line at most."""


class Unevaluable(ValueError):
    """Something that this evaluator does not understand, or that has no value at this point."""


@dataclass(frozen=True)
class Eye:
    """A multiple of the identity matrix whose size follows from what it meets."""

    scale: Any = 1


@dataclass(frozen=True)
class Ones:
    """A multiple of a column (or row) of ones whose length follows from what it meets."""

    row: bool = False
    scale: Any = 1


@dataclass(frozen=True)
class Defined:
    """A name's definition: its index letters or its parameter, and the body."""

    body: Surface
    letters: tuple[str, ...] = ()
    parameter: str | None = None


def key_of(name: Name) -> str:
    """Return the letter with accents and labels above it, without font and subscripts."""
    above = "".join(map(written, name.sup))
    return "".join(f"\\{a} " for a in name.accents) + name.base + (f"^{above}" if above else "")


def written(node: Surface) -> str:
    """Return a subscript's letter or digits."""
    if node.head == "name" and node.name is not None:
        inner = ",".join(map(written, node.name.sub))
        return key_of(node.name) + (f"_{inner}" if inner else "")
    return node.text or node.head


def own_key(name: Name) -> str:
    """Return the key of a name of its own: the letter with its subscripts, h_1."""
    return f"{key_of(name)}_{','.join(map(written, name.sub))}" if name.sub else key_of(name)


def walk(node: Surface) -> Iterator[Surface]:
    """Yield a tree's nodes, subscripts too."""
    yield node
    if node.name is not None:
        for part in (*node.name.sub, *node.name.sup):
            yield from walk(part)
    for arg in node.args:
        yield from walk(arg)


@dataclass
class Book:
    """What holds at every point: definitions, sizes of index letters and of axes, names with directions."""

    definitions: dict[str, Defined] = field(default_factory=dict)
    letters: dict[str, int] = field(default_factory=dict)
    axes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    moving: set[str] = field(default_factory=set)
    work: int = 0
    twins: set[str] = field(default_factory=set)
    """Symmetric matrices of which a derivative moves both equal entries."""
    columns: bool = False
    """Whether a column added to a matrix is added to all its columns."""


class World:
    """Values at one point. `fixed` holds base names and overridden ones; definitions are kept as computed."""

    def __init__(self, book: Book, fixed: Mapping[str, Value], context: Any = fp) -> None:
        self.book, self.fixed, self.context = book, dict(fixed), context
        self.directions: dict[str, Value] = {}
        self.adjoints: Mapping[str, Value] = {}
        self.step = context.mpf(10) ** (-4 if context is fp else -(context.dps // 4))
        self._known: dict[Any, Value] = {}

    def changed(self, **_: Any) -> "World":
        """Return a copy whose computed definitions are forgotten."""
        other = World(self.book, self.fixed, self.context)
        other.directions, other.adjoints = self.directions, self.adjoints
        return other

    def holding(self, key: str, value: Value) -> "World":
        """Return the world in which `key` has a value of its own."""
        other = self.changed()
        other.fixed[key] = value
        return other

    def stored(self, key: str) -> Value:
        """Return a number or an array with one axis an index.

        Raises:
            Unevaluable: the name has no value.
        """
        if key in self.fixed:
            return self.fixed[key]
        if key not in self.book.definitions:
            raise Unevaluable(f"{key} has no value")
        if key not in self._known:
            self._known[key] = None
            self._known[key] = self._computed(key)
        if self._known[key] is None:
            raise Unevaluable(f"{key} is defined by itself")
        return self._known[key]

    def _computed(self, key: str) -> Value:
        definition = self.book.definitions[key]
        if not definition.letters:
            return flat(evaluate(definition.body, self, {}))
        sizes = [self.book.letters[x] for x in definition.letters]
        found: dict[tuple[int, ...], Value] = {}
        for place in product(*map(range, sizes)):
            local = {x: p + 1 for x, p in zip(definition.letters, place, strict=True)}
            value = evaluate(definition.body, self, local)
            if isinstance(value, (Eye, Ones)):
                raise Unevaluable("a family of I or of ones")
            found[place] = flat(simpler(value))
        shapes = {v.shape if isinstance(v, np.ndarray) else () for v in found.values()}
        if len(shapes) != 1:
            raise Unevaluable("a family of arrays of several shapes")
        out = np.empty((*sizes, *shapes.pop()), dtype=object)
        for place, value in found.items():
            out[place] = value
        return out


def flat(value: Value) -> Value:
    """Return a column as an array of one axis, anything else as it is."""
    return value[:, 0] if isinstance(value, np.ndarray) and value.shape[1] == 1 else value


def matrix(value: Value) -> Value:
    """Return an array of one axis as a column, anything else as it is."""
    if isinstance(value, np.ndarray):
        if value.ndim == 1:
            return value.reshape(-1, 1)
        if value.ndim > 2:
            raise Unevaluable("more than two axes")
    return value


def number(value: Value) -> Any:
    """Return a number.

    Raises:
        Unevaluable: it is none.
    """
    if isinstance(value, np.ndarray) and value.size == 1:
        return value.flat[0]
    if isinstance(value, (np.ndarray, Eye, Ones)):
        raise Unevaluable("a number is expected, found an array")
    return value


def each(function: Callable[[Any], Any], value: Value) -> Value:
    """Apply a function to every entry."""
    if isinstance(value, (Eye, Ones)):
        raise Unevaluable("a function of I or of ones")
    if not isinstance(value, np.ndarray):
        return function(value)
    out = np.empty(value.shape, dtype=object)
    for place in np.ndindex(*value.shape):
        out[place] = function(value[place])
    return out


def plus(a: Value, b: Value, columns: bool = False) -> Value:
    """Add; a number is added to every entry, one row to all rows, and with `columns` one column to all columns."""
    if isinstance(a, Eye) and isinstance(b, Eye):
        return Eye(a.scale + b.scale)
    if isinstance(a, Eye):
        a, b = b, a
    if isinstance(b, Eye):
        if not isinstance(a, np.ndarray) or a.shape[0] != a.shape[1]:
            raise Unevaluable("the identity is added to no square matrix")
        return a + b.scale * np.eye(a.shape[0], dtype=object)
    if isinstance(a, Ones) or isinstance(b, Ones):
        a, b = (x.scale if isinstance(x, Ones) else x for x in (a, b))
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and a.shape != b.shape:
        small, large = sorted((a, b), key=lambda x: x.size)
        row = small.shape[0] == 1 and small.shape[1] == large.shape[1] and large.shape[0] > 1
        column = columns and small.shape == (large.shape[0], 1)
        if not row and not column:
            raise Unevaluable(f"shapes {a.shape} and {b.shape} cannot be added")
    return a + b


def times(a: Value, b: Value) -> Value:
    """Multiply as matrices; a number or a single entry scales."""
    for x, y in ((a, b), (b, a)):
        if isinstance(x, Eye):
            if isinstance(y, Eye):
                return Eye(x.scale * y.scale)
            return times(x.scale, y) if isinstance(y, (np.ndarray, Ones)) else Eye(x.scale * y)
        if isinstance(x, Ones) and not isinstance(y, (np.ndarray, Ones)):
            return Ones(x.row, x.scale * y)
    if isinstance(a, Ones) or isinstance(b, Ones):
        if isinstance(a, Ones) and isinstance(b, np.ndarray):
            if a.row:
                return simpler(a.scale * b.sum(axis=0).reshape(1, -1))
            if b.shape[0] == 1:
                return a.scale * b
        if isinstance(b, Ones) and isinstance(a, np.ndarray) and not b.row:
            return simpler(b.scale * a.sum(axis=1).reshape(-1, 1))
        raise Unevaluable("ones of unknown length")
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        if a.shape[1] != b.shape[0]:
            raise Unevaluable(f"shapes {a.shape} and {b.shape} cannot be multiplied")
        return simpler(a @ b)
    return a * b


def simpler(value: Value) -> Value:
    """Return a single entry as a number."""
    return value[0, 0] if isinstance(value, np.ndarray) and value.size == 1 else value


def entrywise(a: Value, b: Value, function: Callable[[Any, Any], Any]) -> Value:
    """Combine entry by entry."""
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and a.shape != b.shape:
        raise Unevaluable(f"shapes {a.shape} and {b.shape} differ")
    a, b = sized(a, b), sized(b, a)
    if isinstance(a, (Eye, Ones)) or isinstance(b, (Eye, Ones)):
        raise Unevaluable("I or ones, entry by entry")
    if not isinstance(a, np.ndarray) and not isinstance(b, np.ndarray):
        return function(a, b)
    left, right = np.broadcast_arrays(np.asarray(a, dtype=object), np.asarray(b, dtype=object))
    out = np.empty(left.shape, dtype=object)
    for place in np.ndindex(*left.shape):
        out[place] = function(left[place], right[place])
    return out


def sized(value: Value, other: Value) -> Value:
    """Return I or ones as an array of the size of another value, where that tells it."""
    if (
        isinstance(value, Eye)
        and isinstance(other, np.ndarray)
        and other.shape[0] == other.shape[1]
    ):
        return value.scale * np.eye(other.shape[0], dtype=object)
    if isinstance(value, Ones) and isinstance(other, np.ndarray):
        return value.scale * np.ones_like(other)
    return value


def quotient(a: Any, b: Any) -> Any:
    """Divide numbers."""
    if b == 0:
        raise Unevaluable("division by zero")
    return a / b


# --- derivatives ----------------------------------------------------------------------------------

Place = tuple[int, ...] | None


def places(value: Value) -> list[Place]:
    """Return the positions of a value's entries."""
    return list(np.ndindex(*value.shape)) if isinstance(value, np.ndarray) else [None]


def moved(value: Value, place: Place, by: Any) -> Value:
    """Return the value with one entry moved."""
    if place is None:
        return value + by
    out = value.copy()
    out[place] = out[place] + by
    return out


def slope(
    body: Callable[[World], Value], world: World, key: str, place: Place, value: Value
) -> Value:
    """Return the central difference of `body` by one entry of a name."""
    h = world.step
    twin = place[::-1] if key in world.book.twins and place and place[0] != place[-1] else None

    def ended(by: Any) -> Value:
        there = moved(value, place, by)
        return body(world.holding(key, there if twin is None else moved(there, twin, by)))

    up, down = ended(h), ended(-h)
    if key in world.book.definitions and not np.any(up - down):
        raise Unevaluable(f"what is differentiated is not written with {key}")
    return combined(up, down, h)


def combined(up: Value, down: Value, h: Any) -> Value:
    """Return (up - down) / 2h."""
    if isinstance(up, Eye) or isinstance(down, Eye):
        raise Unevaluable("a derivative of I")
    return (up - down) / (2 * h)


def derivative(
    body: Callable[[World], Value], world: World, variable: Surface, local: Mapping[str, int]
) -> Value:
    """Return the derivative by a name or by an entry of it."""
    while variable.head in ("group", "transpose"):
        variable = variable.args[0]
    if variable.head == "pow" and variable.args[1].text == "2":
        inner = derivative(body, world, variable.args[0], local)
        return entrywise(inner, 2 * number(evaluate(variable.args[0], world, local)), quotient)
    if variable.head != "name" or variable.name is None:
        raise Unevaluable(f"a derivative by {variable.head}")
    key, subs = resolved(variable.name, world, local)
    value = world.stored(key)
    if subs:
        rest = value.ndim - len(subs)
        if rest == 0:
            return slope(body, world, key, subs, value)
        if rest != 1:
            raise Unevaluable("a derivative by a part of an array")
        column = [slope(body, world, key, (*subs, k), value) for k in range(value.shape[-1])]
        return np.array([[number(c)] for c in column], dtype=object)
    return gradient(body, world, key)


def gradient(body: Callable[[World], Value], world: World, key: str) -> Value:
    """Return the derivative by all of a name."""
    value = world.stored(key)
    if not isinstance(value, np.ndarray):
        return slope(body, world, key, None, value)
    slopes = {p: slope(body, world, key, p, value) for p in places(value)}
    sample = next(iter(slopes.values()))
    if not isinstance(sample, np.ndarray):
        out = np.empty(value.shape, dtype=object)
        for p, s in slopes.items():
            out[p] = s
        return matrix(out)
    if value.ndim == 1 and 1 in sample.shape:
        return np.column_stack([s.reshape(-1) for s in slopes.values()])
    raise Unevaluable("a derivative with more than two axes")


def along(body: Callable[[World], Value], world: World) -> Value:
    """Return the differential of `body` along the directions of the world."""
    h = world.step
    ends = []
    for s in (1, -1):
        other = world.changed()
        for key, direction in world.directions.items():
            other.fixed[key] = other.fixed[key] + s * h * direction
        ends.append(body(other))
    return combined(ends[0], ends[1], h)


# --- evaluation -----------------------------------------------------------------------------------


def resolved(
    name: Name, world: World, local: Mapping[str, int]
) -> tuple[str, tuple[int, ...] | None]:
    """Return the key of a name and its position, counted from 0; a name of its own like h_1 has none."""
    key = key_of(name)
    if not name.sub:
        return key, None
    own = f"{key}_{','.join(map(written, name.sub))}"
    if own in world.fixed or own in world.book.definitions:
        return own, None
    values = [number(evaluate(s, world, local)) for s in name.sub]
    if any(v != int(v) for v in values):
        raise Unevaluable(f"an index of {key} is no whole number")
    place = tuple(int(v) - 1 for v in values)
    if any(p < 0 for p in place):
        raise Unevaluable(f"{key} has no entry {place}")
    return key, place


def named(node: Surface, world: World, local: Mapping[str, int]) -> Value:
    """Return the value of a name."""
    name = node.name
    if name is None:
        raise Unevaluable("a name without letters")
    key = key_of(name)
    if not name.sub and key in local:
        return world.context.mpf(local[key])
    known = key in world.fixed or key in world.book.definitions
    if not name.sub and not (known and key not in world.book.axes):
        if key == "e":
            return world.context.e
        if key == "\\pi" and not known:
            return world.context.pi
        if not known and key == "I":
            return Eye()
        if not known and key == "1":
            return Ones()
    key, subs = resolved(name, world, local)
    value = world.stored(key)
    if subs is None:
        return simpler(matrix(value))
    if len(subs) == 1 and isinstance(value, np.ndarray) and value.ndim == 2 and len(value) == 1:
        subs = (0, *subs)
    if not isinstance(value, np.ndarray) or len(subs) > value.ndim:
        raise Unevaluable(f"{key} has too few axes")
    if any(not 0 <= p < n for p, n in zip(subs, value.shape, strict=False)):
        raise Unevaluable(f"{key} has no entry {subs}")
    return matrix(value[subs])


def parameter_of(callee: Surface, world: World) -> tuple[str | None, str, Surface]:
    """Return the key, the parameter and the body of a function that the document defines, or no key."""
    if callee.head == "name" and callee.name is not None:
        key = own_key(callee.name)
        definition = world.book.definitions.get(key)
        if definition is not None and definition.parameter is not None:
            return key, definition.parameter, definition.body
    return None, "", callee


def elementary(name: str, c: Any) -> Callable[[Any], Any] | None:
    """Return a function of one number."""

    def log(x: Any) -> Any:
        if x <= 0:
            raise Unevaluable("the logarithm of a number that is not positive")
        return c.log(x)

    def sqrt(x: Any) -> Any:
        if x < 0:
            raise Unevaluable("the root of a negative number")
        return c.sqrt(x)

    one = c.mpf(1)
    table: dict[str, Callable[[Any], Any]] = {
        "exp": c.exp,
        "log": log,
        "ln": log,
        "sqrt": sqrt,
        "tanh": c.tanh,
        "sin": c.sin,
        "cos": c.cos,
        "sinh": c.sinh,
        "cosh": c.cosh,
        "arctan": c.atan,
        "sigma": lambda x: one / (one + c.exp(-x)),
        "sigmoid": lambda x: one / (one + c.exp(-x)),
        "softplus": lambda x: c.log(one + c.exp(x)),
        "sign": c.sign,
        "relu": lambda x: max(x, c.mpf(0)),
        "abs": abs,
        "erf": c.erf,
        "logistic": lambda x: one / (one + c.exp(-x)),
    }
    return table.get(name)


def called(node: Surface, world: World, local: Mapping[str, int]) -> Value:
    """Return the value of a call."""
    callee, arguments = node.args[0], node.args[1:]
    orders = 0
    if callee.head == "prime":
        callee, orders = callee.args[0], int(callee.text)
    values = [evaluate(a, world, local) for a in arguments]
    key, parameter, body = parameter_of(callee, world)
    if key is not None:
        if len(values) != 1:
            raise Unevaluable("a function of several arguments")
        inside = world.holding(parameter, flat(values[0]))
        if world.fixed.get(parameter) is values[0]:
            inside = world

        def at(w: World) -> Value:
            return evaluate(body, w, {})

        return repeated(at, inside, parameter, orders)
    function = node.text or callee.text or (callee.name.base.lstrip("\\") if callee.name else "")
    c = world.context
    if function in ("max", "min") and not orders:
        pick = max if function == "max" else min
        out = values[0]
        for value in values[1:]:
            out = entrywise(out, value, pick)
        return out
    plain = not orders and all(a.name is not None for a in arguments)
    if plain and callee.name is not None and own_key(callee.name) in world.book.definitions:
        return evaluate(callee, world, local)
    if len(values) != 1:
        raise Unevaluable(f"{function} of {len(values)} arguments")
    simple = elementary(function, c)
    if simple is not None:
        if not orders:
            return each(simple, values[0])

        def sloped(x: Any, left: int = orders) -> Any:
            if left == 0:
                return simple(x)
            h = world.step
            return (sloped(x + h, left - 1) - sloped(x - h, left - 1)) / (2 * h)

        return each(sloped, values[0])
    if orders == 0:
        if callee.head == "name" and callee.name is not None:
            known = callee.name
            key, _ = resolved(known, world, local)
            if key in world.book.definitions or key in world.fixed:
                return evaluate(callee, world, local)
        return of_arrays(function, values[0], c)
    raise Unevaluable(f"the function {function!r}")


def repeated(at: Callable[[World], Value], world: World, key: str, orders: int) -> Value:
    """Return the derivative of some order by a name."""
    if orders == 0:
        return at(world)
    return gradient(lambda w: repeated(at, w, key, orders - 1), world, key)


def of_arrays(function: str, value: Value, c: Any) -> Value:
    """Return trace, determinant, diagonal matrix, stacked columns or softmax (of each row of a matrix)."""
    if not isinstance(value, np.ndarray):
        if function in ("tr", "trace", "det"):
            return number(value)
        raise Unevaluable(f"the function {function!r}")
    match function:
        case "tr" | "trace":
            return value.trace()
        case "det":
            return c.det(c.matrix(value.tolist()))
        case "logdet":
            return c.log(of_arrays("det", value, c))
        case "diag" | "Diag":
            if value.shape[1] == 1:
                return np.diag(value[:, 0])
            return np.diag(value).reshape(-1, 1)
        case "vec":
            return value.T.reshape(-1, 1)
        case "softmax":
            top = each(c.exp, value)
            axis = None if 1 in value.shape else 1
            return top / top.sum(axis=axis, keepdims=True)
        case _:
            raise Unevaluable(f"the function {function!r}")


def power(node: Surface, world: World, local: Mapping[str, int]) -> Value:
    """Return a power: an inverse of a matrix, or a power of every entry."""
    base_node, exponent_node = node.args
    base = evaluate(base_node, world, local)
    exponent = evaluate(exponent_node, world, local)
    if isinstance(exponent, np.ndarray):
        scalar = number(base)
        return each(lambda x: raised(scalar, x), exponent)
    exponent = number(exponent)
    if isinstance(base, np.ndarray) and base.shape[0] == base.shape[1]:
        if exponent != int(exponent) or exponent == 0:
            raise Unevaluable("a power of a matrix")
        if exponent < 0:
            c, entries = world.context, world.context.matrix(base.tolist())
            size = max(abs(x) for x in base.flat)
            if abs(c.det(entries)) <= c.mpf(10) ** (-9) * size ** len(base):
                raise Unevaluable("the inverse of a singular matrix")
            inverse = c.inverse(entries)
            base = np.array(inverse.tolist(), dtype=object)
        out = base
        for _ in range(abs(int(exponent)) - 1):
            out = out @ base
        return out
    return each(lambda x: raised(x, exponent), base)


def raised(base: Any, exponent: Any) -> Any:
    """Return a power of numbers."""
    if base == 0 and exponent < 0:
        raise Unevaluable("division by zero")
    if base < 0 and exponent != int(exponent):
        raise Unevaluable("a broken power of a negative number")
    return base ** (int(exponent) if exponent == int(exponent) else exponent)


def bounds(node: Surface, world: World, local: Mapping[str, int]) -> tuple[str, list[int]]:
    """Return the letter of a sum and the numbers that it takes."""
    if node.head == "relation":
        letter = written(node.args[0])
        if letter not in world.book.letters:
            raise Unevaluable("a condition of a sum")
        every = range(1, world.book.letters[letter] + 1)
        return letter, [k for k in every if holds(node, world, {**local, letter: k})]
    letter = written(node.args[0])
    ends = list(node.args[1:])
    low = 1
    if ends and ends[0].head != "hole":
        low = int(number(evaluate(ends[0], world, local)))
    if len(ends) > 1:
        high = int(number(evaluate(ends[1], world, local)))
    elif letter in world.book.letters:
        high = world.book.letters[letter]
    else:
        raise Unevaluable("a sum without bounds")
    return letter, list(range(low, high + 1))


def summed(
    node: Surface,
    world: World,
    local: Mapping[str, int],
    ranges: Sequence[Surface],
    start: Value,
    join: Callable[[Value, Value], Value],
) -> Value:
    """Return a sum or a product over its indices."""
    if not ranges:
        return evaluate(node.args[0], world, local)
    letter, taken = bounds(ranges[0], world, local)
    out: Value = None
    for k in taken:
        term = summed(node, world, {**local, letter: k}, ranges[1:], start, join)
        out = term if out is None else join(out, term)
    return start if out is None else out


TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}


def holds(node: Surface, world: World, local: Mapping[str, int]) -> bool:
    """Tell whether a condition holds."""
    while node.head == "group":
        node = node.args[0]
    if node.head == "tuple":
        return all(holds(a, world, local) for a in node.args)
    if node.head != "relation":
        raise Unevaluable("a condition that is no relation")
    values = [number(evaluate(a, world, local)) for a in node.args]
    signs = node.text.split()
    if any(s not in TESTS for s in signs):
        raise Unevaluable("a relation in a condition")
    return all(TESTS[s](a, b) for s, a, b in zip(signs, values[:-1], values[1:], strict=True))


def indicator(node: Surface, world: World, local: Mapping[str, int]) -> Value:
    """Return 1 where a condition holds, else 0; entry by entry of an array."""
    c = world.context
    while node.head == "group":
        node = node.args[0]
    sides = [evaluate(a, world, local) for a in node.args] if node.head == "relation" else []
    if len(sides) != 2 or not any(isinstance(x, np.ndarray) and x.size > 1 for x in sides):
        return c.mpf(1 if holds(node, world, local) else 0)
    if node.text not in TESTS:
        raise Unevaluable("a relation in a condition")
    return entrywise(sides[0], sides[1], lambda a, b: c.mpf(1 if TESTS[node.text](a, b) else 0))


def evaluate(node: Surface, world: World, local: Mapping[str, int]) -> Value:
    """Return the value of a tree; `local` holds the index letters.

    Raises:
        Unevaluable: it has none here, or is not understood.
    """
    c = world.context
    args = node.args
    world.book.work += 1
    if world.book.work > LIMIT:
        raise Unevaluable("too much work")

    def sub(k: int) -> Value:
        return evaluate(args[k], world, local)

    match node.head:
        case "number":
            return c.mpf(node.text)
        case "name":
            return named(node, world, local)
        case "group":
            return sub(0)
        case "neg":
            value = sub(0)
            return Eye(-value.scale) if isinstance(value, Eye) else times(-1, value)
        case "add":
            out = sub(0)
            for k in range(1, len(args)):
                out = plus(out, sub(k), world.book.columns)
            return out
        case "mul":
            out = sub(0)
            for k in range(1, len(args)):
                value = sub(k)
                dotted = node.text[k - 1 : k] == "c" and isinstance(out, np.ndarray)
                if (
                    dotted
                    and isinstance(value, np.ndarray)
                    and out.shape == (*value.shape[:1], 1) == value.shape
                ):
                    out = (out * value).sum()
                else:
                    out = times(out, value)
            return out
        case "div" | "haddiv":
            top, below = sub(0), sub(1)
            if isinstance(top, Eye):
                return Eye(quotient(top.scale, number(below)))
            return entrywise(top, below, quotient)
        case "had":
            out = sub(0)
            for k in range(1, len(args)):
                out = entrywise(out, sub(k), lambda a, b: a * b)
            return out
        case "frob" | "inner":
            both = entrywise(sub(0), sub(1), lambda a, b: a * b)
            return both.sum() if isinstance(both, np.ndarray) else both
        case "pow":
            return power(node, world, local)
        case "transpose":
            if node.text == "prime" and args[0].name is not None:
                key = key_of(args[0].name) + "'"
                if key in world.fixed or key in world.book.definitions:
                    return simpler(matrix(world.stored(key)))
            value = sub(0)
            if node.text == "prime" and not isinstance(value, np.ndarray):
                raise Unevaluable("a prime that may be a derivative")
            if isinstance(value, Ones):
                return Ones(not value.row, value.scale)
            return value.T if isinstance(value, np.ndarray) else value
        case "call":
            return called(node, world, local)
        case "sqrt":
            simple = elementary("sqrt", c)
            assert simple is not None
            return each(simple, sub(0))
        case "abs":
            value = sub(0)
            if isinstance(value, np.ndarray) and value.shape[0] == value.shape[1]:
                return of_arrays("det", value, c)
            return each(abs, value)
        case "kron":
            out = sub(0)
            for k in range(1, len(args)):
                out = np.kron(out, sub(k))
            return simpler(out)
        case "log":
            simple = elementary("log", c)
            assert simple is not None
            return entrywise(each(simple, sub(0)), simple(number(sub(1))), quotient)
        case "factorial":
            return each(c.factorial, sub(0))
        case "norm":
            value = sub(0)
            if node.text not in ("", "2", "F"):
                raise Unevaluable(f"the norm {node.text}")
            entries = value.flat if isinstance(value, np.ndarray) else [value]
            return c.sqrt(sum((x * x for x in entries), c.mpf(0)))
        case "sum":
            return summed(node, world, local, args[1:], c.mpf(0), plus)
        case "prod":
            return summed(node, world, local, args[1:], c.mpf(1), times)
        case "delta":
            a, b = (number(sub(k)) for k in (0, 1))
            return c.mpf(1 if a == b else 0)
        case "ind":
            return indicator(args[0], world, local)
        case "cases":
            for branch in args:
                condition = branch.args[1] if len(branch.args) > 1 else None
                if condition is None or condition.head == "text" or holds(condition, world, local):
                    return evaluate(branch.args[0], world, local)
            raise Unevaluable("no case holds")
        case "deriv":
            seed = seeded(node, world, local)
            if seed is not None:
                return seed
            return nested(args[0], args[1:], world, local)
        case "grad":
            return nabla(node, world, local)
        case "diff":
            if node.text not in ("d", "partial"):
                raise Unevaluable("a finite change")
            if args[0].name is not None and key_of(args[0].name) in world.adjoints:
                return simpler(world.adjoints[key_of(args[0].name)])
            return along(lambda w: evaluate(args[0], w, local), world)
        case "index":
            value = sub(0)
            place = [int(number(evaluate(a, world, local))) - 1 for a in args[1:]]
            if node.text or not isinstance(value, np.ndarray):
                raise Unevaluable("an index of no array")
            return value[place[0], 0 if len(place) == 1 else place[1]]
        case _:
            raise Unevaluable(f"{node.head} is not understood")


def nested(
    body: Surface, variables: Sequence[Surface], world: World, local: Mapping[str, int]
) -> Value:
    """Return a derivative by one variable after the other, the last first."""
    if body.head == "hole":
        raise Unevaluable("an operator without what it acts on")
    if not variables:
        return evaluate(body, world, local)
    return derivative(lambda w: nested(body, variables[1:], w, local), world, variables[0], local)


def seeded(node: Surface, world: World, local: Mapping[str, int]) -> Value:
    """Return the value that a derivative of a loss without a definition has here, or None."""
    body = node.args[0]
    if not world.adjoints or len(node.args) != 2 or body.name is None:
        return None
    if own_key(body.name) in world.book.definitions or key_of(body.name) in world.book.definitions:
        return None
    variable = node.args[1]
    squared = variable.head == "pow" and variable.args[1].text == "2"
    name = variable.args[0].name if squared else variable.name
    if name is None:
        return None
    key, place = resolved(name, world, local)
    if key not in world.adjoints:
        return None
    value = world.adjoints[key]
    return simpler(value if place is None else matrix(flat(value)[place]))


def nabla(node: Surface, world: World, local: Mapping[str, int]) -> Value:
    """Return a gradient or a Hessian."""
    body = node.args[0]
    if len(node.args) > 1:
        return nested(body, node.args[1:] * int(node.text or 1), world, local)
    if body.head != "call":
        raise Unevaluable("a gradient without a variable")
    return nested(body, body.args[1:] * int(node.text or 1), world, local)


def difference(a: Value, b: Value, context: Any) -> Any:
    """Return the largest difference relative to the larger size; up to a transpose."""
    a, b = sized(a, b), sized(b, a)
    if isinstance(a, (Eye, Ones)) or isinstance(b, (Eye, Ones)):
        raise Unevaluable("I or ones as a side")
    a, b = simpler(a), simpler(b)
    if isinstance(a, np.ndarray) != isinstance(b, np.ndarray):
        raise Unevaluable("a number beside an array")
    if not isinstance(a, np.ndarray):
        return _apart([a], [b], context)
    found = [_apart(a.flat, other.flat, context) for other in (b, b.T) if other.shape == a.shape]
    if not found:
        raise Unevaluable(f"shapes {a.shape} and {b.shape} differ")
    return min(found)


def _apart(a: Any, b: Any, context: Any) -> Any:
    pairs = list(zip(a, b, strict=True))
    size = max([context.mpf(1), *(abs(x) for pair in pairs for x in pair)])
    return max(abs(x - y) for x, y in pairs) / size
