"""Shapes of formal parameters that are handed on: ``p(x) = g(f(x))`` applies f to what p is applied to."""

from collections.abc import Sequence
from typing import Final

from gradproof.notation.elaborate.roles import EQUALS
from gradproof.notation.elaborate.symbols import Symbols, function_name, spelled, walk_surface
from gradproof.notation.surface import Statement

HANDS: Final = 4
"""Functions through which a shape is handed on."""


def pass_on(table: Symbols, statements: Sequence[Statement]) -> None:
    """Give functions that are applied to the parameters of another one the shapes of these."""
    for _ in range(HANDS):
        before = len(table.parameters)
        for statement in statements:
            _through(table, statement)
        if len(table.parameters) == before:
            return


def _through(table: Symbols, statement: Statement) -> None:
    left = statement.sides[0]
    key = function_name(left.args[0]) if left.head == "call" else None
    if key is None or not statement.relations or statement.relations[0] not in EQUALS:
        return
    own = {
        spelled(p): table.parameters[key, k]
        for k, p in enumerate(left.args[1:])
        if p.head == "name" and (key, k) in table.parameters
    }
    for node in (n for side in statement.sides[1:] for n in walk_surface(side)) if own else ():
        inner = function_name(node.args[0]) if node.head == "call" else None
        if inner is not None and inner in table.defined_functions:
            for k, arg in enumerate(node.args[1:]):
                if spelled(arg) in own:
                    table.parameters.setdefault((inner, k), own[spelled(arg)])
