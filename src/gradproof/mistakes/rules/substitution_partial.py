"""A value is put in at some places only: f(x) = x² + x, f(2) = 4 + x."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import NotSupported, evaluate_derivatives
from gradproof.expr import Apply, At, Context, Derivative, Expr, Sym, replace_at, walk
from gradproof.mistakes.mistake import Mistake, Slip, WrongRewriting
from gradproof.rewrite import tidy

MANY: Final = 8
"""More occurrences than this are not looked through."""


def _in_part(e: Expr, context: Context) -> Iterator[Slip]:
    match e:
        case At(body, Sym() as symbol, value):
            yield from _half(e, body, symbol, value, context)
        case Apply(name, (value,), primes) if name in context.definitions:
            found = context.definitions[name]
            if len(found) != 1 or found[0].indices or len(found[0].params) != 1:
                return
            (param,) = found[0].params
            if isinstance(param, Sym) and not param.space.shape and param != value:
                body = found[0].body
                slope = Derivative(body, (param,) * primes) if primes else body
                yield from _half(e, slope, param, value, context)
        case _:
            return


def _half(e: Expr, body: Expr, symbol: Sym, value: Expr, context: Context) -> Iterator[Slip]:
    try:
        line = tidy(evaluate_derivatives(body, context, steps=False).expr, context)
    except NotSupported:
        return
    places = [path for path, node in walk(line) if node == symbol]
    if not 1 < len(places) <= MANY:
        return
    for left in places:
        one, others = line, line
        for path in places:
            if path == left:
                one = replace_at(one, path, value)
            else:
                others = replace_at(others, path, value)
        yield Slip(others, e)
        yield Slip(one, e)


MISTAKE: Final = Mistake(
    name="substitution-partial",
    family="algebra",
    headline="the value was put in at some places only",
    message="the value was not put in everywhere in {node}",
    why="a value takes the place of its symbol wherever that stands",
    prior=0.5,
    rewritings=(WrongRewriting(_in_part, on=(At, Apply)),),
)
