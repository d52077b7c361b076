"""TeX constructs that every dialect shares: environments, where a formula ends, macro definitions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from gradproof.notation.documents.words import word_set
from gradproof.source import Span

TOP_LEVEL = word_set(
    "align equation gather multline eqnarray flalign alignat xalignat xxalignat "
    "displaymath dmath dgroup IEEEeqnarray math darray"
)
"""Environments that begin mathematics in running text; none of them stands inside itself."""

NESTABLE = word_set(
    "aligned alignedat gathered split array cases dcases rcases numcases matrix pmatrix "
    "bmatrix Bmatrix vmatrix Vmatrix smallmatrix multlined"
)
"""Environments that belong inside mathematics; MathJax also sets them in running text."""

_ARGUMENTS: dict[str, re.Pattern[str]] = {
    "{}": re.compile(r"\s*\{[^{}\n]*\}"),
    "[]": re.compile(r"[ \t]*\[[^\[\]\n]{0,100}\]"),
    "[]{}": re.compile(r"(?:[ \t]*\[[^\[\]\n]{0,100}\])?[ \t]*\{(?:[^{}\n]|\{[^{}\n]*\}){0,200}\}"),
}
_SIGNATURES = {
    **dict.fromkeys(("alignat", "xalignat", "xxalignat", "alignedat"), "{}"),
    **dict.fromkeys(("aligned", "gathered", "dmath", "dgroup", "multlined"), "[]"),
    **dict.fromkeys(("array", "IEEEeqnarray", "darray"), "[]{}"),
}

BEGIN_END = re.compile(r"\\(?P<which>begin|end)[ \t]*\{(?P<name>[^{}\n]{1,40})\}")

_HEADINGS = word_set("part chapter section subsection subsubsection paragraph subparagraph")


def plain_name(environment: str) -> str:
    """Return the name of an environment without spaces and star."""
    return environment.strip().removesuffix("*")


def skip_arguments(text: str, at: int, environment: str) -> int:
    r"""Return where the contents begin after ``\begin{environment}`` ending at `at`."""
    signature = _SIGNATURES.get(environment)
    found = _ARGUMENTS[signature].match(text, at) if signature else None
    return found.end() if found else at


@final
@dataclass(frozen=True, slots=True)
class Close:
    """Where a formula ends.

    `end` is the end of the mathematics and `after` the place behind the closing delimiter. If it is not
    `closed`, `end` is where the search stopped and `blank` the first blank line on the way (or `end`).
    `wrong_end` is the environment name that closed it instead of its own.
    """

    end: int
    after: int
    closed: bool
    blank: int
    skips: tuple[tuple[str, Span], ...] = ()
    wrong_end: str = ""


_TEXT_WITH_DOLLARS = (
    r"\\(?:text[a-z]*|mbox|hbox|intertext|shortintertext)\s{0,9}\{[^{}$]{0,300}"
    r"(?:\$[^$]{0,200}\$[^{}$]{0,200}){1,8}\}"
)
_STEP = re.compile(
    r"(?P<nested>" + _TEXT_WITH_DOLLARS + r")"
    r"|\\(?:begin|end)[ \t]*\{(?P<environment>[^{}\n]{1,40})\}"
    r"|\\(?P<command>[A-Za-z@]+)|\\(?P<symbol>[\s\S])|(?P<dollar>\$)|(?P<comment>%[^\n]*)"
    r"|(?P<blank>\n[ \t\r]*+\n)"
)

_STOPPED_BY = {"[": ("]", ")", "$", "$$"), "(": (")", "$")}
_MAX_OPEN = 20

Aliases = Mapping[str, tuple[str, str]]
r"""Macros for half an environment: ``be`` to (``begin``, ``equation``)."""


def find_close(
    text: str,
    at: int,
    closer: str,
    aliases: Aliases,
    limit: int,
) -> Close:
    r"""Find the end of the formula whose contents begin at `at`.

    `closer` is ``$``, ``$$``, ``)`` or ``]`` (with a backslash), or the plain name of an environment. Inline
    formulas and environments that nest end at a blank line at the latest; displays stop at what cannot stand
    inside them. Comments are skips.
    """
    inline = closer in ("$", ")") or closer in NESTABLE or closer == "math"
    skips: list[tuple[str, Span]] = []
    open_names: list[str] = []
    blank = -1
    stop = limit
    for step in _STEP.finditer(text, at, limit):
        what = step.lastgroup
        start = step.start()
        if what == "symbol":
            symbol = step["symbol"]
            if symbol == closer:
                return Close(start, step.end(), True, blank, tuple(skips))
            if closer in _STOPPED_BY.get(symbol, ()):
                stop = start
                break
        elif what == "dollar":
            if closer == "$":
                return Close(start, start + 1, True, blank, tuple(skips))
            if closer == "$$" and text.startswith("$$", start):
                return Close(start, start + 2, True, blank, tuple(skips))
        elif what == "comment":
            skips.append(("", Span(start, step.end())))
        elif what == "blank":
            blank = start if blank < 0 else blank
            if inline:
                stop = start
                break
        elif what == "command" or what == "environment":
            name = step[what]
            if what == "environment":
                which, name = text[start + 1], plain_name(name)
            elif name in aliases:
                which, name = aliases[name][0][0], aliases[name][1]
            elif name in _HEADINGS:
                stop = start
                break
            else:
                continue
            if which == "b":
                if name == closer and name in TOP_LEVEL:
                    stop = start
                    break
                open_names.append(name)
                if len(open_names) > _MAX_OPEN:
                    stop = start
                    break
            elif name == closer and (name in TOP_LEVEL or name not in open_names):
                return Close(start, step.end(), True, blank, tuple(skips))
            elif name in open_names:
                while open_names.pop() != name:
                    pass
            elif closer in TOP_LEVEL and name in TOP_LEVEL:
                return Close(start, step.end(), True, blank, tuple(skips), name)
            elif name not in NESTABLE:
                stop = start
                break
    return Close(stop, stop, False, stop if blank < 0 else blank, tuple(skips))


_NAME = r"(?:\{\s*\\(?:[A-Za-z@]+|[^\sA-Za-z@])\s*\}|\\(?:[A-Za-z@]+|[^\sA-Za-z@]))"
_NEW = re.compile(
    r"\s*\*?\s*" + _NAME + r"\s*(?:\[[^\[\]\n]{0,20}\]\s*)?(?:\[[^\[\]\n]{0,200}\]\s*)?(?=\{)"
)
_DEF = re.compile(r"\s*\\(?:[A-Za-z@]+|[^\sA-Za-z@])[^{}\n]{0,100}(?=\{)")
_LET = re.compile(r"\s*\\(?:[A-Za-z@]+|[^\sA-Za-z@])\s*=?\s*(?:\\(?:[A-Za-z@]+|[^\s])|[^\s\\])")
_ENVIRONMENT = re.compile(
    r"\s*\*?\s*\{[^{}\n]{1,40}\}\s*(?:\[[^\[\]\n]{0,20}\]\s*)?(?:\[[^\[\]\n]{0,200}\]\s*)?(?=\{)"
)
_SHAPES: dict[str, tuple[re.Pattern[str], int]] = {
    **dict.fromkeys(("newcommand", "renewcommand", "providecommand"), (_NEW, 1)),
    "DeclareMathOperator": (_NEW, 1),
    **dict.fromkeys(("def", "gdef", "edef", "xdef"), (_DEF, 1)),
    "let": (_LET, 0),
    **dict.fromkeys(("newenvironment", "renewenvironment"), (_ENVIRONMENT, 2)),
}
DEFINING = frozenset(_SHAPES)
"""Commands that define macros or environments."""

READ_BY_TEX = DEFINING - {"newenvironment", "renewenvironment"}
"""Those whose text is handed on as macros."""

_ALIAS = re.compile(
    r"\\(?:(?:re|provide)?(?:new)?command\*?\s*\{?|[gex]?def)\s*\\(?P<name>[A-Za-z@]+)\s*\}?\s*"
    r"\{\s*\\(?P<which>begin|end)\s*\{(?P<environment>[A-Za-z*]+)\}\s*\}"
)


def alias_of(definition: str) -> tuple[str, tuple[str, str]] | None:
    r"""Return what a definition of half an environment means.

    >>> alias_of(r"\def\be{\begin{equation}}")
    ('be', ('begin', 'equation'))
    """
    found = _ALIAS.fullmatch(definition)
    if found is None or plain_name(found["environment"]) not in TOP_LEVEL:
        return None
    return found["name"], (found["which"], plain_name(found["environment"]))


_BRACE = re.compile(r"\\[\s\S]|%[^\n]*|[{}]")


@final
class Definitions:
    """Finds the ends of macro definitions of one text; braces are matched once, on first use."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._partner: dict[int, int] | None = None

    def end(self, command: str, at: int) -> int | None:
        """Return where the definition ends whose `command` (without backslash) ends at `at`, or None."""
        shape, groups = _SHAPES[command]
        found = shape.match(self._text, at)
        if found is None:
            return None
        end = found.end()
        for _ in range(groups):
            while end < len(self._text) and self._text[end] in " \t\r\n":
                end += 1
            partner = self._pairs().get(end)
            if partner is None:
                return None
            end = partner + 1
        return end

    def _pairs(self) -> dict[int, int]:
        if self._partner is None:
            pairs: dict[int, int] = {}
            stack: list[int] = []
            for brace in _BRACE.finditer(self._text):
                if brace[0] == "{":
                    stack.append(brace.start())
                elif brace[0] == "}" and stack:
                    pairs[stack.pop()] = brace.start()
            self._partner = pairs
        return self._partner
