"""The scalar quantities that a line holds; shared by the mistakes that take one for another."""

from collections.abc import Iterator

from gradproof.expr import Compare, Derivative, Entry, Expr, Idx, Neg, Num, Pow, Sym, children


def held(e: Expr) -> Iterator[Expr]:
    """Yield the scalar symbols, entries, and powers of them that a line holds; no variables of derivatives."""
    match e:
        case Sym(_, space):
            if not space.shape:
                yield e
        case Entry(array, indices):
            if isinstance(array, Sym) and len(array.space.shape) in (0, len(indices)):
                yield e
        case Pow(Sym() | Entry() as base, Num()):
            yield e
            yield from held(base)
        case Derivative(body) | Neg(body):
            yield from held(body)
        case Compare() | Idx():
            return
        case _:
            for kid in children(e):
                yield from held(kid)
