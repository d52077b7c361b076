"""What stands in a line and may be mixed up: arrays, scalars, activations with their slopes, penalties, sizes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, final

from gradproof.expr import (
    Add,
    Context,
    Entry,
    Expr,
    Fn,
    Frobenius,
    Hadamard,
    Mul,
    Norm,
    Pow,
    Prod,
    Sum,
    Sym,
    free_indices,
    rank,
    subtrees,
    walk,
    walk_reached,
)  # fmt: skip
from gradproof.mistakes.factors import elementwise
from gradproof.rewrite import ONE, TWO, add, sub

SHORT: Final = 8
"""Nodes of what may have been written over a value in one statement."""


@final
@dataclass(frozen=True, slots=True)
class Slope:
    """What is written for the derivative of an activation.

    `mistake` is what it is called where it stands for the right one; None for the right one itself.
    """

    expr: Expr
    of: str
    mistake: str | None


@final
@dataclass(frozen=True, slots=True)
class Quantities:
    """What may be mixed up in one line.

    Attributes:
        arrays: symbols that are arrays.
        scalars: scalar symbols, and entries whose indices stand in the line.
        slopes: right and wrong derivatives of the activations.
        sizes: the sizes, as symbols.
        weights: scalars that weight a penalty: factors of a square of the variable.
        others: scalars that weight a penalty of another parameter.
        likelihood: whether the loss is a negative log-likelihood.
        square: whether the loss squares something.
        inside: by the name of an activation what it is the function of.
        variable: what is differentiated by; None where it is an entry.
        around: by name the parts of the line that hold the symbol and may have been written over it.
    """

    arrays: tuple[Sym, ...]
    scalars: tuple[Expr, ...]
    slopes: tuple[Slope, ...]
    sizes: tuple[Sym, ...]
    weights: frozenset[str]
    others: frozenset[str]
    likelihood: bool
    square: bool
    inside: Mapping[str, tuple[Expr, ...]]
    variable: Sym | None
    around: Mapping[str, tuple[Expr, ...]]


def quantities(
    line: Expr, goal: Expr, variable: str, context: Context, sizes: Iterable[str]
) -> Quantities:
    """Return what a line and the loss that it is the gradient of are made of."""
    arrays: dict[Sym, None] = {}
    scalars: dict[Expr, None] = {}
    bound = {n.index.name for n in subtrees(line) if isinstance(n, Sum | Prod)}
    indices = free_indices(line) | bound
    reached = list(dict.fromkeys((*subtrees(line), *walk_reached(goal, context))))
    for n in reached:
        if isinstance(n, Sym):
            if n.space.rank:
                arrays.setdefault(n)
            else:
                scalars.setdefault(n)
        elif isinstance(n, Entry) and rank(n, context) == 0 and free_indices(n) <= indices:
            scalars.setdefault(n)
    slopes: dict[Expr, Slope] = {}
    inside: dict[str, tuple[Expr, ...]] = {}
    sloped: set[str] = set()
    for name, found in context.definitions.items():
        for d in found:
            match d.body:
                case Fn(_, (inner,)) if not d.params and not d.indices:
                    inside[name] = (inner,)
                case _:
                    pass
            match d.body:
                case Fn("sigmoid" | "tanh" as f, (inner,)) if not d.params:
                    sloped.add(name)
                    for a in _spelled(name, [*arrays, *scalars]):
                        for slope in _slopes(f, a, inner, context):
                            slopes.setdefault(slope.expr, slope)
                case _:
                    pass
    for a in (*arrays, *scalars):
        array = a.array if isinstance(a, Entry) else a
        if (
            isinstance(array, Sym)
            and array.name in context.definitions
            and array.name not in sloped
        ):
            square = elementwise(a, a, context=context)
            for e in (elementwise(a, sub(ONE, a), context=context), sub(ONE, square)):
                slopes.setdefault(e, Slope(e, "none", None))
    ordered = tuple(sizes)
    weights = _weights(reached, variable, context) - frozenset(ordered)
    return Quantities(
        tuple(arrays),
        tuple(s for s in scalars if not (isinstance(s, Sym) and s.name in context.definitions)),
        tuple(slopes.values()),
        tuple(Sym(n) for n in ordered),
        weights,
        _others(reached, variable, context) - frozenset(ordered),
        any(isinstance(n, Fn) and n.name in ("log", "logsumexp", "softplus") for n in reached),
        any(
            (isinstance(n, Pow) and n.exponent == TWO) or isinstance(n, Norm | Frobenius)
            for n in reached
        ),
        inside,
        next((s for s in (*arrays, *scalars) if isinstance(s, Sym) and s.name == variable), None),
        {
            s.name: _around(s, line, reached, context)
            for s in (*arrays, *scalars)
            if isinstance(s, Sym)
        },
    )


def _around(s: Sym, line: Expr, reached: Iterable[Expr], context: Context) -> tuple[Expr, ...]:
    """Return what may have been written over a symbol: short parts of the formulas that begin with it."""
    found: dict[Expr, None] = {}
    for n in (*subtrees(line), *reached):
        parts = list(subtrees(n)) if isinstance(n, Add | Hadamard | Mul) else []
        if s in parts and len(parts) <= SHORT:
            found[n] = None
    found[elementwise(s, s, context=context)] = None
    return tuple(found)


def _weights(reached: Iterable[Expr], variable: str, context: Context) -> frozenset[str]:
    """Return the scalars without which a term of the loss that holds only parameters would be gone."""
    found: set[str] = set()
    for arrays, scalars, _ in _products(reached, context):
        if arrays == {variable}:
            found |= scalars
    return frozenset(found)


def _others(reached: Iterable[Expr], variable: str, context: Context) -> frozenset[str]:
    """Return the scalars that weight the square of one other array."""
    found: set[str] = set()
    for arrays, scalars, product in _products(reached, context):
        squared = any(isinstance(m, Norm | Frobenius) for _, m in walk(product))
        if len(arrays) == 1 and variable not in arrays and squared:
            found |= scalars
    return frozenset(found)


def _products(
    reached: Iterable[Expr], context: Context
) -> Iterator[tuple[set[str], set[str], Mul]]:
    """Yield products with the names of the arrays in them and those of the scalars."""
    for n in reached:
        if isinstance(n, Mul):
            symbols = [m for _, m in walk(n) if isinstance(m, Sym)]
            arrays = {m.name for m in symbols if m.space.rank}
            scalars = {
                m.name for m in symbols if not m.space.rank and m.name not in context.definitions
            }
            yield arrays, scalars - arrays, n


def _spelled(name: str, known: Iterable[Expr]) -> Iterator[Expr]:
    """Yield how the values of a defined quantity stand in the line: by name, or as entries."""
    for k in known:
        array = k.array if isinstance(k, Entry) else k
        if isinstance(array, Sym) and array.name == name:
            yield k


def _slopes(f: str, a: Expr, inner: Expr, context: Context) -> Iterator[Slope]:
    """Yield the derivative of an activation by its value, and what is written for it by mistake."""
    square = elementwise(a, a, context=context)
    complement = sub(ONE, a)
    product = elementwise(a, complement, context=context)
    if f == "tanh":
        wrong = "tanh-derivative-wrong"
        yield Slope(sub(ONE, square), f, None)
        yield Slope(sub(ONE, Pow(a, TWO)), f, None)
        for e in (complement, product, add(ONE, square), square):
            yield Slope(e, f, wrong)
        yield Slope(sub(ONE, Pow(Fn("tanh", (a,)), TWO)), f, "chain-wrong-point")
        if rank(inner, context) == rank(a, context):
            point = elementwise(inner, inner, context=context)
            yield Slope(sub(ONE, point), f, "chain-wrong-point")
        return
    wrong = "sigmoid-derivative-wrong"
    yield Slope(product, f, None)
    for e in (complement, a, elementwise(a, add(ONE, a), context=context), sub(a, complement)):
        yield Slope(e, f, wrong)
    yield Slope(sub(ONE, square), f, wrong)
    again = Fn("sigmoid", (a,))
    yield Slope(elementwise(again, sub(ONE, again), context=context), f, "chain-wrong-point")
    if rank(inner, context) == rank(a, context):
        point = elementwise(inner, sub(ONE, inner), context=context)
        yield Slope(point, f, "chain-wrong-point")
