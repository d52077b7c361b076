r"""Random points for array formulas, from their declarations, and wrong versions of a side, made on its TeX.

Nothing here knows Gradproof. A wrong version (mutant) has one factor of one product transposed, dropped, or exchanged
with its neighbour; whether it differs at all is decided at random points by `_algebra`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product as combinations
from typing import Any

import numpy as np
from _algebra import SIZES, Array, Node, NotRead, Point, read, value_of

_SHAPE = re.compile(r"^(?P<names>.*?)\s*\\in\s*\\mathbb\s*\{?R\}?(?:\^\{?(?P<size>[^}]*)\}?)?$")
_POSITIVE = re.compile(r"^(?P<name>\\?[A-Za-z]+) > 0$")
TOLERANCE = 1e-5


def size_of(text: str) -> int:
    """Return a size for a letter or a number."""
    text = text.strip()
    return int(text) if text.isdigit() else SIZES[text]


def shapes_of(declarations: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Return the shapes that declarations give: columns for vectors."""
    out: dict[str, tuple[int, ...]] = {}
    for declaration in declarations:
        found = _SHAPE.match(declaration.strip())
        if found is None:
            positive = _POSITIVE.match(declaration.strip())
            if positive is not None:
                out.setdefault(positive["name"].removeprefix("\\"), ())
            continue
        size = found["size"]
        shape: tuple[int, ...] = ()
        if size:
            sizes = [size_of(s) for s in re.split(r"\\times", size)]
            shape = (sizes[0], 1) if len(sizes) == 1 else tuple(sizes)
        for name in found["names"].split(","):
            out[name.strip().removeprefix("\\")] = shape
    return out


def draw(rng: np.random.Generator, shape: tuple[int, ...], how: str) -> Array:
    """Draw one value; square matrices stay away from singular ones and have a positive determinant."""
    value = np.asarray(rng.normal(size=shape))
    if how == "positive entries":
        return abs(value) + 0.3
    if len(shape) == 2 and shape[0] == shape[1]:
        n = shape[0]
        if how == "symmetric":
            return (value + value.T) / 2
        if how == "positive":
            return value @ value.T / n + np.eye(n)
        value = 0.6 * value + 1.5 * np.eye(n)
        return value if np.linalg.det(value) > 0.3 else draw(rng, shape, how)
    return 0.3 * value if how == "small" else value


def points(case: Mapping[str, Any], count: int = 3, seed: int = 7) -> Iterator[Point]:
    """Yield random points at which the sides of a case have values; free indices take all values at each."""
    rng = np.random.default_rng(seed)
    sample: Mapping[str, str] = case.get("sample", {})
    formulas: dict[str, Node] = {}
    for given in case.get("given", ()):
        name, _, formula = given.partition("=")
        formulas[read(name.strip()).name] = read(formula)
    shapes = shapes_of(case["declare"])
    letters = [name for name, how in sample.items() if how == "index"]
    for _ in range(count):
        values = {name: draw(rng, shape, sample.get(name, "")) for name, shape in shapes.items()}
        for name, shape in shapes.items():
            if shape == ():
                values[name] = abs(values[name]) + 0.2
        values.setdefault("I", np.eye(size_of(sample.get("I", "n"))))
        if "1" in sample:
            values["1"] = np.ones((size_of(sample["1"].removeprefix("ones ")), 1))
        directions = {}
        for name in case.get("vary", ()):
            directions[name] = np.asarray(rng.normal(size=shapes[name]))
        for place in combinations(range(2), repeat=len(letters)):
            yield Point(values, directions, formulas, dict(zip(letters, place, strict=True)))


def conventions(slope: Array, layout: str) -> tuple[Array, ...]:
    """Return what the derivative by a symmetric matrix may mean, from the free one.

    The entries move together (the Cookbook's section 2.8), freely, or the gradient is projected.
    """
    if layout != "symmetric":
        return (slope,)
    together = slope + slope.T - np.diag(np.diag(slope))
    return (together, slope, (slope + slope.T) / 2)


@dataclass(frozen=True)
class Comparison:
    """How two sides compare: "same", "transposed" (alike but for the layout), "different" or "shapes"."""

    outcome: str
    worst: float


Truth = list[tuple[Point, tuple[Array, ...]]]
"""At each point the values of the left side, one for each convention."""


