"""Primes, and functions named without their argument: derivatives, transposes, or names of their own."""

from collections.abc import Iterator

from gradproof.expr import Apply, Derivative, Differential, Fn, Sym
from gradproof.notation.elaborate import build
from gradproof.notation.elaborate.build import Built
from gradproof.notation.elaborate.converter import CONSTANT_NAMES, Converter
from gradproof.notation.elaborate.symbols import (
    Symbols,
    built_in,
    full_key,
    primes_of,
    spelled,
    unwrapped,
    walk_surface,
)
from gradproof.notation.elaborate.usage import called_function, function_key
from gradproof.notation.surface import Name, Statement, Surface

_DEPTH = 20
_ANY = Sym("\\cdot")
"""Stands for the argument where a document never writes one."""


def primed_node(c: Converter, node: Surface) -> Built:
    """Convert a prime: of a function or a scalar its derivative, of an array its transpose, or part of the name.

    A scalar is differentiated by the one symbol on which it depends; where that is not certain, the node is
    read but not judged.
    """
    own = c.table.written_whole(node)
    if own is not None:
        return c.symbol(own, node)
    inner, count = node.args[0], primes_of(node)
    function = named_function(c, inner, count)
    if function is not None:
        return function
    x = c.whole(inner)
    if c.table.moving and count == 1:
        return Built(Differential(x.expr), node.span, (x,), x.shape)
    if x.shape != ():
        return (
            build.transpose(x, node.span) if count == 1 else build.opaque("prime", node.span, [x])
        )
    variable = _only_variable(c, inner)
    if variable is None:
        return build.opaque("prime", node.span, [x])
    by = tuple(Built(Sym(variable), node.span) for _ in range(count))
    wrt = tuple(b.expr for b in by)
    return Built(Derivative(x.expr, wrt), node.span, (x, *by), ())


def has_primes(statement: Statement) -> bool:
    """Tell whether something in a statement is primed that is no function applied."""
    return any(primes_of(n) for side in statement.sides for n in walk_surface(side))


def named_function(c: Converter, node: Surface, primes: int = 0) -> Built | None:
    r"""Convert a function that stands without its argument, ``\sigma`` or ``g'``, to its value at the argument meant.

    That is the one it has elsewhere in the statement, else its formal parameter, else the one it has
    elsewhere in the document. None where `node` is no such function, or stands for itself.
    """
    key = function_key(node, c.table)
    if key is None:
        return None
    formal = c.table.formals.get(key)
    own = key in c.table.formals
    if own and formal is None:
        return c.opaque(node, "prime") if primes else None
    if not own and node.name is not None and not primes and not _is_applied(c, key):
        return None
    arg = _argument(c, key, formal)
    if arg is None:
        if formal is not None or c.table.arguments.get(key):
            return c.opaque(node, "function without argument") if primes or not own else None
        return value_at(c, key, Built(_ANY, node.span), node, primes, known=own)
    if formal is not None and not primes and spelled(arg) == spelled(formal):
        return None
    if not own and node.name is not None:
        message = f"{full_key(node.name)} is read as the logistic function 1/(1+e^{{-x}}) at {spelled(arg)}"
        c.note("function-habit", message, node)
    x = c.convert(arg)
    return value_at(c, key, x, node, primes, known=own)


def value_at(c: Converter, key: str, x: Built, node: Surface, primes: int, *, known: bool) -> Built:
    """Build a function of one argument, or its derivative, at `x`; `known` where the document defines it."""
    name = None if known else built_in(key)
    if name is None or primes:
        return Built(Apply(key, (x.expr,), primes), node.span, (x,), x.shape)
    return build.fn(Fn(name, (x.expr,)), [x], node.span)


def _is_applied(c: Converter, key: str) -> bool:
    r"""Tell whether a letter that is a function by habit is one in this statement, bare as it stands.

    It is also called there, differentiated or primed, or stands in ``1-\sigma`` in a document that calls it.
    """
    if _given(c, key) or _differentiated_by(c, key) is not None:
        return True
    for side in c.sides:
        for n in walk_surface(side):
            if primes_of(n) and function_key(n.args[0], c.table) == key:
                return True
            if n.head == "add" and n.args[0].text == "1" and c.table.arguments.get(key):
                rest = [t.args[0] for t in n.args[1:] if t.head == "neg"]
                if any(function_key(t, c.table) == key for t in rest):
                    return True
    return False


