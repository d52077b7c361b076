"""Chains of relations: ``a = b ≤ c``, also with a side left out."""

from collections.abc import Sequence

from gradproof.expr import Expr
from gradproof.spell.arithmetic import at_least
from gradproof.spell.piece import Level
from gradproof.spell.style import Style
from gradproof.spell.writer import spell


def chain(sides: Sequence[Expr | None], relations: Sequence[str], style: Style) -> str:
    """Spell `sides` with `relations` between them; None is an empty side (``= b``).

    Raises:
        ValueError: the numbers do not fit, or a relation is not in the vocabulary.
    """
    if len(sides) != len(relations) + 1:
        raise ValueError(
            f"{len(sides)} sides need {max(len(sides) - 1, 0)} relations between them, "
            f"not {len(relations)}"
        )
    parts: list[str] = []
    for i, side in enumerate(sides):
        if i:
            sign = style.relations.get(relations[i - 1])
            if sign is None:
                known = " ".join(style.relations)
                raise ValueError(f"{relations[i - 1]!r} is no relation; write one of {known}")
            parts.append(sign)
        if side is not None:
            parts.append(at_least(spell(side, style), Level.ADD, style))
    return " ".join(parts)
