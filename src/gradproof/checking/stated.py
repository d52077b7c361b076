"""Equations that state a fact about free symbols (``Aᵀ = A``) instead of claiming an identity."""

from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from gradproof.checking.chance_facts import as_fact, repeats
from gradproof.evaluate import is_constraint
from gradproof.expr import (
    Apply,
    Context,
    Definition,
    Derivative,
    Differential,
    Expr,
    Gradient,
    Identity,
    Inverse,
    MatMul,
    Mul,
    Neg,
    Num,
    Ones,
    Sum,
    Sym,
    Transpose,
    is_scalar,
    walk,
)  # fmt: skip
from gradproof.notation.derivation import SET_TOLD, Claim, Derivation, Line

PREAMBLE: Final = 0
"""The last scope before the first heading."""


def is_fact(claim: Claim, context: Context) -> bool:
    """Tell whether a claim is a constraint on a symbol that nothing defines: declared where it stands."""
    sides = claim.sides
    if len(sides) != 2 or sides[0] is None or sides[1] is None or claim.relations != ("=",):
        return False
    if as_fact(sides[0], sides[1], context) is not None:
        return not repeats(sides[0], sides[1], context)
    names = {n.name for s in sides if s is not None for _, n in walk(s) if isinstance(n, Sym)}
    if not names or names & context.definitions.keys():
        return False
    if any(_empty(n) for s in sides if s is not None for _, n in walk(s)):
        return False
    return not _derives(sides[0], sides[1]) and is_constraint(sides[0], sides[1], context)


def _empty(e: Expr) -> bool:
    """Tell whether an expression is a sum over a range of numbers that holds none."""
    match e:
        case Sum(_, _, lower, Num(last)):
            return last < (lower.value if isinstance(lower, Num) else 1)
        case _:
            return False


def states_facts(line: Line, context: Context) -> bool:
    """Tell whether some reading of a line consists of facts only."""
    return any(r.claims and all(is_fact(c, context) for c in r.claims) for r in line.readings)


Fact = tuple[Expr, Expr]


def with_facts(derivation: Derivation, *, everywhere: bool = False) -> Derivation:
    """Add the facts that lines state to the contexts in which they hold, once each.

    They hold under the heading where they stand, and under later ones: those from before the first heading under
    all, the others where no name in them is declared or defined anew. `everywhere` adds them to all contexts.
    """
    found: dict[tuple[Fact, int], None] = {}
    renewed: dict[int, set[str]] = {}
    for line in derivation.lines:
        context = derivation.contexts[line.state][0]
        if line.role in ("declaration", "definition"):
            firsts = (sides[0] for sides, _ in line.statements)
            renewed.setdefault(line.scope, set()).update(
                n.name for s in firsts if s is not None for _, n in walk(s) if isinstance(n, Sym)
            )
        if states_facts(line, context):
            for reading in line.readings:
                for claim in reading.claims:
                    left, right = claim.sides[0], claim.sides[-1]
                    if left is not None and right is not None and is_fact(claim, context):
                        found.setdefault(((left, right), line.scope))
    if not found:
        return derivation
    own = {line.state: line.scope for line in derivation.lines}

    def holds(fact: Fact, source: int, scope: int) -> bool:
        if everywhere or source == scope:
            return True
        names = _names(fact[0]) | _names(fact[1])
        return source < scope and (source <= PREAMBLE or not names & renewed.get(scope, set()))

    def extended(c: Context, scope: int) -> Context:
        new = dict.fromkeys(f for f, source in found if holds(f, source, scope))
        return replace(c, constraints=(*c.constraints, *(f for f in new if f not in c.constraints)))

    contexts = tuple(
        tuple(extended(c, own[state]) for c in cs) if state in own else cs
        for state, cs in enumerate(derivation.contexts)
    )
    return replace(derivation, contexts=contexts)


def with_constants(derivation: Derivation) -> Derivation:
    """Let I and 1 stand for the identity and for ones where they are arrays that nothing declares."""
    found: dict[str, Expr] = {}
    for line in derivation.lines:
        for statement in line.statements:
            for side in statement[0]:
                for _, node in walk(side) if side is not None else ():
                    if isinstance(node, Sym) and node.name.split("_")[0] in ("I", "1"):
                        constant = _constant(node)
                        if constant is not None:
                            found.setdefault(node.name, constant)
    if not found:
        return derivation

    def extended(c: Context) -> Context:
        new = {
            name: (Definition(name, body),)
            for name, body in found.items()
            if name not in c.definitions and name not in c.domains
        }
        return replace(c, definitions=MappingProxyType({**c.definitions, **new}))

    contexts = tuple(tuple(extended(c) for c in cs) for cs in derivation.contexts)
    return replace(derivation, contexts=contexts)


