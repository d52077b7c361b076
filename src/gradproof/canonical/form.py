"""Canonical forms and identities: the public face of this package."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import TypeVar, final

from gradproof.canonical.env import Env
from gradproof.canonical.facts import prepare
from gradproof.canonical.indices import Index, Range
from gradproof.canonical.keys import value_key
from gradproof.canonical.letters import free_index
from gradproof.canonical.limits import (
    CAPACITIES,
    MAX_UNROLLED,
    UNDEFINED,
    NotCanonical,
    Restart,
    too_large,
)
from gradproof.canonical.products import again
from gradproof.canonical.reading import read
from gradproof.canonical.settling import settle
from gradproof.canonical.shapes import shape
from gradproof.canonical.workspace import Workspace
from gradproof.canonical.zero import is_zero
from gradproof.expr import Context, Expr, free_indices, is_scalar

_Result = TypeVar("_Result")
_MAX_RESTARTS = 12


@final
@dataclass(frozen=True, slots=True)
class Canonical:
    """The canonical form of an expression under a context; equal forms are equal functions.

    Forms that differ prove nothing: `identical` finds equalities that do not show in the forms.
    """

    key: str


def canonical(expr: Expr, context: Context) -> Canonical:
    """Return the canonical form of a scalar expression.

    Args:
        expr: without derivatives that are not carried out.
        context: definitions, ranges, domains and facts.

    Raises:
        NotCanonical: the expression is not handled, or takes too much work.

    >>> from fractions import Fraction
    >>> from gradproof.expr import Add, Fn, Neg, Num, Sym
    >>> x = Sym("x")
    >>> left = Fn("sigmoid", (Neg(x),))
    >>> right = Add((Num(Fraction(1)), Neg(Fn("sigmoid", (x,)))))
    >>> canonical(left, Context()) == canonical(right, Context())
    True
    """

    def work(w: Workspace) -> Canonical:
        v = settle(w, read(w, expr, Env()))
        return Canonical(value_key(w, v))

    return _with_room(work, context)


def identical(left: Expr, right: Expr, context: Context) -> bool | None:
    """Tell whether two expressions are proved to be equal wherever both are defined.

    Returns:
        True if they are; False if their canonical forms differ (which is no proof that they do); None if one of
        them has no canonical form.

    >>> from fractions import Fraction
    >>> from gradproof.expr import Fn, Mul, Num, Pow, Sym
    >>> x = Sym("x")
    >>> square = Pow(x, Num(Fraction(2)))
    >>> identical(Mul((x, x)), square, Context()), identical(x, square, Context())
    (True, False)
    """
    answer: bool | None = None
    short = any(not r.upper.name for r in context.ranges.values()) or bool(context.sizes)
    for unroll, fold in ((False, False), (False, True), (True, False)):
        if (fold and (answer is not None or not context.definitions)) or (unroll and not short):
            continue
        try:
            answer, met = _compare(left, right, context, unroll=unroll, fold=fold)
        except NotCanonical:
            continue
        short = short or met
        if answer:
            return True
    return answer


def _compare(
    left: Expr, right: Expr, context: Context, *, unroll: bool, fold: bool
) -> tuple[bool, bool]:
    """Tell whether two expressions are equal, and whether writing out sums may show more."""

    def work(w: Workspace) -> tuple[bool, bool]:
        scopes = _scopes(w, left, right) if unroll else iter((Env(),))
        cases = list(scopes)
        if not cases:
            raise NotCanonical("an index that has no values")
        return all(_equal(w, left, right, scope) for scope in cases), w.short

    return _with_room(work, context, unroll=unroll, fold=fold)


def _equal(w: Workspace, left: Expr, right: Expr, env: Env) -> bool:
    spots: tuple[Index, ...] = ()
    if not (is_scalar(left) and is_scalar(right)):
        sizes = shape(w, left, env)
        if sizes != shape(w, right, env):
            raise NotCanonical("two expressions of different shapes")
        spots = tuple(
            Index.of(w.open(f"s{k}", Range(Index((), 1), size))) for k, size in enumerate(sizes)
        )
    a, b = read(w, left, env, spots), read(w, right, env, spots)
    return is_zero(w, w.sub(a, b))


def _scopes(w: Workspace, left: Expr, right: Expr) -> Iterator[Env]:
    """Yield scopes in which free indices with ranges of numbers take all their values in turn.

    Raises:
        NotCanonical: there are too many.
    """
    letters: list[str] = []
    values: list[range] = []
    count = 1
    for name in sorted(free_indices(left) | free_indices(right)):
        form = free_index(w, name)
        extent = w.ranges.get(form.name or "")
        first = None if extent is None else extent.lower.number
        last = None if extent is None else extent.upper.number
        if first is not None and last is not None:
            letters.append(name)
            values.append(range(first, last + 1))
            count *= max(last - first + 1, 0)
    if count > MAX_UNROLLED:
        raise too_large()
    for chosen in product(*values):
        table = {n: Index((), v) for n, v in zip(letters, chosen, strict=True)}
        if _allowed(w, table):
            yield Env(indices=table)


def _allowed(w: Workspace, table: dict[str, Index]) -> bool:
    """Tell whether values of the free indices agree with what is declared of them."""
    apart = all(
        a not in table or b not in table or table[a] != table[b] for a, b in w.context.distinct
    )
    return apart and all(
        a not in table or b not in table or table[a] == table[b] for a, b in w.context.equal
    )


def _with_room(
    work: Callable[[Workspace], _Result],
    context: Context,
    *,
    unroll: bool = False,
    fold: bool = False,
) -> _Result:
    """Do some work in a workspace that is as strict as it must be."""
    try:
        result, fragile = _work(work, context, unroll, fold, strict=False)
    except NotCanonical as e:
        if e.reason != UNDEFINED:
            raise
    else:
        if not fragile:
            return result
    return _work(work, context, unroll, fold, strict=True)[0]


def _work(
    work: Callable[[Workspace], _Result],
    context: Context,
    unroll: bool,
    fold: bool,
    *,
    strict: bool,
) -> tuple[_Result, bool]:
    """Do some work; begin again in a larger workspace, or with finer generators, as needed."""
    scales: dict[str, int] = {}
    rooms = iter(CAPACITIES)
    room = next(rooms)
    for _ in range(_MAX_RESTARTS):
        w = Workspace(context, room, scales, unroll, fold, strict, again)
        try:
            prepare(w)
            return work(w), w.fragile
        except Restart as e:
            if e.scales is not None:
                scales.update(e.scales)
                continue
            wider = next(rooms, None)
            if wider is None:
                raise too_large() from None
            room = wider
    raise too_large()
