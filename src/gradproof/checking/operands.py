"""Slips under a shared derivative: both derivatives are equal, and yet what is differentiated was changed wrongly.

``d/dx (x-μ)² = d/dx (x² - 2xμ - μ²)`` is true, for the wrong term does not depend on x; the step is wrong.
"""

from dataclasses import replace

from gradproof.checking.judgement import Outcome
from gradproof.checking.ladder import judge_pair
from gradproof.expr import (
    Add,
    Context,
    Derivative,
    Div,
    Entry,
    Expr,
    Mul,
    Neg,
    Num,
    Path,
    Sym,
    children,
    walk_reached,
)


def operand_slip(left: Expr, right: Expr, context: Context) -> Outcome | None:
    """Return the refutation of the operands of two equal derivatives, or None.

    Leaving out, adding or respelling what does not depend on the variable is right. Only where the left
    operand has no such term, so that those of the right one come from rewriting it, does a difference count.
    """
    pair = _operands(left, right, ())
    if pair is None:
        return None
    a, b, path = pair
    body, other = a.body, b.body
    if any(not _moves(t, a, context) for t in terms_of(body)):
        return None
    constant = [t for t in terms_of(other) if not _moves(t, b, context)]
    if all(isinstance(t, Sym | Num | Entry) for t in constant):
        return None
    found = judge_pair(body, other, context)
    return replace(found, operand=(*path, 0)) if found.verdict == "refuted" else None


def _operands(left: Expr, right: Expr, path: Path) -> tuple[Derivative, Derivative, Path] | None:
    """Find the one pair of derivatives by the same variables in which two sides differ."""
    if isinstance(left, Derivative) and isinstance(right, Derivative):
        same = left.wrt == right.wrt and left.body != right.body
        return (left, right, path) if same else None
    if type(left) is not type(right) or not isinstance(left, Neg | Mul | Div | Add):
        return None
    ours, theirs = children(left), children(right)
    if len(ours) != len(theirs):
        return None
    off = [k for k, (x, y) in enumerate(zip(ours, theirs, strict=True)) if x != y]
    return _operands(ours[off[0]], theirs[off[0]], (*path, off[0])) if len(off) == 1 else None


def terms_of(e: Expr) -> list[Expr]:
    """Split an expression into its terms, signs kept."""
    match e:
        case Add(terms):
            return [t for term in terms for t in terms_of(term)]
        case Neg(Add(terms)):
            return [Neg(t) for term in terms for t in terms_of(term)]
        case _:
            return [e]


def _moves(e: Expr, node: Derivative, context: Context) -> bool:
    """Tell whether a term may depend on a variable of the derivative."""
    return any(_depends(e, w, context) for w in node.wrt)


def _depends(e: Expr, variable: Expr, context: Context) -> bool:
    """Tell whether an expression may depend on a variable, through definitions too."""
    symbol = variable.array if isinstance(variable, Entry) else variable
    if not isinstance(symbol, Sym):
        return True
    names = {getattr(node, "name", None) for node in walk_reached(e, context)}
    return symbol.name in names or not names.isdisjoint(context.varying)
