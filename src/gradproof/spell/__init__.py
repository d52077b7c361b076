r"""How mathematics is written: trees, names and relations as TeX and as unicode text.

>>> from gradproof.expr import Add, Entry, Fn, Idx, Neg, Num, Sym
>>> from fractions import Fraction
>>> y = Entry(Sym(r"\hat y"), (Idx("i"),))
>>> e = Fn("log", (Add((Num(Fraction(1)), Neg(y))),))
>>> print(to_tex(e), "|", to_plain(e))
\log(1 - \hat y_i) | log(1 - ŷᵢ)
"""

from collections.abc import Sequence

from gradproof.expr import Expr
from gradproof.spell.identifiers import identifier
from gradproof.spell.names import AGAIN, name_plain, name_tex
from gradproof.spell.plain import PlainStyle
from gradproof.spell.relation import chain
from gradproof.spell.tex import TexStyle
from gradproof.spell.width import shorten
from gradproof.spell.writer import spell

__all__ = [
    "AGAIN", "identifier", "name_plain", "name_tex", "relation_plain", "relation_tex", "shorten", "to_plain", "to_tex",
]  # fmt: skip

_TEX = TexStyle()
_PLAIN = PlainStyle()


def to_tex(expr: Expr) -> str:
    """Spell `expr` as TeX that reads back as the same tree."""
    return spell(expr, _TEX).text


def to_plain(expr: Expr) -> str:
    """Spell `expr` as one line of unicode text that reads back as the same tree."""
    return spell(expr, _PLAIN).text


def relation_tex(sides: Sequence[Expr | None], relations: Sequence[str]) -> str:
    """Spell a chain of relations (``=``, ``<=``, ``~~``, …) as TeX; None is an empty side."""
    return chain(sides, relations, _TEX)


def relation_plain(sides: Sequence[Expr | None], relations: Sequence[str]) -> str:
    """Spell a chain of relations as unicode text; None is an empty side."""
    return chain(sides, relations, _PLAIN)
