"""How a document uses names that are functions, primed, or written as a change: told once, from all statements."""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace
from typing import TypeAlias

from gradproof.notation.elaborate.roles import EQUALS, is_call_of, values
from gradproof.notation.elaborate.symbols import (
    CHANGES,
    SIGMOIDS,
    Symbols,
    built_in,
    full_key,
    primes_of,
    spelled,
    unwrapped,
    walk_surface,
)
from gradproof.notation.surface import Statement, Surface

_STEPS = EQUALS | {"<-"}

_Pair: TypeAlias = tuple[Surface, list[Surface], Statement]
_Route: TypeAlias = tuple[str | None, str | None]


def read_usage(table: Symbols, statements: Sequence[Statement], nodes: Sequence[Surface]) -> None:
    """Fill in which names have a body, formal parameters, arguments, primes or changes of their own."""
    for statement in statements:
        if statement.relations[:1] and statement.relations[0] in EQUALS:
            _defined(table, statement)
    table.euler = any(map(_is_euler, nodes))
    _derivatives(table, nodes)
    _arguments(table, nodes)
    for statement in statements:
        if statement.relations[:1] and statement.relations[0] in _STEPS:
            _primed(table, statement)
    _changes(table, statements)
    for node in nodes:
        change = table.change(node) if node.head == "diff" and node.text == "Delta" else None
        if change is not None:
            _like(table, change.key, change.key.removeprefix(CHANGES["Delta"]))


def _defined(table: Symbols, statement: Statement) -> None:
    """Keep the first right side of a name, and the parameter of a function of one."""
    left = unwrapped(statement.sides[0])
    rights = [s for s in statement.sides[1:] if s.head != "hole"]
    if left.head == "name" and left.name is not None:
        key = table.resolve(left.name).key
        right = next((s for s in rights if not is_call_of(s, key)), None)  # not y = y(x)
        if right is None:
            return
        again = any(n.name is not None and table.resolve(n.name).key == key for n in values(right))
        if not again:
            table.bodies.setdefault(key, right)
    elif left.head == "call" and table.quantity(left) is None:
        callee, params = left.args[0], left.args[1:]
        key = full_key(callee.name) if callee.name is not None else callee.text
        if key not in table.defined_functions or not rights:
            return
        table.bodies.setdefault(key, rights[0])
        formal = params[0] if len(params) == 1 and params[0].head == "name" else None
        known = table.formals.setdefault(key, formal)
        if known is not None and (formal is None or spelled(known) != spelled(formal)):
            table.formals[key] = None


def _arguments(table: Symbols, nodes: Iterable[Surface]) -> None:
    """Keep the arguments with which each built-in function of one argument is called."""
    for node in nodes:
        if node.head == "call" and len(node.args) == 2:
            key = called_function(node, table)
            if key is not None:
                found = table.arguments.setdefault(key, [])
                if all(spelled(node.args[1]) != spelled(a) for a in found):
                    found.append(node.args[1])


def called_function(node: Surface, table: Symbols) -> str | None:
    """Return the key of the function a call applies, primes aside: of a document's own, or built in."""
    callee = node.args[0]
    if callee.head == "prime":
        callee = callee.args[0]
    return function_key(callee, table)


def function_key(node: Surface, table: Symbols) -> str | None:
    r"""Return the key of a function named alone: one that the document defines, ``\tanh``, ``\sigma`` by habit."""
    if node.name is not None:
        key = full_key(node.name)
        if key in table.defined_functions:
            return key
        taken = (
            key in table.functions
            or key in table.domains
            or key in table.bodies
            or key in table.variables
        )
        return "sigmoid" if key in SIGMOIDS and not taken and not node.name.sub else None
    if node.head != "function":
        return None
    if node.text in table.defined_functions or node.text in table.named:
        return node.text if node.text in table.defined_functions else None
    return built_in(node.text)


def _primed(table: Symbols, statement: Statement) -> None:
    r"""Find names with a prime of their own: ``w' = w - \alpha g``, ``x'_i = …``, where no derivative can be meant."""
    left = unwrapped(statement.sides[0])
    count = primes_of(left)
    inner = left.args[0] if count else left
    if not count or inner.head != "name" or inner.name is None:
        return
    if function_key(inner, table) is not None:
        return
    resolved = table.resolve(inner.name)
    key = resolved.key
    rank = len(table.shapes.get(key, ())) - len(resolved.indices)
    if resolved.indices:
        own = True
    elif key in table.bodies:
        own = False
    else:
        own = rank <= 0 or _holds(statement.sides[1], key, table)
    if own:
        name = key + "'" * count
        table.primed.add(name)
        _like(table, name, key)


def _like(table: Symbols, name: str, base: str) -> None:
    """Give a marked name the shape of the name it is made from."""
    table.likes[name] = base
    if base in table.shapes:
        table.shapes.setdefault(name, table.shapes[base])
        table.origins.setdefault(name, table.origins.get(base, ()))
    if base in table.families:
        table.families.setdefault(name, table.families[base])
    elif base in table.vague:
        table.vague.add(name)


def _holds(side: Surface, key: str, table: Symbols) -> bool:
    """Tell an update: a sum in which the name itself stands, under no transpose or prime."""

    def outright(node: Surface) -> bool:
        if node.head in ("transpose", "prime"):
            return False
        own = node.name is not None and table.resolve(node.name).key == key
        return own or any(map(outright, node.args))

    return side.head == "add" and outright(side)


