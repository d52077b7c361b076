"""Expectations and what stands in them: nodes that are read as `Opaque`, told apart by their heads."""

from collections.abc import Iterator
from typing import Final, TypeGuard

from gradproof.expr.context import Context
from gradproof.expr.nodes import Apply, Expr, Opaque, Sym
from gradproof.expr.reach import walk_reached
from gradproof.expr.traverse import subtrees

EXPECTATION: Final = "expect"
"""``E[body]``; further arguments are what stands below the E: symbols, indices, densities, `SAMPLED`."""

SAMPLED: Final = "sim"
"""``x ~ p`` below an expectation."""

GIVEN: Final = "given"
"""``y | x`` in the brackets of a density."""

DIVERGENCES: Final = frozenset({"KL", "D_{KL}", "D_{\\mathrm{KL}}"})
"""Names of the Kullback-Leibler divergence ``KL(q ∥ p)``."""

VARIANCES: Final = frozenset({"Var", "Cov", "\\mathbb{V}", "Variance"})
"""Names of the variance and the covariance."""


def is_expectation(e: Expr) -> TypeGuard[Opaque]:
    """Tell whether a node is an expectation, or short for one.

    >>> is_expectation(Opaque("expect", ())), is_expectation(Opaque("argmin", ()))
    (True, False)
    """
    match e:
        case Opaque(head):
            return head == EXPECTATION or head in DIVERGENCES or head in VARIANCES
        case _:
            return False


def is_density(e: Expr) -> TypeGuard[Opaque]:
    """Tell whether a node is a function of what stands before and behind a bar: ``q(z | x)``."""
    match e:
        case Opaque(name, (Opaque(head, (_, _)),)):
            return head == GIVEN and name not in DIVERGENCES
        case _:
            return False


def densities_of(e: Opaque) -> Iterator[Expr]:
    r"""Yield what may be a density below an expectation: ``p`` of ``x \\sim p``, and what stands there alone."""
    for item in e.args[1:]:
        match item:
            case Opaque(head, (_, by)) if head == SAMPLED:
                yield by
            case Sym() | Apply() | Opaque():
                yield item
            case _:
                pass


def density_depends(e: Opaque, name: str) -> bool:
    r"""Tell whether a density below an expectation names a parameter: ``p_\\theta``, ``p(x; \\theta)``."""
    for density in densities_of(e):
        for n in subtrees(density):
            found = n.head if isinstance(n, Opaque) else getattr(n, "name", "")
            if found == name or has_parameter(found, name):
                return True
    return False


def has_parameter(name: str, parameter: str) -> bool:
    r"""Tell whether a name has a parameter below it.

    >>> has_parameter("p_{\\theta}", "\\theta"), has_parameter("p_{\\theta}", "t")
    (True, False)
    """
    return f"_{{{parameter}}}" in name


def is_variance(e: Expr, context: Context) -> bool:
    """Tell whether a node is ``Var(x)`` with the usual meaning: the document does not define it."""
    match e:
        case Apply(name, (_,) | (_, _), 0):
            return name in VARIANCES and name not in context.definitions
        case _:
            return False


def reached_expectations(e: Expr, context: Context) -> Iterator[Expr]:
    """Yield the expectations in an expression and in the definitions that it reaches."""
    return (n for n in walk_reached(e, context) if is_expectation(n))
