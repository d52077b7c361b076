"""A factor of a product is lost."""

from collections.abc import Iterator
from typing import Final

from gradproof.expr import Context, Div, Expr, Mul, Num, Sym, walk
from gradproof.mistakes.mistake import Mistake, Slip, WrongRewriting
from gradproof.rewrite import div, mul, num


def _lost(e: Expr, _context: Context) -> Iterator[Slip]:
    match e:
        case Mul(factors):
            for k, f in enumerate(factors):
                if f != num(-1):
                    yield Slip(mul(*factors[:k], *factors[k + 1 :]), e)
        case Div(u, Mul(factors)):
            for k in range(len(factors)):
                yield Slip(Div(u, mul(*factors[:k], *factors[k + 1 :])), e)
        case Div(u, v) if not isinstance(v, Num) or v.value != 1:
            yield Slip(u, e)
        case _:
            return


def _of_the_whole(e: Expr, context: Context) -> Iterator[Slip]:
    """The whole is off by a symbol that stands in the line or in a definition."""
    bodies = (d.body for found in context.definitions.values() for d in found)
    nodes = (n for body in (e, *bodies) for _, n in walk(body))
    known = context.definitions
    names = {n.name for n in nodes if isinstance(n, Sym) and not n.space.shape}
    for name in sorted(names - known.keys()):
        yield Slip(mul(Sym(name), e), e)
        yield Slip(div(e, Sym(name)), e)


MISTAKE: Final = Mistake(
    name="factor-lost",
    family="algebra",
    headline="a factor was lost",
    message="a factor of {node} is missing",
    why="every factor of the line before must appear again or cancel",
    prior=0.27,
    rewritings=(WrongRewriting(_lost), WrongRewriting(_of_the_whole, whole=True)),
)
