"""What a defined name stands for: symbols, entries and functions replaced by their definitions."""

from typing import get_args

from gradproof.differentiate.dependence import Dependence
from gradproof.differentiate.rule import NotSupported
from gradproof.expr import (
    Apply,
    Context,
    Definition,
    Entry,
    Expr,
    Fn,
    FunctionName,
    Idx,
    Num,
    Sym,
    children,
    rebuild,
)  # fmt: skip
from gradproof.rewrite import free_names, substitute

_DEPTH = 40
_ARRAYS = frozenset({"softmax", "logsoftmax", "logsumexp", "mean", "var", "max", "min"})
_FORMAL = Sym("\\cdot")


def definitions_of(e: Apply, context: Context) -> tuple[Definition, ...]:
    """Return the definitions of an applied function; one that the tree knows itself has one where it bears primes."""
    found = context.definitions.get(e.name, ())
    name = next((n for n in get_args(FunctionName) if n == e.name), None)
    if found or name is None or name in _ARRAYS or not e.primes or len(e.args) != 1:
        return found
    return (Definition(name, Fn(name, (_FORMAL,)), (_FORMAL,)),)


def has_definition(e: Expr, context: Context) -> bool:
    """Tell whether `e` is a defined name, an entry of one, or a defined function applied."""
    match e:
        case Apply():
            return bool(definitions_of(e, context))
        case Sym(name):
            return name in context.definitions
        case Entry(Sym() | Apply() as array):
            return has_definition(array, context)
        case _:
            return False


def unfold(e: Expr, context: Context) -> Expr:
    """Return what a defined symbol, entry or function call stands for.

    Raises:
        NotSupported: no definition fits (another number of arguments or indices), or several may.
    """
    match e:
        case Sym(name):
            plain = [d for d in context.definitions[name] if not d.indices]
            if not plain:
                raise NotSupported(f"{name} is defined entry by entry, and stands here as a whole")
            return plain[0].body
        case Apply(name, args, 0):
            found = next((d for d in context.definitions[name] if not d.indices), None)
            if found is None:
                raise NotSupported(f"{name} is defined entry by entry, and stands here as a whole")
            return call(found, args, context)
        case Entry(Sym(name), indices):
            return _entry(name, None, indices, context)
        case Entry(Apply(name, args, 0), indices):
            return _entry(name, args, indices, context)
        case _:
            raise NotSupported(f"{type(e).__name__} is no defined name")


def call(d: Definition, args: tuple[Expr, ...], context: Context) -> Expr:
    """Return the body of a definition with its parameters replaced by arguments."""
    if not d.params or d.params == args:
        return d.body
    if len(d.params) != len(args):
        raise NotSupported(
            f"{d.name} is defined with {len(d.params)} arguments and stands here with {len(args)}"
        )
    table: dict[Expr, Expr] = {}
    for param, arg in zip(d.params, args, strict=True):
        if param == arg:
            continue
        match param, arg:
            case Entry(a, old), Entry(b, new) if a == b and len(old) == len(new):
                table.update(
                    (i, j) for i, j in zip(old, new, strict=True) if isinstance(i, Idx) and i != j
                )
            case _:
                table[param] = arg
    return substitute(inline(d.body, tuple(table), context), table, context)


def inline(e: Expr, keys: tuple[Expr, ...], context: Context, depth: int = 0) -> Expr:
    """Unfold the defined names in `e` that depend on one of the symbols `keys`."""
    if depth > _DEPTH:
        raise NotSupported("limit:definitions (a definition refers to itself)")
    symbols = [k for k in keys if not isinstance(k, Idx)]
    if not any(Dependence(k, context).of(e) for k in symbols):
        return e
    if any(e == k or (isinstance(e, Entry) and e.array == k) for k in symbols):
        return e
    if has_definition(e, context) and not (isinstance(e, Apply) and e.primes):
        hidden = unfold(e, context)
        if any(Dependence(k, context).of(hidden) for k in symbols):
            return inline(hidden, keys, context, depth + 1)
    kids = children(e)
    if not kids:
        return e
    return rebuild(e, tuple(inline(k, keys, context, depth) for k in kids))


def mentions_itself(name: str, context: Context) -> bool:
    """Tell whether a definition of `name` mentions `name`: a recurrence."""
    return any(name in free_names(d.body) for d in context.definitions.get(name, ()))


def _entry(
    name: str, args: tuple[Expr, ...] | None, indices: tuple[Expr, ...], context: Context
) -> Expr:
    whole: Definition | None = None
    doubtful = False
    for d in context.definitions[name]:
        if not d.indices:
            whole = whole or d
            continue
        if len(d.indices) > len(indices):
            raise NotSupported(f"{name} is defined entry by entry, and stands here as a whole")
        table = _match(d.indices, indices[: len(d.indices)])
        if table is None:
            doubtful = doubtful or any(
                isinstance(f, Num) and not isinstance(g, Num)
                for f, g in zip(d.indices, indices, strict=False)
            )
            continue
        if doubtful:
            raise NotSupported(f"{name} is defined differently for different indices")
        body = substitute(d.body, table, context)
        if args is not None:
            formal = Definition(name, body, tuple(substitute(p, table, context) for p in d.params))
            body = call(formal, args, context)
        rest = indices[len(d.indices) :]
        return Entry(body, rest) if rest else body
    if whole is None:
        raise NotSupported(f"no definition of {name} fits these indices")
    return Entry(whole.body if args is None else call(whole, args, context), indices)


def _match(formal: tuple[Expr, ...], given: tuple[Expr, ...]) -> dict[Expr, Expr] | None:
    table: dict[Expr, Expr] = {}
    for f, g in zip(formal, given, strict=True):
        if isinstance(f, Idx):
            if table.setdefault(f, g) != g:
                return None
        elif f != g:
            return None
    return {f: g for f, g in table.items() if f != g}
