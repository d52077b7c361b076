r"""A small reader of array formulas in TeX with a NumPy evaluator: the second opinion of the benchmarks on arrays.

It knows nothing of Gradproof. Column vectors have the shape (n, 1), rows (1, n); a 1x1 product is a scalar. Derivatives
and differentials are finite differences (central, fourth order), so that no rule of differentiation stands in here:

- of a scalar: the shape of the variable (denominator layout); of a column by a column: the Jacobian (m, n);
- by a scalar: the shape of what is differentiated;
- second derivatives (``\nabla^2_x f``, ``\frac{\partial^2 f}{\partial x\,\partial x^T}``): (n, n);
- ``dF`` is the change of F along the directions ``dX`` of the symbols that vary.

Every node keeps its place in the text, so that other programs can change a factor where it stands.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Array = np.ndarray
SIZES: Mapping[str, int] = {"n": 3, "m": 4, "p": 2, "k": 5, "q": 6}
STEP = 2e-3

_TOKEN = re.compile(r"\s+|\\[A-Za-z]+|\\.|[0-9]+(?:\.[0-9]+)?|.", re.DOTALL)
_SPACING = frozenset(
    {
        r"\,",
        r"\;",
        r"\!",
        r"\:",
        r"\ ",
        r"\quad",
        r"\left",
        r"\right",
        r"\big",
        r"\Big",
        r"\bigl",
        r"\bigr",
    }
)
_FUNCTIONS: Mapping[str, Callable[[Array], Array]] = {
    "log": np.log,
    "ln": np.log,
    "exp": np.exp,
    "sin": np.sin,
    "cos": np.cos,
    "tanh": np.tanh,
    "sigma": lambda v: 1 / (1 + np.exp(-v)),
    "sqrt": np.sqrt,
    "mean": lambda v: np.asarray(v.mean()),
    "softmax": lambda v: _softmax(v),
}
_OPEN = {"(": ")", "[": "]", r"\{": r"\}"}


class NotRead(ValueError):
    """The formula is outside the small language, or its shapes do not fit."""


@dataclass(frozen=True)
class Node:
    """A part of a formula: what it is, its parts, and where it stands in the text."""

    kind: str
    parts: tuple["Node", ...]
    start: int
    end: int
    name: str = ""
    extra: Any = None


def tokens_of(text: str) -> list[tuple[str, int, int]]:
    """Return tokens with their places; blanks and spacing commands are left out."""
    found = ((t[0], t.start(), t.end()) for t in _TOKEN.finditer(text))
    return [t for t in found if not t[0].isspace() and t[0] not in _SPACING]


class Reader:
    """A precedence parser: sums of products of factors with scripts."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens_of(text)
        self.at = 0
        self.bars: list[str] = []

    def peek(self, ahead: int = 0) -> str:
        """Return the token at hand, or nothing at the end."""
        k = self.at + ahead
        return self.tokens[k][0] if k < len(self.tokens) else ""

    def take(self, wanted: str | None = None) -> tuple[str, int, int]:
        """Return the next token.

        Raises:
            NotRead: it is not the one wanted.
        """
        if self.at >= len(self.tokens) or (wanted is not None and self.peek() != wanted):
            raise NotRead(f"expected {wanted or 'more'}, found {self.peek()!r} in {self.text!r}")
        self.at += 1
        return self.tokens[self.at - 1]

    def whole(self) -> Node:
        """Read everything."""
        out = self.sum()
        if self.peek():
            raise NotRead(f"{self.peek()!r} is left in {self.text!r}")
        return out

    def sum(self) -> Node:
        parts: list[Node] = []
        signs: list[int] = []
        start = self.tokens[self.at][1] if self.peek() else 0
        sign = 1
        while self.peek() in ("+", "-"):
            sign *= -1 if self.take()[0] == "-" else 1
        while True:
            parts.append(self.product())
            signs.append(sign)
            if self.peek() not in ("+", "-"):
                break
            sign = -1 if self.take()[0] == "-" else 1
        if len(parts) == 1 and signs == [1]:
            return parts[0]
        return Node("sum", tuple(parts), start, parts[-1].end, extra=tuple(signs))

    def product(self) -> Node:
        parts = [self.factor()]
        operators: list[str] = []
        while True:
            token = self.peek()
            if token in (r"\cdot", "*", r"\odot", r"\circ", ":", r"\otimes"):
                operators.append(self.take()[0])
            elif token and token not in (
                "+",
                "-",
                ")",
                "]",
                r"\}",
                "}",
                "=",
                ",",
                "&",
                *self.bars[-1:],
            ):
                operators.append("")
            else:
                break
            parts.append(self.factor())
        if len(parts) == 1:
            return parts[0]
        return Node("product", tuple(parts), parts[0].start, parts[-1].end, extra=tuple(operators))

    def factor(self) -> Node:
        base = self.primary()
        while self.peek() in ("^", "_", "'"):
            mark, _, end = self.take()
            if mark == "'":
                base = Node("T", (base,), base.start, end)
            elif mark == "_":
                _, text, end = self.group()
                if base.kind == "symbol":
                    base = Node("symbol", (), base.start, end, base.name + "_" + text)
                elif base.kind == "norm":
                    base = Node("norm", base.parts, base.start, end)
                else:
                    base = Node("entry", (base,), base.start, end, text)
            else:
                inner, text, end = self.group()
                base = self.power(base, inner, text.replace(" ", ""), end)
        return base

    def power(self, base: Node, inner: Node | None, text: str, end: int) -> Node:
        if text in ("T", r"\top", r"{\top}", r"\intercal"):
            return Node("T", (base,), base.start, end)
        if text == "-1":
            return Node("inverse", (base,), base.start, end)
        if text in ("-T", r"-\top"):
            return Node("T", (Node("inverse", (base,), base.start, end),), base.start, end)
        if text == "+":
            return Node("pinv", (base,), base.start, end)
        if inner is None:
            raise NotRead(f"power {text!r}")
        if base.kind == "symbol" and base.name == "e":
            return Node("call", (inner,), base.start, end, "exp")
        return Node("power", (base, inner), base.start, end)

    def group(self) -> tuple[Node | None, str, int]:
        """Return a script: as a formula where it is one, as text, and where it ends."""
        if self.peek() != "{":
            token, start, end = self.take()
            try:
                return Reader(self.text[:end]).skip_to(start).primary(), token, end
            except NotRead:
                return None, token, end
        start = self.take()[2]
        here, depth = self.at, 1
        while depth:
            token = self.take()[0]
            depth += (token == "{") - (token == "}")
        end = self.tokens[self.at - 1][1]
        after = self.at
        text = self.text[start:end]
        try:
            self.at = here
            inner: Node | None = self.sum()
            if self.at != after - 1:
                inner = None
        except NotRead:
            inner = None
        self.at = after
        return inner, text, self.tokens[after - 1][2]

    def skip_to(self, start: int) -> "Reader":
        """Go to the token that begins at `start`."""
        self.at = next(k for k, t in enumerate(self.tokens) if t[1] == start)
        return self

    def argument(self) -> Node:
        """Read what a function applies to: a bracket, a group, or the factors up to the next sign."""
        if self.peek() in _OPEN:
            return self.primary()
        return self.factor()

    def braced(self) -> Node:
        self.take("{")
        out = self.sum()
        self.take("}")
        return out

    def primary(self) -> Node:
        token, start, end = self.take()
        if token in _OPEN:
            self.bars.append("")
            inner = self.sum()
            self.bars.pop()
            last = self.take(_OPEN[token])
            return Node("bracket", (inner,), start, last[2])
        if token == "{":
            inner = self.sum()
            last = self.take("}")
            return Node("bracket", (inner,), start, last[2])
        if token in (r"\|", "|"):
            self.bars.append(token)
            inner = self.sum()
            self.bars.pop()
            end = self.take(token)[2]
            kind = "norm" if token == r"\|" else "abs"
            return Node(kind, (inner,), start, end)
        if token[0].isdigit():
            return Node("number", (), start, end, token)
        if token in (r"\frac", r"\tfrac", r"\dfrac"):
            return self.fraction(start)
        if token == r"\sqrt":
            inner = self.braced()
            return Node("call", (inner,), start, self.tokens[self.at - 1][2], "sqrt")
        if token in (
            r"\operatorname",
            r"\mathrm",
            r"\text",
            r"\mathbf",
            r"\mathcal",
            r"\hat",
            r"\bar",
            r"\boldsymbol",
            r"\mathbb",
        ):
            return self.named(token, start)
        if token == r"\nabla":
            return self.gradient(start)
        if (
            token in ("d", r"\mathrm d")
            and self.peek()
            and (self.peek()[0].isalpha() or self.peek()[0] in "\\([")
        ):
            if self.peek() in (r"\cdot", r"\odot", r"\otimes", r"\circ"):
                return Node("symbol", (), start, end, token)
            inner = self.factor()
            return Node("d", (inner,), start, inner.end)
        name = token.removeprefix("\\")
        if name in ("det", "log", "ln", "exp", "sin", "cos", "tanh", "sigma") and (
            name != "sigma" or self.peek() in _OPEN
        ):
            inner = self.argument()
            return Node("det" if name == "det" else "call", (inner,), start, inner.end, name)
        if token.isalpha() or (token[0] == "\\" and name.isalpha()):
            return Node("symbol", (), start, end, name)
        raise NotRead(f"{token!r} begins nothing in {self.text!r}")

    def named(self, token: str, start: int) -> Node:
        _, text, end = self.group()
        text = text.strip().strip("{}")
        if text.lower() == "tr":
            inner = self.argument()
            return Node("trace", (inner,), start, inner.end)
        if text in ("diag", "Diag", "vec", "softmax", "mean") and self.peek() in _OPEN:
            inner = self.argument()
            return Node("call", (inner,), start, inner.end, text)
        return Node("symbol", (), start, end, text if token == r"\mathbf" else token + text)

    def fraction(self, start: int) -> Node:
        from_here = self.at
        if self.peek() == "{" and self.peek(1) in (r"\partial", "d"):
            order = 1
            self.at += 2
            if self.peek() == "^":
                self.take()
                order = int(self.group()[1])
            body = None if self.peek() == "}" else self.sum()
            closing = self.peek() == "}"
            if closing:
                self.take("}")
                if self.peek() == "{" and self.peek(1) in (r"\partial", "d"):
                    return self.derivative(start, order, body)
        self.at = from_here
        top = self.braced() if self.peek() == "{" else self.primary()
        bottom = self.braced() if self.peek() == "{" else self.primary()
        return Node("fraction", (top, bottom), start, self.tokens[self.at - 1][2])

    def derivative(self, start: int, order: int, body: Node | None) -> Node:
        self.take("{")
        variables: list[Node] = []
        while self.peek() != "}":
            if self.take()[0] not in (r"\partial", "d"):
                raise NotRead("a derivative by what?")
            factor = self.factor()
            if factor.kind == "power":
                factor = factor.parts[0]
                variables.append(factor)
            variables.append(factor)
        end = self.take("}")[2]
        if body is None:
            body = self.product()
            end = body.end
        if len(variables) != order:
            raise NotRead(f"a derivative of order {order} by {len(variables)} variables")
        return Node("derivative", (body, *variables), start, end)

    def gradient(self, start: int) -> Node:
        order = 1
        variable: Node | None = None
        while self.peek() in ("_", "^"):
            mark = self.take()[0]
            inner, text, _ = self.group()
            if mark == "_":
                variable = inner
            else:
                order = int(text)
        if variable is None:
            raise NotRead("a gradient by what?")
        body = self.argument() if self.peek() in _OPEN else self.product()
        return Node("derivative", (body, *[variable] * order), start, body.end)


