"""Formulas as they are shown: invented sizes and index names do not appear."""

import re
from typing import Final

from gradproof.expr import Context, Expr, Idx, Prod, Sum, Sym, children, rebuild, walk
from gradproof.rewrite import free_names, rename_bound

INVENTED: Final = re.compile(r"n_\{.*\}")
"""The size of an index range that the author does not name."""

FRESH: Final = re.compile(r"k_\{\d+\}")
"""A bound index that was invented because its own letter was taken."""

LETTERS: Final = tuple("ijklrsqtuv")


def presented(e: Expr, context: Context) -> Expr:
    """Return a formula for print: sums over invented ranges without limits, ordinary letters as bound indices."""
    names = {n.name for _, n in walk(e) if isinstance(n, Sym | Idx)}
    if not any(INVENTED.fullmatch(n) or FRESH.fullmatch(n) for n in names):
        return e
    taken = names | set(free_names(e)) | context.domains.keys() | context.definitions.keys()
    return _shown(e, context, taken)


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
