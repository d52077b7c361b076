r"""TeX and plain mathematics to a layout tree.

>>> result = parse_layout(r"\hat y_i^2")
>>> [(node.kind, node.text, node.span.start, node.span.end) for node in result.nodes]
[('accent', 'hat', 0, 10)]
"""

from dataclasses import dataclass
from typing import final

from gradproof.notation.surface import Note
from gradproof.notation.tex.commands import HANDLERS
from gradproof.notation.tex.expansion import Expander
from gradproof.notation.tex.layout import LAYOUT, Layout, LayoutKind
from gradproof.notation.tex.lexer import tokenize
from gradproof.notation.tex.limits import MAX_CHARACTERS, MAX_NESTING, MAX_TOKENS
from gradproof.notation.tex.macro import Macro
from gradproof.notation.tex.macros import Macros
from gradproof.notation.tex.plain import tokenize_plain
from gradproof.notation.tex.reader import Reader, TooDeepError
from gradproof.notation.tex.tokens import COMMAND, OTHER, Token
from gradproof.notation.tex.vocabulary import CLOSERS, OPENERS
from gradproof.source import Span

__all__ = ["LAYOUT", "Layout", "LayoutKind", "LayoutResult", "Macro", "Macros", "parse_layout"]

_NO_MACROS = Macros()


@final
@dataclass(frozen=True, slots=True)
class LayoutResult:
    """What `parse_layout` read: the nodes, its notes, and the macros in force after it."""

    nodes: tuple[Layout, ...]
    notes: tuple[Note, ...]
    macros: Macros


def parse_layout(
    text: str, *, offset: int = 0, macros: Macros | None = None, plain: bool = False
) -> LayoutResult:
    r"""Read mathematics to a layout tree; never raises, whatever the text.

    Args:
        text: the inside of a formula or display, without its dollars.
        offset: place of its first code point; all spans are shifted by it.
        macros: the author's macros; they win over the predefined ones.
        plain: the text is unicode or ASCII mathematics (``dJ/dw = X^T (z - y)``) and not TeX.

    Returns:
        the nodes, and notes on what was repaired; a fatal note where nothing sensible can be read
        (then there may be no nodes), with kind ``limit:…`` beyond a limit.

    >>> [note.kind for note in parse_layout(r"\left( x").notes]
    ['bracket-unbalanced']
    """
    macros = macros or _NO_MACROS
    if len(text) > MAX_CHARACTERS:
        message = f"more than {MAX_CHARACTERS} characters in one formula; split it into several"
        return _failed("limit:row", message, Span(offset, offset + len(text)), macros)
    end = offset + len(text)
    if plain:
        tokens = tokenize_plain(text, offset)
        found = "\\" in text
    else:
        tokens, found = tokenize(text, offset, macros.active)
    notes: list[Note] = []
    if found:
        expander = Expander(tokens, end, macros.known)
        tokens = expander.run()
        notes += expander.notes
        if expander.own:
            macros = macros.merge(Macros(expander.own))
        if any(note.fatal and note.kind.startswith("limit:") for note in notes):
            return LayoutResult((), tuple(notes), macros)
    if len(tokens) > MAX_TOKENS:
        message = f"more than {MAX_TOKENS} tokens in one formula; split it into several"
        return _failed("limit:tokens", message, Span(offset, end), macros)
    if found or len(text) > MAX_NESTING:
        deep = _deep_brackets(tokens)
        if deep is not None:
            return _failed("limit:nesting", _NESTING, Span(deep[2], deep[3]), macros)
    reader = Reader(tokens, end, HANDLERS)
    try:
        nodes = reader.sequence("")
    except TooDeepError as error:
        return _failed("limit:nesting", _NESTING, error.span, macros)
    return LayoutResult(nodes, (*notes, *reader.notes), macros)


_NESTING = (
    f"nested deeper than {MAX_NESTING} levels here; name a part of the formula and use the name"
)


def _deep_brackets(tokens: list[Token]) -> Token | None:
    """Return the first bracket that is nested too deep in its row."""
    depth = 0
    for token in tokens:
        kind = token[0]
        if kind == OTHER:
            text = token[1]
            if text in ("(", "["):
                depth += 1
                if depth > MAX_NESTING:
                    return token
            elif text in (")", "]"):
                depth -= depth > 0
        elif kind == COMMAND:
            text = token[1]
            if text == "\\" or text == "cr":
                depth = 0
            elif text == "{" or text in OPENERS:
                depth += 1
                if depth > MAX_NESTING:
                    return token
            elif text == "}" or text in CLOSERS:
                depth -= depth > 0
    return None


def _failed(kind: str, message: str, span: Span, macros: Macros) -> LayoutResult:
    return LayoutResult((), (Note(kind, message, span, fatal=True),), macros)
