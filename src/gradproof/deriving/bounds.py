"""Ranges of sums as their author would write them: a size that has no name of the author's is left out."""

from dataclasses import replace

from gradproof.deriving.derivation import Line
from gradproof.expr import Add, Expr, Num, Prod, Sum, Sym, children, rebuild
from gradproof.rewrite import ONE

_INVENTED = "n_{"
"""How the names of sizes begin that the reader gave to ranges without one."""


def written(line: Line) -> Line:
    """Return a line whose sums over unnamed ranges have no bounds: ``Σ_k`` over what ``k`` runs over."""
    left = None if line.left is None else without_invented(line.left)
    return replace(line, left=left, right=without_invented(line.right))


def without_invented(e: Expr) -> Expr:
    """Leave out the bounds of sums and products over whole ranges whose size has no name."""
    kids = children(e)
    if not kids:
        return e
    new = tuple(without_invented(k) for k in kids)
    if any(a is not b for a, b in zip(kids, new, strict=True)):
        e = rebuild(e, new)
    if isinstance(e, Sum | Prod) and e.lower == ONE and _invented(e.upper):
        return replace(e, lower=None, upper=None)
    return e


def _invented(e: Expr | None) -> bool:
    match e:
        case Sym(name):
            return name.startswith(_INVENTED)
        case Add((Sym(name), Num())):
            return name.startswith(_INVENTED)
        case _:
            return False
