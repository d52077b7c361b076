r"""Vertical bars: absolute value and norm, the condition in p(y|x), the bar of "evaluated at"."""

from gradproof.notation.grammar.tokens import Token
from gradproof.notation.grammar.vocabulary import OPERAND_ENDS
from gradproof.notation.surface import Note
from gradproof.source import Span


def read_bars(tokens: list[Token], notes: list[Note]) -> list[Token]:
    """Give every bar its part; a fatal note where that does not come out.

    Bars pair up with bars at the same level of brackets. A bar after an operand closes one that is open,
    else it opens one where an even number is left at the level, else it is a condition (or, with a
    subscript, an at-bar).
    """
    read = _classify(tokens)
    if read is None:
        single: list[Token] = []
        for token in tokens:
            if token.code == "bar" and token.mate is not None:
                single.append(Token("bar", "|", token.start, token.mate.start, token.node))
                single.append(token.mate)
            else:
                single.append(token)
        read = _classify(single) if len(single) > len(tokens) else None
    if read is not None:
        return read
    for token in tokens:
        if token.code == "bar":
            token.code = "unknown"
            notes.append(
                Note(
                    "bracket-unbalanced",
                    "this bar neither opens, closes nor separates; expected a pair |…|",
                    Span(token.start, token.end),
                    fatal=True,
                )
            )
    return tokens


def _classify(tokens: list[Token]) -> list[Token] | None:
    waiting: list[list[str]] = [[]]
    remaining = _remaining(tokens)
    operand = False
    out: list[Token] = []
    for at, token in enumerate(tokens):
        code = token.code
        if code == "space":
            out.append(token)
            continue
        if code != "bar":
            if code == "open":
                waiting.append([])
            elif code == "close":
                if len(waiting) == 1 or waiting.pop():
                    return None
            elif code == "rel" and waiting[-1] and len(waiting) == 1:
                return None
            operand = code in OPERAND_ENDS
            out.append(token)
            continue
        pending = waiting[-1]
        key = token.text
        if pending and operand and key == "||" and pending[-1] == "|" and token.mate is not None:
            middle = token.mate.start
            out.append(Token("close", "|", token.start, middle, token.node))
            out.append(Token("open", "|", middle, token.end, token.node))
            operand = False
            continue
        part = Token("given", key, token.start, token.end, token.node, token.sub, token.sup)
        if pending and operand and pending[-1] == key:
            pending.pop()
            part.code = "close"
        elif token.sub is not None and operand and not pending and key == "|":
            part.code = "at"
        elif operand and not pending and remaining[at] % 2 == 1:
            pass
        elif token.sub is None and token.sup is None:
            pending.append(key)
            part.code = "open"
        else:
            return None
        out.append(part)
        operand = part.code in ("close", "at")
    return out if len(waiting) == 1 and not waiting[0] else None


def _remaining(tokens: list[Token]) -> dict[int, int]:
    """Count for each bar the bars from it on, at its level, up to the next relation or comma."""
    counts: dict[int, int] = {}
    levels: list[int] = [0]
    for at in range(len(tokens) - 1, -1, -1):
        code = tokens[at].code
        if code == "close":
            levels.append(0)
        elif code == "open":
            if len(levels) > 1:
                levels.pop()
        elif code in ("rel", "comma", "semi", "newrow"):
            levels[-1] = 0
        elif code == "bar":
            levels[-1] += 1
            counts[at] = levels[-1]
    return counts