def truth(case: Mapping[str, Any]) -> Truth:
    """Return the values of the left side."""
    tree, layout = read(case["left"]), case.get("sample", {}).get("layout", "")
    return [(point, conventions(value_of(tree, point), layout)) for point in points(case)]


def compare(known: Truth, side: str) -> Comparison:
    """Compare a side with the known values; the convention that fits best counts."""
    try:
        tree = read(side)
        values = [value_of(tree, point) for point, _ in known]
    except (NotRead, np.linalg.LinAlgError):
        return Comparison("shapes", np.inf)
    rows = zip(*(wants for _, wants in known), strict=True)
    found = [compare_values(wants, values) for wants in rows]
    order = ("same", "transposed", "different", "shapes")
    return min(found, key=lambda c: order.index(c.outcome))


def compare_values(known: Sequence[Array], values: Sequence[Array]) -> Comparison:
    """Compare values at all points."""
    worst = transposed = 0.0
    for want, found in zip(known, values, strict=True):
        scale = 1 + abs(want).max()
        fits = want.shape == found.shape or found.ndim == 0 or want.ndim == 0
        worst = max(worst, float(abs(want - found).max() / scale) if fits else np.inf)
        turned = want.T.shape == found.shape
        transposed = max(transposed, float(abs(want.T - found).max() / scale) if turned else np.inf)
    if worst < TOLERANCE:
        return Comparison("same", worst)
    if transposed < TOLERANCE:
        return Comparison("transposed", worst)
    shapes = any(w.shape != v.shape for w, v in zip(known, values, strict=True))
    return Comparison("shapes" if shapes else "different", worst)


# --- wrong versions ---------------------------------------------------------------------------------


def products_of(node: Node) -> Iterator[Node]:
    """Yield every product in a formula, outermost first."""
    if node.kind == "product":
        yield node
    for part in node.parts:
        yield from products_of(part)


def loose(text: str, node: Node) -> str:
    """Return a factor's text so that it may stand anywhere in a product."""
    inside = text[node.start : node.end]
    return rf"\left({inside}\right)" if node.kind == "sum" else inside


def transposed(text: str, node: Node, point: Point) -> str | None:
    """Return a factor with its transpose taken, or taken away; None for scalars."""
    if value_of(node, point).ndim == 0:
        return None
    inside = text[node.start : node.end]
    if node.kind == "T":
        inner = node.parts[0]
        if inner.kind == "inverse" and inner.end == node.end:  # written as one script
            base = inner.parts[0]
            return text[base.start : base.end] + "^{-1}"
        return text[inner.start : inner.end]
    if node.kind == "inverse":
        base = node.parts[0]
        return text[base.start : base.end] + "^{-T}"
    if node.kind in ("symbol", "bracket"):
        return inside + "^T"
    return rf"\left({inside}\right)^T"


def mutants(text: str, point: Point) -> list[tuple[str, str]]:
    """Return wrong versions of a side with what was done: each factor of each product transposed, dropped, exchanged.

    `point` only tells which factors are scalars.
    """
    out: dict[str, str] = {}
    for node in products_of(read(text)):
        parts = node.parts
        for k, part in enumerate(parts):
            before, after = text[: part.start], text[part.end :]
            name = text[part.start : part.end]
            turned = transposed(text, part, point)
            if turned is not None:
                out.setdefault(before + turned + after, f"transposed {name}")
            rest = [loose(text, p) for n, p in enumerate(parts) if n != k]
            operators = [o for n, o in enumerate(node.extra) if n != max(k - 1, 0)]
            joined = join(rest, operators)
            out.setdefault(text[: node.start] + joined + text[node.end :], f"dropped {name}")
            if k + 1 < len(parts):
                after_two = parts[k + 1]
                middle = text[part.end : after_two.start]
                swapped = loose(text, after_two) + (middle or " ") + loose(text, part)
                out.setdefault(
                    before + swapped + text[after_two.end :],
                    f"exchanged {name} and {text[after_two.start : after_two.end]}",
                )
    out.pop(text, None)
    return list(out.items())


def join(parts: Sequence[str], operators: Sequence[str]) -> str:
    """Write a product."""
    out = parts[0]
    for operator, part in zip(operators, parts[1:], strict=True):
        out += f" {operator} {part}" if operator else f" {part}"
    return out
