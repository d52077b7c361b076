"""Walking the tree: children, rebuilding, paths. The only functions that list every node kind's fields."""

from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final, assert_never

from gradproof.expr.nodes import (
    Add,
    Apply,
    At,
    Branch,
    Cases,
    Compare,
    Const,
    Delta,
    Derivative,
    Det,
    Diag,
    Differential,
    Div,
    Entry,
    Expr,
    Fn,
    Frobenius,
    Gradient,
    Hadamard,
    HadamardDiv,
    Identity,
    Idx,
    Indicator,
    Inverse,
    Kron,
    Let,
    MatMul,
    Mul,
    Neg,
    Norm,
    Num,
    Ones,
    Opaque,
    Pow,
    Prod,
    PseudoInverse,
    Root,
    Row,
    Stack,
    Sum,
    Sym,
    Trace,
    Transpose,
    Vec,
)  # fmt: skip

Path = tuple[int, ...]
"""Place of a node: child positions (as `children` lists them) from the root down."""


def children(e: Expr) -> tuple[Expr, ...]:
    """Return the direct subexpressions in a fixed order; `Path` counts in it."""
    kind = type(e)
    if kind in _LEAVES:
        return ()
    known = _OFTEN.get(kind)
    return _children(e) if known is None else known(e)


_LEAVES: Final[frozenset[type]] = frozenset({Num, Const, Sym, Idx, Ones, Identity})

_OFTEN: Final[Mapping[type, Callable[[Any], tuple[Expr, ...]]]] = MappingProxyType(
    {
        Add: attrgetter("terms"), Mul: attrgetter("factors"), Neg: lambda e: (e.arg,),
        Div: attrgetter("num", "den"), Pow: attrgetter("base", "exponent"), Fn: attrgetter("args"),
        Entry: lambda e: (e.array, *e.indices), Derivative: lambda e: (e.body, *e.wrt),
        MatMul: attrgetter("factors"), Hadamard: attrgetter("factors"), Transpose: lambda e: (e.arg,),
        Apply: attrgetter("args"), Opaque: attrgetter("args"), Delta: attrgetter("left", "right"),
    }
)  # fmt: skip
"""The kinds that occur most, looked up: this function is called for every step of every walk."""


def _children(e: Expr) -> tuple[Expr, ...]:
    match e:
        case Num() | Const() | Sym() | Idx() | Ones() | Identity():
            return ()
        case Neg(x) | Transpose(x) | Trace(x) | Det(x) | Inverse(x) | Diag(x) | Norm(x):
            return (x,)
        case Differential(x) | Indicator(x) | PseudoInverse(x) | Vec(x):
            return (x,)
        case Add(xs) | Mul(xs) | MatMul(xs) | Hadamard(xs) | Row(xs) | Stack(xs) | Cases(xs):
            return tuple(xs)
        case Fn(_, xs) | Apply(_, xs) | Opaque(_, xs):
            return xs
        case Div(a, b) | Pow(a, b) | HadamardDiv(a, b) | Frobenius(a, b) | Kron(a, b):
            return (a, b)
        case Root(a, b) | Delta(a, b) | Compare(_, a, b):
            return (a, b)
        case Entry(a, indices):
            return (a, *indices)
        case Sum(body, index, lower, upper, condition) | Prod(body, index, lower, upper, condition):
            return (body, index, *(x for x in (lower, upper, condition) if x is not None))
        case Branch(value, condition):
            return (value,) if condition is None else (value, condition)
        case Derivative(body, wrt):
            return (body, *wrt)
        case Gradient(body, wrt):
            return (body,) if wrt is None else (body, wrt)
        case At(a, b, c) | Let(b, c, a):
            return (a, b, c)
        case _:
            assert_never(e)


