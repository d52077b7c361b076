"""Sums over an index, derivatives, gradients, differentials: operators and how far they reach."""

from collections.abc import Sequence

from gradproof.expr import (
    Apply,
    Derivative,
    Differential,
    Entry,
    Fn,
    Gradient,
    Hadamard,
    Idx,
    Kron,
    Prod,
    Sum,
    Sym,
)  # fmt: skip
from gradproof.spell.arithmetic import at_least, closed
from gradproof.spell.piece import Level, Piece
from gradproof.spell.style import Style

_SIGNED = frozenset({"exp", "sqrt", "abs", "sigmoid"})
"""Functions that are not spelled by a word, so that a ``d`` before them would not be clear."""


def series(e: Sum | Prod, k: Sequence[Piece], style: Style) -> Piece:
    """Spell a sum or product over an index, its body in brackets unless it is one term."""
    body, index = k[0], k[1].text
    rest = iter(k[2:])
    below = index if e.lower is None else f"{index}={next(rest).text}"
    above = "" if e.upper is None else next(rest).text
    if e.condition is not None:
        condition = next(rest).text
        below = condition if e.lower is None and e.upper is None else f"{below}, {condition}"
    sign = style.range_operator("sum" if isinstance(e, Sum) else "prod", below, above)
    text = body.text
    if body.level < Level.PROD or isinstance(e.body, Hadamard | Kron):
        text = style.bracket(text)
    return Piece(f"{sign} {text}", Level.PREFIX, body.tail, open=True)


def derivative(e: Derivative, k: Sequence[Piece], style: Style) -> Piece:
    """Spell a derivative: of a name as a fraction, of anything longer as an operator."""
    partial = e.notation == "partial"
    wrt: list[tuple[Piece, int]] = []
    for i, piece in enumerate(k[1:]):
        if wrt and e.wrt[i] == e.wrt[i - 1] and piece.level == Level.ATOM:
            wrt[-1] = (piece, wrt[-1][1] + 1)
        else:
            wrt.append((Piece(at_least(piece, Level.TERM, style), piece.level), 1))
    order = len(e.wrt)
    if isinstance(e.body, Sym | Idx | Entry | Apply):
        return style.derivative(k[0], wrt, order, partial=partial)
    operator = style.derivative(None, wrt, order, partial=partial).text
    return Piece(f"{operator} {style.bracket(k[0].text)}", Level.PREFIX, open=True)


def gradient(e: Gradient, k: Sequence[Piece], style: Style) -> Piece:
    """Spell ``∇_w J``; the operator takes one closed factor."""
    sign = style.nabla("" if e.wrt is None else k[1].text, e.order)
    return Piece(f"{sign} {closed(k[0], Level.TERM, style)}", Level.PREFIX, open=True)


def differential(e: Differential, body: Piece, style: Style) -> Piece:
    """Spell ``dx``; anything longer than a name or a function application goes in brackets."""
    name = isinstance(e.body, Sym | Idx | Entry) and body.level >= Level.TERM
    word = isinstance(e.body, Fn) and e.body.name not in _SIGNED
    if not (name or word):
        body = Piece(style.bracket(body.text), Level.ATOM)
        return Piece("d" + body.text, Level.PREFIX, "name")
    return Piece(style.differential(body, name=name), Level.PREFIX, body.tail)
