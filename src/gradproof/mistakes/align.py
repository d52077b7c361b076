"""Where in a wrong line the wrong part stands, found by matching its terms with those of the right line."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from typing import Final, final

from gradproof.evaluate import Mode, Samples
from gradproof.expr import (
    Add,
    Context,
    Div,
    Entry,
    Expr,
    Fn,
    MatMul,
    Mul,
    Neg,
    Num,
    Path,
    Pow,
    Sum,
    Sym,
    at_path,
    children,
    walk,
)  # fmt: skip
from gradproof.mistakes.bench import Bench, Measured, added, equal
from gradproof.mistakes.factors import product
from gradproof.mistakes.scales import Quantity, Scales
from gradproof.rewrite import ONE, add, div, mul, neg
from gradproof.spell import to_plain

SHORTER: Final = 0.8
"""Length, beside that of the right line, below which the part put right is shown in its place."""

_LARGEST = 12
_LEVELS = 4


@final
@dataclass(frozen=True, slots=True)
class Alignment:
    """The smallest part of a line that differs from the right line.

    Attributes:
        path: of the wrong part in the person's line.
        wrong: that part.
        right: what should stand there; None for a part that should not be there at all.
        factor: what the wrong part has to be multiplied with to be right, where that is a simple number.
        terms: how many terms stand beside it (itself included), 1 where it is no term of a sum.
        agreeing: how many of them are right.
        missing: what is missing from the line where all its terms are right (then `wrong` is the sum).
        quantity: what the wrong part lacks as a factor, or has once too often, where that is no number.
    """

    path: Path
    wrong: Expr
    right: Expr | None
    factor: Fraction | None
    terms: int = 1
    agreeing: int = 0
    missing: Expr | None = None
    quantity: Quantity | None = None

    def describe(self) -> str:
        """Return the finding as half a sentence: ``3 of 4 terms are right, this one is off by -1``."""
        parts: list[str] = []
        if self.terms > 1:
            parts.append(f"{self.agreeing} of {self.terms} terms are right")
        if self.missing is not None:
            parts.append("a term is missing")
        elif self.right is None:
            parts.append("this one should not be there")
        elif self.factor is not None:
            this = "this one" if self.terms > 1 else "this part"
            parts.append(f"{this} is off by a factor {1 / self.factor}")
        elif self.quantity is not None:
            parts.append("a factor is missing" if self.quantity.lost else "a factor is too much")
        return ", ".join(parts)


@final
@dataclass(frozen=True, slots=True)
class _Term:
    """A term of a line: `core` at `path`, to be multiplied with what stands in front, `value` with it."""

    path: Path
    core: Expr
    front: Expr
    value: Measured


def align_terms(
    after: Expr,
    right: Expr,
    context: Context,
    samples: Samples,
    *,
    mode: Mode = "total",
    bench: Bench | None = None,
) -> Alignment | None:
    """Find the smallest part of `after` that has to change to make the line right.

    Both lines are split into additive terms, common signs and factors multiplied out; terms that agree on
    the sample points are paired off. None where the lines agree or cannot be evaluated.
    """
    bench = Bench(samples, context, mode) if bench is None else bench
    return _Aligner(context, bench, Scales((after, right), context, samples, bench)).align(
        after, right, ()
    )


@final
class _Aligner:
    __slots__ = ("bench", "context", "scales")

    def __init__(self, context: Context, bench: Bench, scales: Scales) -> None:
        self.context = context
        self.bench = bench
        self.scales = scales

    def value(self, e: Expr) -> Measured | None:
        return self.bench.value(e)

    def align(self, after: Expr, right: Expr, path: Path) -> Alignment | None:
        """Align two expressions that should be equal; `after` stands at `path`."""
        a, r = self.value(after), self.value(right)
        if a is None or r is None or equal(a, r):
            return None
        deeper = self._descend(after, right, path)
        if deeper is not None:
            return deeper
        terms = self._terms(after, right, path)
        if terms is not None:
            return terms
        factor, mended = self.scales.mended(after, after, right)
        quantity = self.scales.by_a_quantity(after, right) if mended is None else None
        if quantity is not None:
            shown = quantity.mended(after)
            mended = shown if quantity.short(after) and _shorter(shown, right) else None
        return Alignment(
            path, after, right if mended is None else mended, factor, quantity=quantity
        )

    def _descend(self, after: Expr, right: Expr, path: Path) -> Alignment | None:
        """Enter a pair of nodes of one kind of which exactly one child differs."""
        if type(after) is not type(right) or isinstance(after, Add | Num | Sym | Entry):
            return None
        if isinstance(after, Fn) and isinstance(right, Fn) and after.name != right.name:
            return None
        if isinstance(after, Sum) and isinstance(right, Sum):
            if replace_body(after, right.body) != right:
                return None
            return self._under_sum(after, right, path)
        ours, theirs = children(after), children(right)
        if len(ours) != len(theirs) or not isinstance(after, Neg | Mul | Div | Pow | Fn):
            return None
        off = [
            k
            for k, (x, y) in enumerate(zip(ours, theirs, strict=True))
            if x != y and not equal(self.value(x), self.value(y))
        ]
        if len(off) != 1:
            return None
        (k,) = off
        return self.align(ours[k], theirs[k], (*path, k))

    def _under_sum(self, after: Sum, right: Sum, path: Path) -> Alignment | None:
        if after.index.name not in self.context.ranges or after.lower or after.upper:
            return None
        return self.align(after.body, right.body, (*path, 0))

    def _terms(self, after: Expr, right: Expr, path: Path) -> Alignment | None:
        """Pair off the terms of both lines, expanding those that stay over, level by level."""
        whole_a, whole_r = self._term(path, after, ONE), self._term((), spread(right), ONE)
        if whole_a is None or whole_r is None:
            return None
        ours, theirs, agreeing = [whole_a], [whole_r], 0
        for _ in range(_LEVELS):
            opened_a, opened_r = self._expand(ours), self._expand(theirs)
            if opened_a is None or opened_r is None:
                return None
            if (len(opened_a), len(opened_r)) == (len(ours), len(theirs)):
                return None
            ours, theirs, hits = _pair_off(opened_a, opened_r)
            agreeing += hits
            if len(ours) + len(theirs) == 1 or (len(ours), len(theirs)) == (1, 1):
                return self._settle(after, right, path, ours, theirs, agreeing)
            bracket = self._bracket(after, path, ours, theirs) if agreeing else None
            if bracket is not None:
                return replace(bracket, terms=agreeing + 1, agreeing=agreeing)
        return None

    def _bracket(
        self, after: Expr, path: Path, ours: "list[_Term]", theirs: "list[_Term]"
    ) -> Alignment | None:
        """Take the terms left over as one, where they are all of one bracket and off by one factor."""
        if not ours or not theirs:
            return None
        own, n = ours[0].path[:-1], len(path)
        node = at_path(after, own[n:]) if own[:n] == path else None
        if not isinstance(node, Add) or {t.path for t in ours} != {
            (*own, k) for k in range(len(node.terms))
        }:
            return None
        wrong = add(*(mul(t.front, t.core) for t in ours))
        right = add(*(mul(t.front, t.core) for t in theirs))
        factor, mended = self.scales.mended(node, wrong, right)
        quantity = self.scales.by_a_quantity(wrong, right) if mended is None else None
        if quantity is not None and quantity.lost:
            mended = quantity.mended(node)
        return None if mended is None else Alignment(own, node, mended, factor, quantity=quantity)

    def _settle(
        self,
        after: Expr,
        right: Expr,
        path: Path,
        ours: "list[_Term]",
        theirs: "list[_Term]",
        agreeing: int,
    ) -> Alignment | None:
        count = agreeing + len(ours)
        if not ours:
            if not count:
                return None
            missing = mul(theirs[0].front, theirs[0].core)
            return Alignment(path, after, right, None, count, agreeing, missing)
        if count < 2 and ours[0].path == path:
            return None
        (wrong,) = ours
        if not theirs:
            return Alignment(wrong.path, wrong.core, None, None, count, agreeing)
        (other,) = theirs
        factor, mended = self.scales.mended(
            wrong.core, mul(wrong.front, wrong.core), mul(other.front, other.core)
        )
        same = wrong.front == other.front
        if mended is not None and same and factor != -1 and _nodes(other.core) <= _nodes(mended):
            shown = other.core
        elif mended is not None:
            shown = mended
        elif same:
            inner = self.align(wrong.core, other.core, wrong.path)
            if inner is not None and inner.path != wrong.path:
                return inner if inner.terms > 1 else replace(inner, terms=count, agreeing=agreeing)
            shown = other.core
        else:
            _, scaled = self.scales.mended(other.core, wrong.front, other.front)
            shown = scaled or div(mul(other.front, other.core), wrong.front)
        quantity = None
        if mended is None:
            quantity = self.scales.by_a_quantity(
                mul(wrong.front, wrong.core), mul(other.front, other.core)
            )
        return Alignment(wrong.path, wrong.core, shown, factor, count, agreeing, quantity=quantity)

    def _term(self, path: Path, core: Expr, front: Expr) -> "_Term | None":
        value = self.value(mul(front, core))
        return None if value is None else _Term(path, core, front, value)

    def _expand(self, terms: "list[_Term]") -> "list[_Term] | None":
        """Split every term that is a sum, or a sign or product or fraction with one, once."""
        found: list[_Term] = []
        for t in terms:
            for path, core, front in _opened(t.core, t.path, t.front):
                new = t if path == t.path else self._term(path, core, front)
                if new is None or len(found) >= _LARGEST:
                    return None
                found.append(new)
        return found


def spread(e: Expr) -> Expr:
    """Return the expression with matrix products of sums multiplied out: its terms are looked at one by one."""
    match e:
        case MatMul(factors):
            for k, f in enumerate(factors):
                if isinstance(f, Add):
                    return Add(
                        tuple(spread(product(*factors[:k], t, *factors[k + 1 :])) for t in f.terms)
                    )
            return e
        case Neg(x):
            return Neg(spread(x))
        case Mul((*front, MatMul() as last)):
            return mul(*front, spread(last))
        case Add(terms):
            return Add(tuple(spread(t) for t in terms))
        case _:
            return e


def _shorter(e: Expr, right: Expr) -> bool:
    return len(to_plain(e)) < SHORTER * len(to_plain(right))


def _nodes(e: Expr) -> int:
    return sum(1 for _ in walk(e))


def _pair_off(ours: "list[_Term]", theirs: "list[_Term]") -> "tuple[list[_Term], list[_Term], int]":
    """Remove the terms with equal values; return what stays over and how many went."""
    left: list[_Term] = []
    over = list(theirs)
    for t in ours:
        k = next((k for k, o in enumerate(over) if equal(t.value, o.value)), None)
        if k is None:
            left.append(t)
        else:
            del over[k]
    agreeing = len(ours) - len(left)
    for whole, parts in ((over, left), (left, over)):
        taken = _two_in_one(whole, parts)
        while taken is not None:
            agreeing += 2 if parts is left else 1
            taken = _two_in_one(whole, parts)
    return left, over, agreeing


def _two_in_one(whole: "list[_Term]", parts: "list[_Term]") -> bool | None:
    """Remove a term and two of the other line whose values add up to it; None where there are none such."""
    for a, b in combinations(parts, 2):
        total = added(a.value, b.value)
        for t in whole if total is not None else ():
            if equal(t.value, total):
                whole.remove(t)
                parts.remove(a)
                parts.remove(b)
                return True
    return None


def _opened(e: Expr, path: Path, front: Expr) -> list[tuple[Path, Expr, Expr]]:
    """Return the terms of the outermost sum in `e`, or `e` itself."""
    at, node, original = path, e, front
    while True:
        match node:
            case Add():
                return [(at + inner, t, front) for inner, t in _flat(node)]
            case Neg(x):
                node, at, front = x, (*at, 0), neg(front)
            case Div(top, bottom):
                node, at, front = top, (*at, 0), div(front, bottom)
            case Mul(factors):
                sums = [k for k, f in enumerate(factors) if _adds(f)]
                if len(sums) != 1:
                    break
                (k,) = sums
                front = mul(front, *factors[:k], *factors[k + 1 :])
                node, at = factors[k], (*at, k)
            case _:
                break
    return [(path, e, original)]


def replace_body(total: Sum, body: Expr) -> Sum:
    """Return the sum with another body."""
    return Sum(body, total.index, total.lower, total.upper, total.condition)


def _flat(e: Add) -> Iterator[tuple[Path, Expr]]:
    """Yield the terms of a sum and of the sums directly in it, with their paths."""
    for k, t in enumerate(e.terms):
        if isinstance(t, Add):
            yield from (((k, *inner), u) for inner, u in _flat(t))
        else:
            yield (k,), t


def _adds(e: Expr) -> bool:
    """Tell whether a sum stands in `e`, under signs, factors and denominators only."""
    match e:
        case Add():
            return True
        case Neg(x) | Div(x, _):
            return _adds(x)
        case Mul(factors):
            return sum(_adds(f) for f in factors) == 1
        case _:
            return False