def rebuild(e: Expr, kids: tuple[Expr, ...]) -> Expr:
    """Return `e` with its children replaced by `kids` (same number and order as `children`).

    Raises:
        TypeError: a child is of a kind that this place cannot hold (say, a `Branch` in an `Add`).

    >>> rebuild(Neg(Sym("x")), (Sym("y"),))
    Neg(arg=Sym(name='y', space=Space(shape=())))
    """
    match e:
        case Num() | Const() | Sym() | Idx() | Ones() | Identity():
            return e
        case Neg() | Transpose() | Trace() | Det() | Inverse() | Diag() | Differential():
            return type(e)(kids[0])
        case PseudoInverse() | Vec():
            return type(e)(kids[0])
        case Norm(_, order):
            return Norm(kids[0], order)
        case Indicator():
            return Indicator(_compare(kids[0]))
        case Add() | Mul() | MatMul() | Hadamard() | Row():
            return type(e)(kids)
        case Stack():
            return Stack(tuple(_row(k) for k in kids))
        case Cases():
            return Cases(tuple(_branch(k) for k in kids))
        case Fn(name, _):
            return Fn(name, kids)
        case Apply(name, _, primes):
            return Apply(name, kids, primes)
        case Opaque(head, _):
            return Opaque(head, kids)
        case Div() | Pow() | HadamardDiv() | Frobenius() | Kron() | Root() | Delta():
            return type(e)(kids[0], kids[1])
        case Compare(op):
            return Compare(op, kids[0], kids[1])
        case Entry():
            return Entry(kids[0], kids[1:])
        case Sum(_, _, lower, upper, condition) | Prod(_, _, lower, upper, condition):
            rest = iter(kids[2:])
            index = kids[1]
            if not isinstance(index, Idx):
                raise TypeError(f"the index of a sum must be an Idx, not {type(index).__name__}")
            return type(e)(
                kids[0],
                index,
                None if lower is None else next(rest),
                None if upper is None else next(rest),
                None if condition is None else _compare(next(rest)),
            )
        case Branch(_, condition):
            return Branch(kids[0], None if condition is None else _compare(kids[1]))
        case Derivative(_, _, notation):
            return Derivative(kids[0], kids[1:], notation)
        case Gradient(_, wrt, order):
            return Gradient(kids[0], None if wrt is None else kids[1], order)
        case At():
            return At(kids[0], kids[1], kids[2])
        case Let():
            if not isinstance(kids[1], Sym):
                raise TypeError(f"a let names a symbol, not {type(kids[1]).__name__}")
            return Let(kids[1], kids[2], kids[0])
        case _:
            assert_never(e)


def _compare(e: Expr) -> Compare:
    if not isinstance(e, Compare):
        raise TypeError(f"a condition must be a Compare, not {type(e).__name__}")
    return e


def _branch(e: Expr) -> Branch:
    if not isinstance(e, Branch):
        raise TypeError(f"cases hold branches, not {type(e).__name__}")
    return e


def _row(e: Expr) -> Row:
    if not isinstance(e, Row):
        raise TypeError(f"a stack holds rows, not {type(e).__name__}")
    return e


def walk(e: Expr) -> Iterator[tuple[Path, Expr]]:
    """Yield every node with its path, parents first, without recursion."""
    todo: list[tuple[Path, Expr]] = [((), e)]
    while todo:
        item = todo.pop()
        yield item
        path, node = item
        if type(node) not in _LEAVES:
            kids = children(node)
            todo += [((*path, i), kids[i]) for i in range(len(kids) - 1, -1, -1)]


def subtrees(e: Expr) -> Iterator[Expr]:
    """Yield every node in the order of `walk`, without paths."""
    todo = [e]
    while todo:
        node = todo.pop()
        yield node
        if type(node) not in _LEAVES:
            todo += children(node)[::-1]


def at_path(e: Expr, path: Path) -> Expr:
    """Return the node at `path`."""
    for i in path:
        e = children(e)[i]
    return e


def replace_at(e: Expr, path: Path, new: Expr) -> Expr:
    """Return `e` with the node at `path` replaced by `new`."""
    if not path:
        return new
    kids = list(children(e))
    kids[path[0]] = replace_at(kids[path[0]], path[1:], new)
    return rebuild(e, tuple(kids))


def free_indices(e: Expr) -> frozenset[str]:
    """Return the index letters that stand free in an expression.

    >>> from gradproof.expr.nodes import Entry, Idx, Sum, Sym
    >>> sorted(free_indices(Sum(Entry(Sym("A"), (Idx("i"), Idx("j"))), Idx("j"))))
    ['i']
    """
    out: set[str] = set()
    todo: list[tuple[Expr, frozenset[str]]] = [(e, frozenset())]
    while todo:
        node, bound = todo.pop()
        if isinstance(node, Idx):
            if node.name not in bound:
                out.add(node.name)
            continue
        if isinstance(node, Sum | Prod):
            bound = bound | {node.index.name}
        todo.extend((kid, bound) for kid in children(node))
    return frozenset(out)
