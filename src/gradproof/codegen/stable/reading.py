"""Reading scalar trees into the exact arithmetic of the canonical form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Final, TypeVar, final

from gradproof.canonical.atoms import Atom, Value
from gradproof.canonical.exponentials import exp, power
from gradproof.canonical.functions import call
from gradproof.canonical.keys import sign_of, value_key
from gradproof.canonical.limits import CAPACITIES, Restart, too_large
from gradproof.canonical.logarithms import log
from gradproof.canonical.polynomials import content, terms
from gradproof.canonical.products import again
from gradproof.canonical.workspace import Workspace
from gradproof.codegen.stable.tree import Leaf, Number, Op, Scalar, functions, mul, number
from gradproof.expr import Context, Domain

_Result = TypeVar("_Result")
_RESTARTS: Final = 12
CURVED: Final = frozenset(
    {
        "exp", "log", "sigmoid", "softplus", "log1p", "expm1", "tanh", "sinh", "cosh", "sqrt",
        "exprel0", "log1mexp", "xlogy", "logaddexp",
    }
)  # fmt: skip
"""Functions that are read as exponentials and logarithms."""
READ: Final = CURVED | {"add", "mul", "pow", "reciprocal"}


@final
@dataclass(slots=True, eq=False)
class Room:
    """A workspace, and what its symbols stand for.

    Attributes:
        w: the exact arithmetic.
        meaning: names of symbols to trees.
        opaque: exponents that are sums, by key up to a factor, to the symbol that stands for them.
        instead: leaves that such an exponent determines, as values.
    """

    w: Workspace
    meaning: dict[str, Scalar] = field(default_factory=dict[str, Scalar])
    opaque: dict[str, Value] = field(default_factory=dict[str, Value])
    instead: dict[int, Value] = field(default_factory=dict[int, Value])


def in_room(work: Callable[[Room], _Result], domains: Mapping[int, Domain]) -> _Result:
    """Do some work in a workspace with enough room, where leaves lie in these domains.

    Raises:
        NotCanonical: there is something in it that cannot be read, or too much of it.
    """
    context = Context(domains=MappingProxyType({_name(k): d for k, d in domains.items()}))
    scales: dict[str, int] = {}
    rooms = iter(CAPACITIES)
    size = next(rooms)
    for _ in range(_RESTARTS):
        w = Workspace(context, size, scales, unroll=False, fold=False, strict=True, resum=again)
        try:
            return work(Room(w))
        except Restart as e:
            if e.scales is not None:
                scales.update(e.scales)
                continue
            wider = next(rooms, None)
            if wider is None:
                break
            size = wider
    raise too_large()


def read(room: Room, tree: Scalar) -> Value:
    """Return the value of a tree.

    Raises:
        NotCanonical: it cannot be read.
    """
    w = room.w
    w.visit()
    match tree:
        case Number(value):
            return w.number(value)
        case Leaf(k):
            return room.instead.get(k) or symbol(room, _name(k), tree)
        case Op("add", args):
            return w.total([read(room, a) for a in args])
        case Op("mul", args):
            return w.product([read(room, a) for a in args])
        case Op("pow", (base, exponent)):
            return power(w, read(room, base), read(room, exponent))
        case Op("reciprocal", (arg,)):
            return w.div(w.one_value, read(room, arg))
        case Op(name, args) if name in CURVED:
            return _curved(room, name, args)
        case Op():
            key = f"f{tree!r}"
            return symbol(room, key, tree)


def symbol(room: Room, name: str, meaning: Scalar) -> Value:
    """Return the value of a symbol that stands for a tree."""
    room.meaning[name] = meaning
    return room.w.atom(Atom("symbol", name, name=name))


def _curved(room: Room, name: str, args: tuple[Scalar, ...]) -> Value:
    w = room.w
    if name in ("exp", "sigmoid", "softplus", "tanh", "sinh", "cosh"):
        return call(w, name, [_exponent(room, args[0])])
    if name == "expm1":
        return w.sub(exp(w, _exponent(room, args[0])), w.one_value)
    if name == "exprel0":
        u = _exponent(room, args[0])
        return w.div(w.sub(exp(w, u), w.one_value), u)
    if name == "log1mexp":
        u = _exponent(room, args[0])
        return log(w, w.sub(w.one_value, exp(w, w.neg(u))))
    values = [read(room, a) for a in args]
    if name == "log":
        return log(w, values[0])
    if name == "log1p":
        return log(w, w.add(w.one_value, values[0]))
    if name == "xlogy":
        return w.mul(values[0], log(w, values[1]))
    if name == "logaddexp":
        return log(w, w.add(exp(w, values[0]), exp(w, values[1])))
    return call(w, name, values)


def _exponent(room: Room, tree: Scalar) -> Value:
    """Return an exponent; a sum of plain terms stays together, as a symbol times a number."""
    w = room.w
    u = read(room, tree)
    if len(u.num) < 2 or not u.den.is_one():
        return u
    if any(w.atoms[k].kind in ("log", "logabs", "exp", "root") for k in w.used(u)):
        return u
    factor = Fraction(content(u.num) * sign_of(w, u.num))
    plain = w.mul(u, w.number(1 / factor))
    key = value_key(w, plain)
    found = room.opaque.get(key)
    if found is None:
        meaning = tree if factor == 1 else _scaled(tree, 1 / factor)
        found = room.opaque[key] = symbol(room, f"u[{key}]", meaning)
        _determine(room, plain, found)
    return w.mul(w.number(factor), found)


def _scaled(tree: Scalar, factor: Fraction) -> Scalar:
    if isinstance(tree, Op) and tree.name == "add":
        return Op("add", tuple(mul(number(factor), t) for t in tree.args))
    return mul(number(factor), tree)


def _determine(room: Room, u: Value, name: Value) -> None:
    """Note what leaf the exponent determines: ``u = c · leaf + rest`` with a number c."""
    w = room.w
    for m, c in terms(u.num):
        k = next((k for k, e in enumerate(m) if e), None)
        if k is None or sum(m) != 1:
            continue
        meaning = room.meaning.get(w.atoms[k].name)
        only = sum(1 for other, _ in terms(u.num) if other[k]) == 1
        if isinstance(meaning, Leaf) and only and meaning.number not in room.instead:
            rest = w.sub(u, w.mul(w.number(c), w.generator(k)))
            room.instead[meaning.number] = w.mul(w.sub(name, rest), w.number(Fraction(1, c)))
            return


def collect(room: Room, tree: Scalar) -> None:
    """Note the exponents that are sums, before anything else is read.

    Raises:
        NotCanonical: an exponent cannot be read.
    """
    if not isinstance(tree, Op) or not functions(tree) & CURVED:
        return
    if tree.name in (
        "exp",
        "sigmoid",
        "softplus",
        "tanh",
        "sinh",
        "cosh",
        "expm1",
        "exprel0",
        "log1mexp",
    ):
        collect(room, tree.args[0])
        _exponent(room, tree.args[0])
        return
    for a in tree.args:
        collect(room, a)


def _name(k: int) -> str:
    return f"x{k}"