def read(text: str) -> Node:
    """Read a formula.

    Raises:
        NotRead: it is outside the small language.
    """
    return Reader(text).whole()


# --- values -----------------------------------------------------------------------------------------


@dataclass
class Point:
    """Values of symbols, directions of the symbols that vary, and symbols that are given by formulas."""

    values: dict[str, Array]
    directions: dict[str, Array] = field(default_factory=dict)
    formulas: dict[str, Node] = field(default_factory=dict)
    indices: dict[str, int] = field(default_factory=dict)

    def at(self, values: Mapping[str, Array]) -> "Point":
        """Return the point with other values."""
        return Point({**self.values, **values}, self.directions, self.formulas, self.indices)

    def place(self, letters: str) -> tuple[int, ...] | None:
        """Return the entry that index letters mean, or None where they are no indices."""
        if letters and all(c in self.indices for c in letters):
            return tuple(self.indices[c] for c in letters)
        return None


def slope(f: Callable[[float], Array], step: float = STEP) -> Array:
    """Return f'(0) by central differences of fourth order."""
    return (8 * (f(step) - f(-step)) - (f(2 * step) - f(-2 * step))) / (12 * step)


def scalar(value: Array) -> Array:
    """Turn 1x1 into a scalar."""
    return value.reshape(()) if value.size == 1 else value


