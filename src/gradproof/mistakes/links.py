"""Putting an application of a rule together again with one part changed; shared by the mistakes."""

from gradproof.differentiate import Application
from gradproof.expr import Delta, Expr, Mul
from gradproof.rewrite import ONE, ZERO, add, mul


def trivial(inner: Expr) -> bool:
    """Tell whether an inner derivative is nothing that a person writes: 0, 1, or a Kronecker delta."""
    match inner:
        case Delta():
            return True
        case Mul(factors):
            return all(trivial(f) for f in factors)
        case _:
            return inner in (ZERO, ONE)


def with_inner(a: Application, link: int, inner: Expr) -> Expr:
    """Return the result of the chain rule with one inner derivative replaced."""
    parts = zip(a.outer, (*a.inner[:link], inner, *a.inner[link + 1 :]), strict=True)
    return add(*(mul(o, i) for o, i in parts))


def with_outer(a: Application, link: int, outer: Expr) -> Expr:
    """Return the result of the chain rule with one outer derivative replaced."""
    parts = zip((*a.outer[:link], outer, *a.outer[link + 1 :]), a.inner, strict=True)
    return add(*(mul(o, i) for o, i in parts))


def product_without(a: Application, dropped: int) -> Expr:
    """Return the result of the product rule without the term of one factor."""
    node = a.node
    assert isinstance(node, Mul)
    return add(
        *(
            mul(*node.factors[:k], a.part(k), *node.factors[k + 1 :])
            for k in range(len(node.factors))
            if k != dropped and a.part(k) != ZERO
        )
    )
