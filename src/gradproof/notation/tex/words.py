r"""Text inside mathematics: a name (`word`) or prose (`text`).

The rule. ``\operatorname`` is always a word. In ``\mathrm``, ``\mathit``, ``\mathsf``, ``\mathtt`` (and
``{\rm …}``) two or more letters, with digits after the first, are a word, except ``d`` with one letter
(a differential); one letter is a letter in that font. In other fonts three or more small letters with a
vowel among them are a word (``\mathbf{out}``, not ``\mathbf{wxb}``). In ``\text`` and its kin a single
token of letters, digits and inner hyphens is a word (one letter: a letter in ``\mathrm``), unless

* it is one of the words of prose listed in the vocabulary (for, if, otherwise, where, …), or
* it stands apart as a remark: after ``&`` or ``\quad`` (or with a space inside the braces before it, after
  an operand) and with nothing but the end of its row after it.

In a script every single word is a label, except the connectives (if, and, for, …). A number (with a letter) or
one sign set as text is read as mathematics.

Everything else is prose. Mathematics in dollars inside prose is read as mathematics.
"""

import re

from gradproof.notation.tex.layout import Layout
from gradproof.notation.tex.reader import Reader
from gradproof.notation.tex.structures import single
from gradproof.notation.tex.tokens import (
    ALIGN,
    BEGIN,
    COMMAND,
    END,
    EOF,
    LETTER,
    NUMBER,
    OTHER,
    PRIME,
    SPACE,
    SUB,
    SUP,
    Token,
    plain_text,
)
from gradproof.notation.tex.vocabulary import CONNECTIVES, FONTS, PROSE, UPRIGHT
from gradproof.source import Span

_WORD = re.compile(r"[^\W\d_][^\W_]*(?:[-_][^\W_]+)*\Z")
_SIGN = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?[A-Za-z]?|[-+=<>*/|]|[^\w\s(),.;:?!'\"])\Z")
_TEXT_FONTS = {
    "textbf": "mathbf", "textit": "mathit", "emph": "mathit", "textsl": "mathit", "textsf": "mathsf",
    "texttt": "mathtt",
}  # fmt: skip
_JOINS = frozenset({
    ",", "!", " ", ";", ":", "thinspace", "rm", "sf", "it", "mathrm", "mathsf", "text", "textrm", "limits",
    "nolimits",
})  # fmt: skip
"""Commands that may stand within a word."""
_LONGEST = 64
"""Tokens of the longest word."""
_NAME = re.compile(r"(?=[a-z]*[aeiou])[a-z]{3,}\Z")
_ROW_ENDS = frozenset({"\\", "cr", "newline", "end", "right", "tag", "label", "nonumber", "notag"})


def font(reader: Reader, token: Token) -> Layout:
    r"""Read ``\mathrm{tr}`` as a word, ``\mathbf{w}`` as a letter in a font."""
    name = FONTS[token[1]]
    word, after = _spelled(reader)
    if (
        name in UPRIGHT and len(word) > 1 and not (len(word) == 2 and word[0] == "d")
    ) or _NAME.match(word):
        reader.at = after
        return Layout("word", Span(token[2], max(token[3], reader.end())), word)
    group = reader.argument(token)
    return Layout("font", Span(token[2], max(token[3], group.span.end)), name, (group,))


def operator_name(reader: Reader, token: Token) -> Layout:
    r"""Read ``\operatorname{diag}`` and ``\mathop{\rm arg\,min}`` as a word."""
    reader.star()
    word, after = _spelled(reader)
    if word:
        reader.at = after
        return Layout("word", Span(token[2], max(token[3], reader.end())), word)
    return single(reader.argument(token))


def _spelled(reader: Reader) -> tuple[str, int]:
    """Return the word that the next argument spells, and where it ends; no word where it holds anything else."""
    if reader.peek()[0] != BEGIN:
        return "", reader.at
    parts: list[str] = []
    at, depth = reader.at, 0
    for _ in range(_LONGEST):
        kind, text, *_ = reader.token(at)
        at += 1
        if kind in (LETTER, NUMBER) or (kind == OTHER and text == "-" and parts):
            parts.append(text)
        elif kind == BEGIN:
            depth += 1
        elif kind == END:
            depth -= 1
            if depth == 0:
                word = "".join(parts)
                return (word if _WORD.match(word) else ""), at
        elif kind != SPACE and not (kind == COMMAND and text in _JOINS):
            break
    return "", at


def text(reader: Reader, token: Token) -> Layout | None:
    r"""Read ``\text{…}``, ``\mbox{…}`` …: a word, prose, or prose with mathematics in dollars."""
    previous = reader.previous()
    inside = reader.raw()
    end = max(token[3], reader.end())
    span = Span(token[2], end)
    if any(t[0] == SPACE and t[1] == "$" for t in inside):
        return _mixed(reader, inside, span)
    written = plain_text(inside)
    word = written.strip()
    if not word:
        return None
    if _SIGN.match(word):
        return Layout("group", span, "", reader.part(inside, end))
    if token[1] in ("intertext", "shortintertext") or not _is_name(reader, previous, written, word):
        return Layout("text", span, written)
    if len(word) == 1:
        letter = next(t for t in inside if t[0] == LETTER) if word.isalpha() else inside[0]
        symbol = Layout("symbol", Span(letter[2], letter[3]), word)
        return Layout(
            "font",
            span,
            _TEXT_FONTS.get(token[1], "mathrm"),
            (Layout("group", symbol.span, "", (symbol,)),),
        )
    return Layout("word", span, word)


def _is_name(reader: Reader, previous: Token | None, written: str, word: str) -> bool:
    if not _WORD.match(word):
        return False
    following = reader.peek()
    kind, after = following[:2]
    applied = kind in (SUB, SUP, PRIME) or (kind == OTHER and after in "([") or after == "left"
    if reader.in_script:
        return word.lower() not in CONNECTIVES
    if word.lower() in PROSE and len(word) > 1:
        return kind in (SUB, SUP)
    if applied:
        return True
    ends = kind in (EOF, ALIGN, END) or (kind == COMMAND and after in _ROW_ENDS)
    ends = ends or (kind == OTHER and after in ",.;")
    if previous is None or not ends:
        return True
    apart = previous[0] == ALIGN or previous[:2] in ((COMMAND, "quad"), (COMMAND, "qquad"))
    spaced = written[:1] == " " and previous[0] in (LETTER, NUMBER, END)
    return not apart and not spaced


def _mixed(reader: Reader, inside: list[Token], span: Span) -> Layout:
    """Read prose with mathematics in dollars as a group of texts and what is between."""
    nodes: list[Layout] = []
    part: list[Token] = []
    mathematics = False
    for token in [*inside, (SPACE, "$", span.end, span.end)]:
        if token[0] != SPACE or token[1] != "$":
            part.append(token)
            continue
        if part and mathematics:
            nodes += reader.part(part, token[2])
        elif part and plain_text(part).strip():
            place = Span(part[0][2], max(part[0][3], part[-1][3]))
            nodes.append(Layout("text", place, plain_text(part)))
        part = []
        mathematics = not mathematics
    return Layout("group", span, "", tuple(nodes))
