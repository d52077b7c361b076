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
    {"text", "space", "amp", "newrow", "comma", "semi", "period", "quantifier", "unknown"}
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
    if last in ("comma", "semi"):
        return related
    if tokens[at].code == "amp":
        if following.code in ("+", "-"):
            return False
        rest = tokens[at + 1 :]
        return (related and has_relation(rest)) or following.code == "text" or _is_numbered(rest)
    return following.code not in ("+", "-")


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
    r"""Cut at commas between statements; commas of a list stay: ``i = 1, …, m``; ``x, y \in S``."""
    parts: list[Piece] = [[]]
    depth = 0
    for token in tokens:
        code = token.code
        if code == "open":
            depth += 1
        elif code == "close":
            depth -= 1
        if depth == 0 and code in ("comma", "semi"):
            parts.append([])
        else:
            parts[-1].append(token)
    parts = [part for part in parts if part]
    if len(parts) < 2:
        return parts
    separator = next(t for t in tokens if t.code in ("comma", "semi"))
    related = [has_relation(part) for part in parts]
    groups: list[list[int]] = []
    pending: list[int] = []
    for at, has in enumerate(related):
        if not has:
            pending.append(at)
            continue
        if groups and pending:
            dots = any(t.code == "dots" for p in pending for t in parts[p])
            member = any(t.code == "rel" and t.text in ("in", "notin") for t in parts[at])
            if dots or not member:
                groups[-1] += pending
                pending = []
        groups.append([*pending, at])
        pending = []
    if pending:
        if groups:
            groups[-1] += pending
        else:
            return [tokens]
    out: list[Piece] = []
    for group in groups:
        piece: Piece = []
        for at in group:
            if piece:
                piece.append(Token("comma", ",", separator.start, separator.end))
            piece += parts[at]
        out.append(piece)
    return out


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
