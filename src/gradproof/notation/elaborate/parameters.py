"""Shapes of formal parameters that are handed on: ``p(x) = g(f(x))`` applies f to what p is applied to."""

from collections.abc import Sequence
from typing import Final

from gradproof.notation.elaborate.roles import EQUALS
from gradproof.notation.elaborate.symbols import (
    Symbols,
    full_key,
    function_name,
    spelled,
    walk_surface,
)
from gradproof.notation.surface import Statement

_NUMERIC: Final = frozenset(
    {"name", "number", "add", "neg", "mul", "div", "pow", "group", "call", "function", "sqrt"}
)
"""Heads of an expression in numbers."""

HANDS: Final = 4
"""Functions through which a shape is handed on."""


def pass_on(table: Symbols, statements: Sequence[Statement]) -> None:
    """Give functions that are applied to the parameters of another one the shapes of these.

    A function of one parameter and numbers alone, ``s(x) = 1/(1 + e^{-x})``, is one of a number, whatever else
    bears the letter.
    """
    for statement in statements:
        _of_a_number(table, statement)
    for _ in range(HANDS):
        before = len(table.parameters)
        for statement in statements:
            _through(table, statement)
        if len(table.parameters) == before:
            return


def _of_a_number(table: Symbols, statement: Statement) -> None:
    left = statement.sides[0]
    key = function_name(left.args[0]) if left.head == "call" and len(left.args) == 2 else None
    if key is None or not statement.relations or statement.relations[0] not in EQUALS:
        return
    formal = left.args[1].name
    if formal is None or formal.sub or formal.sup or full_key(formal) not in table.families:
        return
    if (key, 0) in table.parameters or any(r not in EQUALS for r in statement.relations):
        return
    nodes = [n for side in statement.sides[1:] for n in walk_surface(side)]
    names = {full_key(n.name) for n in nodes if n.name is not None} - {"e"}
    if names == {full_key(formal)} and all(n.head in _NUMERIC for n in nodes):
        table.parameters[key, 0] = ()


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