def times(a: Array, b: Array) -> Array:
    """The product of matrices, or by a scalar.

    Raises:
        NotRead: the inner sizes differ.
    """
    if a.ndim == 0 or b.ndim == 0:
        return a * b
    if a.shape[1] != b.shape[0]:
        raise NotRead(f"product of {a.shape} and {b.shape}")
    return scalar(a @ b)


def entrywise(a: Array, b: Array, do: Callable[[Array, Array], Array]) -> Array:
    """Combine entry by entry.

    Raises:
        NotRead: two arrays of different shapes.
    """
    if a.ndim and b.ndim and a.shape != b.shape:
        raise NotRead(f"entrywise {a.shape} and {b.shape}")
    return do(a, b)


def product(values: Sequence[Array], operators: Sequence[str]) -> Array:
    """Multiply: juxtaposition first, then entrywise and Kronecker, then the inner product."""
    groups: list[Array] = [values[0]]
    between: list[str] = []
    for operator, value in zip(operators, values[1:], strict=True):
        if operator in ("", r"\cdot", "*"):
            groups[-1] = times(groups[-1], value)
        else:
            between.append(operator)
            groups.append(value)
    out = groups[0]
    for operator, value in zip(between, groups[1:], strict=True):
        if operator in (r"\odot", r"\circ"):
            out = entrywise(out, value, np.multiply)
        elif operator == r"\otimes":
            out = scalar(np.kron(out, value))
        else:
            out = np.asarray(entrywise(out, value, np.multiply).sum())
    return out


