"""Names of the question put back: what a definition stands for becomes its name again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import final

from gradproof.deriving.matching import instance
from gradproof.deriving.rational import Quotient, TooLarge
from gradproof.differentiate import NotSupported
from gradproof.differentiate.components import component
from gradproof.expr import (
    Context,
    Definition,
    Entry,
    Expr,
    Fn,
    Idx,
    Num,
    Pow,
    Prod,
    Sum,
    Sym,
    children,
    formal_indices,
    rebuild,
)  # fmt: skip
from gradproof.rewrite import substitute

_FORMAL = ("?1", "?2")
"""Index letters that stand in no formula."""


@final
@dataclass(frozen=True, slots=True)
class _Shape:
    """A pattern, the name that stands for it, its free index letters, and what it must not be looked for in."""

    pattern: Expr
    name: Expr
    free: frozenset[str]
    closed: tuple[Expr, ...] = ()


def folded(e: Expr, context: Context, loss: str, symbols: Mapping[str, Sym]) -> Expr:
    """Return `e` with every part that a definition stands for replaced by its name; the loss stays.

    `symbols` are the defined names as they stand in the question.
    """
    for shape in _whole(context, loss, symbols):
        e = _replaced(e, shape, context)
    return e


def eliminated(e: Expr, context: Context, loss: str, symbols: Mapping[str, Sym]) -> Expr:
    r"""Return `e` with exponentials and the like expressed by the names that are defined by them.

    ``p_k = e^{z_k} / S`` turns every ``e^{z_k}`` outside of ``S`` into ``p_k S``.
    """
    for shape in _solved(context, loss, symbols):
        e = _replaced(e, shape, context)
    return e


def with_facts(e: Expr, context: Context) -> Expr:
    """Return `e` with the left sides of declared equations (``Σ_k y_k = 1``) replaced by their right sides."""
    for left, right in context.constraints:
        if isinstance(left, Sum | Prod) and isinstance(right, Num):
            e = _replaced(e, _Shape(left, right, frozenset()), context)
    return e


def _definitions(context: Context, loss: str) -> Iterator[Definition]:
    for name in sorted(context.definitions, reverse=True):
        found = context.definitions[name]
        plain = len(found) == 1 and not found[0].params
        if name != loss and plain and all(isinstance(i, Idx) for i in found[0].indices):
            yield found[0]


def _named(d: Definition, symbols: Mapping[str, Sym]) -> tuple[Expr, frozenset[str]]:
    """Return what stands for the body of a definition, and its free index letters."""
    symbol = symbols.get(d.name, Sym(d.name))
    formal = formal_indices(d)
    if not formal:
        return symbol, frozenset()
    return Entry(symbol, formal), frozenset(i.name for i in formal)


def _whole(context: Context, loss: str, symbols: Mapping[str, Sym]) -> Iterator[_Shape]:
    for d in _definitions(context, loss):
        name, free = _named(d, symbols)
        if not children(d.body):
            continue
        yield _Shape(d.body, name, free)
        entry = _by_entries(d, name, context)
        if entry is not None:
            yield entry


def _by_entries(d: Definition, name: Expr, context: Context) -> _Shape | None:
    """Return the entry of a vector or matrix that is defined as a whole, as a pattern."""
    if not isinstance(name, Sym) or not name.space.shape or d.indices:
        return None
    indices = tuple(Idx(letter) for letter in _FORMAL[: name.space.rank])
    try:
        body = component(d.body, indices, context, frozenset(_FORMAL))
    except NotSupported:
        return None
    return _Shape(body, Entry(name, indices), frozenset(i.name for i in indices))


def _solved(context: Context, loss: str, symbols: Mapping[str, Sym]) -> Iterator[_Shape]:
    """Solve ``name = (α a + β)/(γ a + δ)`` for an exponential or other function `a`."""
    for d in _definitions(context, loss):
        name, free = _named(d, symbols)
        try:
            quotient = Quotient(d.body)
        except TooLarge:
            continue
        main = [a for a in quotient.atoms if isinstance(a, Fn | Pow)]
        if len(main) != 1:
            continue
        solved = quotient.solved(main[0], name)
        if solved is not None and solved != name:
            others = tuple(a for a in quotient.atoms if a != main[0] and children(a))
            yield _Shape(main[0], solved, free, others)


def _replaced(e: Expr, shape: _Shape, context: Context) -> Expr:
    for other in shape.closed:
        if instance(other, e, shape.free) is not None:
            return e
    found = instance(shape.pattern, e, shape.free)
    if found is not None and set(found) == set(shape.free):
        table: Mapping[Expr, Expr] = {Idx(k): v for k, v in found.items() if Idx(k) != v}
        return substitute(shape.name, table, context)
    kids = children(e)
    if not kids:
        return e
    new = tuple(_replaced(k, shape, context) for k in kids)
    return e if all(a is b for a, b in zip(kids, new, strict=True)) else rebuild(e, new)
