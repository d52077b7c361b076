"""Where paragraphs, formulas and code of a Markdown text end; failures are remembered, so scans stay linear."""

import re
from typing import final

_BLOCK = r"\n[ \t>]*+(?=`{3,}[^`\n]*$|~{3}|\#{1,6}[ \t])"
_PARAGRAPH = re.compile(r"\n[ \t>]*+\r?(?=\n|\Z)|" + _BLOCK, re.M)
_HARD = re.compile(_BLOCK, re.M)
_DISPLAY = re.compile(r"(?:[^\\$]++|\\[\s\S]|\$(?!\$))*+")
_INLINE = re.compile(
    r"(?:\\(?:text[a-z]*|mbox|hbox)\s{0,9}\{[^{}$]{0,300}(?:\$[^$]{0,200}\$[^{}$]{0,200}){1,8}\}"
    r"|[^\\$]++|\\[\s\S])*+"
)
_BRACKETS = {
    r"\[": (re.compile(r"(?:[^\\]++|\\[^\[\]])*+"), r"\]"),
    r"\(": (re.compile(r"(?:[^\\]++|\\[^()])*+"), r"\)"),
    r"\\[": (re.compile(r"(?:[^\\]++|\\(?!\\[\[\]])[\s\S])*+"), r"\\]"),
    r"\\(": (re.compile(r"(?:[^\\]++|\\(?!\\[()])[\s\S])*+"), r"\\)"),
}
_TICKS = re.compile(r"`+")
_FENCES = {
    "`": re.compile(r"^[ \t>]*+(`{3,})[ \t]*\r?$", re.M),
    "~": re.compile(r"^[ \t>]*+(~{3,})[ \t]*\r?$", re.M),
}


@final
class Ends:
    """Finds ends in `text`; every method returns -1 where there is none."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._paragraph = -1
        self._hard = -1
        self._dead: dict[str, int] = {}
        self._ahead: dict[str, int] = {}

    def paragraph(self, at: int) -> int:
        """Return the end of the paragraph: a blank line, a fence, a heading or the end of the text."""
        if self._paragraph < at:
            found = _PARAGRAPH.search(self._text, at)
            self._paragraph = found.start() if found else len(self._text)
        return self._paragraph

    def hard(self, at: int) -> int:
        """Return the next fence or heading or the end of the text."""
        if self._hard < at:
            found = _HARD.search(self._text, at)
            self._hard = found.start() if found else len(self._text)
        return self._hard

    def after(self, closer: re.Pattern[str], at: int) -> int:
        """Return the place behind the next `closer` in the whole text."""
        if self._is_dead(closer.pattern, at):
            return -1
        found = closer.search(self._text, at)
        return found.end() if found else self._bury(closer.pattern, len(self._text))

    def fence(self, fence: str, at: int) -> tuple[int, int]:
        """Return start and end of the line that closes `fence`, or the end of the text twice."""
        for closing in _FENCES[fence[0]].finditer(self._text, at):
            if len(closing[1]) >= len(fence):
                return closing.span()
        return len(self._text), len(self._text)

    def ticks(self, size: int, at: int) -> int:
        """Return where the run of `size` backticks begins that closes one before `at`."""
        key = f"`{size}"
        if self._is_dead(key, at):
            return -1
        limit = self.paragraph(at)
        for run in _TICKS.finditer(self._text, at, limit):
            if run.end() - run.start() == size:
                return run.start()
        return self._bury(key, limit)

    def inline(self, at: int) -> int:
        r"""Return where the next dollar sign of the paragraph stands; those inside ``\text`` do not count."""
        if self._is_dead("$", at):
            return -1
        limit = self.paragraph(at)
        found = _INLINE.match(self._text, at, limit)
        end = found.end() if found else at
        if end < limit and self._text[end] == "$":
            return end
        return self._bury("$", limit)

    def display(self, at: int, limit: int) -> int:
        """Return where the next ``$$`` before `limit` begins."""
        found = _DISPLAY.match(self._text, at, limit)
        end = found.end() if found else at
        return end if end + 2 <= limit and self._text.startswith("$$", end) else -1

    def bracket(self, opener: str, at: int, limit: int) -> int:
        r"""Return where the closing bracket of `opener` (``\[``, ``\(`` or with two backslashes) begins.

        There is none if another `opener` comes first.
        """
        body, closer = _BRACKETS[opener]
        if self._is_dead(opener, at) or self._next(closer, at) >= limit:
            return -1
        found = body.match(self._text, at, limit)
        end = found.end() if found else at
        if end + len(closer) > limit:
            return self._bury(opener, limit)
        return end if self._text.startswith(closer, end) else -1

    def _next(self, closer: str, at: int) -> int:
        """Return the next occurrence of `closer`, escaped or not, or the end of the text."""
        ahead = self._ahead.get(closer, -1)
        if ahead < at:
            ahead = self._text.find(closer, at)
            ahead = len(self._text) if ahead < 0 else ahead
            self._ahead[closer] = ahead
        return ahead

    def _is_dead(self, key: str, at: int) -> bool:
        return self._dead.get(key, -1) >= at

    def _bury(self, key: str, limit: int) -> int:
        self._dead[key] = limit
        return -1
