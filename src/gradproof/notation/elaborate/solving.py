"""Names that an equation gives although they do not stand alone on its left: J in ``L = -mJ``."""

from collections.abc import Container, Sequence, Set
from typing import final

from gradproof.expr import Add, Apply, Definition, Div, Entry, Expr, Fn, Idx, Mul, Neg, Sym, walk
from gradproof.notation.elaborate.build import Built
from gradproof.notation.elaborate.contexts import base_name
from gradproof.notation.elaborate.symbols import Symbols


@final
class NotSolvable(ValueError):
    """The name does not stand exactly once, under sums, numbers and quotients above the bar."""


def named_last(
    built: Sequence[Built | None], table: Symbols, known: Container[str], used: Set[str]
) -> Definition | None:
    """Define a new name at the end of a chain, ``… = a - y = δ``, by the side before it."""
    last, before = built[-1], built[-2] if len(built) > 2 else None
    if last is None or before is None or not isinstance(last.expr, Sym | Entry):
        return None
    name = base_name(last.expr)
    if not name or name[0] in used or name[0] in known or name[0] in table.domains:
        return None
    return Definition(name[0], before.expr, (), formals(last.expr)[1])


def given_name(
    built: Sequence[Built | None],
    table: Symbols,
    known: Container[str],
    used: Set[str],
    bodies: Sequence[Definition],
) -> Definition | None:
    """Return the name that an equation of numbers gives, with its value; None where it gives none.

    One side is a name that is known, and nothing in the document defines, declares or uses the other name
    before. Where what is known of the one name only says how it hangs on the other (``L = -mJ`` stood first;
    `bodies` are the definitions of the side), the other is given too.
    """
    if len(built) != 2 or built[0] is None or built[1] is None:
        return None
    if any(b is None or b.shape != () for b in built):
        return None
    sides = (built[0].expr, built[1].expr)
    for value, holder in (sides, sides[::-1]):
        if applied_name(value) not in known or applied_name(value) == "":
            continue
        found = _new(holder, table, known, used)
        if len(found) == 1:
            return _solved(value, holder, found[0])
        for d in bodies if not found else ():
            inner = _new(d.body, table, known, frozenset())
            if len(inner) == 1 and not d.indices and inner[0] not in _names(holder):
                return _solved(holder, d.body, inner[0])
    return None


def given_logarithm(
    built: Sequence[Built | None], table: Symbols, known: Container[str], used: Set[str]
) -> Definition | None:
    r"""Return what ``\log p = …`` gives: p, of which nothing is said before, by the exponential of the other side."""
    if len(built) < 2 or built[0] is None or built[1] is None:
        return None
    body = built[1].expr
    match built[0].expr:
        case Fn("log", (Sym() | Apply(primes=0) as inner,)):
            name = applied_name(inner)
        case _:
            return None
    params, _ = formals(inner)
    new = (
        name not in known
        and name not in used
        and name not in _names(body)
        and name not in table.bodies
        and name not in table.domains
        and name not in table.variables
        and name not in table.vague
        and not table.is_size(name)
    )
    if not new or built[1].shape != () or not all(isinstance(p, Sym) for p in params):
        return None
    return Definition(name, Fn("exp", (body,)), params)


def applied_name(e: Expr) -> str:
    """Return the name of a symbol, of the array of an entry, or of a function applied; empty for all else."""
    match e:
        case Sym(name) | Apply(name):
            return name
        case Entry(array):
            return applied_name(array)
        case _:
            return ""


def also_new(e: Expr, table: Symbols, known: Container[str]) -> bool:
    """Tell whether a side is a name that its chain defines in passing."""
    name = applied_name(e)
    params, indices = formals(e)
    formal = all(isinstance(p, Sym) for p in params) and all(isinstance(i, Idx) for i in indices)
    return formal and name in table.chained and name not in known


def named_between(
    built: Sequence[Built | None], table: Symbols, known: Container[str]
) -> list[Definition]:
    """Define the new names between two sides of a chain by the first expression after each."""
    kept = [b.expr for b in built if b is not None]
    out: list[Definition] = []
    for k, side in enumerate(kept[1:-1], 1):
        if also_new(side, table, known):
            body = next((e for e in kept[k + 1 :] if not also_new(e, table, known)), kept[-1])
            params, indices = formals(side)
            out.append(Definition(applied_name(side), body, params, indices))
    return out


def formals(left: Expr) -> tuple[tuple[Expr, ...], tuple[Expr, ...]]:
    """Return the formal parameters and indices of the left side of a definition."""
    match left:
        case Apply(_, args):
            return args, ()
        case Entry(Apply(_, args), indices):
            return args, indices
        case Entry(_, indices):
            return (), indices
        case _:
            return (), ()


def definition_of(name: str, left: Expr, body: Expr) -> Definition:
    """Define a name by the sides of an equation; one for its logarithm gives the exponential of the right side."""
    match left:
        case Fn("log", (inner,)):
            params, indices = formals(inner)
            return Definition(name, Fn("exp", (body,)), params, indices)
        case _:
            params, indices = formals(left)
            return Definition(name, body, params, indices)


def _names(e: Expr) -> set[str]:
    return {n.name for _, n in walk(e) if isinstance(n, Sym | Apply)}


def _new(e: Expr, table: Symbols, known: Container[str], used: Set[str]) -> list[str]:
    """Return the numbers in an expression of which the document says nothing; of several those differentiated."""
    found = [
        n.name
        for _, n in walk(e)
        if isinstance(n, Sym)
        and not n.space.rank
        and n.name not in known
        and n.name not in table.bodies
        and n.name not in table.domains
        and n.name not in table.variables
        and n.name not in table.vague
        and not table.is_size(n.name)
        and (n.name not in used or n.name in table.derivatives)
    ]
    found = list(dict.fromkeys(found))
    return [n for n in found if n in table.derivatives] if len(found) > 1 else found


def _solved(value: Expr, holder: Expr, name: str) -> Definition | None:
    try:
        return Definition(name, solve(value, holder, name))
    except NotSolvable:
        return None


def solve(value: Expr, holder: Expr, name: str) -> Expr:
    """Solve ``value = holder`` for a name that stands once in `holder`.

    Raises:
        NotSolvable: it stands elsewhere too, or where no step back is known.
    """
    if name in _names(value):
        raise NotSolvable(name)
    match holder:
        case Sym(found) if found == name:
            return value
        case Neg(x):
            return solve(Neg(value), x, name)
        case Add(terms):
            at = _position(terms, name)
            rest = [Neg(t) for k, t in enumerate(terms) if k != at]
            return solve(Add((value, *rest)), terms[at], name)
        case Mul(factors):
            at = _position(factors, name)
            rest = tuple(f for k, f in enumerate(factors) if k != at)
            by = rest[0] if len(rest) == 1 else Mul(rest)
            return solve(Div(value, by), factors[at], name)
        case Div(num, den) if name not in _names(den):
            return solve(Mul((value, den)), num, name)
        case _:
            raise NotSolvable(name)


def _position(parts: Sequence[Expr], name: str) -> int:
    found = [k for k, p in enumerate(parts) if name in _names(p)]
    if len(found) != 1:
        raise NotSolvable(name)
    return found[0]
