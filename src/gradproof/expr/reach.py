"""An expression together with the definitions that it reaches."""

from collections.abc import Iterator

from gradproof.expr.context import Context
from gradproof.expr.nodes import Expr
from gradproof.expr.traverse import subtrees


def walk_reached(e: Expr, context: Context) -> Iterator[Expr]:
    """Yield all nodes of an expression and, once each, of the definitions it reaches."""
    todo, seen = [e], set[str]()
    while todo:
        for node in subtrees(todo.pop()):
            yield node
            name = getattr(node, "name", None)
            if isinstance(name, str) and name in context.definitions and name not in seen:
                seen.add(name)
                todo.extend(d.body for d in context.definitions[name])
