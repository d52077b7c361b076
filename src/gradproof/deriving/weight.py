"""How long a formula is for a reader."""

from functools import lru_cache

from gradproof.expr import Expr
from gradproof.spell import to_plain


@lru_cache(maxsize=16384)
def weight(e: Expr) -> int:
    """Return the number of characters of the formula on one line."""
    return len(to_plain(e))
