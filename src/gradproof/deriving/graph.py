"""The definitions between a loss and a variable, as a graph: which value is made of which."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, final

from gradproof.deriving.question import CannotDerive
from gradproof.differentiate import base_name
from gradproof.expr import (
    Apply,
    Context,
    Definition,
    Entry,
    Expr,
    Sym,
    formal_indices,
    walk,
    walk_reached,
)  # fmt: skip

LETTERS: Final = ("k", "l", "j", "i", "p", "q", "r", "s", "t")
"""Index letters for new indices."""


@final
@dataclass(frozen=True, slots=True)
class Node:
    """A value between loss and variable: how it is written, what it is defined as, what it is made of.

    `sources` are the names of the values on the way to the variable that stand in `body`, in order.
    """

    name: str
    value: Expr
    body: Expr | None
    sources: tuple[str, ...]


@final
@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes in the order of the way back: the loss first, the variable last."""

    nodes: tuple[Node, ...]

    def node(self, name: str) -> Node:
        """Return the node of that name."""
        return next(n for n in self.nodes if n.name == name)

    def users(self, name: str) -> tuple[Node, ...]:
        """Return the nodes in whose definitions a value stands, nearer to the loss first."""
        return tuple(n for n in self.nodes if name in n.sources)

    def reaches(self, start: str, end: str) -> bool:
        """Tell whether the value `start` is made of `end`, at any distance."""
        sources = self.node(start).sources
        return end in sources or any(self.reaches(s, end) for s in sources)


def graph(value: Expr, wrt: Expr, context: Context) -> Graph:
    """Return the graph between `value`, a defined name or an entry of one, and `wrt`.

    Raises:
        CannotDerive: a value on the way is defined case by case, or in terms of itself.
    """
    goal = base_name(wrt) or ""
    loss = value.array if isinstance(value, Entry) else value
    assert isinstance(loss, Sym)
    symbols = {n.name: n for n in walk_reached(loss, context) if isinstance(n, Sym)}
    sources: dict[str, tuple[str, ...]] = {}

    def visit(name: str, open_names: tuple[str, ...]) -> bool:
        if name == goal:
            return True
        if name in open_names:
            raise CannotDerive(
                f"{name} is defined in terms of itself; style elementwise unrolls it"
            )
        if name in sources:
            return bool(sources[name])
        d = _definition(name, context)
        if d is None:
            return False
        used = dict.fromkeys(n.name for _, n in walk(d.body) if isinstance(n, Sym | Apply))
        sources[name] = tuple(u for u in used if visit(u, (*open_names, name)))
        return bool(sources[name])

    visit(loss.name, ())
    order = _backwards(loss.name, sources)
    first = Node(loss.name, value, context.definitions[loss.name][0].body, sources[loss.name])
    rest = (_node(name, symbols, sources[name], context) for name in order[1:])
    return Graph((first, *rest, Node(goal, wrt, None, ())))


def _definition(name: str, context: Context) -> Definition | None:
    found = context.definitions.get(name, ())
    if len(found) > 1:
        raise CannotDerive(f"{name} is defined case by case; style elementwise can follow that")
    return found[0] if found else None


def _backwards(loss: str, sources: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Order the names so that every value stands behind all that are made of it."""
    out: list[str] = []

    def place(name: str) -> None:
        if name in out or name not in sources:
            return
        for s in sources[name]:
            place(s)
        out.append(name)

    place(loss)
    return out[::-1]


def _node(name: str, symbols: Mapping[str, Sym], used: tuple[str, ...], context: Context) -> Node:
    d = context.definitions[name][0]
    symbol = symbols.get(name, Sym(name))
    formal = formal_indices(d)
    value = Entry(symbol, formal) if formal else symbol
    return Node(name, value, d.body, used)
