r"""What is said of one layer holds for every one: after ``\delta^l = ∂C/∂z^l``, ``\delta^{l+1}`` is ``∂C/∂z^{l+1}``."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from gradproof.expr import Definition, Derivative, Entry, Expr, Sym, subtrees
from gradproof.notation.derivation import Line

_LABEL: Final = re.compile(r"(.*\^\{?[\[(]?)([A-Za-z])([+-]\d+)?([\])]?\}?)")

Definitions = Mapping[str, tuple[Definition, ...]]


def of_other_layers(
    definitions: Definitions, lines: Sequence[Line]
) -> dict[str, tuple[Definition, ...]]:
    """Return the derivatives by quantities of other layers that bear the name of one defined for a layer.

    Only derivatives of a number by one quantity of the network are taken over: what a layer computes is said by its
    own equation, and what stands for the layer before may be held constant.
    """
    symbols = {
        n.name: n
        for line in lines
        for sides, _ in line.statements
        for side in sides
        if side is not None
        for n in subtrees(side)
        if isinstance(n, Sym)
    }
    out: dict[str, tuple[Definition, ...]] = {}
    for key, found in definitions.items():
        body = found[0].body
        if len(found) != 1 or found[0].params or not isinstance(body, Derivative):
            continue
        own = _LABEL.fullmatch(key)
        if own is None or len(body.wrt) != 1 or not isinstance(body.body, Sym):
            continue
        for other, by in _others(own, symbols):
            variable = _at(body.wrt[0], by, symbols)
            if other not in definitions and variable is not None:
                told = replace(body, wrt=(variable,))
                out[other] = (Definition(other, told, (), found[0].indices),)
    return out


def _others(own: re.Match[str], symbols: Mapping[str, Sym]) -> Iterator[tuple[str, int]]:
    """Yield the names that differ from one in what is added to the letter of the layer, and by how much."""
    for name in symbols:
        other = _LABEL.fullmatch(name)
        if other is not None and other.group(1, 2, 4) == own.group(1, 2, 4):
            by = int(other.group(3) or 0) - int(own.group(3) or 0)
            if by:
                yield name, by


def _at(e: Expr, by: int, symbols: Mapping[str, Sym]) -> Expr | None:
    """Return a quantity or its entry some layers on; None where the document does not speak of it."""
    match e:
        case Sym(name):
            label = _LABEL.fullmatch(name)
            if label is None:
                return None
            step = int(label.group(3) or 0) + by
            return symbols.get(
                f"{label.group(1)}{label.group(2)}{f'{step:+d}' if step else ''}{label.group(4)}"
            )
        case Entry(array, indices):
            moved = _at(array, by, symbols)
            return None if moved is None else Entry(moved, indices)
        case _:
            return None
