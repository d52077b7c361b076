"""Sums of terms, products, powers and named functions: brackets, signs, dots between factors."""

from collections.abc import Sequence
from itertools import pairwise

from gradproof.expr import Add, Expr, Fn, MatMul, Neg, Num, Pow
from gradproof.spell.facts import evidently_scalar, mentions_free, trailing_indices
from gradproof.spell.piece import Level, Piece, Tail
from gradproof.spell.style import Style

_POWER_ON_HEAD = frozenset({"sin", "cos", "tan", "sinh", "cosh", "tanh", "sec", "csc", "cot"})
_BRACKETS = ("(", "[", "{", r"\left(", r"\{")
_DIFFERENTIAL_SIGNS = frozenset({"d", r"\partial", r"\delta", r"\Delta"})


def at_least(piece: Piece, level: Level, style: Style) -> str:
    """Return the text of `piece`, in brackets where it binds less tightly than `level`."""
    return piece.text if piece.level >= level else style.bracket(piece.text)


def closed(piece: Piece, level: Level, style: Style) -> str:
    """As `at_least`, with brackets also where an operator would run on to the right."""
    if piece.level >= level and not piece.open:
        return piece.text
    return style.bracket(piece.text)


def named(name: str, style: Style, indices: str = "") -> Piece:
    """Spell a symbol, an index or an entry of a symbol."""
    tail: Tail = "operator" if name in _DIFFERENTIAL_SIGNS and not indices else "name"
    level = Level.TERM if "^" in name else Level.ATOM
    return Piece(style.name(name, indices), level, tail)


def terms_sum(e: Add, k: Sequence[Piece], style: Style) -> Piece:
    """Spell a sum of terms; ``a + (-b)`` becomes ``a - b``."""
    parts: list[str] = []
    last = len(k) - 1
    for i, (term, piece) in enumerate(zip(e.terms, k, strict=True)):
        text = at_least(piece, Level.NEG, style)
        if piece.open and i < last:
            names = trailing_indices(term)
            if names and any(mentions_free(later, names) for later in e.terms[i + 1 :]):
                text = style.bracket(piece.text)
        if i == 0:
            parts.append(text)
        elif text[0] == "-":
            parts.append(f" - {text[1:]}")
        else:
            parts.append(f" + {text}")
    return Piece("".join(parts), Level.ADD)


def product(factors: Sequence[Expr], k: Sequence[Piece], style: Style) -> Piece:
    """Spell a product by juxtaposition, with a dot where two factors would be misread together."""
    last = len(k) - 1
    bare: list[Piece] = []
    for i, piece in enumerate(k):
        if piece.level >= Level.PREFIX:
            as_it_is = i == last or not piece.open
        else:
            as_it_is = i == last and isinstance(factors[i], MatMul) and _scalars(factors[:-1])
        if as_it_is:
            bare.append(piece)
        else:
            bare.append(Piece(style.bracket(piece.text), Level.ATOM))
    parts = [bare[0].text]
    for left, right in pairwise(bare):
        parts.append(_gap(left, right, style))
        parts.append(right.text)
    end = bare[-1]
    return Piece("".join(parts), Level.PROD, end.tail, open=end.open)


def _scalars(factors: Sequence[Expr]) -> bool:
    return all(evidently_scalar(f) for f in factors)


def _gap(left: Piece, right: Piece, style: Style) -> str:
    text = right.text
    dot = (
        text[0] in "0123456789.|‖"
        or left.tail == "operator"
        or (left.tail == "number" and right.tail == "number" and right.level >= Level.PREFIX)
        or (left.tail == "name" and text.startswith(_BRACKETS))
    )
    return style.symbols["cdot"] if dot else style.juxtapose(left, right)


def operation(k: Sequence[Piece], sign: str, style: Style) -> Piece:
    """Spell a chain of one explicit operator."""
    texts = [closed(x, Level.PREFIX, style) for x in k[:-1]]
    texts.append(at_least(k[-1], Level.PREFIX, style))
    return Piece(f" {sign} ".join(texts), Level.PROD, open=k[-1].open)


def power(e: Pow, k: Sequence[Piece], style: Style) -> Piece:
    """Spell a power; of a trigonometric function with the exponent on its name."""
    base, exponent = k
    if (
        isinstance(e.base, Fn)
        and e.base.name in _POWER_ON_HEAD
        and isinstance(e.exponent, Num)
        and e.exponent.value.denominator == 1
        and e.exponent.value >= 2
    ):
        head = style.head(e.base.name)
        raised = style.power(Piece(head, Level.ATOM), exponent).text
        return Piece(raised + base.text[len(head) :], Level.TERM)
    if base.level < Level.ATOM:
        base = Piece(style.bracket(base.text), Level.ATOM)
    out = style.power(base, exponent)
    return Piece(out.text, out.level, "name") if base.tail == "name" else out


def negated(e: Neg, piece: Piece, style: Style) -> Piece:
    """Spell ``-x``."""
    return Piece("-" + at_least(piece, Level.FROB, style), Level.NEG, open=piece.open)


def call(head: str, k: Sequence[Piece], style: Style) -> Piece:
    """Spell a function with its arguments in brackets."""
    args = ", ".join(at_least(x, Level.COMPARE, style) for x in k)
    return Piece(head + style.bracket(args), Level.TERM)


def function(e: Fn, k: Sequence[Piece], style: Style) -> Piece:
    """Spell a function known by name."""
    match e.name:
        case "exp":
            return style.exponential(k[0])
        case "sqrt":
            return style.root(k[0], None)
        case "abs":
            return style.absolute(k[0])
        case "log" if len(k) == 2:
            return call(style.head("log", k[1].text), k[:1], style)
        case _:
            return call(style.head(e.name), k, style)
