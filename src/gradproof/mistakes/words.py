"""The sentences of a mistake with its formulas put in."""

import re
from typing import Final

from gradproof.expr import Add, Context, Expr, Neg, Num
from gradproof.mistakes.presented import handy, presented, reduced
from gradproof.mistakes.sites import Placed
from gradproof.rewrite import ONE
from gradproof.spell import to_plain

FIELD: Final = re.compile(r"\{(node|right|wrong|outer|inner|var)\}")


def fill(template: str, placed: Placed, context: Context) -> str:
    """Return a sentence with its fields replaced by formulas."""
    return told(
        template,
        context,
        node=placed.node,
        right=placed.right,
        wrong=placed.wrong,
        outer=next(iter(placed.outer), ONE),
        inner=next((i for i in placed.inner if not isinstance(i, Num) or i != ONE), ONE),
        var=placed.wrt,
    )


def told(template: str, context: Context, **parts: Expr | None) -> str:
    """Return a sentence with its fields replaced by formulas; a field without one is the variable."""

    def put(field: re.Match[str]) -> str:
        part = parts.get(field[1])
        if part is None:
            return "the variable"
        if field[1] == "right":
            part = handy(reduced(part), context)
        part = presented(part, context)
        beside = "·" in template[max(field.start() - 2, 0) : field.end() + 2]
        return f"({to_plain(part)})" if beside and _loose(part) else to_plain(part)

    return FIELD.sub(put, template)


def _loose(e: Expr) -> bool:
    """Tell whether a formula needs brackets beside a times sign."""
    return isinstance(e, Add | Neg) or (isinstance(e, Num) and e.value < 0)
