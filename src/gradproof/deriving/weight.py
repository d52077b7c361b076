"""How long a formula is for a reader."""

import re
from functools import lru_cache
from typing import Final

from gradproof.expr import Expr
from gradproof.spell import to_plain

_NAME: Final = re.compile(r"[a-z]{2,}")
"""The name of a function, which a reader takes in as one sign."""


@lru_cache(maxsize=16384)
def weight(e: Expr) -> int:
    """Return the number of signs of the formula on one line."""
    return len(_NAME.sub("f", to_plain(e)))
