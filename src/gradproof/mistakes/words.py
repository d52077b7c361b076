"""The sentences of a mistake with its formulas put in."""

import re
from typing import Final

from gradproof.expr import Expr, Num
from gradproof.mistakes.sites import Placed
from gradproof.rewrite import ONE
from gradproof.spell import to_plain

FIELD: Final = re.compile(r"\{(node|right|wrong|outer|inner|var)\}")


def fill(template: str, placed: Placed) -> str:
    """Return a sentence with its fields replaced by formulas, a simple one without brackets."""
    parts: dict[str, Expr | None] = {
        "node": placed.node,
        "right": placed.right,
        "wrong": placed.wrong,
        "outer": next(iter(placed.outer), ONE),
        "inner": next((i for i in placed.inner if not isinstance(i, Num) or i != ONE), ONE),
        "var": placed.wrt,
    }

    def put(field: re.Match[str]) -> str:
        part = parts[field[1]]
        return "the variable" if part is None else to_plain(part)

    return FIELD.sub(put, template)
