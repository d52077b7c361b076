"""A name before a bracket: is it applied to it, or multiplied by it?"""

from typing import Final, final

from gradproof.notation.grammar.brackets import Brackets
from gradproof.notation.grammar.habits import (
    ARGUMENT_ONLY,
    CERTAIN_CALLABLES,
    HABIT_CALLABLES,
    PRODUCT_LETTERS,
)
from gradproof.notation.grammar.tokens import Token

_PARAMETERS: Final = frozenset({"theta", "phi", "psi", "Theta"})
r"""Parameters below the name of a function: h_\theta(x)."""


@final
class Contents:
    """What a bracket after a name holds, as far as call or product depends on it."""

    __slots__ = ("condition", "count", "itself", "leading_number", "listed", "single", "terms")

    def __init__(self) -> None:
        """Start with nothing seen."""
        self.count = 0
        self.listed = False
        self.condition = False
        self.terms = False
        self.itself = False
        self.leading_number = False
        self.single = ""


class Application(Brackets):
    """The decision between call and product."""

    __slots__ = ()

    def is_callable(self, token: Token) -> bool:
        """Say whether a name is a function by declaration, use or habit."""
        key = token.text
        options = self.options
        if key in options.not_callables:
            return False
        if options.callables is not None and key in options.callables:
            return True
        return key in HABIT_CALLABLES or _bare(key) in ("f", "g", "J", "L") or _is_word(key)

    def applies(self, token: Token, opening: Token, *, powered: bool = False) -> bool:
        """Say whether a name is applied to the bracket after it; a choice where both are admissible.

        A name with a power (`powered`) is only where it is known as a function.
        """
        key = token.text
        options = self.options
        if key in options.not_callables:
            return False
        declared = options.callables is not None and key in options.callables
        if opening.text != "(":
            return opening.text == "[" and declared
        contents = self.look(self.i, key)
        if contents.itself and not (declared and contents.single):
            return False
        start, end = token.start, opening.start + 1
        if declared:
            if contents.single or contents.listed or contents.condition or _is_word(key):
                return True
            factor = key in ARGUMENT_ONLY and contents.terms
            readings = ("product", "call") if factor else ("call", "product")
            return self.choose("call", start, end, *readings) == "call"
        habit = self.is_callable(token)
        plain = not (contents.single or contents.listed or contents.condition)
        array = key in options.quantities and (not habit or key in ARGUMENT_ONLY)
        if array and plain and contents.terms:
            return False
        if powered:
            if not habit or contents.single or contents.listed or _is_word(key):
                return habit
            if key not in CERTAIN_CALLABLES or contents.leading_number:
                return False
            return self.choose("call", start, end, "call", "product") == "call"
        if _is_word(key):
            return True
        if contents.condition or contents.listed:
            return True
        if habit and key in options.factors and not contents.single:
            return self.choose("call", start, end, "product", "call") == "call"
        if habit:
            if contents.single or key in CERTAIN_CALLABLES:
                return True
            if key in ARGUMENT_ONLY and contents.leading_number and contents.terms:
                return self.choose("call", start, end, "product", "call") == "call"
            return self.choose("call", start, end, "call", "product") == "call"
        if contents.single == "name":
            return (
                key not in ("e", "d")
                and self.choose("call", start, end, "call", "product") == "call"
            )
        if contents.leading_number or _bare(key) in PRODUCT_LETTERS:
            return False
        if token.sub is not None and any(node.text in _PARAMETERS for node in token.sub.args):
            return self.choose("call", start, end, "call", "product") == "call"
        return self.choose("call", start, end, "product", "call") == "call"

    def look(self, at: int, key: str) -> Contents:
        """Look at the bracket that opens at position `at`, without reading it."""
        found = Contents()
        tokens = self.tokens
        depth = 0
        first = tokens[at + 1]
        found.leading_number = first.code == "num"
        while True:
            token = tokens[at]
            code = token.code
            if code == "open":
                depth += 1
            elif code == "close":
                depth -= 1
                if depth == 0:
                    break
            elif code == "end":
                break
            elif depth == 1:
                found.count += 1
                if code in ("comma", "semi"):
                    found.listed = True
                elif code in ("given", "rel"):
                    found.condition = True
                elif code in ("+", "-", "pm"):
                    found.terms = True
            if code == "name" and token.text == key and tokens[at + 1].code != "open":
                found.itself = True
            at += 1
        if found.count == 1:
            if first.code in ("name", "one"):
                found.single = "name"
            elif first.code in ("num", "Delta", "d"):
                found.single = "number"
        elif found.count == 0:
            found.single = "bracket"
        return found


def _is_word(key: str) -> bool:
    return len(key) > 1 and key[0] != "\\" and key[-1].isalpha()


def _bare(key: str) -> str:
    r"""Return the letter of a key without its accents: ``f`` of ``\hat f``."""
    return key.rpartition(" ")[2]