def _constant(symbol: Sym) -> Expr | None:
    shape = symbol.space.shape
    if symbol.name.startswith("1"):
        return Ones(symbol.space) if shape else Num(Fraction(1)) if symbol.name == "1" else None
    return Identity(symbol.space) if len(shape) == 2 and shape[0] == shape[1] else None


def may_be_condition(left: Expr, right: Expr, context: Context) -> bool:
    """Tell whether an equation of arrays may be a condition on its symbols: what it says holds for some only.

    So it is where nothing is derived or defined, and either both sides are plain products (``AB = BA``,
    ``QᵀQ = I``) or different symbols stand on the two sides (``Ax = b``). Defined numbers may be factors in it
    (``Aw = J Bw``, of which the stationary points of J are the solutions).
    """
    if is_scalar(left, context) and is_scalar(right, context):
        return False
    if _derives(left, right):
        return False
    ours, theirs = _names(left), _names(right)
    if (ours | theirs) & context.definitions.keys():
        return ours != theirs and _factors(left, context) and _factors(right, context)
    return ours != theirs or (_plain(left) and _plain(right))


def names_alone(
    sides: Sequence[tuple[Expr, int]], left: Expr, right: Expr, context: Context
) -> bool:
    """Tell whether names of which nothing is known are set equal, where nothing is derived (``λ = μ``).

    So are they where a chain ends with the number to which it is set, ``|v|^2 = v^T v = 1``.
    """
    exprs = [e for e, _ in sides]
    names = frozenset[str]().union(*map(_names, exprs))
    free = bool(names) and not names & context.definitions.keys()
    if _derives(*exprs):
        return False
    if len(exprs) > 2 and right is exprs[-1] and isinstance(right, Num):
        return free
    return (
        isinstance(left, Sym)
        and isinstance(right, Sym)
        and not {left.name, right.name} & context.definitions.keys()
    )


def sets_told(derivation: Derivation) -> frozenset[str]:
    """Return the names whose definitions sum over a set of which words tell what is in it."""
    return frozenset(
        n.name
        for line in derivation.lines
        if any(a.kind == SET_TOLD for a in line.assumptions)
        for sides, _ in line.statements
        if sides and sides[0] is not None
        for _, n in walk(sides[0])
        if isinstance(n, Sym | Apply)
    )


def names_once(derivation: Derivation) -> frozenset[str]:
    """Return the names that one side of one line of a document writes and nothing else declares, defines or uses."""
    count: Counter[str] = Counter()
    for line in derivation.lines:
        found = {s for sides, _ in line.statements for s in sides if s is not None}
        for side in found:
            count.update({n.name for _, n in walk(side) if isinstance(n, Sym | Apply)})
    return frozenset(name for name, sides in count.items() if sides == 1)


def is_free(e: Expr, once: Set[str], context: Context) -> bool:
    """Tell whether a side is a name that only its line writes: the equation gives it, or is a condition on it."""
    return isinstance(e, Sym) and e.name in once and e.name not in context.domains


def _factors(e: Expr, context: Context) -> bool:
    """Tell whether a side is a product of symbols, of which only numbers are defined."""
    match e:
        case Sym(name, space):
            return name not in context.definitions or not space.shape
        case Apply(_, xs):
            return all(is_scalar(x, context) for x in (e, *xs))
        case Transpose(x) | Inverse(x) | Neg(x):
            return _factors(x, context)
        case MatMul(xs) | Mul(xs):
            return all(_factors(x, context) for x in xs)
        case _:
            return isinstance(e, Num)


def _names(e: Expr) -> set[str]:
    return {n.name for _, n in walk(e) if isinstance(n, Sym)}


def _derives(*sides: Expr) -> bool:
    return any(
        isinstance(n, Derivative | Gradient | Differential) for s in sides for _, n in walk(s)
    )


def _plain(e: Expr) -> bool:
    """Tell whether a side is a symbol, the identity, or a product of two such."""
    match e:
        case Sym() | Identity() | Num():
            return True
        case Transpose(x) | Inverse(x) | Neg(x):
            return _plain(x)
        case MatMul((a, b)):
            return _plain(a) and _plain(b) and not isinstance(a, MatMul)
        case _:
            return False
