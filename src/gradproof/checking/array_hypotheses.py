"""Unstated assumptions about whole arrays: labels that sum to one, covariances that are symmetric."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType

from gradproof.checking.hypothesis import CONSTRAINT_ASSUMED, FACT_TOLD, Hypothesis
from gradproof.expr import (
    Context,
    Definition,
    Div,
    Entry,
    Expr,
    Fn,
    Identity,
    Idx,
    Inverse,
    MatMul,
    Mul,
    Neg,
    Num,
    Space,
    Sum,
    Sym,
    Transpose,
    walk,
    walk_reached,
)  # fmt: skip
from gradproof.notation.derivation import Structure

NORMALISING = frozenset({"softmax", "logsoftmax", "logsumexp", "exp"})
"""Functions of which some hold for labels that sum to one only."""
COUNTING = frozenset("nNmMkKTdD")
"""Letters that count by habit."""
COVARIANCES = ("\\Sigma", "\\Lambda", "\\Omega")
"""Letters of matrices that are symmetric by habit."""
SYMMETRIC = tuple("SCKGHPQR")
"""Letters of matrices that are symmetric by habit where nothing declares them: scatter, kernel, Hessian."""


def whole_labels(
    left: Expr, right: Expr, context: Context, differentiated: Set[str]
) -> Iterator[Hypothesis]:
    """Labels written as a whole: the entries of a vector, the rows or the columns of a matrix sum to one."""
    reached = [n for side in (left, right) for n in walk_reached(side, context)]
    if not any(isinstance(n, Fn) and n.name in NORMALISING for n in reached):
        return
    for symbol in _free_arrays(reached, context):
        if symbol.name in differentiated or symbol.space.rank > 2:
            continue
        letters = tuple(Idx(f"\\cdot_{k}") for k in range(symbol.space.rank))
        for axis, letter in reversed(list(enumerate(letters))):
            total = Sum(Entry(symbol, letters), letter)
            what = "" if len(letters) == 1 else ("each column of ", "each row of ")[axis]
            yield Hypothesis(
                CONSTRAINT_ASSUMED,
                f"the line holds if {what}{symbol.name} sums to one, which is not declared",
                replace(context, constraints=(*context.constraints, (total, Num(Fraction(1))))),
            )


def structured(
    left: Expr, right: Expr, context: Context, told: Set[Structure]
) -> Iterator[Hypothesis]:
    """A matrix that bears the letter of a covariance is symmetric; any may be what the words call one.

    `told` is what the words of the document call some matrix; which one they mean is not read. A line that
    writes the transpose of a matrix, or of its inverse, tells it from the matrix: that one is not symmetric by habit.
    """
    reached = [n for side in (left, right) for n in walk_reached(side, context)]
    matrices = [s for s in _free_arrays(reached, context) if s.space.rank == 2]
    square = [s for s in matrices if s.space.shape[0] == s.space.shape[1]]
    apart = {n.arg for n in reached if isinstance(n, Transpose)}
    by_habit = [
        s
        for s in square
        if (_habitual(s, context) or _weighs(s, reached)) and not {s, Inverse(s)} & apart
    ]
    if "symmetric" in told:
        yield from _with(context, [(Transpose(s), s) for s in square], "symmetric", told=True)
    elif by_habit:
        yield from _with(context, [(Transpose(s), s) for s in by_habit], "symmetric", told=False)
    else:
        halved = [s for s in square if s.name not in context.domains and _halved(s, reached)]
        for h in _with(context, [(Transpose(s), s) for s in halved], "symmetric", told=False):
            yield replace(h, sufficient=False)
    if "skew" in told:
        yield from _with(context, [(Transpose(s), Neg(s)) for s in square], "skew", told=True)
    for s in matrices if "orthogonal" in told else ():
        identity = Identity(Space((s.space.shape[1],) * 2))
        fact = (MatMul((Transpose(s), s)), identity)
        yield from _with(context, [fact], "orthogonal", told=True)


def _habitual(s: Sym, context: Context) -> bool:
    return s.name.startswith(COVARIANCES) or (
        s.name.startswith(SYMMETRIC) and s.name not in context.domains
    )


def _weighs(s: Sym, reached: Sequence[Expr]) -> bool:
    r"""Tell whether the inverse of a matrix weighs one vector, ``u^T M^{-1} u``, as that of a covariance does."""
    return any(
        isinstance(n, MatMul)
        and len(n.factors) == 3
        and n.factors[1] == Inverse(s)
        and n.factors[0] == Transpose(n.factors[2])
        for n in reached
    )


def _halved(s: Sym, reached: Sequence[Expr]) -> bool:
    r"""Tell whether half of a form in a matrix is spoken of, ``\frac12 x^T A x``, as one does where it is symmetric."""
    two, half = Num(Fraction(2)), Num(Fraction(1, 2))
    for node in reached:
        match node:
            case Div(num, den) if den == two:
                parts: tuple[Expr, ...] = (num,)
            case Mul(factors) if half in factors or Div(Num(Fraction(1)), two) in factors:
                parts = factors
            case _:
                continue
        if any(
            isinstance(m, MatMul) and isinstance(m.factors[0], Transpose) and s in m.factors[1:-1]
            for p in parts
            for _, m in walk(p)
        ):
            return True
    return False


def _with(
    context: Context, facts: list[tuple[Expr, Expr]], what: str, *, told: bool
) -> Iterator[Hypothesis]:
    if not facts:
        return
    found = {n.name: None for fact in facts for _, n in walk(fact[0]) if isinstance(n, Sym)}
    names = f"{', '.join(found)} {'is' if len(found) == 1 else 'are'} {what}"
    yield Hypothesis(
        FACT_TOLD if told else CONSTRAINT_ASSUMED,
        f"the line holds if {names}, as the words suggest"
        if told
        else f"the line holds if {names}, which is not declared",
        replace(context, constraints=(*context.constraints, *facts)),
    )


def counts(left: Expr, right: Expr, context: Context) -> Iterator[Hypothesis]:
    """A letter that counts may be the size of an array, where nothing is said of both: ``m`` in ``1/m X^T 1``."""
    reached = [n for side in (left, right) for n in walk_reached(side, context)]
    symbols = dict.fromkeys(n for n in reached if isinstance(n, Sym))
    counted = {r.upper.name for r in context.ranges.values()}
    sizes = dict.fromkeys(
        size.name
        for s in symbols
        if s.name not in context.domains
        for size in s.space.shape
        if size.name and not size.offset and size.name not in counted
    )
    known = sizes.keys() | context.sizes.keys() | counted
    for symbol in symbols:
        name = symbol.name
        free = name not in known and name not in context.definitions and name not in context.values
        if symbol.space.rank or not free or name not in COUNTING:
            continue
        for size in sizes:
            definition = Definition(name, Sym(size))
            definitions = MappingProxyType({**context.definitions, name: (definition,)})
            yield Hypothesis(
                "size-assumed",
                f"the line holds if {name} is the size {size} of an array, which is not declared",
                replace(context, definitions=definitions),
            )


def _free_arrays(reached: list[Expr], context: Context) -> list[Sym]:
    """Return the arrays that nothing defines or constrains, in order of first appearance."""
    tied = {
        n.name
        for pair in context.constraints
        for s in pair
        for _, n in walk(s)
        if isinstance(n, Sym)
    }
    found: dict[str, Sym] = {}
    for node in reached:
        if (
            isinstance(node, Sym)
            and node.space.rank
            and node.name not in tied | set(context.definitions)
        ):
            found.setdefault(node.name, node)
    return list(found.values())
