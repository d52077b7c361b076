"""Functions and quantities of which nothing is known, as particular ones: what holds for all holds for these."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType
from typing import Final, final

from gradproof.expr import (
    REAL,
    SCALAR,
    Add,
    Apply,
    Context,
    Definition,
    Derivative,
    Entry,
    Expr,
    Fn,
    Frobenius,
    FunctionName,
    Gradient,
    Hadamard,
    Mul,
    Num,
    Ones,
    Pow,
    Space,
    Sym,
    Transpose,
    is_scalar,
    rank,
    walk,
    walk_reached,
)  # fmt: skip

MANY: Final = 4
"""Unknown functions in one comparison up to which particular ones are tried."""

_SHAPES: tuple[tuple[FunctionName, FunctionName, int], ...] = (("exp", "sin", 2), ("sin", "exp", 5))
"""Two functions and a number of which one particular function is made."""

USUAL: Final[tuple[FunctionName, ...]] = (
    "sigmoid", "tanh", "relu", "exp", "softplus", "sin", "cos",
)  # fmt: skip
"""Functions of one number that an author may have in mind without saying so."""


@final
@dataclass(frozen=True, slots=True)
class Unknown:
    """What is not known in two sides: functions with the applications of each, and names that vary with `by`."""

    functions: Mapping[str, tuple[Apply, ...]]
    names: Mapping[str, Space]
    by: Sym | Entry | None


def unknown(left: Expr, right: Expr, context: Context) -> Unknown | None:
    """Return what is not known in two sides; None where nothing is, or too much to try particular ones."""
    functions: dict[str, dict[Apply, None]] = {}
    names: dict[str, Space] = {}
    by: dict[Expr, None] = {}
    for side in (left, right):
        for node in walk_reached(side, context):
            match node:
                case Apply(name) if name not in context.definitions:
                    functions.setdefault(name, {})[node] = None
                case Sym(name, space) if name in context.varying - context.definitions.keys():
                    names[name] = space
                case Derivative(_, wrt):
                    by.update(dict.fromkeys(wrt))
                case Gradient(_, wrt) if wrt is not None:
                    by[wrt] = None
                case _:
                    pass
    arities = [{len(a.args) for a in applied} for applied in functions.values()]
    variables = {n.name for w in by for _, n in walk(w) if isinstance(n, Sym)}
    if any(_word(name) or any(f"_{{{v}}}" in name for v in variables) for name in functions):
        return None
    if not 0 < len(functions) + len(names) <= MANY or any(len(n) > 1 for n in arities):
        return None
    variable = next(iter(by)) if len(by) == 1 else None
    if names and not _independent(variable, names, context):
        return None
    alone = variable if isinstance(variable, Sym | Entry) else None
    return Unknown({n: tuple(a) for n, a in functions.items()}, names, alone)


def _word(name: str) -> bool:
    """Tell whether a function is called by a word (``rowsum``): it means something in particular, not known here."""
    return len(name) > 1 and name.isalpha() and name.isascii()


def _independent(variable: Expr | None, names: Mapping[str, Space], context: Context) -> bool:
    """Tell whether all derivatives are by one quantity that depends on nothing itself, of a shape that can be met."""
    tied = {
        n.name
        for pair in context.constraints
        for s in pair
        for _, n in walk(s)
        if isinstance(n, Sym)
    }
    match variable:
        case Sym(name, space) | Entry(Sym(name, space)):
            free = name not in context.definitions and name not in context.varying
            loose = _numbered(variable) and all(
                n not in tied or _symmetric(n, context) for n in names
            )
            return free and (loose or all(not s.rank or s == space for s in names.values()))
        case _:
            return False


def _numbered(variable: Sym | Entry) -> bool:
    """Tell whether a variable is a number."""
    return isinstance(variable, Entry) or not variable.space.rank


def _symmetric(name: str, context: Context) -> bool:
    """Tell whether all that constraints say of a name is that it is symmetric."""
    said = [p for p in context.constraints if any(_mentions(s, name) for s in p)]
    return all(
        isinstance(a, Sym) and isinstance(b, Transpose) and b.arg == a
        for a, b in (p if isinstance(p[0], Sym) else p[::-1] for p in said)
    )


def _mentions(e: Expr, name: str) -> bool:
    return any(isinstance(n, Sym) and n.name == name for _, n in walk(e))


def instances(found: Unknown, context: Context) -> Iterator[tuple[bool, tuple[Context, ...]]]:
    """Yield groups of contexts in which what is unknown has bodies, and whether functions of arrays give numbers."""
    varying = [_varied(found, k) for k in range(len(_SHAPES))]
    if not found.functions:
        yield False, tuple(_with(context, v) for v in varying)
        return
    spaces = {n: _spaces(applied, context) for n, applied in found.functions.items()}
    if all(s is not None for s in spaces.values()):
        known = {n: s for n, s in spaces.items() if s is not None}
        arrays = any(x.rank for s in known.values() for x in s)
        yield (
            arrays,
            tuple(
                _with(context, v | {n: _number(n, s, kind) for n, s in known.items()})
                for v, kind in zip(varying, _SHAPES, strict=True)
            ),
        )
    if all(len(a.args) == 1 for applied in found.functions.values() for a in applied):
        yield (
            False,
            tuple(
                _with(context, v | {n: _entry(n, kind, k) for k, n in enumerate(found.functions)})
                for v, kind in zip(varying, _SHAPES, strict=True)
            ),
        )


def usual(found: Unknown, context: Context, *, identity: bool) -> Iterator[tuple[str, Context]]:
    """Yield contexts in which every unknown function is one that authors know by name, with that name.

    With `identity` it may leave its argument as it is, too. Names that vary are held constant in the last one.
    """
    if any(len(a.args) != 1 for applied in found.functions.values() for a in applied):
        return
    t = Sym("\\cdot_0", SCALAR)
    bodies: dict[str, Callable[[Expr], Expr]] = {
        **{name: _applied(name) for name in USUAL},
        "square": lambda x: Pow(x, Num(Fraction(2))),
    }
    if identity:
        bodies["identity"] = lambda x: x
    rest = [*bodies.values(), *bodies.values()]
    for k, (told, body) in enumerate(bodies.items()):
        made = {n: Definition(n, body(t), (t,)) for n in found.functions}
        if found.by is not None:
            by = found.by
            if _numbered(by) and any(s.rank for s in found.names.values()):
                continue
            made |= {n: Definition(n, rest[k + j](by)) for j, n in enumerate(found.names)}
        yield told, _with(context, made)
    if (
        found.functions
        and not found.names
        and any(
            rank(a.args[0], context) == 1 for applied in found.functions.values() for a in applied
        )
    ):
        sized = {
            n: applied[0].args[0].space
            for n, applied in found.functions.items()
            if isinstance(applied[0].args[0], Sym)
        }
        if len(sized) == len(found.functions):
            params = {n: Sym("\\cdot_0", space) for n, space in sized.items()}
            soft = {n: Definition(n, Fn("softmax", (p,)), (p,)) for n, p in params.items()}
            yield "softmax", _with(context, soft)
    if found.names and not found.functions:
        yield "constant", replace(context, varying=context.varying - found.names.keys())


def _applied(name: FunctionName) -> Callable[[Expr], Expr]:
    return lambda x: Fn(name, (x,))


def _parts(name: str, space: Space) -> tuple[Sym, Sym, Sym]:
    """Return the constant part of an array that varies with a number, and two that vary: slopes need not commute."""
    return (
        Sym(f"{name}^{{(0)}}", space),
        Sym(f"{name}^{{(1)}}", space),
        Sym(f"{name}^{{(2)}}", space),
    )


def _with(context: Context, bodies: Mapping[str, Definition]) -> Context:
    """Return a context with definitions; the parts of what is symmetric are symmetric, too."""
    constraints = list(context.constraints)
    for pair in context.constraints:
        for name in sorted(bodies):
            if any(s == Sym(name, s.space) for s in pair if isinstance(s, Sym)) and _symmetric(
                name, context
            ):
                space = next(s.space for s in pair if isinstance(s, Sym))
                constraints.remove(pair)
                constraints.extend((p, Transpose(p)) for p in _parts(name, space))
                break
    plain = {
        part.name: context.domains[name]
        for name in bodies
        if context.domains.get(name) == replace(REAL, declared=True)
        for part in _parts(name, SCALAR)
    }
    definitions = {**context.definitions, **{n: (d,) for n, d in bodies.items()}}
    return replace(
        context,
        definitions=MappingProxyType(definitions),
        constraints=tuple(constraints),
        domains=MappingProxyType({**context.domains, **plain}),
        functions=context.functions - bodies.keys(),
        varying=context.varying - bodies.keys(),
    )


def _spaces(applied: tuple[Apply, ...], context: Context) -> tuple[Space, ...] | None:
    """Return the spaces of the arguments of a function whose values are numbers; None where they cannot be told.

    A function of an array that is primed is one of a single number, applied entry by entry.
    """
    if all(is_scalar(x, context) for a in applied for x in a.args):
        return (SCALAR,) * len(applied[0].args)
    if any(a.primes for a in applied):
        return None
    found = {tuple(x.space if isinstance(x, Sym) else None for x in a.args) for a in applied}
    if len(found) != 1:
        return None
    (spaces,) = found
    known = tuple(s for s in spaces if s is not None)
    return known if len(known) == len(spaces) else None


def _number(
    name: str, spaces: tuple[Space, ...], kind: tuple[FunctionName, FunctionName, int]
) -> Definition:
    """Return a function whose value is a number and whose derivatives mix all entries of all arguments."""
    params = tuple(Sym(f"\\cdot_{k}", s) for k, s in enumerate(spaces))
    return Definition(name, _mixed(params, kind, 0), params)


def _mixed(
    params: tuple[Expr, ...], kind: tuple[FunctionName, FunctionName, int], more: int
) -> Expr:
    first, second, number = kind
    one = Num(Fraction(1))
    total = Add((one, *(_weighted(p, first, k + number + more) for k, p in enumerate(params))))
    other = Add((one, *(_weighted(p, second, k + 1 + more) for k, p in enumerate(params))))
    return Mul((total, other))


def _weighted(p: Expr, function: FunctionName, number: int) -> Expr:
    weight = Num(Fraction(1, number))
    value = Fn(function, (p if number == 1 else Mul((weight, p)),))
    array = isinstance(p, Sym) and p.space.rank
    return Frobenius(p, value) if array else Mul((p, value))


def _entry(name: str, kind: tuple[FunctionName, FunctionName, int], more: int) -> Definition:
    """Return a function of one number, applied to arrays entry by entry; `more` tells functions apart."""
    t = Sym("\\cdot_0", SCALAR)
    return Definition(name, _single(t, kind, more), (t,))


def _single(t: Expr, kind: tuple[FunctionName, FunctionName, int], more: int) -> Expr:
    first, second, number = kind
    weight = Num(Fraction(1, number + more))
    return Add((Fn(second, (t,)), Hadamard((t, Fn(first, (Mul((weight, t)),))))))


def _varied(found: Unknown, which: int) -> dict[str, Definition]:
    """Return definitions of the names that vary, by their variable: entry by entry, and mixed."""
    out: dict[str, Definition] = {}
    by = found.by
    if by is None:
        return out
    for k, (name, space) in enumerate(sorted(found.names.items())):
        kind = _SHAPES[which]
        body = _mixed((by,), kind, k)
        if space.rank and _numbered(by):
            still, moved, turned = _parts(name, space)
            other = _mixed((by,), _SHAPES[1 - which], k)
            body = Add((still, Mul((body, moved)), Mul((other, turned))))
        elif space.rank:
            body = Add((_single(by, kind, k), Mul((body, Ones(space)))))
        out[name] = Definition(name, body)
    return out
