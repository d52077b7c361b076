"""Declarations as ordinary mathematics: spaces, sets, ranges, inequalities, read off a statement."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import final

from gradproof.expr import Domain, IndexRange, Size
from gradproof.notation.elaborate.laws import support_of
from gradproof.notation.elaborate.symbols import full_key, size_of, spelled
from gradproof.notation.surface import Name, Statement, Surface

DECLARED_REAL = Domain(declared=True)
_ABOVE_ZERO = (("succ",), ("succeq",))
_LABEL = Domain(members=(Fraction(1), Fraction(2)), declared=True)
"""Where the numbers of classes are drawn from: the first two, as the count of the classes is not known here."""
_BELOW = (("prec",), ("preceq",))


@final
@dataclass(frozen=True, slots=True)
class SpaceDeclaration:
    """``name ∈ set``: the sizes written (of one entry, if the name carries indices) and the domain."""

    subject: Surface
    sizes: tuple[Size, ...] | None
    domain: Domain


@final
@dataclass(frozen=True, slots=True)
class RangeDeclaration:
    """``i = 1, …, m``."""

    letter: str
    range: IndexRange


@final
@dataclass(frozen=True, slots=True)
class InequalityDeclaration:
    """``0 < p < 1`` or ``σ > 0`` of one name, or of a family written ``P(k)``; what a law allows (``z ~ B(p)``)."""

    subject: Surface
    domain: Domain


@final
@dataclass(frozen=True, slots=True)
class DefiniteDeclaration:
    r"""``A \succ 0``: a positive definite matrix, or with `strict` false (``\succeq``) a semidefinite one."""

    subject: Surface
    strict: bool


@final
@dataclass(frozen=True, slots=True)
class DistinctDeclaration:
    """``c ≠ k`` or ``i = k`` between two index letters (`equal` tells which)."""

    left: str
    right: str
    equal: bool = False


@final
@dataclass(frozen=True, slots=True)
class FunctionDeclaration:
    """``f : A → B``; `scalar` where both sides are the real line."""

    name: str
    scalar: bool


Declaration = (
    SpaceDeclaration
    | RangeDeclaration
    | InequalityDeclaration
    | DefiniteDeclaration
    | DistinctDeclaration
    | FunctionDeclaration
)


def contradiction(statements: Iterable[Statement]) -> str | None:
    """Return the name of which statements declare what excludes itself (``x > 1`` and ``x < 0``), or None."""
    domains: dict[str, Domain] = {}
    sizes: dict[str, tuple[Size, ...]] = {}
    for statement in statements:
        for d in declarations(statement):
            match d:
                case SpaceDeclaration(subject, shape, domain) if subject.name is not None:
                    key = full_key(subject.name)
                    if shape is not None and sizes.setdefault(key, shape) != shape:
                        return spelled(subject)
                case InequalityDeclaration(subject, domain) if subject.name is not None:
                    key = full_key(subject.name)
                case _:
                    continue
            before = domains.get(key)
            domains[key] = domain if before is None else narrowed(before, domain)
            if _empty(domains[key]):
                return spelled(subject)
    return None


def narrowed(a: Domain, b: Domain) -> Domain:
    """Return what lies in both domains; where nothing does, the bounds cross."""
    if a.members or b.members:
        kept = tuple(m for m in (a.members or b.members) if _holds(a, m) and _holds(b, m))
        if kept:
            return replace(b, members=kept)
        return Domain(Fraction(1), Fraction(0), declared=True)
    lower, lower_open = (
        max((d.lower, d.lower_open) for d in (a, b) if d.lower is not None)
        if a.lower is not None or b.lower is not None
        else (None, True)
    )
    upper, closed = (
        min((d.upper, not d.upper_open) for d in (a, b) if d.upper is not None)
        if a.upper is not None or b.upper is not None
        else (None, False)
    )
    return Domain(lower, upper, lower_open, not closed, (), a.integer or b.integer, declared=True)


def _holds(d: Domain, m: Fraction) -> bool:
    if d.members:
        return m in d.members
    if d.lower is not None and (m < d.lower or (d.lower_open and m == d.lower)):
        return False
    return d.upper is None or not (m > d.upper or (d.upper_open and m == d.upper))


def _empty(d: Domain) -> bool:
    if d.members or d.lower is None or d.upper is None:
        return False
    return d.lower > d.upper or (d.lower == d.upper and (d.lower_open or d.upper_open))


def declarations(statement: Statement) -> tuple[Declaration, ...]:
    """Return what a statement declares; empty for any other statement."""
    ops, sides = statement.relations, statement.sides
    if "in" in ops and ops.index("in") == len(ops) - 1:
        return _memberships(sides[: len(ops)], sides[-1])
    if ops == ("=",):
        letter = _plain_name(sides[0])
        bounds = _range(sides[1])
        if letter is not None and bounds is not None:
            return (RangeDeclaration(full_key(letter), bounds),)
        counted = _counted(sides[1]) if letter is not None else None
        if counted is not None:
            return (InequalityDeclaration(sides[0], counted),)
    if ops == (":", "->") or ops == (":", "mapsto"):
        name = _plain_name(sides[0])
        if name is not None:
            scalar = all(s.head == "space" and not s.args for s in sides[1:])
            return (FunctionDeclaration(full_key(name), scalar),)
    if ops and all(o in ("<", "<=", ">", ">=") for o in ops):
        return _inequality(statement)
    if ops == ("~",):
        support = support_of(sides[1])
        members = sides[0].args if sides[0].head == "tuple" else (sides[0],)
        named = all(m.head == "name" for m in members)
        if support is None or not named:
            return ()
        return tuple(InequalityDeclaration(m, support) for m in members)
    if ops in _ABOVE_ZERO or ops in _BELOW:
        return _definite(statement)
    if ops == ("!=",):
        left, right = _plain_name(sides[0]), _plain_name(sides[1])
        if left is not None and right is not None:
            return (DistinctDeclaration(full_key(left), full_key(right)),)
    return ()


def _plain_name(side: Surface) -> Name | None:
    return side.name if side.head == "name" else None


def _memberships(left: tuple[Surface, ...], right: Surface) -> tuple[Declaration, ...]:
    members: list[Surface] = []
    for side in left:
        members.extend(side.args if side.head == "tuple" else (side,))
    bounds = _range(right) if right.head == "set" else None
    out: list[Declaration] = []
    for member in members:
        name = member.name
        if member.head == "call":
            found = _set(right)
            out.extend(() if found is None else (SpaceDeclaration(member, found[0], found[1]),))
        if member.head != "name" or name is None:
            continue
        if bounds is not None and not name.sub and not name.sup:
            out.append(RangeDeclaration(full_key(name), bounds))
            continue
        found = _set(right)
        if found is not None:
            out.append(SpaceDeclaration(member, found[0], found[1]))
        elif bounds is not None:
            out.append(SpaceDeclaration(member, (), _LABEL))
    return tuple(out)


def _range(side: Surface) -> IndexRange | None:
    """Read ``1, …, m`` (a comma list with dots, or a set of it)."""
    items = side.args if side.head in ("tuple", "set") else ()
    if len(items) < 3 or not any(i.head == "dots" for i in items):
        return None
    low, high = items[0], size_of(items[-1])
    if low.head != "number" or not low.text.isdigit() or high is None:
        return None
    return IndexRange(high, int(low.text))


def _counted(side: Surface) -> Domain | None:
    """Read ``0, 1, 2, …`` and ``1, 2, …``: whole numbers without an end."""
    items = side.args if side.head in ("tuple", "set") else ()
    if len(items) < 3 or items[-1].head != "dots":
        return None
    numbers = [i.text for i in items[:-1] if i.head == "number" and i.text.isdigit()]
    first = int(numbers[0]) if numbers else 0
    if numbers != [str(first + k) for k in range(len(items) - 1)]:
        return None
    return Domain(Fraction(first), lower_open=False, integer=True, declared=True)


def _set(side: Surface) -> tuple[tuple[Size, ...] | None, Domain] | None:
    """Read a set as (sizes, domain of an entry); sizes is None where a size is not understood."""
    match side.head:
        case "space":
            sizes = tuple(size_of(a) for a in side.args)
            domain = DECLARED_REAL
            if side.text in ("N", "Z"):
                low = Fraction(1) if side.text == "N" else None
                domain = Domain(lower=low, lower_open=False, integer=True, declared=True)
            shape = tuple(s for s in sizes if s is not None)
            return (shape if len(shape) == len(sizes) else None), domain
        case "set" if (counted := _counted(side)) is not None:
            return (), counted
        case "set":
            values = [_number(a) for a in side.args]
            known = tuple(v for v in values if v is not None)
            if not known or len(known) != len(values):
                return None
            return (), Domain(members=known, declared=True)
        case "interval" | "tuple" | "group":
            return _interval(side)
        case "pow":
            base = _set(side.args[0])
            if base is None:
                return None
            sizes = _sizes(side.args[1])
            return (None if sizes is None else sizes), base[1]
        case _:
            return None


def _interval(side: Surface) -> tuple[tuple[Size, ...] | None, Domain] | None:
    args = side.args
    if side.head == "group" and len(args) == 1 and args[0].head == "tuple":
        args = args[0].args
    if len(args) != 2:
        return None
    low, high = _bound(args[0]), _bound(args[1])
    if low is False or high is False:
        return None
    brackets = side.text if len(side.text) == 2 else {"[": "[]", "(": "()"}.get(side.text, "()")
    return (), Domain(
        lower=low if isinstance(low, Fraction) else None,
        upper=high if isinstance(high, Fraction) else None,
        lower_open=brackets[0] != "[",
        upper_open=brackets[1] != "]",
        declared=True,
    )


def _sizes(side: Surface) -> tuple[Size, ...] | None:
    """Read the exponent of a set: ``n``, ``m × n``, ``n+1``."""
    if (side.head == "mul" and "t" in side.text) or side.head == "tuple":
        parts = [size_of(a) for a in side.args]
    else:
        parts = [size_of(side)]
    known = tuple(p for p in parts if p is not None)
    return known if len(known) == len(parts) else None


def _bound(side: Surface) -> Fraction | bool:
    """Return the number, True for an infinity, False for anything else."""
    value = _number(side)
    if value is not None:
        return value
    return "infty" in spelled(side) or "∞" in spelled(side)


def _number(side: Surface) -> Fraction | None:
    match side.head:
        case "number":
            return Fraction(side.text)
        case "neg":
            inner = _number(side.args[0])
            return None if inner is None else -inner
        case "group" if len(side.args) == 1:
            return _number(side.args[0])
        case "div":
            a, b = _number(side.args[0]), _number(side.args[1])
            return a / b if a is not None and b else None
        case _:
            return None


def _definite(statement: Statement) -> tuple[Declaration, ...]:
    r"""Read ``A \succ 0``, ``0 \prec A`` and ``A, B \succeq 0``."""
    above, zero = statement.sides if statement.relations in _ABOVE_ZERO else statement.sides[::-1]
    members = above.args if above.head == "tuple" else (above,)
    if _number(zero) != 0 or any(m.head != "name" for m in members):
        return ()
    strict = statement.relations[0] in ("succ", "prec")
    return tuple(DefiniteDeclaration(m, strict) for m in members)


def _inequality(statement: Statement) -> tuple[Declaration, ...]:
    """Read a chain of inequalities around one name (or several joined by commas)."""
    lower: Fraction | None = None
    upper: Fraction | None = None
    lower_open = upper_open = True
    names: list[Surface] = []
    position: int | None = None
    for k, side in enumerate(statement.sides):
        members = side.args if side.head == "tuple" else (side,)
        found = [m for m in members if m.head in ("name", "call")]
        if len(found) == len(members):
            if position is not None:
                return ()
            names, position = found, k
    if position is None:
        return ()
    for k, op in enumerate(statement.relations):
        bound = _number(statement.sides[k] if k < position else statement.sides[k + 1])
        if bound is None:
            return ()
        below = (k < position) == (op in ("<", "<="))
        if below:
            lower, lower_open = bound, op in ("<", ">")
        else:
            upper, upper_open = bound, op in ("<", ">")
    domain = Domain(lower, upper, lower_open, upper_open, declared=True)
    return tuple(InequalityDeclaration(n, domain) for n in names)
