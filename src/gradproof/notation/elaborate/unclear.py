"""What keeps a statement from being judged as an identity: rounded figures, shapes and meanings that are not known."""

from gradproof.expr import EXPECTATION, Opaque, Sym, is_density, is_expectation
from gradproof.notation.elaborate.build import Built
from gradproof.notation.elaborate.symbols import walk_surface
from gradproof.notation.surface import Statement


def rounded_figures(statement: Statement) -> bool:
    """Tell whether a decimal with two or more figures stands in a statement: it may be rounded."""
    return any(
        n.head == "number" and len(n.text.partition(".")[2]) > 1
        for side in statement.sides
        for n in walk_surface(side)
    )


def vague(b: Built, *, chance: bool = False) -> str | None:
    """Say why a side cannot be judged: an array of unknown shape, or something only read.

    Densities have a meaning where expectations are: with `chance`, one stands in the row.
    """
    todo = [b]
    while todo:
        node = todo.pop()
        if is_expectation(node.expr):
            todo.extend(reversed(node.kids[:1] if node.expr.head == EXPECTATION else ()))
            continue
        if chance and is_density(node.expr):
            continue
        if isinstance(node.expr, Opaque) and node.expr.head != "factorial":
            return f"{node.expr.head}: not supported yet"
        if isinstance(node.expr, Sym) and node.shape is None:
            return f"the shape of {node.expr.name} is not known: not supported yet"
        todo.extend(reversed(node.kids))
    return None
