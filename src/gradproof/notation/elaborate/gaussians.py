r"""Gaussian densities written by name: ``\mathcal{N}(x \mid \mu, \Sigma)`` is the formula that the name stands for.

Bishop, Pattern Recognition and Machine Learning (2006), equations 2.42 and 2.43: of a number where the last argument is
the square of one; of a vector where it is a capital.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from gradproof.notation.elaborate.symbols import walk_surface
from gradproof.notation.grammar import Options, parse_rows
from gradproof.notation.surface import FormulaRow, Note, Statement, Surface
from gradproof.notation.tex import parse_layout
from gradproof.source import Span

GAUSSIAN: Final = "gaussian-density"
"""Kind of the note on a density that is read as its formula."""

_VECTOR = r"\frac{\exp(-\frac{1}{2} (x-m)^T S^{-1} (x-m))}{\sqrt{\det(2\pi S)}}"
_NUMBER = r"\frac{\exp(-\frac{(x-m)^2}{2 S})}{\sqrt{2\pi S}}"


def without_densities(row: FormulaRow) -> FormulaRow:
    """Return a row in which Gaussian densities are written out, with a note; a covariance is positive definite."""
    if not any(_parts(n) for s in row.statements for x in s.sides for n in walk_surface(x)):
        return row
    notes: list[Note] = []
    told = {
        parts[2].name: parts[2]
        for s in row.statements
        for x in s.sides
        for n in walk_surface(x)
        if (parts := _parts(n)) is not None and parts[2].head == "name" and _is_matrix(parts[2])
    }
    statements = tuple(
        replace(s, sides=tuple(_read(x, notes) for x in s.sides)) for s in row.statements
    )
    definite = tuple(
        Statement(s.span, (s, Surface("number", s.span, (), "0")), ("succ",)) for s in told.values()
    )
    return replace(row, statements=(*statements, *definite), notes=(*row.notes, *notes[:1]))


def _read(node: Surface, notes: list[Note]) -> Surface:
    parts = _parts(node)
    if parts is not None:
        message = "read as the density of the normal distribution"
        notes.append(Note(GAUSSIAN, message, node.span))
        x, m, s = parts
        return _filled(_VECTOR if _is_matrix(s) else _NUMBER, {"x": x, "m": m, "S": s}, node.span)
    args = tuple(_read(a, notes) for a in node.args)
    return node if args == node.args else replace(node, args=args)


def _parts(node: Surface) -> tuple[Surface, Surface, Surface] | None:
    r"""Return point, mean and variance of a density; None for all else, and where the variance is not told.

    A small letter that is no square may be a variance, a standard deviation, or the inverse of one.
    That one of several matrices is symmetric, ``\Sigma_k``, can not be told.
    """
    name = node.args[0].name if node.head == "call" and node.args else None
    if name is None or name.base != "N" or name.sub or name.sup:
        return None
    match node.args[1:]:
        case (Surface(head="given", args=(x, Surface(head="tuple", args=(m, s)))),):
            pass
        case (x, m, s) if name.font in ("mathcal", "mathscr", "cal"):
            pass
        case _:
            return None
    return (x, m, s) if _is_matrix(s) or s.text == "1" or _is_square(s) else None


def _is_matrix(s: Surface) -> bool:
    base = s.args[0] if s.head == "pow" and s.args[1].head == "neg" else s
    letter = "" if base.name is None else base.name.base.lstrip("\\")
    plain = base.name is not None and not base.name.sub and not base.name.sup
    return base.head == "name" and plain and letter[:1].isupper() and letter != "I"


def _is_square(s: Surface) -> bool:
    return s.head == "pow" and s.args[1].text == "2"


def _filled(template: str, parts: dict[str, Surface], span: Span) -> Surface:
    (row,) = parse_rows(parse_layout(template).nodes, Options())

    def put(node: Surface) -> Surface:
        own = None if node.name is None else parts.get(node.name.base)
        if own is not None:
            plain = own.head in ("name", "number", "group", "call")
            return own if plain else Surface("group", own.span, (own,), "(")
        return replace(node, span=span, args=tuple(map(put, node.args)))

    filled: Callable[[Surface], Surface] = put
    return Surface("group", span, (filled(row.statements[0].sides[0]),), "(")