def _is_euler(node: Surface) -> bool:
    """Tell whether a node uses e as Euler's number: under an exponent that is no number, or inside a logarithm."""
    if node.head == "pow":
        exponent = unwrapped(node.args[1])
        exponent = exponent.args[0] if exponent.head == "neg" else exponent
        return _is_e(node.args[0]) and not (exponent.head == "number" and exponent.text.isdigit())
    logarithm = node.head == "log" or (node.head == "call" and node.text == "log")
    return logarithm and any(_is_e(n) for a in node.args for n in walk_surface(a))


def _is_e(node: Surface) -> bool:
    return node.name is not None and full_key(node.name) == "e"


def _derivatives(table: Symbols, nodes: Iterable[Surface]) -> None:
    """Keep by what the document differentiates, and what each name is differentiated by."""
    for node in nodes:
        if node.head not in ("deriv", "grad"):
            continue
        variables = {full_key(w.name) for w in node.args[1:] if w.name is not None}
        table.variables |= variables
        body = unwrapped(node.args[0])
        if body.head == "name" and body.name is not None:
            table.derivatives.setdefault(table.resolve(body.name).key, set()).update(variables)


def _changes(table: Symbols, statements: Sequence[Statement]) -> None:
    r"""Find changes that are names: ``dW = \partial J/\partial W``, ``\Delta w = -\eta g``, ``dZ = A - Y``.

    On the left of an equation whose right side holds no change, or only such names: those, and the changes
    of what depends on the left side, which no equation gives. A document that also uses them beside other
    differentials means differentials.
    """
    pairs = [
        (left, [c for s in statement.sides[1:] for c in _changes_in(s)], statement)
        for statement in statements
        if statement.relations[:1] and statement.relations[0] in _STEPS
        for left in (unwrapped(statement.sides[0]),)
        if left.head == "diff"
    ]
    backward = _backward(table, pairs)
    arrays = any(_of_arrays(side) for statement in statements for side in statement.sides)
    found = _upstream(table, pairs, backward) if arrays else set[str]()
    while True:
        more = {
            key
            for left, inside, statement in pairs
            if (key := change_key(left, table)) is not None and not _is_number(statement.sides[1])
            for known in ([c for c in inside if _change_within(c, table) in found],)
            if len(known) == len(inside) or any(_route(left, c, table) in backward for c in known)
        }
        if more <= found:
            break
        found |= more
    while True:
        mixed = {
            change_key(c, table)
            for left, inside, _ in pairs
            if change_key(left, table) not in found
            for c in inside
            if _route(left, c, table) not in backward
        } & found
        if not mixed:
            break
        found -= {key for key in mixed if key is not None}
    table.adjoints |= found
    for node in (n for left, inside, _ in pairs for n in (left, *inside)):
        change = table.change(node)
        if change is not None and change.key in found:
            _like(table, change.key, change.key.removeprefix(CHANGES[node.text]))


def _upstream(table: Symbols, pairs: Sequence[_Pair], backward: Set[_Route]) -> set[str]:
    r"""Find adjoints that are only spoken of: ``dO`` in ``dV = A^T dO`` after ``O = AV``.

    A differential follows its arguments; one of an array that is told by the change of what depends on the
    array runs backwards.
    """
    given = {change_key(left, table) for left, _, _ in pairs}
    return {
        key
        for left, inside, _ in pairs
        for c in inside
        if (key := change_key(c, table)) is not None and key not in given
        if _route(left, c, table) in backward
    }


def _backward(table: Symbols, pairs: Sequence[_Pair]) -> set[_Route]:
    """Find the routes by which adjoints run: what changes on the right depends on what changes on the left."""
    above: dict[str, set[str]] = {}
    found: set[_Route] = set()
    for left, inside, _ in pairs:
        for change in inside:
            end, start = _route(left, change, table)
            if end is None or start is None or end == start:
                continue
            if start not in above:
                above[start] = ancestors(start, table)
            if end in above[start]:
                found.add((end, start))
    return found


def _route(left: Surface, right: Surface, table: Symbols) -> _Route:
    return _changed(left, table), _changed(right, table)


def _changed(node: Surface, table: Symbols) -> str | None:
    """Return the key of the name whose change a node is, transposes and primes inside it aside."""
    change = table.change(_bare(node))
    return None if change is None else change.key.removeprefix(CHANGES[node.text])


def _of_arrays(side: Surface) -> bool:
    return any(
        n.head == "had" or (n.head == "transpose" and n.text != "prime") for n in walk_surface(side)
    )


def ancestors(key: str, table: Symbols) -> set[str]:
    """Return the keys on which a name depends by the equations that define it."""
    seen: set[str] = set()
    todo = [key]
    while todo:
        body = table.bodies.get(todo.pop())
        if body is not None:
            named = {table.resolve(n.name).key for n in walk_surface(body) if n.name is not None}
            todo.extend(sorted(named - seen))
            seen |= named
    return seen


def _change_within(node: Surface, table: Symbols) -> str | None:
    """Return the key of the name that a change would be, transposes and primes inside it aside."""
    return change_key(_bare(node), table)


def _bare(node: Surface) -> Surface:
    inner = unwrapped(node.args[0])
    while inner.head in ("transpose", "prime"):
        inner = unwrapped(inner.args[0])
    return replace(node, args=(inner, *node.args[1:]))


def change_key(node: Surface, table: Symbols) -> str | None:
    """Return the key of the name that a change would be; None where it can only be a differential."""
    change = table.change(node)
    return None if change is None else change.key


def _changes_in(side: Surface) -> Iterator[Surface]:
    return (n for n in walk_surface(side) if n.head == "diff")


def _is_number(side: Surface) -> bool:
    return unwrapped(side).head in ("number", "hole")
