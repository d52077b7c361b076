"""What in a script is a label: a word, an index in brackets, a letter that the document uses as one."""

import re
from collections.abc import Set
from typing import Final

from gradproof.notation.grammar.vocabulary import NAME_COMMANDS, SUBSCRIPT_WORDS
from gradproof.notation.tex.layout import Layout

_WORD: Final = re.compile(r"[a-z]*[aeou][a-z]*\Z")
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz"
_LABEL_OPERATORS: Final = frozenset("+-,:")
_LABEL_COMMANDS: Final = NAME_COMMANDS | {"ldots", "cdots"}


def is_index_like(nodes: tuple[Layout, ...]) -> bool:
    """Say whether a superscript in brackets is a label such as (i), (l-1), [t+1] and no exponent."""
    if not nodes or (nodes[0].kind == "operator" and nodes[0].text in "+-:"):
        return False
    for node in nodes:
        kind = node.kind
        if kind == "operator":
            if node.text not in _LABEL_OPERATORS:
                return False
        elif kind == "command":
            if node.text not in _LABEL_COMMANDS:
                return False
        elif kind not in ("symbol", "number", "word", "text", "font", "accent") or (
            node.sup is not None and not all(n.kind == "prime" for n in node.sup.args)
        ):
            return False
    return True


def is_label(run: str) -> bool:
    """Say whether letters side by side in a script are a word and not several indices."""
    if not run.isalpha():
        return False
    if run in SUBSCRIPT_WORDS:
        return True
    if run.isupper():
        return len(run) > 2
    return len(run) > 2 and _WORD.match(run) is not None and run not in _ALPHABET


def is_lettered(nodes: tuple[Layout, ...], letters: Set[str]) -> bool:
    """Say whether a superscript is a letter known to label names, or such a letter and a number: ``t-1``."""
    return (
        bool(nodes)
        and nodes[0].text in letters
        and len(nodes) in (1, 3)
        and all(n.kind in ("symbol", "operator", "number") and n.sup is None for n in nodes)
    )
