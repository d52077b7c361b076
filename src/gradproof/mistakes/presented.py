"""Formulas as they are shown: invented sizes and index names do not appear."""

import re
from dataclasses import replace
from typing import Final

from gradproof.differentiate import NotSupported
from gradproof.expr import (
    Add,
    Context,
    Delta,
    Div,
    Expr,
    Idx,
    Mul,
    Neg,
    Num,
    Pow,
    Prod,
    Sum,
    Sym,
    children,
    rebuild,
    walk,
)
from gradproof.rewrite import add, free_names, like_sum, neg, rename_bound, tidy
from gradproof.spell import to_plain

INVENTED: Final = re.compile(r"n_\{.*\}")
"""The size of an index range that the author does not name."""

FRESH: Final = re.compile(r"k_\{\d+\}")
"""A bound index that was invented because its own letter was taken."""

NO_DEFINITIONS: Final = Context().definitions
"""Names keep standing for what the author says, and are not put in the place of it."""

MARGIN: Final = 0.78
"""Trouble, compared with that of the formula as it is, below which another form is shown."""

FOLDED: Final = 0.65
"""The same for a form in which definitions were used: what is shown is then less like what was written."""

UNRESOLVED: Final = 8
"""Signs that something counts for that a reader has to work out."""

LETTERS: Final = tuple("ijklrsqtuv")


def presented(e: Expr, context: Context) -> Expr:
    """Return a formula for print: sums over invented ranges without limits, ordinary letters as bound indices."""
    names = {n.name for _, n in walk(e) if isinstance(n, Sym | Idx)}
    if not any(INVENTED.fullmatch(n) or FRESH.fullmatch(n) for n in names):
        return e
    taken = names | set(free_names(e)) | context.domains.keys() | context.definitions.keys()
    return _shown(e, context, taken)


def reduced(e: Expr) -> Expr:
    """Return an equal formula in which a number over one that divides it is carried out.

    >>> from gradproof.spell import to_plain
    >>> from fractions import Fraction
    >>> two, x = Num(Fraction(2)), Sym("x")
    >>> to_plain(reduced(Div(Mul((two, x)), two)))
    'x'
    """
    kids = children(e)
    new = tuple(reduced(k) for k in kids)
    if any(a is not b for a, b in zip(kids, new, strict=True)):
        e = rebuild(e, new)
    match e:
        case Div(Mul((Num(a), *rest)), Num(b)) if b and (a / b).denominator == 1:
            factors = rest if a == b else [Num(a / b), *rest]
            return factors[0] if len(factors) == 1 else Mul(tuple(factors))
        case _:
            return e


def _shown(e: Expr, context: Context, taken: set[str]) -> Expr:
    if isinstance(e, Sum | Prod):
        if FRESH.fullmatch(e.index.name):
            letter = next((n for n in LETTERS if n not in taken), None)
            if letter is not None:
                taken.add(letter)
                e = rename_bound(e, Idx(letter), context)
        if e.upper is not None and any(INVENTED.fullmatch(n) for n in free_names(e.upper)):
            e = type(e)(e.body, e.index, None, None, e.condition)
    kids = children(e)
    new = tuple(_shown(k, context, taken) for k in kids)
    return e if all(a is b for a, b in zip(kids, new, strict=True)) else rebuild(e, new)


def handy(e: Expr, context: Context) -> Expr:
    """Return an expression as a person writes it, where that is shorter: ``σ (1 - σ)``, ``x`` for ``x²/x``.

    It is tried with the names of the author as they are, then with what they are defined as. No name comes in
    that is not there, and what has only another sign in front stays recognisable.
    """
    from gradproof.deriving import NotDerived, readable

    if isinstance(e, Neg) and isinstance(e.arg, Add):
        return e
    names = free_names(e)
    best, least = e, MARGIN * _trouble(e)
    if any(isinstance(n, Delta) for _, n in walk(e)):
        e = tidy(_apart(e, context), context)
        best, least = min((e, _trouble(e)), (best, least), key=lambda way: way[1])
    for known in (replace(context, definitions=NO_DEFINITIONS), context):
        if known is context:
            least = min(least, FOLDED * _trouble(e))
        try:
            found = readable(e, known)
        except (NotDerived, NotSupported, RecursionError):
            continue
        if (trouble := _trouble(found)) < least and free_names(found) <= names:
            best, least = found, trouble
    return best


def _apart(e: Expr, context: Context) -> Expr:
    """Split sums of terms with Kronecker deltas, so that each of them can be worked out."""
    kids = children(e)
    new = tuple(_apart(k, context) for k in kids)
    if any(a is not b for a, b in zip(kids, new, strict=True)):
        e = rebuild(e, new)
    match e:
        case Sum(Add(terms)) if any(isinstance(n, Delta) for _, n in walk(e.body)):
            return add(*(_apart(like_sum(e, t, context), context) for t in terms))
        case Sum(Neg(body)):
            return neg(_apart(like_sum(e, body, context), context))
        case _:
            return e


def _trouble(e: Expr) -> float:
    """Return how hard a formula is to take in: its length, and what a reader would still have to work out."""
    return len(to_plain(e)) + UNRESOLVED * sum(_unfinished(n) for _, n in walk(e))


def _unfinished(e: Expr) -> bool:
    """Tell whether a node asks for a next step: a Kronecker delta, a power of a power, a fraction that cancels."""
    match e:
        case Delta() | Pow(Pow()):
            return True
        case Div(top, bottom):
            return bool(_bases(top) & _bases(bottom))
        case _:
            return False


def _bases(e: Expr) -> set[Expr]:
    factors = e.factors if isinstance(e, Mul) else (e,)
    bases = (f.base if isinstance(f, Pow) else f for f in factors)
    return {b for b in bases if not isinstance(b, Num)}
