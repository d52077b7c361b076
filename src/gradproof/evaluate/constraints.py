"""Declared constraints: which kinds can be honoured, and how values are drawn on the constraint set."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np

from gradproof.evaluate.arithmetic import Array
from gradproof.evaluate.draws import Style, nonzero, whole
from gradproof.evaluate.indexing import flatten_entry
from gradproof.evaluate.inventory import take_inventory
from gradproof.evaluate.limits import MAX_DRAWN, MAX_POINTS, Unsupported
from gradproof.expr import (
    Add,
    Context,
    Domain,
    Entry,
    Expr,
    Identity,
    Idx,
    Inverse,
    MatMul,
    Mul,
    Neg,
    Norm,
    Num,
    Ones,
    Pow,
    Size,
    Space,
    Sum,
    Sym,
    Transpose,
    replace_at,
    walk,
)

_ZERO, _ONE = Fraction(0), Fraction(1)


@final
@dataclass(frozen=True, slots=True)
class SumTo:
    """The entries of `name` along `axis` add up to `total`."""

    name: str
    axis: int
    total: Fraction


@final
@dataclass(frozen=True, slots=True)
class Symmetric:
    """The matrix equals `sign` times its transpose."""

    name: str
    sign: int


@final
@dataclass(frozen=True, slots=True)
class Orthogonal:
    """The columns (or, with `rows`, the rows) of the matrix are orthonormal."""

    name: str
    rows: bool


@final
@dataclass(frozen=True, slots=True)
class UnitLength:
    """The vector has Euclidean length 1."""

    name: str


@final
@dataclass(frozen=True, slots=True)
class Affine:
    """An equation that is solved for one of its scalar symbols, in which it is affine."""

    name: str
    left: Expr
    right: Expr


Constraint = SumTo | Symmetric | Orthogonal | UnitLength | Affine


def plan_constraints(context: Context, names: Iterable[str]) -> tuple[Constraint, ...]:
    """Return how to honour the constraints that concern `names`.

    Raises:
        Unsupported: a constraint of a kind that cannot be honoured, or two on one symbol.
    """
    equations = [
        (left, right, take_inventory((left, right), context).base)
        for left, right in context.constraints
    ]
    out: dict[Constraint, frozenset[str]] = {}
    for left, right, base in _concerned(equations, set(names)):
        found = _either_way(left, right, context)
        if found is None:
            solved = {c.name for c in out}
            found = _affine(left, right, {n: s.rank for n, s in base.items()}, solved)
        if found is None:
            raise Unsupported(f"constraint on {', '.join(base)} that cannot be sampled")
        out[found] = frozenset(base)
    tied: set[str] = set()
    for c in out:
        if c.name in tied:
            raise Unsupported(f"constraint: more than one on {c.name}")
        tied.add(c.name)
    return _in_order(out)


def is_constraint(left: Expr, right: Expr, context: Context) -> bool:
    """Tell whether an equation is a constraint on one array of a kind that can be sampled."""
    return _either_way(left, right, context) is not None


def _either_way(left: Expr, right: Expr, context: Context) -> Constraint | None:
    left, right = _with_constants(left, context), _with_constants(right, context)
    return _recognise(left, right, context) or _recognise(right, left, context)


def _with_constants(e: Expr, context: Context) -> Expr:
    """Write names that stand for ones or the identity as what they stand for."""
    for path, node in tuple(walk(e)):
        if isinstance(node, Sym):
            found = context.definitions.get(node.name, ())
            if len(found) == 1 and isinstance(found[0].body, Ones | Identity):
                e = replace_at(e, path, found[0].body)
    return e


def _concerned(
    equations: list[tuple[Expr, Expr, Mapping[str, Space]]], wanted: set[str]
) -> list[tuple[Expr, Expr, Mapping[str, Space]]]:
    """Return the equations that concern the wanted symbols, directly or through one another."""
    taken: list[int] = []
    grown = True
    while grown:
        grown = False
        for k, (_, _, base) in enumerate(equations):
            if k not in taken and wanted & base.keys():
                taken.append(k)
                wanted |= base.keys()
                grown = True
    return [equations[k] for k in sorted(taken)]


def _in_order(constraints: Mapping[Constraint, frozenset[str]]) -> tuple[Constraint, ...]:
    """Return the constraints so that what one solves for is drawn before another one reads it."""
    out: list[Constraint] = [c for c in constraints if not isinstance(c, Affine)]
    left = [c for c in constraints if isinstance(c, Affine)]
    while left:
        solved = {c.name for c in left}
        ready = [c for c in left if not (constraints[c] - {c.name}) & solved]
        if not ready:
            raise Unsupported(f"constraint: those on {', '.join(sorted(solved))} hang together")
        out.extend(ready)
        left = [c for c in left if c not in ready]
    return tuple(out)


def _whole_axis(
    array: Sym, axis: int, lower: Expr | None, upper: Expr | None, context: Context
) -> bool:
    """Tell whether the limits of a sum are those of an axis: a partial sum is another constraint."""
    origins = context.origins.get(array.name, ())
    first = origins[axis] if axis < len(origins) else 1
    if lower is not None and lower != Num(Fraction(first)):
        return False
    if upper is None:
        return True
    size = array.space.shape[axis]
    last = Size(size.name, size.offset + first - 1)
    match upper:
        case Sym(name):
            return last == Size(name)
        case Num(value):
            fixed = context.sizes.get(last.name, 0) if last.name else 0
            return value == fixed + last.offset and (not last.name or last.name in context.sizes)
        case _:
            return False


def _recognise(left: Expr, right: Expr, context: Context) -> Constraint | None:
    match left, right:
        case Sum(Entry() as body, index, lower, upper, None), Num(total):
            array, positions = flatten_entry(body)
            plain = all(isinstance(p, Idx) for p in positions) and positions.count(index) == 1
            if (
                isinstance(array, Sym)
                and plain
                and len(positions) == array.space.rank
                and _whole_axis(array, positions.index(index), lower, upper, context)
            ):
                return SumTo(array.name, positions.index(index), total)
            return None
        case MatMul((Transpose(Ones()), Sym(name, space))), Num(total) if space.rank == 1:
            return SumTo(name, 0, total)
        case MatMul((Transpose(Sym(name, space)), Ones())), Num(total) if space.rank == 1:
            return SumTo(name, 0, total)
        case Transpose(Sym(a)), Sym(b) if a == b:
            return Symmetric(a, 1)
        case Transpose(Sym(a)), Neg(Sym(b)) if a == b:
            return Symmetric(a, -1)
        case Entry(Sym(a), (i, j)), Entry(Sym(b), (k, m)) if a == b and (i, j) == (m, k):
            return Symmetric(a, 1) if i != j else None
        case MatMul((Transpose(Sym(a, space)), Sym(b))), Identity() if a == b and space.rank == 2:
            return Orthogonal(a, rows=False)
        case MatMul((Sym(a, space), Transpose(Sym(b)))), Identity() if a == b and space.rank == 2:
            return Orthogonal(a, rows=True)
        case Inverse(Sym(a)), Transpose(Sym(b)) if a == b:
            return Orthogonal(a, rows=False)
        case MatMul((Transpose(Sym(a, space)), Sym(b))), Num(one) if a == b and one == 1:
            return UnitLength(a) if space.rank == 1 else None
        case Norm(Sym(a, space), "2"), Num(one) if one == 1 and space.rank == 1:
            return UnitLength(a)
        case Pow(Norm(Sym(a, space), "2"), Num()), Num(one) if one == 1 and space.rank == 1:
            return UnitLength(a)
        case Sum(Pow(Entry(Sym(a, space), (Idx(i),)), Num(two)), Idx(j), None, None, None), Num(
            one
        ) if i == j and two == 2 and one == 1 and space.rank == 1:
            return UnitLength(a)
        case _:
            return None


def _affine(left: Expr, right: Expr, ranks: Mapping[str, int], solved: set[str]) -> Affine | None:
    """Solve for the last scalar symbol that stands alone (or in sums, with a number) in the equation."""
    if any(ranks.values()):
        return None
    for side in (left, right):
        if isinstance(side, Sym) and side.name in ranks and side.name not in solved:
            return Affine(side.name, left, right)
    for name in reversed(list(ranks)):
        if name not in solved and (_linear(left, name) and _linear(right, name)):
            return Affine(name, left, right)
    return None


def _linear(e: Expr, name: str) -> bool:
    """Tell whether `e` is visibly affine in the symbol (or does not hold it)."""
    match e:
        case Add(terms):
            return all(_linear(t, name) for t in terms)
        case Neg(arg):
            return _linear(arg, name)
        case Mul(factors):
            holding = [f for f in factors if _holds(f, name)]
            return len(holding) <= 1 and all(_linear(f, name) for f in holding)
        case Sym():
            return True
        case _:
            return not _holds(e, name)


def _holds(e: Expr, name: str) -> bool:
    return name in take_inventory((e,), Context()).base


def impose(
    c: SumTo | Symmetric | Orthogonal | UnitLength,
    array: Array,
    domain: Domain,
    styles: tuple[Style, ...],
    rng: random.Random,
) -> None:
    """Replace the drawn values of one symbol, in place, by such that satisfy the constraint.

    Raises:
        Unsupported: the constraint and the domain of the entries cannot be met together.
    """
    for p, style in enumerate(styles):
        match c:
            case SumTo(_, axis, total):
                _sum_to(array[p], axis, total, domain, style, rng)
            case Symmetric(name, sign):
                if array.ndim != 3 or array.shape[1] != array.shape[2]:
                    raise Unsupported(f"constraint: {name} is not square")
                _mirror(array[p], sign)
            case Orthogonal(name, rows):
                if array.ndim != 3 or array.shape[1 if rows else 2] > array.shape[2 if rows else 1]:
                    raise Unsupported(f"constraint: {name} cannot be orthogonal")
                full = _reflections(max(array.shape[1:]), rng)
                array[p] = full[: array.shape[1], : array.shape[2]]
            case UnitLength():
                array[p] = _reflections(array.shape[1], rng)[:, 0]


def impose_direction(c: Constraint, values: Array, directions: Array, rng: random.Random) -> None:
    """Replace drawn directions, in place, by such that lie along the constraint set at the values.

    Raises:
        Unsupported: the constraint is solved for the symbol.
    """
    for p in range(len(directions)):
        match c:
            case SumTo(_, axis, _):
                moved = np.moveaxis(directions[p], axis, 0)
                moved[-1] = -moved[:-1].sum(axis=0)
            case Symmetric(_, sign):
                _mirror(directions[p], sign)
            case Orthogonal(_, rows):
                skew = _skew(values.shape[2 if rows else 1], rng)
                directions[p] = values[p] @ skew if rows else skew @ values[p]
            case UnitLength():
                directions[p] = _skew(values.shape[1], rng) @ values[p]
            case Affine(name):
                raise Unsupported(f"constraint: {name} is tied and varies")


def _skew(n: int, rng: random.Random) -> Array:
    out = np.full((n, n), _ZERO, dtype=object)
    for i in range(n):
        for j in range(i):
            out[i, j] = nonzero(rng)
            out[j, i] = -out[i, j]
    return out


def _sum_to(
    a: Array, axis: int, total: Fraction, domain: Domain, style: Style, rng: random.Random
) -> None:
    if not a.size:
        if total:
            raise Unsupported("constraint: an empty sum is zero")
        return
    lines = np.moveaxis(a, axis, -1).reshape(-1, a.shape[axis])
    positive = domain.lower is not None or bool(domain.members)
    for line in lines:
        n = len(line)
        ends = domain.members or (() if domain.lower_open else (_ZERO, total))
        if positive and (domain.members or (ends and style != "generic")):
            if not {_ZERO, total} <= set(ends):
                raise Unsupported("constraint: the values do not allow this sum")
            line[:] = _ZERO
            line[whole(rng, 0, n - 1)] = total
        elif positive:
            if domain.lower != 0 or (domain.upper is not None and domain.upper < total):
                raise Unsupported("constraint: the domain does not allow this sum")
            weights = [Fraction(whole(rng, 1, 9)) for _ in range(n)]
            share = total / sum(weights)
            line[:] = [w * share for w in weights]
        else:
            line[-1] = total - sum(line[:-1], _ZERO)
    back = lines.reshape(np.moveaxis(a, axis, -1).shape)
    a[...] = np.moveaxis(back, -1, axis)


def _mirror(a: Array, sign: int) -> None:
    for i in range(len(a)):
        if sign < 0:
            a[i, i] = _ZERO
        for j in range(i):
            a[i, j] = sign * a[j, i]


def _reflections(n: int, rng: random.Random) -> Array:
    """Return a rational orthogonal matrix: Householder reflections at random rational vectors.

    Raises:
        Unsupported: it is too large.
    """
    if n * n > MAX_DRAWN // MAX_POINTS:
        raise Unsupported("limit:elements")
    q = np.array([[_ONE if i == j else _ZERO for j in range(n)] for i in range(n)], dtype=object)
    for _ in range(2):
        v = np.array([Fraction(whole(rng, -3, 3)) for _ in range(n)], dtype=object)
        if not any(v):
            v[0] = nonzero(rng)
        q = q - (q @ v)[:, None] * v[None, :] * (2 / (v @ v))
    return q
