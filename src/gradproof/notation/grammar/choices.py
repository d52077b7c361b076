"""Places with two admissible readings: their keys, and which reading is taken."""

from typing import Final

from gradproof.notation.grammar.options import Options
from gradproof.notation.surface import Choice
from gradproof.source import Span

KINDS: Final = (
    "call", "sum-scope", "operator-scope", "operator-rest", "slash-scope", "function-scope", "bracket-close",
    "bracket-open", "word", "hadamard-scope", "quotient", "row-continued", "gradient-scope", "at-scope",
)  # fmt: skip
"""Kinds of choices; see `Choice`."""

_CODES: Final = {kind: code for code, kind in enumerate(KINDS)}


def choose(
    choices: list[Choice],
    options: Options,
    kind: str,
    span: Span,
    usual: str,
    others: tuple[str, ...],
) -> str:
    """Record a choice and return the reading to take: `usual` unless `options` say otherwise.

    The key depends on the kind and on where `span` starts alone, so that it is the same in every reading.
    """
    key = span.start * 16 + _CODES[kind]
    taken = options.overrides.get(key, usual)
    readings = (usual, *others)
    if taken not in readings:
        taken = usual
    if all(choice.key != key for choice in choices):
        choices.append(Choice(kind, key, span, taken, tuple(r for r in readings if r != taken)))
    return taken
