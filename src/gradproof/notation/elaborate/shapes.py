"""Shapes of defined names, read off the right sides of their definitions."""

from collections.abc import Iterable, Sequence

from gradproof.notation.elaborate.convert import converter as make_converter
from gradproof.notation.elaborate.roles import EQUALS, target
from gradproof.notation.elaborate.symbols import Symbols, function_name
from gradproof.notation.elaborate.variants import converted
from gradproof.notation.surface import Statement

ROUNDS = 4
"""Passes over the definitions; each carries a shape one definition further."""


def infer_shapes(statements: Sequence[Statement], table: Symbols) -> None:
    """Give every defined name the shape of its first right side; unknown shapes make it vague.

    Functions of one scalar are marked as elementwise: applied to an array they act entry by entry.
    """
    definitions = list(_first_definitions(statements, table))
    for _ in range(ROUNDS):
        _elementwise(statements, table)
        changed = False
        for key, statement in definitions:
            built = converted(make_converter(table, frozenset[str](), []), statement)[1]
            if built is None:
                continue
            before = (table.shapes.get(key), key in table.vague)
            if built.shape is None:
                table.vague.add(key)
            else:
                table.vague.discard(key)
                if built.shape:
                    table.shapes[key] = built.shape
                else:
                    table.shapes.pop(key, None)
            changed = changed or before != (table.shapes.get(key), key in table.vague)
        if not changed:
            break


def _first_definitions(
    statements: Iterable[Statement], table: Symbols
) -> Iterable[tuple[str, Statement]]:
    seen: set[str] = set(table.families)
    for s in statements:
        if s.relations[:1] and s.relations[0] in EQUALS and s.sides[1].head != "hole":
            goal = target(s.sides[0], table)
            if goal is None or goal.called or goal.indices or goal.key in seen:
                continue
            declared = table.domains.get(goal.key)
            seen.add(goal.key)
            if declared is None:
                yield goal.key, s


def _elementwise(statements: Sequence[Statement], table: Symbols) -> None:
    """Find functions of one scalar: applied to an array they act elementwise."""
    for statement in statements:
        left = statement.sides[0]
        if (
            left.head == "call"
            and len(left.args) == 2
            and (key := function_name(left.args[0])) is not None
        ):
            param = left.args[1]
            if param.head == "name" and param.name is not None:
                resolved = table.resolve(param.name)
                shape = table.parameters.get((key, 0))
                known = table.shapes.get(resolved.key, ()) if shape is None else shape
                if not known and resolved.key not in table.vague:
                    table.elementwise.add(key)
