r"""A loss of which nothing is said but what it is differentiated by: any function of the last quantities stands for it.

What the chain rule says of ``∂L/∂x`` by way of ``∂L/∂y`` holds whatever L is. So it is judged with one function of
the quantities that no other is made of: linear and quadratic in them, with coefficients that may be any.
"""

from collections.abc import Iterator, Mapping, Sequence, Set

from gradproof.expr import (
    SEED,
    Add,
    Apply,
    Definition,
    Derivative,
    Entry,
    Expr,
    Frobenius,
    Gradient,
    Hadamard,
    Mul,
    Sym,
    subtrees,
    walk,
)  # fmt: skip
from gradproof.notation.derivation import Line

Definitions = Mapping[str, tuple[Definition, ...]]


def stand_ins(
    definitions: Definitions, varying: Set[str], lines: Sequence[Line]
) -> dict[str, Definition]:
    """Return a function to stand for every undefined number that is differentiated, by its name.

    Only where all it is differentiated by takes part in the last quantities, and each of several of these is among it:
    the number may not depend on one that is not spoken of, nor on one that is defined only later.
    """
    if not varying:
        return {}
    symbols = {
        n.name: n
        for line in lines
        for sides, _ in line.statements
        for side in sides
        if side is not None
        for n in subtrees(side)
        if isinstance(n, Sym)
    }
    reach = {k: _reach(k, definitions) for k in definitions}
    out: dict[str, Definition] = {}
    given = _places(lines)
    for name in sorted(varying):
        by = set(_variables(name, lines))
        # what is told by way of the number itself, as δ = ∂L/∂z, is none of what it is made of
        adjoint = set(_adjoints(name, lines))
        before = {k: d for k, d in definitions.items() if name not in reach[k] and k not in adjoint}
        used = {n for k, found in before.items() for d in found for n in _names(d.body) - {k}}
        last = [k for k in before if k not in used and k in symbols and _plain(before[k])]
        ends = [k for k in last if by & reach[k]]
        scalar = name in symbols and not symbols[name].space.rank
        first = next((k for k, x in enumerate(lines) if any(_variables(name, (x,)))), 0)
        told = all(k in by for k in ends) or len(ends) == 1
        told = told and all(given.get(k, first) <= first for k in ends)
        if scalar and told and ends and by <= set[str]().union(*(reach[k] for k in ends)):
            terms = [t for k, end in enumerate(ends) for t in _terms(symbols[end], k)]
            out[name] = Definition(name, Add(tuple(terms)))
    return out


def _places(lines: Sequence[Line]) -> dict[str, int]:
    """Return for every name the first line that has it on its left."""
    out: dict[str, int] = {}
    for k, line in enumerate(lines):
        for sides, _ in line.statements:
            if sides[0] is not None:
                out.setdefault(_base(sides[0]), k)
    return out


def _plain(found: tuple[Definition, ...]) -> bool:
    return len(found) == 1 and not found[0].params


def _names(e: Expr) -> set[str]:
    return {n.name for _, n in walk(e) if isinstance(n, Sym | Apply)}


def _reach(name: str, definitions: Definitions) -> set[str]:
    seen = {name}
    todo = [name]
    while todo:
        for d in definitions.get(todo.pop(), ()):
            more = _names(d.body) - seen
            seen |= more
            todo.extend(sorted(more))
    return seen


def _variables(name: str, lines: Sequence[Line]) -> Iterator[str]:
    """Yield by what the lines differentiate a name."""
    for line in lines:
        for sides, _ in line.statements:
            for side in sides:
                for _, node in walk(side) if side is not None else ():
                    match node:
                        case Derivative(Sym(body), wrt) if body == name:
                            yield from (_base(w) for w in wrt)
                        case Gradient(Sym(body), wrt) if body == name:
                            yield "" if wrt is None else _base(wrt)
                        case _:
                            pass


def _adjoints(name: str, lines: Sequence[Line]) -> Iterator[str]:
    """Yield the names that the lines set equal to a derivative of a number."""
    for line in lines:
        for sides, _ in line.statements:
            if any(isinstance(s, Derivative) and s.body == Sym(name) for s in sides):
                yield from (_base(s) for s in sides if isinstance(s, Sym | Entry))


def _base(e: Expr) -> str:
    match e:
        case Sym(name):
            return name
        case Entry(array):
            return _base(array)
        case _:
            return ""


def _terms(end: Sym, number: int) -> tuple[Expr, Expr]:
    """Return a linear and a quadratic term in a quantity."""
    a, b = (Sym(f"{letter}_{number + 1}{SEED}", end.space) for letter in ("a", "b"))
    if end.space.rank:
        return Frobenius(a, end), Frobenius(b, Hadamard((end, end)))
    return Mul((a, end)), Mul((b, end, end))
