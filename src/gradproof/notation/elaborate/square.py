"""Matrices that can only be square: they are inverted, or have a trace or a determinant."""

from collections.abc import Iterable, Iterator
from typing import Final

from gradproof.notation.elaborate.symbols import Symbols, unwrapped
from gradproof.notation.grammar import name_key
from gradproof.notation.surface import Surface

_FUNCTIONS: Final = frozenset({"tr", "det", "logdet"})


def square_families(table: Symbols, nodes: Iterable[Surface]) -> Iterator[str]:
    """Yield the names with two indices that stand as a whole where only a square matrix can stand."""
    for node in nodes:
        inner = _of_a_square(node)
        if inner is None or inner.name is None or inner.head != "name":
            continue
        resolved = table.resolve(inner.name)
        if not resolved.indices and table.families.get(resolved.key) == 2:
            yield resolved.key


def blocks(nodes: Iterable[Surface]) -> Iterator[str]:
    r"""Yield the names whose parts ``A_{11}`` have a determinant, a trace or an inverse: they may be blocks."""
    for node in nodes:
        inner = _of_a_square(node)
        name = None if inner is None or inner.head != "name" else inner.name
        if name is not None and len(name.sub) == 1 and name.sub[0].head == "number":
            yield name_key(name)


def _of_a_square(node: Surface) -> Surface | None:
    if node.head == "call" and node.text in _FUNCTIONS and len(node.args) == 2:
        return unwrapped(node.args[1])
    if node.head == "pow" and len(node.args) == 2 and _minus_one(node.args[1]):
        return unwrapped(node.args[0])
    return None


def _minus_one(exponent: Surface) -> bool:
    exponent = unwrapped(exponent)
    return exponent.head == "neg" and exponent.args[0].text == "1"
