"""Sums of arrays with common factors gathered: ``2Xᵀ(XW - Y)``, not ``2XᵀXW - 2XᵀY``."""

from collections.abc import Callable, Sequence

from gradproof.deriving.arrays import Arrays, positive_first
from gradproof.expr import Add, Expr, MatMul
from gradproof.rewrite import ONE

Readable = Callable[[Expr], Expr]
Chain = tuple[Expr, ...]


def gathered(arrays: Arrays, readable: Readable, terms: Sequence[Expr]) -> Expr:
    """Return the sum of terms, in which products with one first (or last) factor stand together."""
    out = list(terms)
    if arrays.shape(out[0]) or any(arrays.shape(t) for t in out):
        for last in (False, True):
            out = _side(arrays, readable, out, last=last)
    if len(out) == 1:
        return out[0]
    return Add(positive_first(out))


def _side(arrays: Arrays, readable: Readable, terms: list[Expr], *, last: bool) -> list[Expr]:
    """Join the terms whose products begin (or end) with the same factor."""
    split = [_chain(arrays, t) for t in terms]
    ends = [(c[-1] if last else c[0]) if len(c) > 1 else None for _, c in split]
    out: list[Expr] = []
    done: set[int] = set()
    for k, end in enumerate(ends):
        if k in done:
            continue
        group = [j for j in range(k, len(terms)) if end is not None and ends[j] == end]
        if end is None or len(group) < 2:
            out.append(terms[k])
            continue
        done.update(group)
        rest: list[Expr] = []
        for j in group:
            scalar, chain = split[j]
            inner = chain[:-1] if last else chain[1:]
            rest.append(arrays.times(scalar, inner[0] if len(inner) == 1 else MatMul(inner)))
        joined = readable(Add(tuple(rest)))
        out.append(arrays.matmul(joined, end) if last else arrays.matmul(end, joined))
    return out


def _chain(arrays: Arrays, e: Expr) -> tuple[Expr, Chain]:
    scalar, body = arrays.split(e)
    if isinstance(body, MatMul):
        return scalar, body.factors
    return scalar, () if body == ONE else (body,)
