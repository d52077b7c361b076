"""Terms of one sum that are of different shapes: what is repeated along the rows or columns of another."""

from collections.abc import Sequence

from gradproof.expr import Neg, Ones, Size, Space, Sym
from gradproof.notation.elaborate import build
from gradproof.notation.elaborate.build import ONE, Built
from gradproof.notation.elaborate.converter import Converter
from gradproof.notation.surface import Surface


def aligned(c: Converter, terms: Sequence[Built], node: Surface) -> list[Built]:
    """Return the terms with vectors repeated where they are added to a matrix, and entries lined up with a row."""
    shapes = [t.shape for t in terms if t.shape]
    wide = next((s for s in shapes if len(s) == 2 and ONE not in s), None)
    row = next((s for s in shapes if len(s) == 2 and s[0] == ONE), None)
    if wide is not None and any(s != wide for s in shapes):
        return [_repeated(c, t, wide, node) for t in terms]
    if row is not None and any(len(s) == 1 for s in shapes):
        return [_lined_up(c, t, row, node) for t in terms]
    return list(terms)


def _repeated(c: Converter, t: Built, wide: tuple[Size, ...], node: Surface) -> Built:
    shape = t.shape
    if not shape or shape == wide:
        return t
    if len(shape) == 1 and shape[0] == wide[0]:
        ones = build.transpose(_ones(wide[1], t), t.span)
        out, where = build.product([t, ones], "j", t.span), "column"
    elif len(shape) == 1 and shape[0] == wide[1]:
        flat = build.transpose(t, t.span)
        out, where = build.product([_ones(wide[0], t), flat], "j", t.span), "row"
    elif len(shape) == 2 and shape == (ONE, wide[1]):
        out, where = build.product([_ones(wide[0], t), t], "j", t.span), "row"
    elif len(shape) == 2 and shape == (wide[0], ONE):
        ones = build.transpose(_ones(wide[1], t), t.span)
        out, where = build.product([t, ones], "j", t.span), "column"
    else:
        return t
    c.note("broadcast", f"a vector added to a matrix is read as added to every {where} of it", node)
    return out


def _ones(size: Size, at: Built) -> Built:
    return Built(Ones(Space((size,))), at.span, (), (size,))


def _lined_up(c: Converter, t: Built, row: tuple[Size, ...], node: Surface) -> Built:
    """Lay a name that is known by its entries alone along a row that it is added to."""
    expr = t.expr.arg if isinstance(t.expr, Neg) else t.expr
    entries = isinstance(expr, Sym) and expr.name in c.table.families
    if (
        t.shape != row[1:]
        or not isinstance(expr, Sym)
        or not entries
        or expr.name in c.table.spaces
    ):
        return t
    c.note("row-meant", f"{expr.name}, known by its entries, is read as a row beside one", node)
    return build.transpose(t, t.span)
