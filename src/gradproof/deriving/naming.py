"""Names for the inside of nested functions, so that a formula without definitions has links to chain."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from gradproof.differentiate.components import extent_of
from gradproof.differentiate.dependence import Dependence
from gradproof.expr import (
    Add,
    Apply,
    Context,
    Definition,
    Expr,
    Fn,
    Neg,
    Norm,
    Num,
    Pow,
    Space,
    Sym,
    children,
    free_indices,
    walk,
    walk_reached,
)  # fmt: skip
from gradproof.rewrite import replace_equal

LETTERS: Final = ("z", "h", "u", "v", "s", "t", "q", "r", "a", "c")


def with_names(loss: Sym, wrt: Expr, context: Context) -> tuple[Context, tuple[Definition, ...]]:
    """Return a context in which the insides of functions have names, and the new definitions.

    Only what has no free index is named, outermost first, each once.
    """
    definitions = dict(context.definitions)
    taken = {n.name for n in walk_reached(loss, context) if isinstance(n, Sym | Apply)}
    free = iter([letter for letter in LETTERS if letter not in taken])
    new: list[Definition] = []
    symbols: dict[str, Sym] = {}
    todo = [loss.name]
    depends = Dependence(wrt, context)
    while todo:
        name = todo.pop(0)
        (d,) = definitions[name]
        body = d.body
        parts = sorted(dict.fromkeys(_insides(body, depends)), key=_size)
        for whole in parts:
            part = whole
            for earlier in new:
                part = replace_equal(part, earlier.body, symbols[earlier.name])
            if part != whole and _plain(part):
                body = replace_equal(body, whole, part)
                continue
            body = replace_equal(body, whole, part)
            letter = next(free, None)
            if letter is None:
                break
            symbols[letter] = Sym(letter, Space(extent_of(part, context)))
            body = replace_equal(body, part, symbols[letter])
            added = Definition(letter, part)
            definitions[letter] = (added,)
            new.append(added)
            todo.append(letter)
        definitions[name] = (replace(d, body=body),)
    table: Mapping[str, tuple[Definition, ...]] = MappingProxyType(definitions)
    return replace(context, definitions=table), tuple(definitions[d.name][0] for d in new)


def _size(e: Expr) -> int:
    return sum(1 for _ in walk(e))


def _plain(e: Expr) -> bool:
    """Tell whether an expression is simple enough to stand inside a function without a name."""
    return all(isinstance(n, Sym | Num | Add | Neg) for _, n in walk(e))


def _inside(e: Expr, depends: Dependence) -> Expr | None:
    """Return the argument of a function, the base of a power, of the square of a norm what the norm is of."""
    match e:
        case Pow(Norm(x, "2" | "F"), Num(exponent)) if exponent == 2:
            return x
        case Pow(base):
            return base
        case Fn("max" | "min", args):
            moving = [a for a in args if depends.of(a)]
            return moving[0] if len(moving) == 1 else None
        case Fn(_, (x,)):
            return x
        case _:
            return None


def _insides(e: Expr, depends: Dependence) -> Iterator[Expr]:
    """Yield the outermost compound arguments of functions and bases of powers that depend on the variable."""
    inside = _inside(e, depends)
    compound = inside is not None and bool(children(inside)) and depends.of(inside)
    if inside is not None and compound and not free_indices(inside):
        yield inside
        return
    for kid in children(e):
        yield from _insides(kid, depends)
