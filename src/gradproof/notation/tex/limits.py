"""Work limits of the TeX layer; all in counted units, so that they repeat on every machine."""

MAX_CHARACTERS = 65_536
"""Characters of one call (a whole display may have many rows)."""

MAX_TOKENS = 20_000
"""Tokens of one call, after macro expansion."""

ROW_CHARACTERS = 4_096
"""Characters of one row; the grammar, which knows the rows, enforces it."""

ROW_TOKENS = 2_000
"""Leaves of one row; enforced by the grammar."""

MAX_NESTING = 60
"""Depth of braces, arguments, environments and brackets."""

ROW_EXPANSIONS = 1_000
"""Macro expansions in one row."""

ROW_PRODUCED = 10_000
"""Tokens that macro expansion may produce in one row."""

MAX_EXPANSIONS = 20_000
"""Macro expansions in one call."""

MAX_PRODUCED = 60_000
"""Tokens that macro expansion may produce in one call."""

LOOKAHEAD = 200
"""Tokens looked at for the end of an optional argument."""
