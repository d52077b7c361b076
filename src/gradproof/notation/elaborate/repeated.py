"""The summation convention: an index that stands twice in a product is summed over, where words say so."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, final

from gradproof.notation.elaborate.runs import is_letter
from gradproof.notation.elaborate.symbols import spelled, walk_surface
from gradproof.notation.surface import FormulaRow, Note, Surface

REPEATED: Final = "repeated-index"
"""Kind of the note on a sum that the summation convention leaves out."""

_SAID = re.compile(
    r"\b(?:einstein|summation convention|(?:repeated|dummy|twice) (?:indices|index)[^.]{0,30}\bsum|"
    r"sum\w* over (?:the )?(?:repeated|dummy)|implicit(?:ly)? sum\w*)",
    re.IGNORECASE,
)


@final
@dataclass(frozen=True, slots=True)
class Convention:
    """Whether a document leaves out the signs of sums over repeated indices."""

    used: bool = False

    def row(self, row: FormulaRow) -> FormulaRow:
        """Return a row with the sums that the convention leaves out, with a note."""
        if not self.used:
            return row
        statements = tuple(
            replace(s, sides=tuple(_summed(x, frozenset()) for x in s.sides))
            for s in row.statements
        )
        if statements == row.statements:
            return row
        message = "summed over indices that stand twice in a product, as the words say"
        return replace(
            row, statements=statements, notes=(*row.notes, Note(REPEATED, message, row.span))
        )


def convention(words: Iterable[str]) -> Convention:
    """Return the convention that the words of a document tell."""
    return Convention(any(_SAID.search(w) for w in words))


def _summed(node: Surface, bound: frozenset[str]) -> Surface:
    """Put a sum before every product, and every single factor, with an index twice in it."""
    match node.head:
        case "add" | "neg" | "group" | "tuple" | "call" | "div" | "relation":
            first = 1 if node.head == "call" else 0
            own = tuple(_summed(a, bound) if k >= first else a for k, a in enumerate(node.args))
            return node if own == node.args else replace(node, args=own)
        case "mul" | "name" | "deriv":
            node = _inside(node, bound)
            found = Counter(_letters(node))
            twice = [letter for letter in found if found[letter] == 2 and letter not in bound]
            for letter in sorted(twice):
                binder = next(x for x in _scripts(node) if spelled(x) == letter)
                node = Surface("sum", node.span, (node, Surface("range", binder.span, (binder,))))
            return node
        case _:
            return node


def _inside(node: Surface, bound: frozenset[str]) -> Surface:
    """Put the sums inside what is differentiated, in a derivative or in the factors of a product that are such."""
    if node.head == "deriv":
        return replace(node, args=(_summed(node.args[0], bound), *node.args[1:]))
    if any(a.head == "deriv" for a in node.args):
        return replace(
            node, args=tuple(_inside(a, bound) if a.head == "deriv" else a for a in node.args)
        )
    return node


def _letters(node: Surface) -> Iterator[str]:
    """Yield the index letters of the factors of a product; those of one sum in brackets once each."""
    match node.head:
        case "name":
            yield from (spelled(x) for x in _scripts(node))
        case "mul" | "neg" | "group" | "transpose":
            for a in node.args:
                yield from _letters(a)
        case "add":
            yield from dict.fromkeys(x for a in node.args for x in _letters(a))
        case "sum":
            own = {spelled(b.args[0]) for b in node.args[1:] if b.args}
            yield from (x for x in _letters(node.args[0]) if x not in own)
        case "deriv":
            once = {w.span: w for w in node.args[1:]}  # a square below is one variable
            for a in (node.args[0], *once.values()):
                yield from _letters(a)
        case "delta":
            yield from (spelled(a) for a in node.args if is_letter(a))
        case _:
            pass


def _scripts(node: Surface) -> Iterator[Surface]:
    for n in walk_surface(node):
        if n.name is not None and n.head == "name":
            yield from (x for x in (*n.name.sub, *n.name.sup) if is_letter(x))
        elif n.head == "delta":
            yield from (a for a in n.args if is_letter(a))
