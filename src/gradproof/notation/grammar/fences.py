"""Brackets: which opens, which closes, and the smallest repair where that does not come out."""

from typing import Final

from gradproof.notation.grammar.bars import read_bars
from gradproof.notation.grammar.choices import choose
from gradproof.notation.grammar.options import Options
from gradproof.notation.grammar.tokens import Token
from gradproof.notation.grammar.vocabulary import CLOSERS
from gradproof.notation.surface import Choice, Note
from gradproof.source import Span

UNOPENED: Final = "bracket-unopened"
"""Kind of the note on a bracket that closes before a factor and opens nowhere: it may open at several places."""

_BREAKS: Final = frozenset({"rel", "newrow", "text"})
_SIDES: Final = frozenset({"rel", "comma", "text", "newrow", "amp", "space"})
_PUNCTUATION: Final = frozenset({"comma", "period", "semi", "space", "amp", "newrow"})
_SHOWN: Final = {"<": "⟨", ">": "⟩", "floor": "⌊", "ceil": "⌈"}
_MOST_PLACES: Final = 4
_MOST_REPAIRS: Final = 8


def balance(
    tokens: list[Token], notes: list[Note], choices: list[Choice], options: Options
) -> list[Token]:
    """Return `tokens` with every bracket paired and every bar either a bracket, a condition or an at-bar.

    An unclosed bracket is closed before what encloses it ends, before the next relation, or at the end; a
    stray closing one is dropped. Each repair is noted; where another place is admissible, it is a choice.
    """
    lonely, strays = _match(tokens)
    repairs = 0
    while lonely and repairs < _MOST_REPAIRS:
        tokens = _close(tokens, lonely[-1], notes, choices, options)
        lonely, strays = _match(tokens)
        repairs += 1
    if lonely:
        opening = tokens[lonely[0]]
        notes.append(
            Note(
                "bracket-unbalanced",
                "many brackets opened from here on are never closed",
                Span(opening.start, opening.end),
                fatal=True,
            )
        )
        end = tokens[-1].end
        tokens = tokens + [
            Token("close", CLOSERS[tokens[at].text], end, end) for at in reversed(lonely)
        ]
    if strays:
        tokens = _drop(tokens, strays, notes, choices, options)
    for token in tokens:
        if token.code == "bar":
            return read_bars(tokens, notes)
    return tokens


def _match(tokens: list[Token]) -> tuple[list[int], list[int]]:
    """Return the positions of brackets never closed and of brackets never opened."""
    stack: list[int] = []
    commas: list[int] = []
    lonely: list[int] = []
    strays: list[int] = []
    for at, token in enumerate(tokens):
        code = token.code
        if code == "open":
            stack.append(at)
            commas.append(0)
        elif code == "comma":
            if commas:
                commas[-1] += 1
        elif code == "close":
            if not stack:
                strays.append(at)
                continue
            opening = tokens[stack[-1]]
            if opening.mate is token or (
                opening.mate is None and CLOSERS[opening.text] == token.text
            ):
                stack.pop()
                commas.pop()
                continue
            deeper = -1
            for depth in range(len(stack) - 2, max(-1, len(stack) - 60), -1):
                lower = tokens[stack[depth]]
                if lower.mate is token or (
                    lower.mate is None and CLOSERS[lower.text] == token.text
                ):
                    deeper = depth
                    break
            half_open = opening.text in "([" and token.text in ")]" and commas[-1] == 1
            if opening.mate is None and half_open and deeper < 0:
                opening.mate = token
                stack.pop()
                commas.pop()
            elif deeper >= 0:
                lonely += stack[deeper + 1 :]
                del stack[deeper:]
                del commas[deeper:]
            else:
                strays.append(at)
    return sorted(lonely + stack), strays


