"""Cutting the tokens of a row: wide spaces, alignment columns, commas between statements."""

from typing import Final

from gradproof.notation.grammar.tokens import Token
from gradproof.notation.grammar.vocabulary import FACTOR_STARTS, words

Piece = list[Token]

BINARY: Final = frozenset(
    ["+", "-", "mul", "had", "circ", "haddiv", "kron", "slash", "colon", "rel", "pm"]
)
"""Signs that want an operand on either side."""

PUNCTUATION: Final = frozenset(["comma", "semi", "period", "space", "amp", "newrow"])
_JOINS_LEFT: Final = BINARY - {"-", "+"}

SPLITS: Final = frozenset(
    {
        "text",
        "space",
        "amp",
        "newrow",
        "comma",
        "semi",
        "period",
        "quantifier",
        "unknown",
        "colon",
    }
)
NEVER: Final = words(
    "where and if for with so then since when otherwise thus hence because as that by from using "
    "we it is are this chain rule note let similarly therefore which"
)


def stripped(tokens: Piece) -> Piece:
    """Return tokens without spaces and alignment marks, and without punctuation at either end."""
    start, end = 0, len(tokens)
    while start < end and tokens[start].code in PUNCTUATION:
        start += 1
    while end > start and tokens[end - 1].code in PUNCTUATION:
        end -= 1
    return [t for t in tokens[start:end] if t.code not in ("space", "amp", "newrow")]


def breaks(tokens: Piece, at: int, current: Piece) -> bool:
    """Say whether a wide space or an alignment mark ends a statement."""
    if not current:
        return False
    last = current[-1].code
    following = next(
        (t for t in tokens[at + 1 :] if t.code not in ("space", "amp", "newrow")), None
    )
    if following is None:
        return True
    if (
        last in BINARY
        or following.code in _JOINS_LEFT
        or following.code in ("comma", "period", "semi", "close")
    ):
        return False
    related = has_relation(current)
    if tokens[at].text == "thin":
        return related and has_relation(tokens[at + 1 :])
    if last in ("comma", "semi"):
        return related
    if tokens[at].code == "amp":
        if following.code in ("+", "-"):
            return False
        rest = tokens[at + 1 :]
        return (related and has_relation(rest)) or following.code == "text" or _is_numbered(rest)
    return following.code not in ("+", "-")


def separates(tokens: Piece, at: int, current: Piece, condition: bool) -> bool:
    r"""Say whether a colon ends what a formula is said for: ``y = 1 :\quad …``, ``\text{for } i = j : …``.

    Such a colon stands before a wide space, after a number, or after a condition; that of ``f : A \to B`` does not.
    """
    if not has_relation(current) and not (at + 1 < len(tokens) and tokens[at + 1].code == "space"):
        return False
    depth = 0
    for token in tokens[at + 1 :]:
        depth += (token.code == "open") - (token.code == "close")
        if depth == 0 and token.code == "rel":
            apart = tokens[at + 1].code == "space" or condition or tokens[at - 1].code == "num"
            return bool(current) and token.text not in ("->", "mapsto") and apart
    return False


def case_told(piece: Piece, *, before: bool) -> tuple[Piece, Piece]:
    r"""Return a piece without the case in round brackets at its end, and that case: ``-p_i p_j \quad (i \ne j)``.

    Brackets set apart hold a case (then `before` is True and the piece is nothing else); without a space only an
    inequality ``\ne`` is one: a comparison in brackets may be a factor, ``\delta (z > 0)``.
    """
    if len(piece) < 5 or piece[-1].code != "close" or piece[-1].text != ")":
        return piece, []
    if piece[-1].sup is not None or piece[-1].sub is not None:
        return piece, []
    depth = 0
    for at in range(len(piece) - 1, -1, -1):
        depth += (piece[at].code == "close") - (piece[at].code == "open")
        if depth == 0:
            inner = piece[at + 1 : -1]
            related = has_relation(inner) and piece[at].text == "("
            unequal = any(t.code == "rel" and t.text == "!=" for t in inner)
            alone = at == 0 and before
            joined = (
                at > 0 and unequal and piece[at - 1].code not in BINARY and has_relation(piece[:at])
            )
            return (piece[:at], inner) if related and (alone or joined) else (piece, [])
    return piece, []


def opened(piece: Piece) -> Piece:
    """Return a statement without the round brackets around all of it: ``(y = x)``."""
    if len(piece) < 5 or piece[0].code != "open" or piece[-1].code != "close":
        return piece
    if (piece[0].text, piece[-1].text) != ("(", ")") or piece[-1].sup or piece[-1].sub:
        return piece
    depth = 0
    for token in piece[:-1]:
        depth += (token.code == "open") - (token.code == "close")
        if depth == 0:
            return piece
    return stripped(piece[1:-1]) if has_relation(piece[1:-1]) else piece


def _is_numbered(tokens: Piece) -> bool:
    """Say whether nothing but an equation number is left."""
    rest = stripped(tokens)
    return len(rest) == 3 and rest[0].code == "open" and rest[1].code == "num"


def has_relation(tokens: Piece) -> bool:
    """Say whether a relation stands in a piece, outside brackets."""
    depth = 0
    for token in tokens:
        if token.code == "open":
            depth += 1
        elif token.code == "close":
            depth -= 1
        elif token.code == "rel" and depth == 0:
            return True
    return False


def between_factors(tokens: Piece, at: int) -> bool:
    """Say whether a full stop stands between two factors and so is a product."""
    if at == 0 or at + 1 >= len(tokens):
        return False
    before, after = tokens[at - 1].code, tokens[at + 1].code
    return (
        before not in BINARY
        and before not in PUNCTUATION
        and after in FACTOR_STARTS
        and after != "text"
    )


def by_commas(tokens: Piece) -> list[Piece]:
    r"""Cut at commas between statements; commas of a list stay: ``i = 1, …, m``; ``x, y \in S``.

    A part without a relation belongs to the statement before it; to the one after it where that says
    ``\in``, or where none stands before.
    """
    parts: list[Piece] = [[]]
    commas: list[Token] = []
    depth = 0
    for token in tokens:
        code = token.code
        if code == "open":
            depth += 1
        elif code == "close":
            depth -= 1
        if depth == 0 and code in ("comma", "semi"):
            if parts[-1]:
                parts.append([])
                commas.append(token)
        else:
            parts[-1].append(token)
    if not parts[-1]:
        parts.pop()
    if len(parts) < 2:
        return parts
    out: list[Piece] = []
    pending: Piece = []
    for at, part in enumerate(parts):
        comma = [commas[at - 1]] if at else []
        if not has_relation(part):
            pending += [*comma, *part] if pending or out else part
            continue
        if pending and out:
            dots = any(token.code == "dots" for token in pending)
            member = any(token.code == "rel" and token.text in ("in", "notin") for token in part)
            if dots or not member:
                out[-1] += pending
                pending = []
        out.append([*pending, *comma, *part] if pending else part)
        pending = []
    if pending:
        if not out:
            return [pending]
        out[-1] += pending
    return [stripped(piece) for piece in out]


def mark_map(tokens: Piece) -> None:
    """Turn the colon of f : A → B into a relation."""
    depth = 0
    colon: Token | None = None
    for token in tokens:
        code = token.code
        if code == "open":
            depth += 1
        elif code == "close":
            depth -= 1
        elif depth == 0 and code == "colon" and colon is None:
            colon = token
        elif depth == 0 and code == "rel":
            if token.text in ("->", "mapsto") and colon is not None:
                colon.code, colon.text = "rel", ":"
            return
