"""What a defined quantity stands for at a site: its body, its links to other quantities; shared by the mistakes."""

from typing import Final

from gradproof.differentiate import Application, NotSupported, base_name, differentiate, unfold
from gradproof.expr import Add, Const, Div, Entry, Expr, Fn, Neg, Pow, Sym, walk
from gradproof.rewrite import ONE

DEFINITIONS: Final = frozenset(
    {"definition", "entry-of-definition", "defined-call", "defined-function"}
)
"""Rules that put in what a name stands for."""


def body_of(a: Application) -> Expr:
    """Return what the node of a definition rule stands for; other nodes stand for themselves."""
    if a.rule not in DEFINITIONS:
        return a.node
    try:
        return unfold(a.node, a.context)
    except NotSupported:
        return a.node


def links_of(a: Application) -> list[tuple[Expr, Expr]]:
    """Return the links of a defined quantity to those it is defined with.

    Each is (derivative by the other quantity, derivative of the other by the variable); the variable itself
    counts as one, with 1. Empty where a derivative is not known.
    """
    body = body_of(a)
    found: list[tuple[Expr, Expr]] = []
    seen: set[Expr] = set()
    for _, node in walk(body):
        if not isinstance(node, Sym | Entry) or node in seen or node == a.node:
            continue
        seen.add(node)
        if isinstance(node, Sym) and node.space.shape:
            continue
        try:
            if node == a.wrt:
                found.append((differentiate(body, node, a.context, steps=False).expr, ONE))
            elif base_name(node) in a.context.definitions:
                own = differentiate(node, a.wrt, a.context, steps=False).expr
                found.append((differentiate(body, node, a.context, steps=False).expr, own))
        except NotSupported:
            return []
    return found


def is_logistic(e: Expr) -> bool:
    r"""Tell whether `e` is the logistic function of something, written out or by name."""
    match e:
        case Fn("sigmoid", _):
            return True
        case Div(top, Add((first, second))):
            powers = [p for p in (first, second) if p != ONE]
            if len(powers) != 1 or not _exponential(powers[0]):
                return False
            return (top == ONE) == _falls(powers[0]) and top in (ONE, powers[0])
        case _:
            return False


def _exponential(e: Expr) -> bool:
    return (isinstance(e, Fn) and e.name == "exp") or (isinstance(e, Pow) and e.base == Const("e"))


def _falls(e: Expr) -> bool:
    match e:
        case Fn(_, (u,)) | Pow(_, u):
            return isinstance(u, Neg)
        case _:
            return False
