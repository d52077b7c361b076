"""Domains inferred from use: labels weigh one term by themselves and another by their complement."""

from collections.abc import Iterable, Iterator

from gradproof.expr import (
    CLOSED_UNIT,
    POSITIVE,
    Add,
    Compare,
    Div,
    Domain,
    Entry,
    Expr,
    Fn,
    Frobenius,
    Mul,
    Neg,
    Num,
    Pow,
    Sym,
    children,
    walk,
)  # fmt: skip


def label_domains(exprs: Iterable[Expr]) -> dict[str, Domain]:
    """Return the closed unit interval for every name used as a label: ``y·a + (1-y)·b``.

    A name that stands itself inside a logarithm, a power or a denominator is a probability, not a label.
    """
    plain: set[str] = set()
    complement: set[str] = set()
    argument: set[str] = set()
    for e in exprs:
        for _, node in walk(e):
            if isinstance(node, Mul):
                for factor in node.factors:
                    _weigh(factor, plain, complement)
            elif isinstance(node, Frobenius):
                _weigh(node.left, plain, complement)
            elif isinstance(node, Div):
                _weigh(node.num, plain, complement)
                argument.update(_names(node.den))
            elif isinstance(node, Fn | Pow):
                argument.update(n for kid in children(node) for n in _names(kid))
    return dict.fromkeys(sorted((plain & complement) - argument), CLOSED_UNIT)


def threshold_domains(exprs: Iterable[Expr]) -> dict[str, Domain]:
    """Return the positive numbers for every name that bounds an absolute value: ``|r| ≤ δ``."""
    out: dict[str, Domain] = {}
    for e in exprs:
        for _, node in walk(e):
            if isinstance(node, Compare):
                for size, bound in ((node.left, node.right), (node.right, node.left)):
                    name = _name(bound)
                    if name is not None and isinstance(size, Fn) and size.name == "abs":
                        out[name] = POSITIVE
    return out


def _weigh(factor: Expr, plain: set[str], complement: set[str]) -> None:
    name = _name(factor)
    if name is not None:
        plain.add(name)
    elif isinstance(factor, Add) and len(factor.terms) == 2:
        one, rest = factor.terms
        if isinstance(one, Num) and one.value == 1 and isinstance(rest, Neg):
            name = _name(rest.arg)
            if name is not None:
                complement.add(name)


def _name(e: Expr) -> str | None:
    if isinstance(e, Entry):
        return _name(e.array)
    return e.name if isinstance(e, Sym) else None


def _names(e: Expr) -> Iterator[str]:
    return (n.name for _, n in walk(e) if isinstance(n, Sym))
