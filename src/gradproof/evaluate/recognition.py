"""Declared equations as constraints of the kinds that can be honoured when values are drawn."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from gradproof.evaluate.constraints import (
    Affine,
    Constraint,
    Definite,
    Orthogonal,
    SumTo,
    Symmetric,
    UnitLength,
)  # fmt: skip
from gradproof.evaluate.indexing import flatten_entry
from gradproof.evaluate.inventory import take_inventory
from gradproof.evaluate.limits import Unsampled
from gradproof.expr import (
    SINGLE,
    Add,
    Context,
    Entry,
    Expr,
    Frobenius,
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

_ONE = Fraction(1)


def plan_constraints(context: Context, names: Iterable[str]) -> tuple[Constraint, ...]:
    """Return how to honour the constraints that concern `names`.

    Raises:
        Unsampled: a constraint of a kind that cannot be honoured, or two on one symbol.
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
            raise Unsampled(f"constraint on {', '.join(base)} that cannot be sampled")
        if isinstance(found, Symmetric) and found.name in context.definite:
            if found.sign < 0:
                raise Unsampled(f"constraint: {found.name} is definite and antisymmetric")
            found = Definite(found.name)
        out[found] = frozenset(base)
    tied: set[str] = set()
    for c in out:
        if c.name in tied:
            raise Unsampled(f"constraint: more than one on {c.name}")
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
            raise Unsampled(f"constraint: those on {', '.join(sorted(solved))} hang together")
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
            if (
                isinstance(array, Sym)
                and positions.count(index) == 1
                and len(positions) == array.space.rank
                and all(map(_whole, positions, array.space.shape))
                and _whole_axis(array, positions.index(index), lower, upper, context)
            ):
                return SumTo(array.name, positions.index(index), total)
            return None
        case MatMul((Transpose(Ones()), Sym(name, space))), Num(total) if space.rank == 1:
            return SumTo(name, 0, total)
        case MatMul((Transpose(Sym(name, space)), Ones())), Num(total) if space.rank == 1:
            return SumTo(name, 0, total)
        case (
            (Frobenius(Ones(), Sym(name, space)) | Frobenius(Sym(name, space), Ones())),
            Num(total),
        ) if space.rank == 1:
            return SumTo(name, 0, total)
        case MatMul((Sym(name, space), Ones())), Num() | Ones() if space.rank == 2:
            return _lines(name, 1, right, space.shape[0])
        case MatMul((Transpose(Ones()), Sym(name, space))), Num() | Transpose(Ones()) if (
            space.rank == 2
        ):
            return _lines(name, 0, right, space.shape[1])
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


def _whole(position: Expr, size: Size) -> bool:
    """Tell whether an index runs along an axis, or the axis has one entry."""
    return isinstance(position, Idx) or size == SINGLE


def _lines(name: str, axis: int, total: Expr, other: Size) -> SumTo | None:
    """Return that the rows or columns of a matrix add up to one, or the only one of them to a number."""
    match total:
        case Num(value):
            return SumTo(name, axis, value) if other == SINGLE else None
        case _:
            return SumTo(name, axis, _ONE)


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
