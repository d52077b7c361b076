"""Gradients of another formula: the slip is in a value on the way, not in its derivative.

A forgotten bias, an activation that is another one, a mean over m - 1: every single edit of a definition is tried, and
the derivative of the edited formula is taken anew, by the numeric route.
"""

from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from gradproof.expr import (
    Add,
    Context,
    Derivative,
    Div,
    Entry,
    Expr,
    Fn,
    HadamardDiv,
    Idx,
    MatMul,
    Mul,
    Neg,
    Num,
    Path,
    Pow,
    Root,
    Sum,
    Sym,
    Transpose,
    children,
    rank,
    replace_at,
    subtrees,
)  # fmt: skip
from gradproof.gradcode.cause import Cause
from gradproof.gradcode.edited import fitting
from gradproof.gradcode.fit import Closeness, poorer
from gradproof.gradcode.forms import Form, Forms
from gradproof.gradcode.held import measured_in
from gradproof.gradcode.question import Asked, reached_names
from gradproof.gradcode.wrong_rules import Aim
from gradproof.mistakes.bench import Bench
from gradproof.rewrite import ONE, TWO, add, mul, neg, sub
from gradproof.spell import name_plain, to_plain

NAME: Final = "forward-differs"

PRIOR: Final = 0.4

ACTIVATIONS: Final = ("sigmoid", "tanh", "relu")

MOST: Final = 300
"""At most so many formulas are tried."""


def forward_causes(
    asked: Asked, k: int, forms: Forms, aims: tuple[Aim, ...], least: Closeness
) -> Iterator[Cause]:
    """Yield which value on the way the code computes otherwise than the formula says."""
    goal, context = asked.goals[k], asked.context
    reached = reached_names(goal, context)
    sizes = frozenset(asked.sizes)
    shown_form = next((f for f in forms.lines if f.expr == forms.shown), None)
    tried = 0
    for name, found in context.definitions.items():
        if name not in reached or len(found) != 1:
            continue
        body = found[0].body
        for other, size in _edited(body, context, sizes):
            tried += 1
            if tried > MOST:
                return
            changed = {**context.definitions, name: (replace(found[0], body=other),)}
            new = replace(context, definitions=MappingProxyType(changed))
            closeness = _closeness(goal, shown_form, new, aims, least)
            if closeness == "none":
                continue
            shown = name_plain(name)
            told = (
                f"{shown} = {to_plain(other)} stands in the code where the formula has "
                f"{shown} = {to_plain(body)}"
            )
            mistake = "mean-over-wrong-size" if size else NAME
            prior = 0.62 if size else PRIOR
            yield Cause(mistake, prior, sum(1 for _ in subtrees(other)), told, None, closeness)


def _closeness(
    goal: Expr, result: Form | None, context: Context, aims: tuple[Aim, ...], least: Closeness
) -> Closeness:
    """Return how closely the code is the gradient of a formula, or the right result with that formula's values."""
    found = poorer(measured_in(goal, a.samples, context, a, least) for a in aims)
    if found != "none" or result is None:
        return found
    definitions = MappingProxyType({**result.context.definitions, **context.definitions})
    own = Form(result.expr, replace(result.context, definitions=definitions), result.letters)
    benches = [(a, Bench(a.samples, own.context)) for a in aims]
    return fitting(own.expr, own, benches, least)


def _edited(body: Expr, context: Context, sizes: frozenset[str]) -> Iterator[tuple[Expr, bool]]:
    """Yield the formula after each edit, and whether it is a size that is another."""
    for path, node in _places(body):
        for new, size in _others(node, context, sizes):
            if new == node:
                continue
            try:
                yield replace_at(body, path, new), size
            except TypeError:
                continue


def _places(body: Expr) -> Iterator[tuple[Path, Expr]]:
    todo: list[tuple[Path, Expr]] = [((), body)]
    while todo:
        path, node = todo.pop()
        yield path, node
        if isinstance(node, Derivative | Entry | Idx):
            continue
        kids = children(node)
        inner = 1 if isinstance(node, Sum) else len(kids)
        todo.extend(((*path, i), kids[i]) for i in reversed(range(inner)))


def _others(e: Expr, context: Context, sizes: frozenset[str]) -> Iterator[tuple[Expr, bool]]:
    match e:
        case Add(terms):
            for k, t in enumerate(terms):
                rest = (*terms[:k], *terms[k + 1 :])
                yield add(*rest), False
                yield add(*terms[:k], neg(t), *terms[k + 1 :]), False
        case Mul(factors):
            for k in range(len(factors)):
                yield mul(*factors[:k], *factors[k + 1 :]), False
        case Div(top, bottom):
            yield top, False
            for s in subtrees(bottom):
                if isinstance(s, Sym) and s.name in sizes:
                    yield Div(top, _with(bottom, s, sub(s, ONE))), True
        case HadamardDiv(top, _):
            yield top, False
        case Fn(name, (x,)) if name in ACTIVATIONS:
            yield x, False
            for other in ACTIVATIONS:
                yield Fn(other, (x,)), False
        case Fn("softmax", (x,)) if rank(e, context) == 2:
            yield Transpose(Fn("softmax", (Transpose(x),))), False
        case Fn(_, (x,)) | Root(x) | Neg(x):
            yield x, False
        case Pow(x, Num()):
            yield (x if e.exponent == TWO else Pow(x, TWO)), False
        case MatMul(factors) if len(factors) == 2:
            a, b = factors
            yield MatMul((Transpose(a), b)), False
            yield MatMul((a, Transpose(b))), False
        case _:
            return


def _with(e: Expr, old: Expr, new: Expr) -> Expr:
    if e == old:
        return new
    for path, node in _places(e):
        if node == old:
            return replace_at(e, path, new)
    return e
