"""What the names of a scope may be: number, vector, row or matrix, as their letters and their use suggest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, final

from gradproof.notation.elaborate.symbols import (
    Symbols,
    full_key,
    primes_of,
    unwrapped,
    walk_surface,
)
from gradproof.notation.surface import Name, Surface

Kind = Literal["scalar", "vector", "row", "matrix"]

_MATRIX_HEADS = frozenset({"tr", "det", "logdet", "vec"})
_VECTOR_HEADS = frozenset({"softmax", "logsoftmax", "logsumexp", "mean", "var", "diag"})
_OPERANDS = frozenset({"had", "haddiv", "frob", "inner", "kron", "norm"})
_SPREAD = frozenset({"group", "add", "neg", "pow"})
_BOLD = frozenset({"mathbf", "boldsymbol", "bm", "bf", "mathbfit", "pmb", "boldmath", "vec"})
_COUNTING = frozenset("NMKTDCBZ")
"""Capitals that are often numbers: counts, constants of a penalty, normalisers."""
LOSSES = frozenset({"J", "L", "E", "C", "\\ell", "loss", "Loss", "cost", "Cost", "F", "f"})
"""Names of quantities that are differentiated by arrays: numbers, by habit."""


@final
@dataclass(slots=True)
class Evidence:
    """How a name without declaration is used in a scope; `marks` say what was seen."""

    name: Name
    marks: set[str] = field(default_factory=set[str])
    indexed: bool = False
    bare: bool = False
    valued: bool = False
    """It stands somewhere as a value, not only as what something is differentiated by."""

    @property
    def array(self) -> bool:
        """Tell whether some use can only be that of an array."""
        return bool(self.marks & {"transposed", "operand", "square", "vector", "factor"})


def collect_evidence(nodes: Iterable[Surface], table: Symbols) -> dict[str, Evidence]:
    """Return the evidence for every name in some surface trees, in order of appearance."""
    out: dict[str, Evidence] = {}
    found = list(nodes)
    for root in found:
        for node in walk_surface(root):
            if node.head == "name" and node.name is not None:
                resolved = table.resolve(node.name)
                own = out.setdefault(resolved.key, Evidence(node.name))
                own.indexed = own.indexed or bool(resolved.indices)
                own.bare = own.bare or not resolved.indices
                if node.name.font in _BOLD or "vec" in node.name.accents:
                    own.marks.add("bold")
    for root in found:
        _scan(root, table, out)
        _values(root, table, out)
    return out


def _values(root: Surface, table: Symbols, out: Mapping[str, Evidence]) -> None:
    todo = [root]
    while todo:
        node = todo.pop()
        if node.head == "name" and node.name is not None:
            out[table.resolve(node.name).key].valued = True
        todo.extend(node.args[:1] if node.head == "deriv" else node.args)


def _scan(root: Surface, table: Symbols, out: Mapping[str, Evidence]) -> None:
    for node in walk_surface(root):
        if node.head == "transpose" and not primes_of(node):
            _mark(node.args[0], "transposed", table, out)
        elif node.head in _OPERANDS:
            for part in node.args:
                _mark(part, "operand", table, out)
        elif node.head == "call" and node.text in _MATRIX_HEADS:
            for part in node.args[1:]:
                _mark(part, "square", table, out)
                _capitals(part, table, out)
        elif node.head == "call" and node.text in _VECTOR_HEADS:
            for part in node.args[1:]:
                _mark(part, "vector", table, out)
        elif node.head == "abs":
            _mark(node.args[0], "bars", table, out)
        elif node.head == "pow":
            exponent = unwrapped(node.args[1])
            negative = exponent.head == "neg" and exponent.args[0].text == "1"
            if negative:
                _mark(node.args[0], "inverted", table, out)
            elif exponent.head != "transpose":
                _mark(node.args[0], "powered", table, out)
        elif node.head == "mul":
            _factors(node, table, out)
        elif node.head == "div":
            _mark(node.args[1], "below", table, out)
        elif node.head == "add" and any(_is_map(a) for a in node.args):
            for part in node.args:
                if part.head == "name":
                    _mark(part, "bias", table, out)


def _capitals(node: Surface, table: Symbols, out: Mapping[str, Evidence]) -> None:
    """Mark the capitals in a product of which the trace or the determinant is taken."""
    if node.head in _SPREAD:
        for part in node.args[:1] if node.head == "pow" else node.args:
            _capitals(part, table, out)
    elif node.head == "mul":
        for part in node.args:
            if part.name is not None and is_capital(part.name):
                _mark(part, "operand", table, out)


def _is_map(node: Surface) -> bool:
    """Tell a capital times something: ``W x``."""
    first = node.args[0].name if node.head == "mul" else None
    return first is not None and is_capital(first) and node.args[0].head == "name"


def _factors(node: Surface, table: Symbols, out: Mapping[str, Evidence]) -> None:
    r"""Mark what follows a capital or a transposed name in a product: ``X w``, ``w^T x``, ``V \tanh(W x)``.

    A capital is an array beside a transposed one, ``U V^T``, and a matrix between a transposed name and
    another one, ``x^T A x``.
    """
    for before, at, after in zip(node.args, node.args[1:], node.args[2:], strict=False):
        inner = at.args[0] if at.head == "pow" else at
        capital = inner.name is not None and is_capital(inner.name)
        if capital and _is_turned(before) and after.head in ("name", "group"):
            _mark(inner, "between", table, out)
    for before, after in zip(node.args, node.args[1:], strict=False):
        name = before.name
        capital = name is not None and is_capital(name)
        if _is_turned(before):
            _mark(after, "factor", table, out)
        elif before.head == "name" and capital:
            _mark(after, "follows", table, out)
            if after.name is not None:
                _mark(before, "leads", table, out)
            if after.name is not None or after.head == "group":
                _mark(before, "maps", table, out)
            if after.head == "call" and any(_is_map(n) for n in walk_surface(after)):
                _mark(before, "applied", table, out)
        if _is_turned(after):
            _mark(before, "leads", table, out)
            turned = unwrapped(after.args[0]).name
            if capital and turned is not None and is_capital(turned):
                _mark(before, "paired", table, out)


def _is_turned(node: Surface) -> bool:
    return node.head == "transpose" and not primes_of(node)


def _mark(node: Surface, what: str, table: Symbols, out: Mapping[str, Evidence]) -> None:
    if node.head == "name" and node.name is not None:
        resolved = table.resolve(node.name)
        if resolved.key in out and not resolved.indices:
            out[resolved.key].marks.add(what)
    elif node.head in _SPREAD and what not in ("factor", "leads", "follows", "below"):
        for part in node.args[:1] if node.head == "pow" else node.args:
            _mark(part, what, table, out)
    elif node.head == "transpose":
        _mark(node.args[0], what, table, out)


def is_capital(name: Name) -> bool:
    r"""Tell whether a name is a capital letter: ``X``, ``W^{[1]}``, ``\Sigma``."""
    base = name.base.lstrip("\\")
    return bool(base) and base[0].isupper() and (len(base) == 1 or name.base.startswith("\\"))


def kinds(key: str, e: Evidence) -> tuple[Kind, ...]:
    """Return what a name may be, likeliest first."""
    capital = is_capital(e.name)
    marks = e.marks
    if "square" in marks or ("inverted" in marks and capital):
        return ("matrix",) if "square" in marks else ("matrix", "scalar")
    if key in LOSSES or full_key(e.name) in LOSSES:
        if e.array:
            return (
                ("matrix", "vector", "scalar") if capital else ("vector", "row", "matrix", "scalar")
            )
        return ("scalar",)
    if capital:
        number = e.name.base in _COUNTING or bool(marks & {"below", "powered"})
        if marks & {"between", "maps"}:
            return ("matrix", "scalar") if number else ("matrix",)
        if e.array or (marks & {"paired", "leads", "follows"} and not number):
            return ("matrix", "vector")
        if marks & {"leads", "bold"}:
            return ("matrix", "vector", "scalar")
        if "applied" in marks and not number:
            return ("matrix", "scalar")
        return ("scalar", "matrix") if not marks & {"follows"} else ("matrix", "scalar")
    if e.array:
        return ("vector", "row", "matrix")
    if marks & {"follows", "bias", "bold"}:
        return ("vector", "row", "scalar")
    if not e.valued:
        return ("scalar",)
    return ("scalar", "vector", "row")
