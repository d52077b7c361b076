r"""Gradients in the course convention as claims: ``dW = dZ A^T`` says what reaches W through Z, whatever dZ is.

Two scales are in use, and both are admissible: dZ may be ∂J/∂Z, or m of it where J is a mean over m examples while
dW is ∂J/∂W.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from gradproof.expr import (
    SEED,
    Add,
    Div,
    Expr,
    Frobenius,
    Gradient,
    Mul,
    Num,
    Sym,
    children,
    rebuild,
    walk,
)
from gradproof.notation.elaborate.build import Built
from gradproof.notation.elaborate.evidence import LOSSES
from gradproof.notation.elaborate.roles import Target
from gradproof.notation.elaborate.symbols import Symbols, full_key, walk_surface
from gradproof.notation.elaborate.usage import ancestors

MARK = "d"
ONE = Num(Fraction(1))


def adjoint_sides(
    goal: Target, built: Sequence[Built | None], table: Symbols
) -> tuple[tuple[Built, Built], ...]:
    """Return what a line about an adjoint claims, in every scale that is admissible; empty where nothing is known.

    The adjoints on its right side stand for anything: the gradient of their product with what they are adjoints of is
    meant. Without one the gradient of the loss is, where the document defines one.
    """
    left, right = built[0], built[1] if len(built) == 2 else None
    if goal.key not in table.adjoints or goal.indices or left is None or right is None:
        return ()
    base = goal.key.removeprefix(MARK)
    variable = Sym(base, table.space(base))
    if base in table.vague or left.shape is None or right.shape is None:
        return ()
    names = sorted({n.name for _, n in walk(right.expr) if isinstance(n, Sym)} & table.adjoints)
    if names:
        body = _through(names, base, table)
        scales = [(ONE, s) for s in _counts(right.expr, table)]
    else:
        loss = _loss(base, table)
        body = None if loss is None else Sym(loss)
        scales = [] if loss is None else [(s, ONE) for s in _sizes(loss, table)]
    if body is None:
        return ()
    seeds = _seeded(right, frozenset(names))
    bodies = (body, *(Mul((Div(a, b), body)) for a, b in scales))
    return tuple((_gradient(e, variable, left), seeds) for e in bodies)


def _gradient(body: Expr, variable: Sym, left: Built) -> Built:
    """Build a gradient all of whose parts stand where the author wrote the adjoint."""
    shape = variable.space.shape
    kids = (_placed(body, left), Built(variable, left.span, (), shape))
    return Built(Gradient(body, variable), left.span, kids, shape)


def _placed(e: Expr, left: Built) -> Built:
    return Built(e, left.span, tuple(_placed(k, left) for k in children(e)))


def _through(names: Sequence[str], base: str, table: Symbols) -> Expr | None:
    """Return the sum of the adjoints times what they are adjoints of; None where one does not depend on `base`."""
    parts = [n.removeprefix(MARK) for n in names]
    above = {p: ancestors(p, table) for p in parts}
    if any(base not in above[p] or p in table.vague or above[p] & set(parts) for p in parts):
        return None
    terms: list[Expr] = []
    for name, part in zip(names, parts, strict=True):
        space = table.space(part)
        pair = Sym(name + SEED, space), Sym(part, space)
        terms.append(Frobenius(*pair) if space.rank else Mul(pair))
    return terms[0] if len(terms) == 1 else Add(tuple(terms))


def _loss(base: str, table: Symbols) -> str | None:
    """Return the one loss of the document that depends on a name."""
    found = [k for k in sorted(LOSSES & table.bodies.keys()) if base in ancestors(k, table)]
    found = [k for k in found if k not in table.vague and not table.shapes.get(k)]
    return found[0] if len(found) == 1 else None


def _sizes(loss: str, table: Symbols) -> Iterator[Expr]:
    """Yield the counts by which the definition of a loss divides."""
    names = {
        full_key(n.name)
        for part in walk_surface(table.bodies[loss])
        if part.head == "div"
        for n in walk_surface(part.args[1])
        if n.name is not None
    }
    return (Sym(n) for n in sorted(names) if table.is_size(n))


def _counts(e: Expr, table: Symbols) -> Iterator[Expr]:
    """Yield the counts by which an expression divides."""
    below = {
        n.name
        for _, d in walk(e)
        if isinstance(d, Div)
        for _, n in walk(d.den)
        if isinstance(n, Sym)
    }
    return (Sym(n) for n in sorted(below) if table.is_size(n))


def _seeded(b: Built, names: frozenset[str]) -> Built:
    """Let the adjoints in an expression stand for anything: names that nothing defines."""
    match b.expr:
        case Sym(name, space) if name in names:
            return Built(Sym(name + SEED, space), b.span, (), b.shape)
        case _:
            kids = tuple(_seeded(k, names) for k in b.kids)
            return Built(rebuild(b.expr, tuple(k.expr for k in kids)), b.span, kids, b.shape)
