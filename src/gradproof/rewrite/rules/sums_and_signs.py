"""Sums of terms and signs: 0 + u = u, --u = u."""

from fractions import Fraction

from gradproof.expr import Add, Context, Expr, Neg, Num
from gradproof.rewrite.build import add
from gradproof.rewrite.rule import rewrite_rule


@rewrite_rule("zero-term", on=Add, formula=r"u + 0 = u")
def zero_term(e: Add, _context: Context) -> Expr | None:
    """Drop the terms that are zero."""
    kept = tuple(t for t in e.terms if not isinstance(t, Num) or t.value)
    return None if len(kept) == len(e.terms) else add(*kept)


@rewrite_rule("nested-sum", on=Add, formula=r"(u + v) + w = u + v + w")
def nested_sum(e: Add, _context: Context) -> Expr | None:
    """Write a sum within a sum as one sum."""
    if not any(isinstance(t, Add) for t in e.terms):
        return None
    flat: list[Expr] = []
    for t in e.terms:
        flat.extend(t.terms if isinstance(t, Add) else (t,))
    return add(*flat)


@rewrite_rule("numbers-added", on=Add, formula=r"2 + u + 3 = 5 + u")
def numbers_added(e: Add, _context: Context) -> Expr | None:
    """Add the numbers among the terms, where the first of them stands."""
    values = [t.value for t in e.terms if isinstance(t, Num)]
    if len(values) < 2:
        return None
    total: Num | None = Num(sum(values, Fraction(0)))
    terms: list[Expr] = []
    for t in e.terms:
        if not isinstance(t, Num):
            terms.append(t)
        elif total is not None:
            terms.append(total)
            total = None
    return add(*terms)


@rewrite_rule("double-negation", on=Neg, formula=r"-(-u) = u")
def double_negation(e: Neg, _context: Context) -> Expr | None:
    """Drop two signs."""
    return e.arg.arg if isinstance(e.arg, Neg) else None


@rewrite_rule("negated-number", on=Neg, formula=r"-(3) = -3")
def negated_number(e: Neg, _context: Context) -> Expr | None:
    """Take the sign into the number."""
    return Num(-e.arg.value) if isinstance(e.arg, Num) else None