def _argument(c: Converter, key: str, formal: Surface | None) -> Surface | None:
    """Return the argument meant; None where several are, or none is known."""
    here = _given(c, key)
    by = _differentiated_by(c, key)
    if formal is not None and by is not None and key in c.table.bodies:
        leaves = _leaves(c.table.bodies[key], c.table, frozenset())
        if leaves is None or spelled(by) in leaves:
            return formal
    if len(here) == 1:
        return here[0]
    if here:
        same = [a for a in here if formal is not None and spelled(a) == spelled(formal)]
        return same[0] if same else None
    if formal is not None:
        return by if by is not None and _replaces(c, key, by, formal) else formal
    known = c.table.arguments.get(key, [])
    if len(known) == 1:
        return known[0]
    return by if by is not None and not known else None


def _replaces(c: Converter, key: str, by: Surface, formal: Surface) -> bool:
    r"""Tell whether ``d\sigma/dx`` means a function of x although its parameter is another letter.

    Both must be letters that stand for nothing else, and the function must not depend on x otherwise.
    """
    bodies = c.table.bodies
    if by.name is None or by.name != Name(by.name.base) or key not in bodies:
        return False
    if spelled(by) == spelled(formal) or spelled(by) in bodies or spelled(formal) in bodies:
        return False
    leaves = _leaves(bodies[key], c.table, frozenset())
    return leaves is not None and spelled(by) not in leaves


def _given(c: Converter, key: str) -> list[Surface]:
    """Return the different arguments that a function has in the statement."""
    out: list[Surface] = []
    for side in c.sides:
        for n in walk_surface(side):
            call = n.head == "call" and len(n.args) == 2 and called_function(n, c.table) == key
            inside = call and any(function_key(m, c.table) == key for m in _quantities(n.args[1]))
            if call and not inside and all(spelled(n.args[1]) != spelled(a) for a in out):
                out.append(n.args[1])
    return out


def _differentiated_by(c: Converter, key: str) -> Surface | None:
    """Return the variable by which a statement differentiates the function named alone."""
    found = [
        n.args[1]
        for side in c.sides
        for n in walk_surface(side)
        if n.head == "deriv"
        and len(n.args) > 1
        and function_key(unwrapped(n.args[0]), c.table) == key
    ]
    return found[0] if found and all(f.head == "name" for f in found) else None


def _only_variable(c: Converter, node: Surface) -> str | None:
    """Return the one symbol, a scalar, on which an expression depends."""
    leaves = _leaves(node, c.table, frozenset())
    if leaves is None:
        return None
    if len(leaves) > 1 and node.name is not None:
        leaves &= c.table.derivatives.get(c.table.resolve(node.name).key, set())
    if len(leaves) != 1:
        return None
    (key,) = leaves
    return None if c.table.shapes.get(key) or key in c.table.vague else key


def _leaves(
    node: Surface, table: Symbols, open_names: frozenset[str], depth: int = 0
) -> frozenset[str] | None:
    """Return the keys of the names without definition on which an expression depends; None where unknown."""
    out: set[str] = set()
    for part in _quantities(node):
        if part.head in ("expect", "integral", "unknown", "text", "at") or depth > _DEPTH:
            return None
        if part.head == "call":
            key = called_function(part, table)
            if key is None or (key not in table.bodies and built_in(key) is None):
                return None
            if key in table.bodies and key not in open_names:
                inner = _leaves(table.bodies[key], table, open_names | {key}, depth + 1)
                if inner is None:
                    return None
                out |= inner - {spelled(a) for a in (table.formals.get(key),) if a is not None}
            continue
        assert part.name is not None
        key = table.resolve(part.name).key
        if key in table.letters or (
            (key in CONSTANT_NAMES or key == "e") and key not in table.bodies
        ):
            continue
        if key in open_names:
            return None
        if key in table.bodies:
            inner = _leaves(table.bodies[key], table, open_names | {key}, depth + 1)
            if inner is None:
                return None
            out |= inner
        else:
            out.add(key)
    return frozenset(out)


def _quantities(node: Surface) -> Iterator[Surface]:
    """Yield names and calls that stand for values: no scripts, no callees, nothing that a sum binds."""
    todo = [node]
    while todo:
        node = todo.pop()
        if node.head in ("name", "expect", "integral", "unknown", "text", "at"):
            yield node
        elif node.head == "call":
            yield node
            todo.extend(node.args[1:])
        elif node.head in ("sum", "prod"):
            todo.append(node.args[0])
        else:
            todo.extend(node.args)


def converted_name(c: Converter, node: Surface) -> Built:
    """Convert a name, or a function named without its argument."""
    assert node.name is not None
    key = full_key(node.name)
    if key in c.bound or key in c.local:
        return c.name(node)
    return named_function(c, node) or c.name(node)
