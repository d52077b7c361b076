"""Second derivatives as smaller arrays: a factor δ that they hold throughout is told in words instead."""

from dataclasses import dataclass
from fractions import Fraction
from typing import final

from gradproof.codegen.algebra import UNIT, arranged, product, times, total
from gradproof.codegen.graph import Graph, Label, Value
from gradproof.codegen.ops import Add, Contract, Eye, Ref

Pair = tuple[Label, Label]


@final
@dataclass(frozen=True, slots=True)
class Reduced:
    """A smaller array, and the statement by which it stands for the whole one; no statement for a dense one."""

    ref: Ref
    note: str


@final
@dataclass(frozen=True, slots=True)
class _Product:
    coef: Fraction
    rest: tuple[Value, ...]
    deltas: frozenset[Pair]


def reduced(graph: Graph, value: Value, labels: tuple[Label, ...]) -> Reduced:
    """Return a second derivative without the deltas that all its terms hold.

    Args:
        graph: where it stands.
        value: the second derivative.
        labels: its axes in order: those of the variable twice.
    """
    parts = _products(graph, value)
    common = (
        parts[0].deltas.intersection(*(p.deltas for p in parts)) if parts else frozenset[Pair]()
    )
    if not common:
        return Reduced(arranged(graph, value, labels), "")
    gone = {_later(pair, labels): _earlier(pair, labels) for pair in common}
    terms: list[tuple[Fraction, Value]] = []
    for p in parts:
        kept = [
            Value(graph.node(Eye(graph.sizes[a])), (a, b)) for a, b in sorted(p.deltas - common)
        ]
        factors = [*p.rest, *kept]
        renamed = [Value(f.ref, tuple(gone.get(x, x) for x in f.labels)) for f in factors]
        terms.append((p.coef, times(graph, *renamed)))
    whole = total(graph, terms)
    left = tuple(x for x in labels if x in whole.labels)
    names = {x: chr(ord("i") + k) for k, x in enumerate(labels)}
    deltas = " ".join(
        f"δ[{names[_earlier(d, labels)]}, {names[_later(d, labels)]}]" for d in sorted(common)
    )
    note = f"It stands for H[{_listed(names, labels)}] = {deltas} S[{_listed(names, left)}]; this is S."
    return Reduced(arranged(graph, whole, left), note)


def _listed(names: dict[Label, str], labels: tuple[Label, ...]) -> str:
    return ", ".join(names[x] for x in labels)


def _earlier(pair: Pair, labels: tuple[Label, ...]) -> Label:
    return min(pair, key=labels.index)


def _later(pair: Pair, labels: tuple[Label, ...]) -> Label:
    return max(pair, key=labels.index)


def _products(graph: Graph, value: Value) -> list[_Product]:
    """Return the terms of a sum, each with its deltas apart."""
    op = graph.ops[value.ref]
    if isinstance(op, Add):
        out: list[_Product] = []
        for t in op.terms:
            inner = Value(t.ref, tuple(value.labels[k] for k in t.axes))
            found = _product(graph, inner)
            out.append(_Product(found.coef * t.coef, found.rest, found.deltas))
        return out
    return [_product(graph, value)]


def _product(graph: Graph, value: Value) -> _Product:
    op = graph.ops[value.ref]
    if isinstance(op, Eye):
        return _Product(UNIT, (), frozenset([(min(value.labels), max(value.labels))]))
    if not isinstance(op, Contract):
        return _Product(UNIT, (value,), frozenset())
    deltas: set[Pair] = set()
    rest: list[Value] = []
    coef = op.coef
    inner = (*value.labels, *(graph.label(d) for d in op.dims[op.rank :]))
    summed = inner[op.rank :]
    for a in op.args:
        labels = tuple(inner[k] for k in a.axes)
        factor = graph.ops[a.ref]
        if isinstance(factor, Eye) and not set(labels) & set(summed):
            deltas.add((min(labels), max(labels)))
        elif isinstance(factor, Contract) and not summed and len(set(labels)) == len(labels):
            found = _product(graph, Value(a.ref, labels))
            coef *= found.coef
            rest += found.rest
            deltas |= found.deltas
        else:
            rest.append(Value(a.ref, labels))
    if summed:
        rest = [product(graph, rest, over=summed)]
    return _Product(coef, tuple(rest), frozenset(deltas))
