"""Whether an expression is an instance of another: index letters free to choose, bound letters renamed."""

from collections.abc import Mapping

from gradproof.expr import Expr, Idx, Prod, Sum, children


def instance(pattern: Expr, e: Expr, free: frozenset[str]) -> Mapping[str, Expr] | None:
    """Return what the index letters `free` of `pattern` stand for in `e`, or None where it is no instance.

    >>> from gradproof.expr import Entry, Sym
    >>> x = Sym("x")
    >>> dict(instance(Entry(x, (Idx("k"),)), Entry(x, (Idx("i"),)), frozenset("k")) or {})
    {'k': Idx(name='i')}
    """
    table: dict[str, Expr] = {}
    return table if _same(pattern, e, free, table, {}) else None


def _same(
    p: Expr, e: Expr, free: frozenset[str], table: dict[str, Expr], bound: dict[str, str]
) -> bool:
    if isinstance(p, Idx):
        if p.name in bound:
            return isinstance(e, Idx) and bound[p.name] == e.name
        if p.name in free:
            if isinstance(e, Idx) and e.name in bound.values():
                return False
            return table.setdefault(p.name, e) == e
        return p == e
    if type(p) is not type(e):
        return False
    left, right = children(p), children(e)
    if not left or len(left) != len(right):
        return p == e
    if isinstance(p, Sum | Prod) and isinstance(e, Sum | Prod):
        inner = {**bound, p.index.name: e.index.name}
        if (p.lower is None, p.upper is None) != (e.lower is None, e.upper is None):
            return False
        return all(_same(a, b, free, table, inner) for a, b in zip(left, right, strict=True))
    if not _same_head(p, e):
        return False
    return all(_same(a, b, free, table, bound) for a, b in zip(left, right, strict=True))


def _same_head(p: Expr, e: Expr) -> bool:
    """Tell whether two nodes of one kind agree in everything but their children."""
    for name in ("name", "op", "order", "head", "primes", "notation"):
        if getattr(p, name, None) != getattr(e, name, None):
            return False
    return True