def square(a: Array) -> Array:
    """Return `a` if it is a square matrix.

    Raises:
        NotRead: it is not.
    """
    if a.ndim != 2 or a.shape[0] != a.shape[1]:
        raise NotRead(f"square matrix expected, found {a.shape}")
    return a


def value_of(node: Node, point: Point) -> Array:
    """Evaluate a formula at a point.

    Raises:
        NotRead: a symbol has no value, or shapes do not fit.
    """

    def of(k: int) -> Array:
        return value_of(node.parts[k], point)

    match node.kind:
        case "number":
            return np.asarray(float(node.name))
        case "symbol":
            return _symbol(node, point)
        case "bracket":
            return of(0)
        case "sum":
            out = node.extra[0] * of(0)
            for k, sign in enumerate(node.extra[1:], 1):
                out = entrywise(out, sign * of(k), np.add)
            return out
        case "product":
            return product([value_of(p, point) for p in node.parts], node.extra)
        case "fraction":
            return entrywise(of(0), of(1), np.divide)
        case "entry":
            place = point.place(node.name)
            if place is None:
                raise NotRead(f"index {node.name!r}")
            return _entry(of(0), place)
        case "T":
            return of(0).T
        case "inverse":
            a = of(0)
            return 1 / a if a.ndim == 0 else np.linalg.inv(square(a))
        case "pinv":
            return np.linalg.pinv(of(0))
        case "power":
            a, b = of(0), of(1)
            if a.ndim == 2 and a.shape[0] == a.shape[1]:
                return np.linalg.matrix_power(a, round(float(b)))
            return a**b
        case "trace":
            a = of(0)
            return np.asarray(np.trace(square(a))) if a.ndim else a
        case "det" | "abs":
            a = of(0)
            if a.ndim == 0:
                return a if node.kind == "det" else abs(a)
            return np.asarray(np.linalg.det(square(a)))
        case "norm":
            return np.asarray(np.sqrt((of(0) ** 2).sum()))
        case "call":
            return _call(node.name, of(0))
        case "d":
            return _differential(node.parts[0], point)
        case "derivative":
            return _derivative(node.parts[0], node.parts[1:], point)
        case _:
            raise NotRead(f"no value for {node.kind}")


