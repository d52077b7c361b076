"""The spaces of names that nobody declared, as facts in TeX."""

from collections.abc import Iterator, Set

from gradproof.expr import Context, Entry, Expr, Sym, children, walk_reached


def holds_arrays(loss: Expr, context: Context) -> bool:
    """Tell whether a whole array stands in the formulas, not only entries."""
    bodies = (d.body for found in context.definitions.values() for d in found)
    return any(any(_whole_arrays(e)) for e in (loss, *bodies))


def shows_arrays(e: Expr) -> bool:
    """Tell whether a whole array stands in an expression, not only entries."""
    return any(_whole_arrays(e))


def inferred_spaces(loss: Sym, context: Context, declared: Set[str]) -> tuple[str, ...]:
    """Return the spaces of undeclared names.

    Names with a definition or a domain are left out, and so are sizes, and arrays whose sizes nobody named.
    """
    symbols: dict[str, Sym] = {}
    for e in (loss, *(d.body for found in context.definitions.values() for d in found)):
        for node in walk_reached(e, context):
            if isinstance(node, Sym):
                symbols.setdefault(node.name, node)
    sizes = {r.upper.name for r in context.ranges.values()}
    sizes |= {s.name for n in symbols.values() for s in n.space.shape}
    known = sizes | set(declared) | set(context.definitions) | set(context.domains)
    facts = (_fact(symbol) for name, symbol in symbols.items() if name not in known)
    return tuple(fact for fact in facts if fact is not None)


def _whole_arrays(e: Expr) -> Iterator[bool]:
    """Tell of every array in an expression whether it stands there without indices."""
    if isinstance(e, Entry):
        for i in e.indices:
            yield from _whole_arrays(i)
        return
    if isinstance(e, Sym):
        yield bool(e.space.shape)
    for kid in children(e):
        yield from _whole_arrays(kid)


def _fact(symbol: Sym) -> str | None:
    sizes = [str(s) for s in symbol.space.shape]
    if any(not s or s.startswith(("n_{", "?")) for s in sizes):
        return None
    times = r" \times ".join(sizes)
    power = f"^{{{times}}}" if sizes else ""
    return rf"{symbol.name} \in \mathbb{{R}}{power}"
