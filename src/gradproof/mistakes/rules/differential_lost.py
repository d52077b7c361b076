"""A term of a differential has lost its dx: dL = 2x dx + 3y² for 2x dx + 3y² dy."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Apply, Context, Derivative, Differential, Expr, Frobenius, Mul, Sym, walk
from gradproof.mistakes.factors import product
from gradproof.mistakes.mistake import Mend, Mistake, Repair, Slip, WrongRewriting
from gradproof.mistakes.scene import Spot
from gradproof.rewrite import ONE, add, mul, sub


def _without(e: Expr, context: Context) -> Iterator[Slip]:
    if not isinstance(e, Differential):
        return
    for name in _scalars(e.body, context):
        slope = Derivative(e.body, (name,))
        if name.name in context.moving:
            yield Slip(add(e, mul(slope, sub(ONE, Differential(name)))), e)
        else:
            yield Slip(add(e, slope), e)


def _scalars(e: Expr, context: Context) -> list[Sym]:
    """Return the scalar symbols without definition that an expression leads to."""
    found: dict[Sym, None] = {}
    todo, seen = [e], set[str]()
    while todo:
        for _, node in walk(todo.pop()):
            if not isinstance(node, Sym | Apply):
                continue
            if node.name in context.definitions:
                if node.name not in seen:
                    seen.add(node.name)
                    todo.extend(d.body for d in context.definitions[node.name])
            elif isinstance(node, Sym) and not node.space.shape and node.name not in context.sizes:
                found.setdefault(node)
    return list(found)


def _dropped(e: Expr, _context: Context) -> Iterator[Slip]:
    if isinstance(e, Mul):
        for k, f in enumerate(e.factors):
            if isinstance(f, Differential):
                yield Slip(mul(*e.factors[:k], *e.factors[k + 1 :]), e)


def _beside(spot: Spot) -> Iterator[Mend]:
    """A term of a line of differentials that holds none."""
    if not spot.scene.differential or not spot.term:
        return
    if any(isinstance(n, Differential) for _, n in walk(spot.node)):
        return
    for v in spot.scene.variables:
        d = Differential(v)
        if not v.space.shape:
            yield Mend(mul(spot.node, d))
            continue
        yield Mend(product(spot.node, d))
        yield Mend(product(d, spot.node))
        yield Mend(Frobenius(spot.node, d))


MISTAKE: Final = Mistake(
    name="differential-lost",
    family="algebra",
    headline="a term of the differential has lost its dx",
    message="a term of {node} has lost its differential",
    why="every term of a differential has one factor dx, dy, …: d(u v) = v du + u dv",
    prior=0.6,
    rewritings=(WrongRewriting(_without, on=(Differential,)), WrongRewriting(_dropped, on=(Mul,))),
    repairs=(
        Repair(
            _beside, weight=1.2, message="{wrong} has lost its differential: it should be {right}"
        ),
    ),
)