def _symbol(node: Node, point: Point) -> Array:
    if node.name in point.values:
        return point.values[node.name]
    if node.name in point.formulas:
        return value_of(point.formulas[node.name], point)
    base, _, letters = node.name.partition("_")
    place = point.place(letters)
    if place is None:
        raise NotRead(f"no value for {node.name}")
    if base == "delta":
        return np.asarray(float(place[0] == place[1]))
    return _entry(_symbol(Node("symbol", (), 0, 0, base), point), place)


def _entry(value: Array, place: tuple[int, ...]) -> Array:
    """Return one entry; a vector has one index.

    Raises:
        NotRead: there is no such entry.
    """
    where = (*place, 0) if len(place) == 1 and value.ndim == 2 and value.shape[1] == 1 else place
    if len(where) != value.ndim or any(
        k >= size for k, size in zip(where, value.shape, strict=True)
    ):
        raise NotRead(f"entry {place} of {value.shape}")
    return np.asarray(value[where])


def _softmax(v: Array) -> Array:
    """The softmax of a vector, or of each row of a matrix."""
    axis = 1 if v.ndim == 2 and v.shape[1] > 1 else 0
    powers = np.exp(v - v.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def _call(name: str, a: Array) -> Array:
    if name in ("diag", "Diag"):
        if a.ndim == 2 and a.shape[0] == a.shape[1]:
            return np.diag(a).reshape(-1, 1)
        return np.diag(a.reshape(-1))
    if name == "vec":
        return a.reshape(-1, 1, order="F")
    return _FUNCTIONS[name](a)


def _differential(body: Node, point: Point) -> Array:
    if body.kind == "symbol" and body.name in point.values:
        if body.name not in point.directions:
            raise NotRead(f"{body.name} does not vary")
        return point.directions[body.name]

    def along(t: float) -> Array:
        return value_of(
            body, point.at({k: point.values[k] + t * v for k, v in point.directions.items()})
        )

    return slope(along)


def _variable(node: Node) -> tuple[str, bool]:
    """Return the symbol by which is differentiated, and whether it stands in vec."""
    while node.kind in ("T", "bracket"):
        node = node.parts[0]
    if node.kind == "call" and node.name == "vec":
        return _variable(node.parts[0])[0], True
    if node.kind != "symbol":
        raise NotRead(f"a derivative by {node.kind}")
    return node.name, False


def _derivative(body: Node, variables: Sequence[Node], point: Point) -> Array:
    (name, _), rest = _variable(variables[0]), variables[1:]
    symbol, _, letters = name.partition("_")
    place = point.place(letters)
    if place is not None and name not in point.values:
        whole = point.values[symbol]
        unit = np.zeros(whole.shape)
        unit[place if len(place) == whole.ndim else (*place, 0)] = 1.0
        return slope(lambda t: value_of(body, point.at({symbol: whole + t * unit})))
    base = point.values[name] if name in point.values else value_of(point.formulas[name], point)

    def f(x: Array) -> Array:
        there = point.at({name: x})
        return _derivative(body, rest, there) if rest else value_of(body, there)

    step = 1e-2 if rest else STEP
    if base.ndim == 0:
        return slope(lambda t: f(base + t), step)
    columns: list[Array] = []
    for index in np.ndindex(*base.shape):
        unit = np.zeros(base.shape)
        unit[index] = 1.0
        columns.append(slope(lambda t, unit=unit: f(base + t * unit), step))
    first = columns[0]
    if first.ndim == 0:
        return np.array(columns).reshape(base.shape)
    if 1 in first.shape and (1 in base.shape or _variable(variables[0])[1]):
        out = np.stack([c.reshape(-1) for c in columns], axis=1)
        if _variable(variables[0])[1]:  # entries were walked row by row; vec goes column by column
            order = np.arange(base.size).reshape(base.shape).reshape(-1, order="F")
            out = out[:, order]
        return out
    raise NotRead(f"a derivative of {first.shape} by {base.shape}")
