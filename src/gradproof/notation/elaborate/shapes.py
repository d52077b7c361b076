"""Shapes of defined names, read off the right sides of their definitions."""

from collections.abc import Iterable, Mapping, Sequence

from gradproof.expr import IndexRange, Size
from gradproof.notation.elaborate.build import ONE
from gradproof.notation.elaborate.chains import links
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
    statements = [*statements, *(rest for _, rest in links(statements, table))]
    lines = dict(
        _first_definitions(statements, table, (k for k, r in table.families.items() if r != 1))
    )
    lists = {k: lines.pop(k) for k in [*lines] if k in table.families}
    definitions = list(lines.items())
    named: dict[Size, Size] = {}
    for _ in range(ROUNDS):
        _elementwise(statements, table)
        changed = _lists(lists, table, named)
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
        for name, base in table.likes.items():
            if table.shapes.get(base):
                table.shapes[name] = table.shapes[base]
                table.vague.discard(name)
        if not changed:
            break


def _lists(lists: Mapping[str, Statement], table: Symbols, named: dict[Size, Size]) -> bool:
    """Let names with one index be the vector, row or column that defines them; tell whether one is new.

    The index counts along the long axis. `named` keeps which size took the place of one that no author
    named; where one letter counts along two sizes, the shape of the second name is not known.
    """
    found = False
    for key, statement in lists.items():
        built = converted(make_converter(table, frozenset[str](), []), statement)[1]
        shape, known = None if built is None else built.shape, table.shapes.get(key, ())
        if not shape or len(known) != 1 or table.origins.get(key, (1,)) != (1,):
            continue
        axes = [k for k, size in enumerate(shape) if size != ONE]
        if len(shape) > 2 or len(axes) != 1 or shape == known:
            continue
        long = shape[axes[0]]
        if long != known[0] and _unnamed(known[0]) and not _unnamed(long):
            named[known[0]] = long
            _count_as(known[0], long, table)
        elif long != known[0]:
            if known[0] in named.values() and not _unnamed(long):
                table.shapes.pop(key)
                table.vague.add(key)
            continue
        table.shapes[key], table.origins[key] = shape, (1,) * len(shape)
        found = True
    return found


def _unnamed(size: Size) -> bool:
    return size.name.startswith("n_{") and not size.offset


def _count_as(old: Size, new: Size, table: Symbols) -> None:
    """Put a size in the place of one that no author named."""
    for letter, bounds in table.indices.items():
        if bounds == IndexRange(old):
            table.indices[letter] = IndexRange(new)
    for key, shape in table.shapes.items():
        table.shapes[key] = tuple(new if s == old else s for s in shape)


def _first_definitions(
    statements: Iterable[Statement], table: Symbols, families: Iterable[str]
) -> Iterable[tuple[str, Statement]]:
    seen = set(families)
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
