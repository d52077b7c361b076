"""Declared facts that shorten array expressions: symmetric and orthogonal matrices, known totals."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import final

from gradproof.expr import (
    Context,
    Div,
    Entry,
    Expr,
    Fn,
    Identity,
    Idx,
    MatMul,
    Mul,
    Ones,
    Space,
    Sum,
    Sym,
    Transpose,
    walk,
)  # fmt: skip
from gradproof.rewrite import ONE, size_expr


@final
@dataclass(frozen=True, slots=True)
class Facts:
    """What the constraints of a context say about whole arrays.

    Attributes:
        symmetric: names of matrices that equal their transposes.
        orthonormal: names of matrices with ``QᵀQ = I``; the left inverse is the transpose.
        orthogonal: names of square matrices with ``QᵀQ = I`` or ``QQᵀ = I``.
        totals: vectors by name, with the sum of their entries.
        averages: whether means are spoken of.
    """

    symmetric: frozenset[str] = frozenset()
    orthonormal: frozenset[str] = frozenset()
    orthogonal: frozenset[str] = frozenset()
    totals: tuple[tuple[str, Expr], ...] = ()
    averages: bool = False

    def total(self, name: str) -> Expr | None:
        """Return what the entries of a vector add up to, where that is declared."""
        return next((value for n, value in self.totals if n == name), None)


def facts_of(context: Context) -> Facts:
    """Read the constraints of a context, each in both directions, and its definitions of sums and means."""
    symmetric: set[str] = set()
    orthonormal: set[str] = set()
    orthogonal: set[str] = set()
    totals, averages = _defined_totals(context)
    for left, right in _both(context.constraints):
        match left, right:
            case Transpose(Sym(a)), Sym(b) if a == b:
                symmetric.add(a)
            case MatMul((Transpose(Sym(a, space)), Sym(b))), Identity() | Sym("I") if a == b:
                orthonormal.add(a)
                if len(set(space.shape)) == 1:
                    orthogonal.add(a)
            case MatMul((Sym(a, space), Transpose(Sym(b)))), Identity() | Sym("I") if a == b:
                if len(set(space.shape)) == 1:
                    orthonormal.add(a)
                    orthogonal.add(a)
            case Sum(Entry(Sym(a, space), (Idx(i),)), Idx(j), None, None, None), value:
                if i == j and space.rank == 1:
                    totals[a] = value
            case MatMul((Transpose(Ones()), Sym(a))), value:
                totals[a] = value
            case MatMul((Transpose(Sym(a)), Ones())), value:
                totals[a] = value
            case _:
                pass
    return Facts(
        frozenset(symmetric),
        frozenset(orthonormal),
        frozenset(orthogonal),
        tuple(sorted(totals.items(), key=lambda t: t[0])),
        averages,
    )


def _defined_totals(context: Context) -> tuple[dict[str, Expr], bool]:
    """Return the totals of vectors whose sum or mean has a name: from ``μ = mean(x)``, ``1ᵀx = n μ``."""
    totals: dict[str, Expr] = {}
    averages = False
    for name, found in context.definitions.items():
        for d in found:
            averages = averages or any(
                isinstance(n, Fn) and n.name in ("mean", "var") for _, n in walk(d.body)
            )
        if len(found) != 1 or found[0].indices or found[0].params:
            continue
        part = _multiple_of_total(found[0].body)
        if part is None:
            continue
        (x, factor), averages = part, True
        totals[x.name] = Div(Sym(name), factor)
    return totals, averages


def _multiple_of_total(e: Expr) -> tuple[Sym, Expr] | None:
    """Return a vector and a factor where `e` is a multiple of the sum of its entries."""
    match e:
        case Fn("mean", (Sym(_, Space((n,))) as x,)):
            return x, Div(ONE, size_expr(n))
        case Sum(Entry(Sym(_, Space((n,))) as x, (Idx(i),)), Idx(j), lower, upper, None) if i == j:
            whole = lower in (None, ONE) and upper in (None, size_expr(n))
            return (x, ONE) if whole else None
        case MatMul((Transpose(Ones()), Sym(_, Space((_,))) as x)):
            return x, ONE
        case Div(inner, den):
            found = _multiple_of_total(inner)
            return None if found is None else (found[0], Div(found[1], den))
        case Mul((factor, inner)):
            found = _multiple_of_total(inner)
            return None if found is None else (found[0], Mul((factor, found[1])))
        case _:
            return None


def _both(pairs: Iterable[tuple[Expr, Expr]]) -> Iterator[tuple[Expr, Expr]]:
    for left, right in pairs:
        yield left, right
        yield right, left
