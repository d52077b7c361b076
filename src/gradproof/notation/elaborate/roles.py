"""What a statement does in a derivation: declare, define, update, claim, or label."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, final

from gradproof.expr import VARIANCES
from gradproof.notation.elaborate.declare import declarations
from gradproof.notation.elaborate.symbols import (
    SIGMOIDS,
    Symbols,
    full_key,
    function_name,
    primes_of,
    unwrapped,
    walk_surface,
)
from gradproof.notation.grammar import name_key
from gradproof.notation.surface import Statement, Surface

StatementRole = Literal[
    "declaration", "definition", "constraint", "update", "claim", "continuation", "bare", "label"
]
EQUALS = frozenset({"=", ":=", "=="})
BOUNDS = frozenset({"!=", "<", "<=", ">", ">="})


@final
@dataclass(frozen=True, slots=True)
class Target:
    """The left side of a definition: the key, its index scripts, its parameters."""

    key: str
    indices: tuple[Surface, ...] = ()
    params: tuple[Surface, ...] = ()
    called: bool = False

    @property
    def identity(self) -> str:
        """What is defined: the name, or the single entry where the indices are numbers."""
        if self.indices and all(i.head == "number" for i in self.indices):
            return f"{self.key}_{','.join(i.text for i in self.indices)}"
        return self.key


def target(side: Surface, table: Symbols) -> Target | None:
    """Return what a left side would define; None where it is no definable form."""
    match side.head:
        case "name" if side.name is not None:
            resolved = table.resolve(side.name)
            return Target(resolved.key, resolved.indices)
        case "function":
            return Target(side.text)
        case "call" if (inner := logged(side)) is not None:
            return _through_logarithm(inner, table)
        case "call":
            family = table.quantity(side)
            if family is not None:
                return Target(family.key, family.indices)
            key, params = function_name(side.args[0]), side.args[1:]
            if key is not None and all(_formal(p) for p in params):
                return Target(key, (), params, called=True)
            return None
        case "group" if len(side.args) == 1:
            return target(side.args[0], table)
        case "pow" if indexed_above(side, table) is not None:
            own = indexed_above(side, table)
            return None if own is None else Target(own, (side.args[1],))
        case "pow" if is_square(side) and side.args[0].name is not None:
            root = table.resolve(side.args[0].name)
            if root.key in table.roots:
                return Target(root.key, root.indices)
            if root.key not in table.squares:
                return None
            name = side.args[0].name
            assert name is not None
            return Target(f"{table.resolve(name).key}^2", table.resolve(name).indices)
        case "index" if side.args[0].head == "call":
            inner = target(side.args[0], table)
            items = side.args[1:]
            if inner is not None and all(table.is_index(i) for i in items):
                return Target(inner.key, items, inner.params, called=True)
            return None
        case "diff" | "transpose" | "prime":
            own = table.written_whole(side)
            return None if own is None else Target(own.key, own.indices)
        case _:
            return None


def logged(side: Surface) -> Surface | None:
    r"""Return what the logarithm is taken of where a side is ``\log p`` or ``\ln p(y)``."""
    if side.head == "call" and side.text == "log" and len(side.args) == 2:
        return unwrapped(side.args[1])
    return None


def _through_logarithm(inner: Surface, table: Symbols) -> Target | None:
    r"""Return what ``\log p = \dots`` defines: p, where nothing else says what it is."""
    if inner.head not in ("name", "call") or logged(inner) is not None:
        return None
    goal = target(inner, table)
    told = goal is None or goal.key in table.bodies or goal.key in table.variables
    return None if told or (goal is not None and goal.key in SIGMOIDS) else goal


def indexed_above(node: Surface, table: Symbols) -> str | None:
    r"""Return the key of a vector with an index letter above it, ``\hat y^{o}``."""
    base, letter = node.args
    if base.name is None or letter.name is None or not table.is_index(letter):
        return None
    resolved = table.resolve(base.name)
    axes = len(table.shapes.get(resolved.key, ()))
    return resolved.key if axes == 1 and not resolved.indices else None


def square_key(node: Surface, table: Symbols) -> str | None:
    """Return the key of ``σ^2`` where the square is a quantity of its own (σ never stands alone)."""
    if not is_square(node) or node.args[0].name is None:
        return None
    key = table.resolve(node.args[0].name).key
    return f"{key}^2" if key in table.squares else None


def is_square(node: Surface) -> bool:
    """Tell whether a node is the square of a name."""
    return node.head == "pow" and node.args[0].name is not None and node.args[1].text == "2"


def _formal(node: Surface) -> bool:
    return (
        node.head == "name"
        or is_square(node)
        or (node.head == "group" and len(node.args) == 1 and _formal(node.args[0]))
    )


def role_of(
    statement: Statement, table: Symbols, known: Container[str], *, assumed: bool
) -> StatementRole:
    """Classify a statement; `known` are the names defined so far in its scope.

    `assumed` says that the words before it (or an explicit declaration) introduce it as holding.
    """
    sides, ops = statement.sides, statement.relations
    if not ops:
        return "bare"
    if declarations(statement):
        return "declaration"
    if all(s.head == "hole" for s in sides[1:]) or _bounds(statement, table, known):
        return "label"
    if ops == ("~",):
        return "declaration"
    if sides[0].head == "hole":
        return "continuation"
    goal = target(sides[0], table)
    if goal is not None and logged(sides[0]) is not None and _stands_in(goal, sides[1:], table):
        goal = None
    if len(ops) == 1 and ops[0] in EQUALS and goal is not None and _symmetry(goal, sides[1], table):
        return "constraint"
    if len(ops) == 1 and ops[0] in EQUALS:
        depends = goal is not None and not goal.called and is_call_of(sides[1], goal.key)
        if depends or _counts(sides[0], sides[1], table):
            return "declaration"
        if _whole(sides[0], sides[1], table):
            return "constraint"
    left = sides[0].args[0] if sides[0].head == "diff" else sides[0]
    if goal is None and left is not sides[0] and left.name is not None and ops == ("=",):
        moved = table.resolve(left.name).key not in table.bodies
        if moved and not any(n.head == "diff" for n in walk_surface(sides[1])):
            return "declaration"
    if ops[0] in ("<-",) or (
        goal is not None and ops[0] in EQUALS and _self_reference(goal, sides[1], table)
    ):
        return "update"
    if (
        goal is not None
        and ops[0] in EQUALS
        and goal.key not in known
        and goal.identity not in known
        and not (goal.called and goal.key in VARIANCES)
    ):
        return "definition"
    if (
        assumed
        and len(ops) == 1
        and ops[0] in EQUALS
        and goal is None
        and not _has_derivative(statement)
    ):
        return "constraint"
    return "claim"


def _bounds(statement: Statement, table: Symbols, known: Container[str]) -> bool:
    r"""Tell a condition on names of which nothing is defined: ``x \neq 0``, ``m > n``."""
    free = (
        s.head == "number" or (s.name is not None and table.resolve(s.name).key not in known)
        for s in statement.sides
    )
    return all(o in BOUNDS for o in statement.relations) and all(free)


def _has_derivative(statement: Statement) -> bool:
    return any(
        n.head in ("deriv", "grad", "diff") for side in statement.sides for n in walk_surface(side)
    )


def _stands_in(goal: Target, sides: Sequence[Surface], table: Symbols) -> bool:
    return any(
        n.name is not None and n.head == "name" and table.resolve(n.name).key == goal.key
        for side in sides
        for n in walk_surface(side)
    )


def _self_reference(goal: Target, side: Surface, table: Symbols) -> bool:
    """Tell an update: the name (perhaps with another label) stands on the right beside a step."""
    if goal.called:
        return False
    base = goal.key.split("_")[0].split("^")[0].rstrip("'")
    exact = False
    relabelled = False
    for node in values(side):
        own = table.written_whole(node)
        if own is not None:
            exact = exact or (own.key == goal.key and _same_indices(own.indices, goal))
        elif node.head == "name" and node.name is not None:
            resolved = table.resolve(node.name)
            exact = exact or (resolved.key == goal.key and _same_indices(resolved.indices, goal))
            relabelled = relabelled or (name_key(node.name) == base and resolved.key != goal.key)
    step = any(n.head in ("deriv", "grad") for n in walk_surface(side))
    return exact or (relabelled and step and _is_step(side))


def is_call_of(side: Surface, key: str) -> bool:
    """Tell the right side of ``y = y(x)``, which says on what y depends."""
    return side.head == "call" and function_name(side.args[0]) == key


def _counts(a: Surface, b: Surface, table: Symbols) -> bool:
    """Tell ``Σ_k N_k = N``: the parts of a whole add up to a count that some sum runs to."""
    total, size = (a, b) if a.head == "sum" else (b, a)
    name = size.name if size.head == "name" else None
    part = total.args[0].name if total.head == "sum" else None
    return name is not None and part is not None and full_key(name) in table.sizes


def _whole(total: Surface, number: Surface, table: Symbols) -> bool:
    """Tell ``Σ_k y_k = 1`` of a family that is defined nowhere: a property of it, nothing to prove."""
    if total.head != "sum" or number.head != "number" or any(map(_empty, total.args[1:])):
        return False
    part = total.args[0].name
    if part is None:
        return False
    own = table.resolve(part)
    return bool(own.indices) and own.key not in table.bodies


def _empty(binder: Surface) -> bool:
    """Tell ``k = 3..0``: a range of numbers that holds none."""
    if binder.head != "range" or len(binder.args) != 3:
        return False
    low, high = (a.text for a in binder.args[1:])
    return low.isdigit() and high.isdigit() and int(high) < int(low)


def _symmetry(goal: Target, side: Surface, table: Symbols) -> bool:
    """Tell ``Q = Q^T`` or ``Q = -Q^T``: a property of the name, no update of it."""
    inner = side.args[0] if side.head == "neg" else side
    if inner.head != "transpose" or primes_of(inner) or goal.indices:
        return False
    name = inner.args[0].name
    return name is not None and table.resolve(name).key == goal.key


def _is_step(side: Surface) -> bool:
    return side.head == "add" and side.args[0].head == "name"


def values(side: Surface) -> Iterator[Surface]:
    """Yield the parts of a side that stand for values: no scripts, no name of a function that is applied."""
    todo = [side]
    while todo:
        node = todo.pop()
        yield node
        todo.extend(node.args[1:] if node.head == "call" else node.args)


def _same_indices(found: tuple[Surface, ...], goal: Target) -> bool:
    return len(found) == len(goal.indices) and all(
        _flat(a) == _flat(b) for a, b in zip(found, goal.indices, strict=True)
    )


def _flat(node: Surface) -> str:
    if node.name is not None:
        return full_key(node.name)
    return node.head + node.text + "".join(_flat(a) for a in node.args)
