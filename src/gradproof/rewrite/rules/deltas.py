"""Kronecker deltas, alone and in sums over one of their indices."""

from gradproof.expr import (
    Add,
    Cases,
    Compare,
    Context,
    Delta,
    Div,
    Expr,
    Idx,
    Indicator,
    Mul,
    Neg,
    Sum,
)  # fmt: skip
from gradproof.rewrite.build import ONE, ZERO, add, div, like_sum, mul, neg
from gradproof.rewrite.indices import lies_in, range_of, same_index
from gradproof.rewrite.rule import rewrite_rule
from gradproof.rewrite.substitute import free_names, substitute
from gradproof.rewrite.tidy import tidy, tidy_root


@rewrite_rule("delta-decided", on=Delta, formula=r"\delta_{ii} = 1, \quad \delta_{12} = 0")
def delta_decided(e: Delta, context: Context) -> Expr | None:
    """Replace the delta of indices known to be equal or unequal."""
    same = same_index(e.left, e.right, context)
    return None if same is None else ONE if same else ZERO


@rewrite_rule("sum-of-zeros", on=Sum, formula=r"\sum_k 0 = 0")
def sum_of_zeros(e: Sum, _context: Context) -> Expr | None:
    """A sum of zeros is zero."""
    return ZERO if e.body == ZERO else None


@rewrite_rule("sign-before-sum", on=Sum, formula=r"\sum_k (-u_k) = -\sum_k u_k")
def sign_before_sum(e: Sum, context: Context) -> Expr | None:
    """Write a sign before the sum."""
    return neg(like_sum(e, e.body.arg, context)) if isinstance(e.body, Neg) else None


@rewrite_rule("delta-collapse", on=Sum, formula=r"\sum_k f_k \delta_{ki} = f_i")
def delta_collapse(e: Sum, context: Context) -> Expr | None:
    """Collapse a sum over the index of a delta, where the other index is certain to be in range."""
    extent = range_of(e, context)
    if extent is None or not _holds_delta(e.body):
        return None
    terms = e.body.terms if isinstance(e.body, Add) else (e.body,)
    done: list[Expr] = []
    for term in terms:
        found = _split(term, e.index.name)
        if found is None:
            return None
        other, rest = found
        if not lies_in(other, extent, context):
            return None
        table: dict[Expr, Expr] = {e.index: other}
        if e.condition is not None:
            condition = substitute(e.condition, table, context)
            assert isinstance(condition, Compare)
            rest = mul(rest, tidy_root(Indicator(condition), context))
        done.append(tidy(substitute(rest, table, context), context))
    return add(*done)


@rewrite_rule(
    "delta-out-of-sum", on=Sum, formula=r"\sum_k f_k \delta_{ij} = \delta_{ij} \sum_k f_k"
)
def delta_out_of_sum(e: Sum, context: Context) -> Expr | None:
    """Write a delta that has nothing to do with the index before the sum, where an outer sum can use it."""
    if not isinstance(e.body, Mul):
        return None
    own = e.index.name
    out = [f for f in e.body.factors if isinstance(f, Delta) and own not in free_names(f)]
    if not out:
        return None
    return mul(*out, like_sum(e, mul(*(f for f in e.body.factors if f not in out)), context))


@rewrite_rule("indicator-decided", on=Indicator, formula=r"[i = i] = 1, \quad [i \ne i] = 0")
def indicator_decided(e: Indicator, context: Context) -> Expr | None:
    """Replace the indicator of a condition on indices that is known to hold or not to hold."""
    same = same_index(e.condition.left, e.condition.right, context)
    if same is None or e.condition.op not in ("=", "!="):
        return None
    return ONE if same is (e.condition.op == "=") else ZERO


@rewrite_rule("equal-cases", on=Cases, formula=r"\{u \text{ if } c;\ u \text{ otherwise}\} = u")
def equal_cases(e: Cases, _context: Context) -> Expr | None:
    """Drop the case distinction where every case has the same value."""
    first = e.branches[0].value
    if e.branches[-1].condition is not None or any(b.value != first for b in e.branches):
        return None
    return first


def _holds_delta(e: Expr) -> bool:
    match e:
        case Delta():
            return True
        case Neg(x) | Div(x, _):
            return _holds_delta(x)
        case Mul(xs):
            return any(_holds_delta(x) for x in xs)
        case Add(xs):
            return all(_holds_delta(x) for x in xs)
        case _:
            return False


def _split(e: Expr, name: str) -> tuple[Expr, Expr] | None:
    """Split a term into the other index of its delta and what the delta is multiplied with."""
    match e:
        case Delta(left, right):
            for a, b in ((left, right), (right, left)):
                if a == Idx(name) and name not in free_names(b):
                    return b, ONE
            return None
        case Neg(x):
            found = _split(x, name)
            return None if found is None else (found[0], neg(found[1]))
        case Div(x, y):
            found = _split(x, name)
            return None if found is None else (found[0], div(found[1], y))
        case Mul(xs):
            for k, x in enumerate(xs):
                found = _split(x, name)
                if found is not None:
                    return found[0], mul(*xs[:k], found[1], *xs[k + 1 :])
            return None
        case _:
            return None
