"""Equations that say something of a distribution instead of claiming it: ``E[ε] = 0``, ``Var(ε) = σ²``."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import final

from gradproof.expr import (
    EXPECTATION,
    Add,
    Apply,
    Context,
    Expr,
    Fn,
    MatMul,
    Mul,
    Neg,
    Num,
    Opaque,
    Pow,
    Sym,
    Transpose,
    is_expectation,
    is_variance,
    subtrees,
)  # fmt: skip

TWO = Num(Fraction(2))


@final
@dataclass(frozen=True, slots=True)
class Facts:
    """What is said of distributions.

    Attributes:
        symbols: the random quantities that it is said of.
        means: expectations of single quantities.
        values: names for what is expected: ``σ`` of ``Var(x) = σ²``.
        unused: whether something more is said, which no sample is made to satisfy.
    """

    symbols: tuple[Sym, ...]
    means: Mapping[str, Expr]
    values: Mapping[str, Expr]
    unused: bool


def stated_facts(context: Context) -> Facts:
    """Return what the constraints of a context say of distributions; the first that is said of a name counts."""
    symbols: dict[Sym, None] = {}
    means: dict[str, Expr] = {}
    values: dict[str, Expr] = {}
    unused = False
    for pair in context.constraints:
        fact = as_fact(*pair, context)
        if fact is None:
            continue
        expected, value = fact
        own = [
            n for n in _inside(expected) if isinstance(n, Sym) and n.name not in context.definitions
        ]
        symbols.update(dict.fromkeys(n for n in own if n.name not in means.keys() | values.keys()))
        match expected, value:
            case Opaque(_, (Sym(name), *_)), _ if is_expectation(expected) and _mean(expected):
                unused = unused or name in means
                means.setdefault(name, value)
            case _, Sym(name) | Pow(Sym(name), Num()) if name not in context.definitions:
                unused = unused or name in values
                rooted = expected if isinstance(value, Sym) else Fn("sqrt", (expected,))
                values.setdefault(name, rooted)
            case _:
                unused = True
    return Facts(tuple(symbols), means, values, unused)


def as_fact(left: Expr, right: Expr, context: Context) -> tuple[Expr, Expr] | None:
    """Read an equation as one between a simple expectation and a value without one; None where it is none such."""
    for expected, value in ((left, right), (right, left)):
        if not (is_expectation(expected) or is_variance(expected, context)):
            continue
        inside = _inside(expected)
        names = {n.name for n in inside if isinstance(n, Sym)}
        if not names or not all(_simple(n, context) for n in inside):
            return None
        for n in subtrees(value):
            if is_expectation(n) or is_variance(n, context):
                return None
            if isinstance(n, Sym) and n.name in names:
                return None
        if isinstance(value, Add):
            return None
        return expected, value
    return None


def repeats(left: Expr, right: Expr, context: Context) -> bool:
    """Tell whether an earlier fact says what the name stands for that an equation tells: then it is a claim."""
    fact = as_fact(left, right, context)
    for pair in context.constraints:
        if pair == (left, right):
            return False
        other = as_fact(*pair, context)
        if fact is None or other is None:
            continue
        if _valued(other[1]) & _valued(fact[1]) or other[0] == fact[0]:
            return True
    return False


def _valued(value: Expr) -> set[str]:
    return {n.name for n in subtrees(value) if isinstance(n, Sym)}


def _mean(e: Opaque) -> bool:
    return e.head == EXPECTATION and isinstance(e.args[0], Sym)


def _inside(e: Expr) -> list[Expr]:
    match e:
        case Opaque(head, args):
            kept = args[:1] if head == EXPECTATION else args
        case Apply(_, args):
            kept = args
        case _:
            kept = (e,)
    return [n for a in kept for n in subtrees(a) if not (isinstance(n, Opaque) and not n.args)]


def _simple(e: Expr, context: Context) -> bool:
    match e:
        case Sym(name):
            return name not in context.definitions
        case Pow(_, Num()) | Mul() | MatMul() | Transpose() | Neg() | Num() | Add():
            return True
        case _:
            return is_expectation(e)
