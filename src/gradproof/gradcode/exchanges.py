"""Edits in which another quantity of the same kind stands in the place of a part, once or wherever it is used."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import (
    Add,
    Context,
    Derivative,
    Entry,
    Expr,
    Fn,
    Hadamard,
    MatMul,
    Sym,
    Transpose,
    children,
    rank,
    rebuild,
    subtrees,
)  # fmt: skip
from gradproof.gradcode.quantities import Quantities

PART: Final = 12
"""Nodes of a part in which one symbol is exchanged everywhere."""

Change = tuple[str, int, Expr]
"""The mistake, how far-fetched it is (from 1), and what stands there then."""


def everywhere(e: Expr, context: Context, known: Quantities) -> Iterator[Change]:
    """Yield a part in which one symbol stands several times, with another quantity in the place of each."""
    parts = list(subtrees(e))
    if len(parts) > PART:
        return
    for s in dict.fromkeys(p for p in parts if isinstance(p, Sym) and parts.count(p) > 1):
        r = rank(s, context)
        for other in known.around.get(s.name, ()):
            if rank(other, context) == r:
                yield "value-overwritten", 2, _with(e, s, other)
        for other in (*known.arrays, *known.scalars):
            if isinstance(other, Sym) and other != s and rank(other, context) == r:
                near = _stem(other.name) == _stem(s.name)
                yield (
                    "layer-slip" if near else "wrong-operand",
                    2 if near else 3,
                    _with(e, s, other),
                )


def _with(e: Expr, old: Expr, new: Expr) -> Expr:
    """Return an expression with one part exchanged wherever it stands."""
    if e == old:
        return new
    kids = children(e)
    changed = tuple(_with(k, old, new) for k in kids)
    return e if changed == kids else rebuild(e, changed)


def _stem(name: str) -> str:
    return name.partition("_")[0].partition("^")[0]


def exchanged(e: Expr, r: int | None, context: Context, known: Quantities) -> Iterator[Change]:
    """Yield another quantity of the same kind in the place of a node."""
    if isinstance(e, Sym):
        stem = _stem(e.name)
        for d in context.definitions.get(e.name, ()):
            match d.body:
                case Fn("softmax" | "logsoftmax" as f, (x,)) if r == 2:
                    turned = Transpose(Fn(f, (Transpose(x),)))
                    yield "sum-over-wrong-axis", 1, turned
                case _:
                    pass
        for inner in known.inside.get(e.name, ()):
            yield "wrong-operand" if r else "wrong-variable", 2, inner
        for other in known.around.get(e.name, ()):
            if r and rank(other, context) == r:
                yield "value-overwritten", 2, other
        for other in (*known.arrays, *known.scalars):
            if other == e or rank(other, context) != r:
                continue
            name = other.name if isinstance(other, Sym) else ""
            layer = name != e.name and _stem(name) == stem != name
            mistake = "wrong-operand" if r else "wrong-variable"
            yield ("layer-slip", 2, other) if layer else (mistake, 3, other)
            if r == 2 and isinstance(other, Sym) and layer:
                yield "layer-slip", 3, Transpose(other)
    elif isinstance(e, Entry):
        for other in known.scalars:
            if other != e:
                yield "wrong-variable", 3, other
    elif r and isinstance(e, Add | Hadamard | MatMul | Derivative):
        own = e.terms if isinstance(e, Add) else ()
        for other in known.arrays:
            if rank(other, context) == r and other not in own:
                yield "wrong-operand", 3, other