def _close(
    tokens: list[Token],
    at: int,
    notes: list[Note],
    choices: list[Choice],
    options: Options,
) -> list[Token]:
    """Close the bracket that opens at position `at`."""
    opening = tokens[at]
    shown = _SHOWN.get(opening.text, opening.text)
    place = Span(opening.start, opening.end)
    end, others = _places(tokens, at)
    where = "at the end of the line" if end >= len(tokens) else "before what follows"
    names = {f"closed at {tokens[other - 1].end}": other for other in others}
    if names:
        taken = choose(choices, options, "bracket-close", place, "closed at the end", tuple(names))
        if taken in names:
            end = names[taken]
            where = "further left"
    stop = tokens[end - 1].end
    notes.append(
        Note(
            "bracket-unbalanced",
            f"the bracket {shown} opened here is never closed; read as closed {where}",
            place,
        )
    )
    return [*tokens[:end], Token("close", CLOSERS[opening.text], stop, stop), *tokens[end:]]


def _places(tokens: list[Token], at: int) -> tuple[int, list[int]]:
    """Return where the bracket at `at` closes, and a few other places where its author may have meant to.

    Those are after a bracket inside it, before the next term of more than one factor, and after the one
    argument of a name inside it: ``(h(x - y) z`` for ``(h(x) - y) z``.
    """
    stack = [at]
    others: list[int] = []
    end = len(tokens)
    for position in range(at + 1, len(tokens)):
        code = tokens[position].code
        if code == "open":
            stack.append(position)
        elif code == "close":
            if len(stack) == 1:
                end = position
                break
            stack.pop()
            if (
                len(stack) == 1
                and position + 1 < len(tokens)
                and tokens[position + 1].code != "close"
            ):
                others.append(position + 1)
        elif len(stack) == 1 and code in _BREAKS:
            end = position
            break
        elif code in ("+", "-"):
            opened = stack[-1]
            alone = position - opened == 2
            named = tokens[opened - 1].code == "name" if opened else False
            if (alone and named) if len(stack) > 1 else (position - opened > 2):
                others.append(position)
    while end - 1 > at and tokens[end - 1].code in _PUNCTUATION:
        end -= 1
    return end, [other for other in dict.fromkeys(others) if other < end][:_MOST_PLACES]


def _drop(
    tokens: list[Token],
    strays: list[int],
    notes: list[Note],
    choices: list[Choice],
    options: Options,
) -> list[Token]:
    """Drop closing brackets that were never opened, or open them where the side starts."""
    dropped = set(strays)
    opened: dict[int, list[Token]] = {}
    for at in strays[:_MOST_REPAIRS]:
        token = tokens[at]
        place = Span(token.start, token.end)
        shown = _SHOWN.get(token.text, token.text)
        message = f"the bracket {shown} closed here was never opened; read without it"
        scripted = token.sub is not None or token.sup is not None
        left = _side_start(tokens, at, dropped)
        after = next((t.code for t in tokens[at + 1 :] if t.code not in _PUNCTUATION), "close")
        follows = after not in ("close", *_SIDES)
        if token.text in ")]}" and left < at and (follows or scripted):
            taken = choose(
                choices, options, "bracket-open", place, "dropped", ("opened at the start",)
            )
            if taken != "dropped":
                opener = next(o for o, c in CLOSERS.items() if c == token.text)
                start = tokens[left].start
                bracket = Token("open", opener, start, start)
                bracket.mate = token
                opened.setdefault(left, []).append(bracket)
                dropped.discard(at)
                scripted = False
                message = f"the bracket {shown} closed here was never opened; read as opened where its side starts"
        kind = UNOPENED if follows and not scripted else "bracket-unbalanced"
        notes.append(Note(kind, message, place, scripted))
    out: list[Token] = []
    for at, token in enumerate(tokens):
        out += opened.get(at, ())
        if at not in dropped:
            out.append(token)
    return out


def _side_start(tokens: list[Token], at: int, dropped: set[int]) -> int:
    """Return where the side, or the bracket's content, that holds position `at` starts."""
    depth = 0
    start = at
    while start > 0:
        code = tokens[start - 1].code
        if start - 1 not in dropped:
            if code == "close":
                depth += 1
            elif code == "open":
                if depth == 0:
                    break
                depth -= 1
            elif depth == 0 and code in _SIDES:
                break
        start -= 1
    return start
