"""The last line: the form of a scalar expression that a person would stop at."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from gradproof.deriving.folding import eliminated, folded, with_facts
from gradproof.deriving.present import as_power, gathered, joined, presented
from gradproof.deriving.rational import Quotient, TooLarge
from gradproof.expr import (
    Add,
    Context,
    Delta,
    Div,
    Expr,
    Mul,
    Neg,
    Num,
    Pow,
    Sum,
    Sym,
    children,
    rebuild,
    walk,
    walk_reached,
)  # fmt: skip
from gradproof.rewrite import add, free_names, neg, replace_equal, tidy

_RATIONAL: Final = (Add, Mul, Div, Neg)


def closed(e: Expr, context: Context, loss: Sym) -> Expr:
    """Return the shortest of some equal forms of a scalar expression without derivatives.

    Names of definitions stand for what they are defined as, sums over an index hold nothing that does not
    depend on it, and a fraction is written in factors where that is shorter. The value of the loss itself is put in
    only where the loss is a family (``∂s_i/∂z_k = s_i (δ_ik - s_k)``).
    """
    symbols = {n.name: n for n in walk_reached(loss, context) if isinstance(n, Sym)}
    family = any(d.indices for d in context.definitions.get(loss.name, ()))
    name = "" if family else loss.name
    named = folded(e, context, name, symbols)
    forms = [_shortest(named, context)]
    solved = eliminated(named, context, name, symbols)
    if solved != named:
        again = folded(_shortest(solved, context), context, name, symbols)
        forms.append(_shortest(again, context))
    return min(forms, key=cost)


def cost(e: Expr) -> int:
    """Return how much there is to read: symbols and signs, fractions inside fractions twice.

    >>> x, y = Sym("x"), Sym("y")
    >>> cost(Add((x, Neg(y)))) < cost(Neg(Add((y, Neg(x)))))
    True
    """
    total = 0
    for _, node in walk(e):
        total += 1
        if isinstance(node, Div | Sum):
            total += 1
        if isinstance(node, Div) and any(isinstance(n, Div) for _, n in walk(node) if n != node):
            total += 3
    return total + isinstance(e, Neg)


def _shortest(e: Expr, context: Context) -> Expr:
    """Close the parts first, then choose among the forms of the whole."""
    if isinstance(e, _RATIONAL) or (isinstance(e, Pow) and isinstance(e.exponent, Num)):
        parts = _parts(e)
        table = {p: _shortest(p, context) for p in parts}
        e = tidy(_with(e, table), context)
        together = tidy(_all_merged(e), context)
        return min((f for x in dict.fromkeys((e, together)) for f in _forms(x)), key=cost)
    kids = children(e)
    if not kids:
        return e
    if isinstance(e, Sum):
        return _sum(e, context)
    return tidy(rebuild(e, tuple(_shortest(k, context) for k in kids)), context)


def _parts(e: Expr) -> list[Expr]:
    """Return the parts of a rational expression that are not rational themselves."""
    if isinstance(e, _RATIONAL):
        return [p for k in children(e) for p in _parts(k)]
    if isinstance(e, Pow) and isinstance(e.exponent, Num):
        return _parts(e.base)
    return [] if isinstance(e, Num) else [e]


def _with(e: Expr, table: Mapping[Expr, Expr]) -> Expr:
    if e in table:
        return table[e]
    if isinstance(e, _RATIONAL) or (isinstance(e, Pow) and isinstance(e.exponent, Num)):
        return rebuild(e, tuple(_with(k, table) for k in children(e)))
    return e


def _forms(e: Expr) -> Iterator[Expr]:
    yield presented(e)
    yield from _turned(e)
    apart = _with_split_powers(e)
    for form in dict.fromkeys((e, apart)):
        whole = _factored(form)
        if whole is not None:
            yield whole
        veiled, table = _veiled(form)
        if table:
            whole = _factored(veiled)
            if whole is not None:
                for name, part in table.items():
                    whole = replace_equal(whole, name, part)
                yield presented(whole)
    terms, sign = (e.arg, True) if isinstance(e, Neg) else (e, False)
    if isinstance(terms, Add):
        each = [min((t, _factored(t) or t), key=cost) for t in terms.terms]
        yield add(*(neg(t) if sign else t for t in each))
        shared = _shared(each)
        if shared is not None:
            yield neg(shared) if sign else shared


def _with_split_powers(e: Expr) -> Expr:
    """Write ``x^{a+1}`` as ``x^a x``, so that it can be cancelled."""
    kids = children(e)
    if kids:
        e = rebuild(e, tuple(_with_split_powers(k) for k in kids))
    if isinstance(e, Pow) and isinstance(e.exponent, Add):
        above: list[Expr] = []
        below: list[Expr] = []
        gathered(e, above, below)
        return Div(_product(above), _product(below)) if below else _product(above)
    return e


def _product(factors: Sequence[Expr]) -> Expr:
    return factors[0] if len(factors) == 1 else Mul(tuple(factors))


def _veiled(e: Expr) -> tuple[Expr, dict[Expr, Expr]]:
    """Hide sums under powers behind names of their own, so that they are not multiplied out."""
    table: dict[Expr, Expr] = {}
    for _, n in walk(e):
        if isinstance(n, Pow) and isinstance(n.base, Add):
            table.setdefault(n.base, Sym(f"?{len(table)}"))
    out = e
    for part, name in table.items():
        out = replace_equal(out, part, name)
    return out, {name: part for part, name in table.items()}


def _turned(e: Expr) -> Iterator[Expr]:
    """Put a sign before a sum over an index into a difference inside: ``-Σ (y - z) x`` is ``Σ (z - y) x``."""
    above: list[Expr] = []
    below: list[Expr] = []
    if not gathered(e, above, below):
        return
    for k, f in enumerate(above):
        inner = _factored(Neg(f.body)) if isinstance(f, Sum) else None
        if isinstance(f, Sum) and inner is not None and not isinstance(inner, Neg):
            yield joined([*above[:k], replace(f, body=inner), *above[k + 1 :]], below)


def _all_merged(e: Expr) -> Expr:
    """Write sums over one range as one, wherever they are added."""
    if not isinstance(e, _RATIONAL):
        return e
    e = rebuild(e, tuple(_all_merged(k) for k in children(e)))
    return _merged(e) if isinstance(e, Add) else e


def _merged(e: Add) -> Expr:
    """Write sums over one range as one sum."""
    bodies: dict[tuple[Expr | None, ...], list[Expr]] = {}
    rest: list[Expr] = []
    for t in e.terms:
        whole, negative = (t.arg, True) if isinstance(t, Neg) else (t, False)
        if isinstance(whole, Sum):
            key = (whole.index, whole.lower, whole.upper, whole.condition)
            bodies.setdefault(key, []).append(neg(whole.body) if negative else whole.body)
        else:
            rest.append(t)
    if all(len(b) == 1 for b in bodies.values()):
        return e
    sums = [t.arg if isinstance(t, Neg) else t for t in e.terms]
    out: list[Expr] = []
    for (index, lower, upper, condition), parts in bodies.items():
        first = next(
            s
            for s in sums
            if isinstance(s, Sum)
            and (s.index, s.lower, s.upper, s.condition) == (index, lower, upper, condition)
        )
        forms = list(_forms(add(*parts)))
        out.append(replace(first, body=min(forms, key=cost)))
    return add(*rest, *out)


def _shared(terms: Sequence[Expr]) -> Expr | None:
    """Write factors that stand in every term before the sum of what is left; None where there are none."""
    parts: list[tuple[list[Expr], list[Expr], bool]] = []
    for t in terms:
        above: list[Expr] = []
        below: list[Expr] = []
        negative = gathered(t, above, below)
        parts.append((_single(above), _single(below), negative))
    upper, lower = _common([p[0] for p in parts]), _common([p[1] for p in parts])
    if not upper and not lower:
        return None
    rest = [
        joined(_without(above, upper), _without(below, lower), negative=negative)
        for above, below, negative in parts
    ]
    return joined([*upper, add(*rest)], lower)


def _single(factors: Sequence[Expr]) -> list[Expr]:
    """Write powers as repeated factors; numbers are left out of what can be shared."""
    out: list[Expr] = []
    for f in factors:
        base, k = as_power(f)
        out.extend([base] * k)
    return out


def _common(lists: Sequence[Sequence[Expr]]) -> list[Expr]:
    out: list[Expr] = []
    rest = [list(x) for x in lists[1:]]
    for f in lists[0]:
        if not isinstance(f, Num) and all(f in x for x in rest):
            out.append(f)
            for x in rest:
                x.remove(f)
    return out


def _without(factors: Sequence[Expr], gone: Sequence[Expr]) -> list[Expr]:
    out = list(factors)
    for g in gone:
        out.remove(g)
    return out


def _factored(e: Expr) -> Expr | None:
    try:
        return Quotient(e).factored()
    except TooLarge:
        return None


def _sum(e: Sum, context: Context) -> Expr:
    """Close a sum over an index: deltas collapse, what does not depend on the index stands before it."""
    body = _shortest(e.body, context)
    if any(isinstance(n, Delta) for _, n in walk(body)):
        try:
            body = Quotient(body).collected()
        except TooLarge:
            return tidy(replace(e, body=body), context)
        terms = body.terms if isinstance(body, Add) else (body,)
        apart = tidy(add(*(replace(e, body=t) for t in terms)), context)
        if any(isinstance(n, Delta) for _, n in walk(apart)):
            return tidy(replace(e, body=body), context)
        return _shortest(apart, context)
    above: list[Expr] = []
    below: list[Expr] = []
    negative = gathered(body, above, below)

    def inside(f: Expr) -> bool:
        return e.index.name in free_names(f)

    rest = joined([f for f in above if inside(f)], [f for f in below if inside(f)])
    outer = [f for f in above if not inside(f)]
    total: Expr = with_facts(tidy(replace(e, body=rest), context), context)
    return joined([*outer, total], [f for f in below if not inside(f)], negative=negative)
