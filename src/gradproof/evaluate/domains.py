"""Inferring the domains of undeclared symbols from the functions they stand in."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import final

from gradproof.evaluate.indexing import flatten_entry
from gradproof.expr import (
    OPEN_UNIT,
    POSITIVE,
    REAL,
    Add,
    Apply,
    Const,
    Context,
    Div,
    Domain,
    Entry,
    Expr,
    Fn,
    Mul,
    Neg,
    Num,
    Pow,
    Root,
    Sym,
    children,
)

_ONE = Fraction(1)


def infer_domains(exprs: Iterable[Expr], context: Context) -> Mapping[str, Domain]:
    """Return domains that the functions in `exprs` ask of symbols without a declared one.

    Read off: arguments of logarithms, even roots and powers with an exponent that is not whole must be positive,
    those of arcsin and arccos lie within (-1, 1); only arguments that are affine in one symbol (or products
    and quotients of such) tell anything.

    >>> from gradproof.expr import Fn, Sym
    >>> infer_domains([Fn("log", (Sym("x"),))], Context())["x"] == POSITIVE
    True
    """
    finder = _Finder(context)
    for e in exprs:
        finder.visit(e, frozenset())
    out: dict[str, Domain] = {}
    for name in [*finder.lower, *(n for n in finder.upper if n not in finder.lower)]:
        lower, upper = finder.lower.get(name), finder.upper.get(name)
        if lower is not None and upper is not None and lower >= upper:
            continue
        out[name] = Domain(lower=lower, upper=upper)
    return out


def alternatives(
    names: Iterable[str], inferred: Mapping[str, Domain], context: Context
) -> Iterator[dict[str, Domain]]:
    """Yield assignments of domains to try, the inferred one first; `names` are the base symbols."""
    tried: list[dict[str, Domain]] = []
    for assignment in _alternatives(names, inferred, context):
        if assignment not in tried:
            tried.append(assignment)
            yield assignment


def _alternatives(
    names: Iterable[str], inferred: Mapping[str, Domain], context: Context
) -> Iterator[dict[str, Domain]]:
    base = {n: context.domains.get(n) or inferred.get(n) or REAL for n in names}
    yield dict(base)
    free = [n for n in base if n not in context.domains and base[n] in (REAL, POSITIVE)]
    open_ended = [n for n in free if base[n] == REAL]
    yield base | dict.fromkeys(open_ended, POSITIVE)
    yield base | dict.fromkeys(free, OPEN_UNIT)
    for name in free[:6]:
        yield base | {name: POSITIVE}
        yield base | {name: OPEN_UNIT}


@final
@dataclass(slots=True)
class _Finder:
    context: Context
    lower: dict[str, Fraction] = field(default_factory=dict[str, Fraction])
    upper: dict[str, Fraction] = field(default_factory=dict[str, Fraction])
    seen: set[tuple[str, frozenset[str]]] = field(default_factory=set[tuple[str, frozenset[str]]])

    def visit(self, e: Expr, bound: frozenset[str]) -> None:
        """Collect bounds from `e`; names in `bound` are parameters."""
        match e:
            case Fn("log", args):
                for a in args:
                    self._above(a, Fraction(0), bound)
            case Fn("sqrt", (arg,)):
                self._above(arg, Fraction(0), bound)
            case Fn("arcsin" | "arccos", (arg,)):
                self._above(arg, -_ONE, bound)
                self._below(arg, _ONE, bound)
            case Root(arg, Num(degree)) if degree.numerator % 2 == 0:
                self._above(arg, Fraction(0), bound)
            case Pow(base, Num(exponent)) if exponent.denominator > 1:
                self._above(base, Fraction(0), bound)
            case Pow(base, exponent) if not isinstance(base, Const | Num) and isinstance(
                exponent, Sym | Entry | Add | Mul | Neg | Div
            ):
                self._above(base, Fraction(0), bound)
            case Sym(name):
                self._unfold(name, bound)
            case Apply(name, args):
                params = {
                    p.name
                    for d in self.context.definitions.get(name, ())
                    for p, a in zip(d.params, args, strict=False)
                    if isinstance(p, Sym) and p != a
                }
                self._unfold(name, bound | params)
            case _:
                pass
        for child in children(e):
            self.visit(child, bound)

    def _unfold(self, name: str, bound: frozenset[str]) -> None:
        if name in bound or (name, bound) in self.seen:
            return
        self.seen.add((name, bound))
        for d in self.context.definitions.get(name, ()):
            self.visit(d.body, bound)

    def _above(self, e: Expr, limit: Fraction, bound: frozenset[str]) -> None:
        self._affine(e, limit, 1, bound)

    def _below(self, e: Expr, limit: Fraction, bound: frozenset[str]) -> None:
        self._affine(e, limit, -1, bound)

    def _affine(self, e: Expr, limit: Fraction, side: int, bound: frozenset[str]) -> None:
        """Note what ``e > limit`` (side 1) or ``e < limit`` (side -1) says of a symbol."""
        match e:
            case Sym(name) | Entry(Sym(name)):
                self._note(name, limit, side, bound)
            case Entry():
                array, _ = flatten_entry(e)
                if isinstance(array, Sym):
                    self._note(array.name, limit, side, bound)
            case Neg(arg):
                self._affine(arg, -limit, -side, bound)
            case Add(terms):
                constant = Fraction(0)
                moving: list[Expr] = []
                for t in terms:
                    value = _number(t)
                    if value is None:
                        moving.append(t)
                    else:
                        constant += value
                if len(moving) == 1:
                    self._affine(moving[0], limit - constant, side, bound)
                elif side == 1 and limit - constant == 0:
                    for t in moving:
                        if not isinstance(t, Neg):
                            self._square_or(t, bound)
            case Mul(factors):
                self._scaled(factors, limit, side, bound)
            case Div(num, den):
                scale = _number(den)
                if scale:
                    self._affine(num, limit * scale, side if scale > 0 else -side, bound)
                elif limit == 0 and side == 1:
                    self._affine(num, limit, side, bound)
                    self._affine(den, limit, side, bound)
            case Pow(base, Num(exponent)) if exponent == 2 and side == -1 and limit == 1:
                self._affine(base, _ONE, -1, bound)
                self._affine(base, -_ONE, 1, bound)
            case Pow(base, Num(exponent)) if exponent.numerator % 2 and limit == 0 and side == 1:
                self._affine(base, limit, side, bound)
            case _:
                pass

    def _square_or(self, e: Expr, bound: frozenset[str]) -> None:
        """Within a positive sum, ask only of bare symbols to be positive."""
        if isinstance(e, Sym | Entry):
            self._affine(e, Fraction(0), 1, bound)

    def _scaled(
        self, factors: tuple[Expr, ...], limit: Fraction, side: int, bound: frozenset[str]
    ) -> None:
        scale = _ONE
        moving: list[Expr] = []
        for f in factors:
            value = _number(f)
            if value is None:
                moving.append(f)
            else:
                scale *= value
        if not scale:
            return
        if len(moving) == 1:
            self._affine(moving[0], limit / scale, side if scale > 0 else -side, bound)
        elif limit == 0 and (side == 1) == (scale > 0):
            for f in moving:
                self._affine(f, limit, 1, bound)

    def _note(self, name: str, limit: Fraction, side: int, bound: frozenset[str]) -> None:
        if name in bound or name in self.context.domains or name in self.context.values:
            return
        if name in self.context.definitions:
            for d in self.context.definitions[name]:
                if not d.params:
                    self._affine(d.body, limit, side, bound | {name})
            return
        if side == 1:
            self.lower[name] = max(limit, self.lower.get(name, limit))
        else:
            self.upper[name] = min(limit, self.upper.get(name, limit))


def _number(e: Expr) -> Fraction | None:
    match e:
        case Num(value):
            return value
        case Neg(arg):
            inner = _number(arg)
            return None if inner is None else -inner
        case Div(num, den):
            a, b = _number(num), _number(den)
            return None if a is None or not b else a / b
        case _:
            return None
