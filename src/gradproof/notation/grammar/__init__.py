r"""The grammar: layout tree to surface tree.

>>> from gradproof.notation.tex import parse_layout
>>> row, = parse_rows(parse_layout(r"z = \sigma(w^T x)").nodes)
>>> [side.head for side in row.statements[0].sides], row.statements[0].relations
(['name', 'call'], ('=',))
"""

from gradproof.notation.grammar.habits import HABIT_CALLABLES
from gradproof.notation.grammar.options import Options, name_key
from gradproof.notation.grammar.rows import parse_rows

__all__ = ["HABIT_CALLABLES", "Options", "name_key", "parse_rows"]
